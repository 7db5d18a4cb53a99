from django.db import migrations

from common.tenancy.operations import KeepClosed


class Migration(migrations.Migration):
    dependencies = [("imports", "0003_import_file_name"), ("programmes", "0019_ending")]
    operations = [KeepClosed("ImportedRow")]
