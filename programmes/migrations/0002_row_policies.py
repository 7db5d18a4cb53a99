from django.db import migrations

from common.tenancy.operations import (
    COMPANIES,
    MANAGED_PROGRAMMES,
    PROGRAMMES,
    GrantToDefiner,
    RowPolicies,
    SameTenant,
)

OWN_PROGRAMME = "id = ANY ((SELECT app.programmes())::uuid[])"
MANAGED_PROGRAMME = "id = ANY ((SELECT app.managed_programmes())::uuid[])"
# The first seat of a programme that nobody manages yet is taken by its founder.
FIRST_SEAT = "user_id = (SELECT app.uid()) AND (SELECT app.may_found()) AND app.is_unstaffed(programme_id)"
RECORDS = f"{COMPANIES} AND {PROGRAMMES}"
FEEDBACK = f"company_id = ANY ((SELECT app.feedback_companies())::uuid[]) AND {PROGRAMMES}"


def planned_by_secretariat(model):
    """Everybody in the programme reads it, its secretariat writes it."""
    return RowPolicies(
        model, using=PROGRAMMES, insert=MANAGED_PROGRAMMES, update=MANAGED_PROGRAMMES, delete=MANAGED_PROGRAMMES
    )


def kept_by_secretariat(model):
    """Records of a company that only the secretariat writes."""
    return RowPolicies(
        model, using=RECORDS, insert=MANAGED_PROGRAMMES, update=MANAGED_PROGRAMMES, delete=MANAGED_PROGRAMMES
    )


class Migration(migrations.Migration):
    dependencies = [("programmes", "0001_initial"), ("companies", "0002_row_policies")]
    operations = [
        GrantToDefiner("Seat"),
        GrantToDefiner("Enrolment"),
        RowPolicies(
            "Programme", using=OWN_PROGRAMME, insert="(SELECT app.may_found())", update=MANAGED_PROGRAMME, delete=""
        ),
        RowPolicies(
            "Seat",
            using=f"user_id = (SELECT app.uid()) OR {PROGRAMMES}",
            insert=f"{MANAGED_PROGRAMMES} OR ({FIRST_SEAT})",
            update=MANAGED_PROGRAMMES,
            delete="",
        ),
        planned_by_secretariat("Organisation"),
        planned_by_secretariat("MilestoneKind"),
        planned_by_secretariat("Session"),
        planned_by_secretariat("AgendaItem"),
        planned_by_secretariat("Speaker"),
        kept_by_secretariat("Enrolment"),
        kept_by_secretariat("Assignment"),
        RowPolicies("MilestoneDate", using=RECORDS, delete=""),
        RowPolicies("Attendance", using=RECORDS),
        RowPolicies("Feedback", using=FEEDBACK),
        SameTenant("Assignment", "enrolment"),
        SameTenant("Assignment", "enrolment", column="programme_id"),
        SameTenant("Assignment", "adviser", column="programme_id"),
        SameTenant("MilestoneDate", "enrolment"),
        SameTenant("MilestoneDate", "enrolment", column="programme_id"),
        SameTenant("MilestoneDate", "kind", column="programme_id"),
        SameTenant("AgendaItem", "session", column="programme_id"),
        SameTenant("Speaker", "item", column="programme_id"),
        SameTenant("Attendance", "session", column="programme_id"),
        SameTenant("Attendance", "person"),
        SameTenant("Feedback", "session", column="programme_id"),
        SameTenant("Feedback", "person"),
    ]
