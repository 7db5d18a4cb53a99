import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.tenancy.operations import AppendOnly, RowPolicies

OWN = "user_id = (SELECT app.uid())"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_predicates_read_accounts")]
    operations = [
        migrations.CreateModel(
            name="Acceptance",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "document",
                    models.CharField(
                        choices=[
                            ("terms", "Terms of use"),
                            ("privacy", "What personal data is used for"),
                            ("pledge", "Advisers' pledge of confidentiality"),
                        ],
                        max_length=10,
                    ),
                ),
                ("version", models.CharField(max_length=20)),
                ("accepted_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptances",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "acceptance",
                "verbose_name_plural": "acceptances",
                "ordering": ["accepted_at"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "document", "version"), name="accounts_acceptance_once_a_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("document__in", ["terms", "privacy", "pledge"])),
                        name="accounts_acceptance_document",
                    ),
                ],
            },
        ),
        RowPolicies("Acceptance", using=OWN, update="", delete=""),
        AppendOnly("Acceptance"),
    ]
