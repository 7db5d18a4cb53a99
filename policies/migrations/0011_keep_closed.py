from django.db import migrations

from common.tenancy.operations import KeepClosed

# Not kept: what lives on with the published text: where it stands, who was told of it, and who has read it.
KEPT = (
    "Revision",
    "ActionItem",
    "ApprovalRequest",
    "Evidence",
    "Submission",
    "Review",
    "Letter",
    "Verdict",
    "ReviewNote",
    "Capacity",
    "Interview",
    "Section",
    "Paragraph",
    "ParagraphText",
    "ParagraphSave",
    "SettledSave",
    "Thread",
    "Post",
    "Suggestion",
    "WordImport",
    "CatalogueChoice",
)


class Migration(migrations.Migration):
    dependencies = [("policies", "0010_word_import"), ("programmes", "0019_ending")]
    operations = [
        *[KeepClosed(model) for model in KEPT],
        # The next version, of a later programme, takes the place of the one that was published in this one.
        KeepClosed("Cycle", unless="NEW.state = 'superseded'"),
        KeepClosed("Move", unless="NEW.to_state = 'superseded'"),
    ]
