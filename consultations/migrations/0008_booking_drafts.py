import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.tenancy.operations import CONTENT_RECORDS, DefinerFunction, GrantToDefiner, RowPolicies, SameTenant

OWN = f"(author_id = (SELECT app.uid()) AND {CONTENT_RECORDS})"
# Which advisers may not work for a company. It is told that they have no time, neither why nor of whom else.
CONFLICTED = """
BEGIN
    RETURN QUERY SELECT c.seat_id FROM public.programmes_conflict c
     WHERE c.company_id = company AND company = ANY (app.companies()) AND c.seat_id = ANY (seats)
       AND c.withdrawn_at IS NULL;
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0002_row_policies"),
        ("consultations", "0007_minutes"),
        ("programmes", "0006_conflicts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BookingDraft",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("sections", models.JSONField(blank=True, default=list)),
                ("items", models.JSONField(blank=True, default=list)),
                ("questions", models.TextField(blank=True, max_length=4000, verbose_name="your questions")),
                ("people", models.JSONField(blank=True, default=list)),
                (
                    "method",
                    models.CharField(
                        blank=True,
                        choices=[("onsite", "On site"), ("online", "Online")],
                        max_length=10,
                        verbose_name="method",
                    ),
                ),
                ("starts_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "adviser",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="programmes.seat"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
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
                        related_name="booking_drafts",
                        to="programmes.enrolment",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="programmes.programme"
                    ),
                ),
            ],
            options={
                "verbose_name": "booking on its way",
                "verbose_name_plural": "bookings on their way",
            },
        ),
        RowPolicies("BookingDraft", using=OWN),
        SameTenant("BookingDraft", "enrolment"),
        SameTenant("BookingDraft", "enrolment", column="programme_id"),
        SameTenant("BookingDraft", "adviser", column="programme_id"),
        GrantToDefiner("programmes.Conflict"),
        DefinerFunction(
            "conflicted_advisers",
            arguments="company uuid, seats uuid[]",
            returns="TABLE (adviser_id uuid)",
            body=CONFLICTED,
        ),
    ]
