import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.tenancy.operations import MANAGED_PROGRAMMES, DefinerFunction, GrantToDefiner, RowPolicies, SameTenant

# A number is given by the database: the next of its programme, under a lock, so that none is left out or given twice. It
# looks itself whether both languages are there, from the same figures, with the files that they name.
NUMBERED = """
CREATE FUNCTION app.number_issued_report() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ja public.reports_report%ROWTYPE;
    en public.reports_report%ROWTYPE;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('issued_report:' || NEW.programme_id, 0));
    IF NEW.sequence <> (SELECT coalesce(max(i.sequence), 0) + 1 FROM public.reports_issuedreport i
                         WHERE i.programme_id = NEW.programme_id) THEN
        RAISE EXCEPTION 'Numbers of issued reports follow one another.' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT r.* INTO ja FROM public.reports_report r WHERE r.id = NEW.report_ja_id FOR SHARE;
    SELECT r.* INTO en FROM public.reports_report r WHERE r.id = NEW.report_en_id FOR SHARE;
    IF ja.language IS DISTINCT FROM 'ja' OR en.language IS DISTINCT FROM 'en' OR ja.pdf_id IS NULL OR en.pdf_id IS NULL
       OR (ja.figures_sha256, ja.as_of, ja.edition) IS DISTINCT FROM (en.figures_sha256, en.as_of, en.edition)
       OR (ja.figures_sha256, ja.as_of, ja.edition) IS DISTINCT FROM (NEW.figures_sha256, NEW.as_of, NEW.edition)
       OR (ja.figures - 'computed_at') IS DISTINCT FROM (en.figures - 'computed_at') THEN
        RAISE EXCEPTION 'Both languages are issued together, from the same figures.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (SELECT array_agg(f.sha256::text ORDER BY o.place)
          FROM unnest(ARRAY[ja.pdf_id, en.pdf_id, ja.sheet_id, en.sheet_id]) WITH ORDINALITY AS o (id, place)
          JOIN public.jobs_storedfile f ON f.id = o.id)
       IS DISTINCT FROM ARRAY[NEW.pdf_ja_sha256, NEW.pdf_en_sha256, NEW.sheet_ja_sha256, NEW.sheet_en_sha256]::text[] THEN
        RAISE EXCEPTION 'An issue names its files by their sha256.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.replaces_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM public.reports_issuedreport i
        WHERE i.id = NEW.replaces_id AND i.programme_id = NEW.programme_id AND i.edition = NEW.edition) THEN
        RAISE EXCEPTION 'An issue replaces one of its own programme and edition.' USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.issued_at := now();
    NEW.withdrawn_at := NULL;
    NEW.withdrawn_by_id := NULL;
    NEW.withdrawal := '';
    RETURN NEW;
END
$$;
CREATE TRIGGER reports_issuedreport_numbered BEFORE INSERT ON reports_issuedreport
   FOR EACH ROW EXECUTE FUNCTION app.number_issued_report();
"""
NOT_NUMBERED = """
DROP TRIGGER reports_issuedreport_numbered ON reports_issuedreport;
DROP FUNCTION app.number_issued_report();
"""

# What was issued stays: the issue but for its withdrawal, which happens once; both reports; and the rows of their files.
FROZEN = """
CREATE FUNCTION app.keep_issued_report() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    withdrawing constant text[] := ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdrawal'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND to_jsonb(NEW) - withdrawing = to_jsonb(OLD) - withdrawing THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'An issued report is not changed.' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER reports_issuedreport_frozen BEFORE UPDATE OR DELETE ON reports_issuedreport
   FOR EACH ROW EXECUTE FUNCTION app.keep_issued_report();

CREATE FUNCTION app.keep_report_of_issue() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- The draft that a report was made from may be thrown away; what it said stands in the report itself.
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'draft_id' = to_jsonb(OLD) - 'draft_id' THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT 1 FROM public.reports_issuedreport i WHERE i.report_ja_id = OLD.id OR i.report_en_id = OLD.id) THEN
        RAISE EXCEPTION 'An issued report is not changed.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER reports_report_frozen BEFORE UPDATE OR DELETE ON reports_report
   FOR EACH ROW EXECUTE FUNCTION app.keep_report_of_issue();

CREATE FUNCTION app.keep_file_of_issue() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM public.reports_report r
                 JOIN public.reports_issuedreport i ON r.id IN (i.report_ja_id, i.report_en_id)
                WHERE r.pdf_id = OLD.id OR r.sheet_id = OLD.id) THEN
        RAISE EXCEPTION 'The file of an issued report is kept.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER jobs_storedfile_issued BEFORE UPDATE OR DELETE ON jobs_storedfile
   FOR EACH ROW EXECUTE FUNCTION app.keep_file_of_issue();
"""
NOT_FROZEN = """
DROP TRIGGER jobs_storedfile_issued ON jobs_storedfile;
DROP TRIGGER reports_report_frozen ON reports_report;
DROP TRIGGER reports_issuedreport_frozen ON reports_issuedreport;
DROP FUNCTION app.keep_file_of_issue();
DROP FUNCTION app.keep_report_of_issue();
DROP FUNCTION app.keep_issued_report();
"""

