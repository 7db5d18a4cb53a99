from django.db import migrations

from common.tenancy.operations import SameTenant


class Migration(migrations.Migration):
    dependencies = [("consultations", "0002_row_policies")]
    operations = [
        SameTenant("Minutes", "consultation", column="programme_id"),
        SameTenant("PrivateNote", "consultation", column="programme_id"),
    ]
