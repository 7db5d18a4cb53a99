import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from common.tenancy.operations import (
    MANAGED_RECORDS,
    DefinerFunction,
    Enrolled,
    GrantToDefiner,
    RowPolicies,
    SameTenant,
)

# Nobody reads outgoing mails. This answers the secretariat of a programme about its own announcements, and nothing else.
RESULTS = """
BEGIN
    RETURN QUERY SELECT l.id, m.state::text, m.settled_at
      FROM public.programmes_noticeletter l
      JOIN public.notifications_outgoingmail m ON m.id = l.mail_id
     WHERE l.notice_id = of_notice AND l.programme_id = ANY (app.managed_programmes());
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0002_row_policies"),
        ("notifications", "0006_channels"),
        ("programmes", "0019_ending"),
    ]
    operations = [
        migrations.AddField("notice", "to_addresses", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="NoticeLetter",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "others",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), blank=True, default=list, size=None
                    ),
                ),
                ("address", models.EmailField(max_length=254)),
                ("language", models.CharField(max_length=2)),
                ("mail_id", models.UUIDField(null=True)),
                ("written_at", models.DateTimeField(null=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="companies.company"
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="letters", to="programmes.notice"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="companies.person"
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
                "verbose_name": "announcement to an address",
                "verbose_name_plural": "announcements to addresses",
                "ordering": ["company__name_kana", "company__name_ja", "address", "id"],
            },
        ),
        migrations.AddConstraint(
            "noticeletter",
            models.UniqueConstraint(fields=("notice", "address"), name="programmes_noticeletter_once_an_address"),
        ),
        migrations.AddConstraint(
            "noticeletter",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("mail_id__isnull", True), ("written_at__isnull", True)),
                    models.Q(("mail_id__isnull", False), ("written_at__isnull", False)),
                    _connector="OR",
                ),
                name="programmes_noticeletter_written_as_a_mail",
            ),
        ),
        RowPolicies("NoticeLetter", using=MANAGED_RECORDS, delete=""),
        SameTenant("NoticeLetter", "notice", column="programme_id"),
        SameTenant("NoticeLetter", "person"),
        Enrolled("NoticeLetter"),
        GrantToDefiner("NoticeLetter"),
        DefinerFunction(
            "notice_results",
            arguments="of_notice uuid",
            returns="TABLE (letter_id uuid, state text, settled_at timestamptz)",
            body=RESULTS,
        ),
    ]
