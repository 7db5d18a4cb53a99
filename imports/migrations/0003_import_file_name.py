from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0002_row_policies")]
    operations = [
        migrations.AddField(
            "Import", "file_name", models.CharField(default="", max_length=200), preserve_default=False
        ),
    ]
