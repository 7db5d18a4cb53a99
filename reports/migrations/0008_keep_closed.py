from django.db import migrations

from common.tenancy.operations import KeepClosed

# Not kept: a rendering of what stands (`Report`), which only reads the programme.
KEPT = (
    "ReportDraft",
    "DraftBlock",
    "BlockText",
    "BlockSave",
    "FigureOverride",
    "DraftPick",
    "ReportReader",
    "ReadingComment",
)


class Migration(migrations.Migration):
    dependencies = [("reports", "0007_throwing_away"), ("programmes", "0019_ending")]
    operations = [
        *[KeepClosed(model) for model in KEPT],
        # An issued report can be withdrawn, and is marked when somebody takes back a consent; no further one is issued.
        KeepClosed("IssuedReport", commands="INSERT OR DELETE"),
    ]
