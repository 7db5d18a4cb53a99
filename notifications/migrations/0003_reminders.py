import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.tenancy.operations import MANAGED_PROGRAMMES, DefinerFunction, GrantToDefiner, RowPolicies

READERS = f"to_user_id = (SELECT app.uid()) OR {MANAGED_PROGRAMMES}"
# One speaks about what one sees, as with messages.
TELLERS = """
(company_id IS NULL OR company_id = ANY ((SELECT app.companies())::uuid[]))
AND (programme_id IS NULL OR programme_id = ANY ((SELECT app.programmes())::uuid[]))
"""
# Work by the clock has nobody who asked for it and sees no row. This says who is to be reminded today, and in whose name: an
# account's own, else, for an address, that of somebody in the secretariat of the programme that it is about.
DUE = """
BEGIN
    RETURN QUERY SELECT DISTINCT ON (r.to_user_id, r.address) r.to_user_id, r.address::text,
           coalesce(r.to_user_id, (
               SELECT seat.user_id FROM public.programmes_seat seat
                 JOIN public.accounts_user u ON u.id = seat.user_id AND u.is_active
                WHERE seat.programme_id = r.programme_id AND seat.ended_at IS NULL
                  AND seat.role IN ('leader', 'member', 'operator')
                ORDER BY seat.role = 'operator', seat.started_at, seat.id LIMIT 1))
      FROM public.notifications_reminder r
     WHERE r.sent_on IS NULL AND r.due_on <= day AND (r.last_on IS NULL OR r.last_on >= day)
       AND NOT EXISTS (SELECT 1 FROM public.notifications_reminder t
                        WHERE t.sent_on = day AND t.to_user_id IS NOT DISTINCT FROM r.to_user_id
                          AND t.address = r.address)
     ORDER BY r.to_user_id, r.address, r.due_on, r.created_at, r.id;
END
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("notifications", "0002_row_policies"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("address", models.EmailField(blank=True, max_length=254)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("language", models.CharField(blank=True, max_length=2)),
                ("kind", models.CharField(max_length=60)),
                ("params", models.JSONField(default=dict)),
                ("path", models.CharField(blank=True, max_length=300)),
                ("due_on", models.DateField()),
                ("last_on", models.DateField(blank=True, null=True)),
                ("key", models.CharField(max_length=200)),
                ("company_id", models.UUIDField(blank=True, null=True)),
                ("programme_id", models.UUIDField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("sent_on", models.DateField(blank=True, null=True)),
                (
                    "to_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reminders",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder",
                "verbose_name_plural": "reminders",
                "ordering": ["due_on", "created_at", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("sent_on__isnull", True)),
                        fields=["due_on"],
                        name="notifications_reminder_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("address", ""), ("to_user__isnull", False))
                        | models.Q(models.Q(("address", ""), _negated=True), ("to_user__isnull", True)),
                        name="notifications_reminder_one_recipient",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("to_user__isnull", False)),
                        fields=("to_user", "key"),
                        name="notifications_reminder_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("to_user__isnull", True)),
                        fields=("address", "key"),
                        name="notifications_reminder_once_an_address",
                    ),
                ],
            },
        ),
        RowPolicies("Reminder", using=READERS, insert=TELLERS),
        GrantToDefiner("Reminder"),
        DefinerFunction(
            "reminders_due",
            arguments="day date",
            returns="TABLE (user_id uuid, address text, host_id uuid)",
            body=DUE,
        ),
    ]
