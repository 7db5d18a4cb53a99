from django.db import migrations

from common.tenancy.operations import COMPANIES, CONTENT_COMPANIES, PROGRAMMES, AppendOnly, RowPolicies, SameTenant

RECORDS = f"{COMPANIES} AND {PROGRAMMES}"
# Texts are for the company and its advisers; the secretariat reads what the company shared.
SHARED_TEXTS = f"({CONTENT_COMPANIES} OR (shared_at IS NOT NULL AND {COMPANIES})) AND {PROGRAMMES}"
TEXTS = f"{CONTENT_COMPANIES} AND {PROGRAMMES}"


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial"), ("programmes", "0002_row_policies")]
    operations = [
        RowPolicies("Policy", using=COMPANIES, delete=""),
        RowPolicies("Cycle", using=RECORDS, delete=""),
        RowPolicies("Move", using=RECORDS, update="", delete=""),
        AppendOnly("Move"),
        RowPolicies("Revision", using=SHARED_TEXTS, insert=TEXTS, update=TEXTS, delete=""),
        SameTenant("Cycle", "policy"),
        SameTenant("Cycle", "enrolment"),
        SameTenant("Cycle", "enrolment", column="programme_id"),
        SameTenant("Move", "cycle"),
        SameTenant("Revision", "cycle"),
    ]
