import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.tenancy.operations import MANAGED_PROGRAMMES, DefinerFunction, GrantToDefiner, RowPolicies, SameTenant

# The door without a sign-in: one row by the hash of a word of 256 bits. Accepted and taken-back ones included, because its
# page says so.
DOOR = """
BEGIN
    RETURN QUERY SELECT i.id, i.company_id, i.invited_by_id FROM public.programmes_invitation i
     WHERE token <> '' AND i.token_hash = token;
END
"""
# Nobody reads outgoing mails: the secretariat hears of its own invitations alone what became of their mails.
RESULTS = """
BEGIN
    RETURN QUERY SELECT i.id, m.state::text, m.settled_at
      FROM public.programmes_invitation i
      JOIN public.notifications_outgoingmail m ON m.id = i.mail_id
     WHERE i.id = ANY (of_invitations) AND i.programme_id = ANY (app.managed_programmes());
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0002_row_policies"),
        ("jobs", "0003_forgotten_files"),
        ("notifications", "0004_mail_results"),
        ("programmes", "0021_themes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("address", models.EmailField(max_length=254)),
                ("language", models.CharField(max_length=2)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("token_hash", models.CharField(blank=True, max_length=64)),
                ("mail_id", models.UUIDField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("voided_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "ordering": ["-created_at", "id"],
            },
        ),
        migrations.AddField(
            model_name="invitation",
            name="accepted_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="company",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="companies.company"
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="invited_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="job",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="jobs.job"
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="invitations",
                to="companies.person",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="programme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="programmes.programme"
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="seat",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="programmes.seat"
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("company__isnull", False), ("person__isnull", False), ("seat__isnull", True)),
                    models.Q(("company__isnull", True), ("person__isnull", True), ("seat__isnull", False)),
                    _connector="OR",
                ),
                name="programmes_invitation_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("expires_at__isnull", True), ("mail_id__isnull", True), ("token_hash", "")),
                    models.Q(
                        ("expires_at__isnull", False),
                        ("mail_id__isnull", False),
                        models.Q(("token_hash", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="programmes_invitation_written_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("accepted_at__isnull", True), ("accepted_by__isnull", True)),
                    models.Q(
                        ("accepted_at__isnull", False), ("accepted_by__isnull", False), ("mail_id__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="programmes_invitation_accepted_by_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("token_hash", ""), _negated=True),
                fields=("token_hash",),
                name="programmes_invitation_token",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("accepted_at__isnull", True), ("person__isnull", False), ("voided_at__isnull", True)
                ),
                fields=("programme", "person"),
                name="programmes_invitation_one_open_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("accepted_at__isnull", True), ("seat__isnull", False), ("voided_at__isnull", True)),
                fields=("seat",),
                name="programmes_invitation_one_open_a_seat",
            ),
        ),
        RowPolicies("Invitation", using=MANAGED_PROGRAMMES, delete=""),
        SameTenant("Invitation", "person"),
        SameTenant("Invitation", "seat", column="programme_id"),
        SameTenant("Invitation", "job", column="programme_id"),
        GrantToDefiner("Invitation"),
        DefinerFunction(
            "invitation_by_token",
            arguments="token text",
            returns="TABLE (invitation_id uuid, company_id uuid, user_id uuid)",
            body=DOOR,
        ),
        DefinerFunction(
            "invitation_results",
            arguments="of_invitations uuid[]",
            returns="TABLE (invitation_id uuid, state text, settled_at timestamptz)",
            body=RESULTS,
        ),
    ]
