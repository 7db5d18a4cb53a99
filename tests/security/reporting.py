"""A row of each owner in every table of reports that are being written."""

from uuid import uuid4

from django.utils import timezone

from reports.enums import BlockKind
from reports.models import BlockSave, BlockText, DraftBlock, DraftPick, FigureOverride, ReportDraft
from reports.queries import report_figures
from tests.security import audiences

KINDS = {
    "draft of a report": (ReportDraft, audiences.MANAGED),
    "block of a report": (DraftBlock, audiences.MANAGED),
    "quotes of a report": (DraftBlock, audiences.MANAGED),
    "text of a block": (BlockText, audiences.MANAGED),
    "save of a block": (BlockSave, audiences.MANAGED),
    "value entered by hand": (FigureOverride, audiences.MANAGED),
    "choice for a report": (DraftPick, audiences.MANAGED),
}


def fill(world, owner: str) -> None:
    """Make the rows; the text of the block came too late once, so that there is something to choose between."""
    programme, actor = world["programme", owner], world["seat", owner].user
    figures = report_figures(programme, as_of=programme.ends_on, edition="public", now=timezone.now())
    figures["sessions"] = []
    draft = ReportDraft.objects.create(
        programme=programme, as_of=programme.ends_on, figures=figures, read_at=timezone.now(), created_by=actor
    )
    world.keep("draft of a report", owner, draft)
    both = {"draft": draft, "programme": programme}
    block = DraftBlock.objects.create(key="outline.results", kind=BlockKind.NARRATIVE, **both)
    world.keep("block of a report", owner, block)
    quotes = DraftBlock.objects.create(key="quotes.S", kind=BlockKind.QUOTES, is_chosen=True, **both)
    world.keep("quotes of a report", owner, quotes)
    said = {"block": block, "language": "en", "text": "T", **both}
    world.keep("text of a block", owner, BlockText.objects.create(rev=1, is_edited=True, **said))
    late = BlockSave.objects.create(base_rev=0, outcome="lost", operation=uuid4(), author_id=actor.pk, **said)
    world.keep("save of a block", owner, late)
    override = FigureOverride.objects.create(
        figure="enrolled", value=1, computed=2, reason_en="R", entered_by=actor, **both
    )
    world.keep("value entered by hand", owner, override)
    pick = DraftPick.objects.create(block=quotes, remark=world["remark of a speaker", owner], text_en="R", **both)
    world.keep("choice for a report", owner, pick)
