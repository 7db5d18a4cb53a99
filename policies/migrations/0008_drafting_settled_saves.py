import uuid

import django.db.models.deletion
from django.db import migrations, models

from common.tenancy.operations import CONTENT_RECORDS, AppendOnly, RowPolicies, SameTenant


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0002_row_policies"),
        ("policies", "0007_review_queue"),
        ("programmes", "0003_attendance_mode_when_present"),
    ]
    operations = [
        migrations.CreateModel(
            name="SettledSave",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("mine", "Kept the text that came too late"),
                            ("theirs", "Left the text that stood"),
                            ("merged", "Made one text of both"),
                        ],
                        max_length=6,
                    ),
                ),
                ("settled_by_id", models.UUIDField()),
                ("settled_at", models.DateTimeField(auto_now_add=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="companies.company"
                    ),
                ),
                (
                    "cycle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="policies.cycle"
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programmes.programme"
                    ),
                ),
                (
                    "save_of",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="settled",
                        to="policies.paragraphsave",
                    ),
                ),
            ],
            options={
                "verbose_name": "settled save",
                "verbose_name_plural": "settled saves",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("choice__in", ["mine", "theirs", "merged"])),
                        name="policies_settledsave_choice",
                    )
                ],
            },
        ),
        RowPolicies("SettledSave", using=CONTENT_RECORDS, delete=""),
        AppendOnly("SettledSave"),
        *[SameTenant("SettledSave", field) for field in ("cycle", "save_of")],
        *[SameTenant("SettledSave", field, column="programme_id") for field in ("cycle", "save_of")],
    ]
