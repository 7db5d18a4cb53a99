import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.tenancy.operations import CONTENT_RECORDS, RowPolicies, SameTenant

MINE = f"{CONTENT_RECORDS} AND author_id = (SELECT app.uid())"


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0002_row_policies"),
        ("policies", "0009_publication_register"),
        ("programmes", "0003_attendance_mode_when_present"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WordImport",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                (
                    "language",
                    models.CharField(
                        choices=[("ja", "Japanese"), ("en", "English")],
                        default="ja",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("parts", models.JSONField(default=list)),
                ("remarks", models.JSONField(default=list)),
                ("uploaded_at", models.DateTimeField(auto_now_add=True)),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
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
            ],
            options={
                "verbose_name": "text from Word",
                "verbose_name_plural": "texts from Word",
                "ordering": ["-uploaded_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["ja", "en"])), name="policies_wordimport_language"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("taken_at__isnull", True)),
                        fields=("cycle", "author"),
                        name="policies_wordimport_one_waiting",
                    ),
                ],
            },
        ),
        # Whoever brought the file, and nobody else.
        RowPolicies("WordImport", using=MINE),
        SameTenant("WordImport", "cycle"),
        SameTenant("WordImport", "cycle", column="programme_id"),
    ]
