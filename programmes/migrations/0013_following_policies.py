from django.db import migrations

from common.tenancy.operations import MANAGED_RECORDS, RECORDS, AppendOnly, Enrolled, RowPolicies, SameTenant


def written_by_secretariat(model: str) -> RowPolicies:
    """The company, its advisers and the secretariat read it; the secretariat alone writes it."""
    return RowPolicies(model, using=RECORDS, insert=MANAGED_RECORDS, update=MANAGED_RECORDS, delete="")


def in_its_enrolment(model: str) -> list:
    return [
        SameTenant(model, "enrolment"),
        SameTenant(model, "enrolment", column="programme_id"),
        Enrolled(model),
    ]


class Migration(migrations.Migration):
    dependencies = [("programmes", "0012_following")]
    operations = [
        written_by_secretariat("Charge"),
        *in_its_enrolment("Charge"),
        SameTenant("Charge", "seat", column="programme_id"),
        written_by_secretariat("Extension"),
        *in_its_enrolment("Extension"),
        SameTenant("Extension", "kind", column="programme_id"),
        # What the secretariat notes about a company is not for the company.
        RowPolicies("MemoSave", using=MANAGED_RECORDS, update="", delete=""),
        AppendOnly("MemoSave"),
        *in_its_enrolment("MemoSave"),
    ]
