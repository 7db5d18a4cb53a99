from django.db import migrations

from common.tenancy.operations import (
    CONTENT_RECORDS,
    MANAGED_PROGRAMMES,
    MANAGED_RECORDS,
    PROGRAMMES,
    RECORDS,
    AppendOnly,
    DefinerFunction,
    GrantToDefiner,
    RowPolicies,
    SameTenant,
)

OWN_SEAT = "seat_id IN (SELECT s.id FROM programmes_seat s WHERE s.user_id = (SELECT app.uid()) AND s.ended_at IS NULL)"
# Whoever may see an assignment sees when its adviser has time: row-level security answers the inner question.
ASSIGNED = f"({PROGRAMMES} AND seat_id IN (SELECT a.adviser_id FROM programmes_assignment a))"  # noqa: S608 - our own
ADVISER_ROWS = f"({OWN_SEAT} OR {MANAGED_PROGRAMMES} OR {ASSIGNED})"
KEEPER = f"({OWN_SEAT} OR {MANAGED_PROGRAMMES})"
# When advisers are taken, without a word on by whom: a company looks for free times and must not learn of others.
BUSY_TIMES = """
BEGIN
    RETURN QUERY SELECT c.adviser_id, c.starts_at, c.blocked_until FROM public.consultations_consultation c
     WHERE c.adviser_id = ANY (seats) AND c.programme_id = ANY (app.programmes())
       AND c.state NOT IN ('cancelled', 'cancelled_late') AND c.blocked_until > since AND c.starts_at < until
     ORDER BY c.starts_at;
END
"""


# Minutes are the adviser's alone until they are shared. What was written before there was a draft was shared at once.
OWN_CONSULTATION = """consultation_id IN (
    SELECT c.id FROM consultations_consultation c JOIN programmes_seat s ON s.id = c.adviser_id
     WHERE s.user_id = (SELECT app.uid()))"""
SHARED_MINUTES = f"({CONTENT_RECORDS} AND (shared_at IS NOT NULL OR {OWN_CONSULTATION}))"
DRAFTS_OF_MINUTES = """
ALTER TABLE consultations_minutes NO FORCE ROW LEVEL SECURITY;
UPDATE consultations_minutes SET shared_at = written_at;
ALTER TABLE consultations_minutes FORCE ROW LEVEL SECURITY;
DROP POLICY tenant_select ON consultations_minutes;
CREATE POLICY tenant_select ON consultations_minutes FOR SELECT USING ({shared});
"""


def adviser_rows(model: str) -> list:
    """Read by those who may book the adviser, written by the adviser and the secretariat."""
    return [
        RowPolicies(model, using=ADVISER_ROWS, insert=KEEPER, update=KEEPER, delete=KEEPER),
        SameTenant(model, "seat", column="programme_id"),
    ]


def of_consultation(model: str) -> list:
    return [SameTenant(model, "consultation"), SameTenant(model, "consultation", column="programme_id")]


class Migration(migrations.Migration):
    dependencies = [("consultations", "0005_bookings"), ("programmes", "0006_conflicts")]
    operations = [
        migrations.RunSQL(DRAFTS_OF_MINUTES.format(shared=SHARED_MINUTES), migrations.RunSQL.noop),
        *adviser_rows("Practice"),
        *adviser_rows("WeeklyHours"),
        *adviser_rows("DayException"),
        *adviser_rows("Absence"),
        SameTenant("Absence", "stand_in", column="programme_id"),
        RowPolicies("LedgerEntry", using=RECORDS, insert=MANAGED_RECORDS, update="", delete=""),
        AppendOnly("LedgerEntry"),
        SameTenant("LedgerEntry", "enrolment"),
        SameTenant("LedgerEntry", "enrolment", column="programme_id"),
        RowPolicies("SlotWish", using=RECORDS, delete=""),
        SameTenant("SlotWish", "enrolment"),
        SameTenant("SlotWish", "enrolment", column="programme_id"),
        RowPolicies("Participant", using=RECORDS),
        *of_consultation("Participant"),
        SameTenant("Participant", "person"),
        RowPolicies("Change", using=RECORDS, update="", delete=""),
        AppendOnly("Change"),
        *of_consultation("Change"),
        RowPolicies("Topics", using=CONTENT_RECORDS),
        *of_consultation("Topics"),
        RowPolicies("Round", using=MANAGED_PROGRAMMES),
        RowPolicies("Offer", using=MANAGED_RECORDS),
        SameTenant("Consultation", "round", column="programme_id"),
        SameTenant("Offer", "round", column="programme_id"),
        SameTenant("Offer", "enrolment"),
        SameTenant("Offer", "enrolment", column="programme_id"),
        SameTenant("Offer", "adviser", column="programme_id"),
        GrantToDefiner("Consultation"),
        DefinerFunction(
            "busy_times",
            arguments="seats uuid[], since timestamptz, until timestamptz",
            returns="TABLE (adviser_id uuid, starts_at timestamptz, blocked_until timestamptz)",
            body=BUSY_TIMES,
        ),
    ]
