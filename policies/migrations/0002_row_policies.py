from django.db import migrations

from common.tenancy.operations import (
    COMPANIES,
    CONTENT_RECORDS,
    MANAGED_RECORDS,
    RECORDS,
    AppendOnly,
    RowPolicies,
    SameTenant,
)

# Texts are for the company and its advisers; the secretariat reads what the company shared.
SHARED_TEXTS = f"{CONTENT_RECORDS} OR (shared_at IS NOT NULL AND {MANAGED_RECORDS})"


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial"), ("programmes", "0002_row_policies")]
    operations = [
        RowPolicies("Policy", using=COMPANIES, delete=""),
        RowPolicies("Cycle", using=RECORDS, delete=""),
        RowPolicies("Move", using=RECORDS, update="", delete=""),
        AppendOnly("Move"),
        RowPolicies("Revision", using=SHARED_TEXTS, insert=CONTENT_RECORDS, update=CONTENT_RECORDS, delete=""),
        SameTenant("Cycle", "policy"),
        SameTenant("Cycle", "enrolment"),
        SameTenant("Cycle", "enrolment", column="programme_id"),
        SameTenant("Move", "cycle"),
        SameTenant("Revision", "cycle"),
    ]
