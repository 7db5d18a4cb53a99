from django.db import migrations

from common.tenancy.operations import (
    COMPANIES,
    MANAGED_PROGRAMMES,
    MANAGED_RECORDS,
    PROGRAMMES,
    RECORDS,
    Enrolled,
    GrantToDefiner,
    RowPolicies,
    SameTenant,
)

OWN_PROGRAMME = "id = ANY ((SELECT app.programmes())::uuid[])"
MANAGED_PROGRAMME = "id = ANY ((SELECT app.managed_programmes())::uuid[])"
# The first seat of a programme that nobody manages yet is taken by its founder.
FIRST_SEAT = "user_id = (SELECT app.uid()) AND (SELECT app.may_found()) AND app.is_unstaffed(programme_id)"
# Only a company that the secretariat may see can be enrolled: enrolment opens its records to the programme.
ENROLS = f"{MANAGED_PROGRAMMES} AND {COMPANIES}"
OWN_FEEDBACK = f"company_id = ANY ((SELECT app.member_companies())::uuid[]) AND {PROGRAMMES}"
FEEDBACK = f"({OWN_FEEDBACK}) OR {MANAGED_RECORDS}"


def planned_by_secretariat(model):
    """Everybody in the programme reads it, its secretariat writes it."""
    return RowPolicies(
        model, using=PROGRAMMES, insert=MANAGED_PROGRAMMES, update=MANAGED_PROGRAMMES, delete=MANAGED_PROGRAMMES
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
        RowPolicies("Enrolment", using=RECORDS, insert=ENROLS, update=ENROLS, delete=MANAGED_RECORDS),
        RowPolicies(
            "Assignment", using=RECORDS, insert=MANAGED_RECORDS, update=MANAGED_RECORDS, delete=MANAGED_RECORDS
        ),
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
        Enrolled("Attendance"),
        Enrolled("Feedback"),
        SameTenant("Feedback", "session", column="programme_id"),
        SameTenant("Feedback", "person"),
    ]
