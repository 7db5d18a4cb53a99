from django.db import migrations

from common.tenancy.operations import DefinerFunction, GrantToDefiner

# A report that was not issued: with its readers, what they said, and the list of whose words it printed. An issued one is
# kept by its own trigger.
THROW_AWAY_REPORT = """
DECLARE gone integer;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.reports_report r
                    WHERE r.id = report AND r.programme_id = ANY (app.managed_programmes())) THEN
        RETURN 0;
    END IF;
    DELETE FROM public.reports_readingcomment c USING public.reports_reportreader r
     WHERE c.reader_id = r.id AND r.report_id = report;
    DELETE FROM public.reports_reportreader r WHERE r.report_id = report;
    DELETE FROM public.programmes_quoteuse u WHERE u.report_id = report;
    DELETE FROM public.reports_report r WHERE r.id = report;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
"""
# A draft with all that was written in it, the history of its texts included. Reports that were issued of it stay as they
# are and forget only from which draft they came.
THROW_AWAY_DRAFT = """
DECLARE gone integer;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.reports_reportdraft d
                    WHERE d.id = draft AND d.programme_id = ANY (app.managed_programmes())) THEN
        RETURN 0;
    END IF;
    UPDATE public.reports_report r SET draft_id = NULL WHERE r.draft_id = draft;
    DELETE FROM public.reports_draftpick p WHERE p.draft_id = draft;
    DELETE FROM public.reports_figureoverride o WHERE o.draft_id = draft;
    DELETE FROM public.reports_blocksave s WHERE s.draft_id = draft;
    DELETE FROM public.reports_blocktext t WHERE t.draft_id = draft;
    DELETE FROM public.reports_draftblock b WHERE b.draft_id = draft;
    DELETE FROM public.reports_reportdraft d WHERE d.id = draft;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
"""
# Asked by the clock, which acts for nobody: who has not answered yet and may still, or could until lately.
READERS_WAITING = """
BEGIN
    RETURN QUERY SELECT r.id, r.invited_by_id
      FROM public.reports_reportreader r
     WHERE r.revoked_at IS NULL AND r.verdict = '' AND r.due_on BETWEEN day - days AND day + days
       AND NOT EXISTS (SELECT 1 FROM public.reports_issuedreport i WHERE r.report_id IN (i.report_ja_id, i.report_en_id))
     ORDER BY r.invited_by_id, r.id;
END
"""
REMOVED = (
    "ReadingComment",
    "ReportReader",
    "ReportDraft",
    "DraftBlock",
    "BlockText",
    "BlockSave",
    "FigureOverride",
    "DraftPick",
)


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_reading"), ("programmes", "0011_quote_uses")]
    operations = [
        *[GrantToDefiner(model, privileges="SELECT, DELETE") for model in REMOVED],
        GrantToDefiner("Report", privileges="SELECT, UPDATE, DELETE"),
        GrantToDefiner("programmes.QuoteUse", privileges="SELECT, DELETE"),
        DefinerFunction(
            "throw_away_report",
            arguments="report uuid",
            returns="integer",
            body=THROW_AWAY_REPORT,
            volatility="VOLATILE",
        ),
        DefinerFunction(
            "throw_away_report_draft",
            arguments="draft uuid",
            returns="integer",
            body=THROW_AWAY_DRAFT,
            volatility="VOLATILE",
        ),
        DefinerFunction(
            "report_readers_waiting",
            arguments="day date, days integer",
            returns="TABLE (reader_id uuid, user_id uuid)",
            body=READERS_WAITING,
        ),
    ]
