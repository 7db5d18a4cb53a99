from django.db import migrations

from common.tenancy.operations import MANAGED_PROGRAMMES, RowPolicies, SameTenant


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_initial"),
        ("jobs", "0002_row_policies"),
        ("programmes", "0002_row_policies"),
    ]
    operations = [
        RowPolicies("Report", using=MANAGED_PROGRAMMES, delete=""),
        SameTenant("Report", "job", column="programme_id"),
        SameTenant("Report", "pdf", column="programme_id"),
        SameTenant("Report", "sheet", column="programme_id"),
    ]
