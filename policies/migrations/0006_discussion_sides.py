from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0002_row_policies"),
        ("policies", "0005_workbench_policies"),
        ("programmes", "0003_attendance_mode_when_present"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="actionitem",
            name="policies_actionitem_state",
        ),
        migrations.AddField(
            model_name="post",
            name="from_company",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="suggestion",
            name="applied_operation",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="actionitem",
            name="state",
            field=models.CharField(
                choices=[("open", "Open"), ("done", "Done"), ("declined", "Not followed"), ("withdrawn", "Withdrawn")],
                default="open",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="actionitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "done", "declined", "withdrawn"])),
                name="policies_actionitem_state",
            ),
        ),
    ]
