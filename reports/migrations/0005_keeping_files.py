from django.db import migrations

from common.tenancy.operations import GrantToDefiner


class Migration(migrations.Migration):
    """Let the function that forgets files see which ones were issued: the trigger on files runs in its name."""

    dependencies = [("reports", "0004_builder"), ("jobs", "0003_forgotten_files")]
    operations = [GrantToDefiner("Report")]