# The door without a sign-in. Of an internal edition it says that number and file belong together, and nothing at all to
# whoever has only one of the two.
CHECK = """
BEGIN
    RETURN QUERY
    SELECT i.number::text, i.edition::text, CASE WHEN i.edition = 'public' THEN i.issued_at END,
           CASE WHEN i.edition = 'public' THEN i.as_of END,
           CASE WHEN i.edition = 'public' THEN i.withdrawn_at END,
           CASE WHEN i.edition = 'public' THEN r.number::text END, CASE WHEN i.edition = 'public' THEN o.number::text END,
           CASE WHEN i.edition = 'public' THEN g.name_ja::text END,
           CASE WHEN i.edition = 'public' THEN g.name_en::text END, i.edition = 'public' AND g.is_sample,
           CASE WHEN i.edition = 'public' THEN ARRAY[i.pdf_ja_sha256, i.pdf_en_sha256, i.sheet_ja_sha256,
                                                     i.sheet_en_sha256]::text[] END,
           CASE sha WHEN i.pdf_ja_sha256 THEN 'pdf_ja' WHEN i.pdf_en_sha256 THEN 'pdf_en'
                    WHEN i.sheet_ja_sha256 THEN 'sheet_ja' WHEN i.sheet_en_sha256 THEN 'sheet_en' ELSE '' END
      FROM public.reports_issuedreport i
      JOIN public.programmes_programme g ON g.id = i.programme_id
      LEFT JOIN public.reports_issuedreport r ON r.replaces_id = i.id
      LEFT JOIN public.reports_issuedreport o ON o.id = i.replaces_id
     WHERE (given <> '' OR (sha <> '' AND i.edition = 'public')) AND (given = '' OR i.number = given)
       AND (sha = '' OR sha IN (i.pdf_ja_sha256, i.pdf_en_sha256, i.sheet_ja_sha256, i.sheet_en_sha256)
            OR (given <> '' AND i.edition = 'public'))
       AND (sha <> '' OR i.edition = 'public')
     ORDER BY i.withdrawn_at IS NOT NULL, i.issued_at DESC LIMIT 1;
END
"""
FOUND = """TABLE (
    number text, edition text, issued_at timestamptz, as_of date, withdrawn_at timestamptz, replaced_by text, replaces text,
    programme_ja text, programme_en text, is_sample boolean, hashes text[], fits text
)"""


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0011_quote_uses"),
        ("reports", "0002_row_policies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IssuedReport",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("sequence", models.PositiveIntegerField()),
                ("number", models.CharField(max_length=60, unique=True, verbose_name="number")),
                (
                    "edition",
                    models.CharField(
                        choices=[
                            ("public", "Public edition (companies by code)"),
                            ("internal", "Internal edition (names companies)"),
                        ],
                        max_length=10,
                        verbose_name="edition",
                    ),
                ),
                ("as_of", models.DateField(verbose_name="figures as of")),
                ("figures_sha256", models.CharField(max_length=64)),
                ("pdf_ja_sha256", models.CharField(max_length=64)),
                ("pdf_en_sha256", models.CharField(max_length=64)),
                ("sheet_ja_sha256", models.CharField(max_length=64)),
                ("sheet_en_sha256", models.CharField(max_length=64)),
                ("note", models.CharField(max_length=300, verbose_name="what it is")),
                ("issued_at", models.DateTimeField()),
                ("correction", models.CharField(blank=True, max_length=300, verbose_name="what was corrected")),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawal", models.CharField(blank=True, max_length=300, verbose_name="why it was withdrawn")),
                (
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issued_reports",
                        to="programmes.programme",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replacement",
                        to="reports.issuedreport",
                    ),
                ),
                (
                    "report_en",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reports.report"
                    ),
                ),
                (
                    "report_ja",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reports.report"
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "issued report",
                "verbose_name_plural": "issued reports",
                "ordering": ["-sequence"],
                "constraints": [
                    models.UniqueConstraint(fields=("programme", "sequence"), name="reports_issuedreport_sequence"),
                    models.CheckConstraint(
                        condition=models.Q(("sequence__gte", 1)), name="reports_issuedreport_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("edition__in", ["public", "internal"])), name="reports_issuedreport_edition"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("note", ""), _negated=True), name="reports_issuedreport_has_note"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("correction", ""), ("replaces__isnull", True)),
                            models.Q(("replaces__isnull", False), models.Q(("correction", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="reports_issuedreport_correction_said",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("withdrawal", ""), ("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)
                            ),
                            models.Q(
                                ("withdrawn_at__isnull", False),
                                ("withdrawn_by__isnull", False),
                                models.Q(("withdrawal", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="reports_issuedreport_withdrawal_said",
                    ),
                ],
            },
        ),
        RowPolicies("IssuedReport", using=MANAGED_PROGRAMMES, delete=""),
        SameTenant("IssuedReport", "report_ja", column="programme_id"),
        SameTenant("IssuedReport", "report_en", column="programme_id"),
        SameTenant("IssuedReport", "replaces", column="programme_id"),
        migrations.RunSQL(NUMBERED, NOT_NUMBERED),
        migrations.RunSQL(FROZEN, NOT_FROZEN),
        GrantToDefiner("IssuedReport"),
        DefinerFunction("issued_report", arguments="given text, sha text", returns=FOUND, body=CHECK),
    ]
