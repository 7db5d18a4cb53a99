import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.tenancy.operations import (
    MANAGED_RECORDS,
    RECORDS,
    AppendOnly,
    Enrolled,
    KeepClosed,
    RowPolicies,
    SameTenant,
)


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0006_people"),
        ("programmes", "0022_invitations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="enrolment",
            name="withdrawal_reason",
            field=models.CharField(blank=True, max_length=300, verbose_name="reason"),
        ),
        migrations.CreateModel(
            name="Interruption",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("withdrawn_on", models.DateField(verbose_name="withdrawn on")),
                ("returned_on", models.DateField(verbose_name="returned on")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="companies.company"
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="interruptions",
                        to="programmes.enrolment",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="programmes.programme"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "interruption",
                "verbose_name_plural": "interruptions",
                "ordering": ["withdrawn_on", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("returned_on__gt", models.F("withdrawn_on"))),
                        name="programmes_interruption_in_order",
                    )
                ],
            },
        ),
        RowPolicies(
            "Interruption",
            using=RECORDS,
            insert=f"{MANAGED_RECORDS} AND recorded_by_id = (SELECT app.uid())",
            update="",
            delete="",
        ),
        AppendOnly("Interruption"),
        SameTenant("Interruption", "enrolment"),
        SameTenant("Interruption", "enrolment", column="programme_id"),
        Enrolled("Interruption"),
        KeepClosed("Interruption"),
    ]
