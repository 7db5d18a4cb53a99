import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.tenancy.operations import CONTENT_RECORDS, PROGRAMMES, RowPolicies, SameTenant

# As with minutes: the adviser's alone until they are shared (0006).
OWN_CONSULTATION = """consultation_id IN (
    SELECT c.id FROM consultations_consultation c JOIN programmes_seat s ON s.id = c.adviser_id
     WHERE s.user_id = (SELECT app.uid()))"""
SHARED_TASKS = f"({CONTENT_RECORDS} AND (shared_at IS NOT NULL OR {OWN_CONSULTATION}))"
OWN_TASKS = f"({CONTENT_RECORDS} AND {OWN_CONSULTATION})"
# From adviser to adviser: members of the company and the secretariat are no readers.
ADVISED = f"(company_id = ANY ((SELECT app.companies_as('{{adviser}}'))::uuid[]) AND {PROGRAMMES})"
OWN_NOTE = f"({ADVISED} AND author_id = (SELECT app.uid()))"


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0002_row_policies"),
        ("consultations", "0006_booking_policies"),
        ("programmes", "0006_conflicts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="minutes",
            name="before",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="minutes",
            name="changed_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="minutes",
            name="objected_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="minutes",
            name="objected_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="minutes",
            name="objection",
            field=models.TextField(blank=True, max_length=2000, verbose_name="what is not right"),
        ),
        migrations.AddField(
            model_name="minutes",
            name="revs",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="privatenote",
            name="revs",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.CreateModel(
            name="HandOverNote",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("text", models.TextField(max_length=4000, verbose_name="hand-over note")),
                ("written_at", models.DateTimeField(auto_now=True)),
                (
                    "assignment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hand_over_note",
                        to="programmes.assignment",
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
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programmes.programme"
                    ),
                ),
            ],
            options={
                "verbose_name": "hand-over note",
                "verbose_name_plural": "hand-over notes",
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("text", models.TextField(max_length=2000, verbose_name="task")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="by when")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("shared_at", models.DateTimeField(editable=False, null=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="companies.company"
                    ),
                ),
                (
                    "consultation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tasks",
                        to="consultations.consultation",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="companies.person",
                        verbose_name="who sees to it",
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
                "verbose_name": "task of a consultation",
                "verbose_name_plural": "tasks of consultations",
                "ordering": ["created_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="consultations_task_says_something"
                    )
                ],
            },
        ),
        RowPolicies("Task", using=SHARED_TASKS, insert=OWN_TASKS, update=OWN_TASKS, delete=OWN_TASKS),
        SameTenant("Task", "consultation"),
        SameTenant("Task", "consultation", column="programme_id"),
        SameTenant("Task", "owner"),
        RowPolicies("HandOverNote", using=ADVISED, insert=OWN_NOTE, update=OWN_NOTE, delete=OWN_NOTE),
        SameTenant("HandOverNote", "assignment"),
        SameTenant("HandOverNote", "assignment", column="programme_id"),
    ]
