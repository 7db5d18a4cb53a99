import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.tenancy.operations import KeepClosed

SOURCES = [
    ("joined", "Joined"),
    ("session", "Took part in a session"),
    ("submitted", "First draft submitted"),
    ("consulted", "Consultation held"),
    ("endorsed", "Reviewed"),
    ("approved", "Approved"),
    ("published", "Published"),
    ("theme", "Step of a theme"),
]


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("programmes", "0020_notice_letters"),
    ]
    operations = [
        migrations.AlterField("milestonekind", "source", models.CharField(choices=SOURCES, max_length=12)),
        migrations.AddField(
            "milestonekind",
            "theme",
            models.CharField(blank=True, default="", max_length=20, verbose_name="theme"),
            False,
        ),
        migrations.AddField(
            "milestonedate",
            "note",
            models.CharField(blank=True, default="", max_length=300, verbose_name="note"),
            False,
        ),
        migrations.AddField(
            "milestonedate",
            "recorded_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        KeepClosed("NoticeLetter"),
    ]
