from django.db import migrations

from common.tenancy.operations import SameTenant


class Migration(migrations.Migration):
    dependencies = [("policies", "0002_row_policies")]
    operations = [
        SameTenant("Move", "cycle", column="programme_id"),
        SameTenant("Revision", "cycle", column="programme_id"),
    ]
