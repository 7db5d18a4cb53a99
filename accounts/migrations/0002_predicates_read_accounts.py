from django.db import migrations

from common.tenancy.operations import GrantToDefiner


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("common", "0001_predicates")]
    operations = [GrantToDefiner("User")]
