import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.tenancy.operations import MANAGED_PROGRAMMES, DefinerFunction, GrantToDefiner, RowPolicies, SameTenant

# The door without a sign-in: one row by the hash of a word of 256 bits. It tells whose rights the link was made with.
DOOR = """
BEGIN
    RETURN QUERY SELECT r.id, r.programme_id, r.invited_by_id FROM public.reports_reportreader r
     WHERE token <> '' AND r.token_hash = token;
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0011_quote_uses"),
        ("reports", "0005_keeping_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportReader",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("organisation", models.CharField(blank=True, max_length=200, verbose_name="organisation")),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                (
                    "language",
                    models.CharField(
                        choices=[("ja", "日本語"), ("en", "English")], max_length=2, verbose_name="language"
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("due_on", models.DateField(verbose_name="by when")),
                ("invited_at", models.DateTimeField(auto_now_add=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[("agreed", "I agree with it as it is"), ("differs", "I do not agree yet")],
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(blank=True, max_length=2000)),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="programmes.programme"
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="readers", to="reports.report"
                    ),
                ),
            ],
            options={
                "verbose_name": "reader of a report",
                "verbose_name_plural": "readers of reports",
                "ordering": ["invited_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="ReadingComment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("block", models.CharField(max_length=100)),
                ("heading", models.CharField(max_length=300)),
                ("text", models.TextField(blank=True, max_length=2000)),
                ("written_at", models.DateTimeField()),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="programmes.programme"
                    ),
                ),
                (
                    "reader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="reports.reportreader"
                    ),
                ),
            ],
            options={
                "verbose_name": "comment of a reader",
                "verbose_name_plural": "comments of readers",
                "ordering": ["written_at", "id"],
            },
        ),
        migrations.AddConstraint(
            model_name="reportreader",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ["ja", "en"])), name="reports_reader_language"
            ),
        ),
        migrations.AddConstraint(
            model_name="reportreader",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["", "agreed", "differs"])), name="reports_reader_verdict"
            ),
        ),
        migrations.AddConstraint(
            model_name="reportreader",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verdict", "differs"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="reports_reader_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportreader",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at", None)), fields=("report", "email"), name="reports_reader_one_link"
            ),
        ),
        migrations.AddConstraint(
            model_name="readingcomment",
            constraint=models.UniqueConstraint(fields=("reader", "block"), name="reports_readingcomment_once"),
        ),
        *[RowPolicies(model, using=MANAGED_PROGRAMMES, delete="") for model in ("ReportReader", "ReadingComment")],
        SameTenant("ReportReader", "report", column="programme_id"),
        SameTenant("ReadingComment", "reader", column="programme_id"),
        GrantToDefiner("ReportReader"),
        DefinerFunction(
            "report_reader",
            arguments="token text",
            returns="TABLE (reader_id uuid, programme_id uuid, user_id uuid)",
            body=DOOR,
        ),
    ]
