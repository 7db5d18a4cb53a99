"""A report that is being written, read by people from outside, and one that was issued.

The load writes the draft and asks for the PDFs, as the secretariat does. Setting them is the worker's, so that a load costs
no more than a moment; when they are ready, `go_on` lets the readers answer and issues the one that is meant for it.
"""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from common.tenancy import acting_as
from jobs.services import tell
from programmes.models import Photo
from reports.enums import Edition, Language
from reports.models import DraftBlock, Report, ReportDraft, ReportReader
from reports.queries.blocks import values
from reports.queries.issuing import prospect
from reports.rendering.reading import report_blocks
from reports.services import builder, issuing, reading, request_report

from . import data
from .world import World

GO_ON = "demo.go_on_with_reports"
EVERY_SECONDS, TRIES = 15, 80


def write(world: World) -> None:
    """Write the draft and ask for its PDF, and for the two that are issued; whatever is to follow waits for them."""
    facts, actor = data.read("reports"), world.leader
    with acting_as(actor.pk):
        draft = _draft(world, facts["draft"])
        asked = [_ask(world, draft.as_of, Language.JAPANESE, draft)]
        day = world.calendar.today + timedelta(days=facts["issued"]["as_of"])
        asked += [_ask(world, max(day, world.programme.starts_on), language) for language in Language.values]
        wait_for([report.pk for report in asked], actor, tried=0)


def _draft(world: World, facts: dict) -> ReportDraft:
    actor, programme = world.leader, world.programme
    day = world.calendar.today + timedelta(days=facts["as_of"])
    draft = builder.found_draft(programme=programme, edition=Edition.PUBLIC, as_of=day, actor=actor, now=timezone.now())
    blocks = {block.key: block for block in DraftBlock.objects.filter(draft=draft)}
    for text in facts["texts"]:
        for language in Language.values:
            builder.save_text(
                block=blocks[text["block"]],
                language=language,
                text=text[language].strip(),
                base_rev=0,
                operation=uuid4(),
                actor=actor,
            )
    entered = facts["override"]
    builder.enter_value(
        draft=draft,
        figure=entered["figure"],
        value=values(draft.figures)[entered["figure"]] + entered["more"],
        reason_ja=entered["reason_ja"],
        reason_en=entered["reason_en"],
        actor=actor,
    )
    photos = facts["photos"]
    code = photos["block"].partition(".")[2]
    photo = Photo.objects.filter(programme=programme, session__code=code, has_consent=True).first()
    words = {"text_ja": photos["caption_ja"], "text_en": photos["caption_en"]}
    builder.choose(block=blocks[photos["block"]], choices=[builder.Choice(photo, **words)], actor=actor)
    return draft


def _ask(world: World, day, language: str, draft: ReportDraft | None = None) -> Report:
    report, _created = request_report(
        programme=world.programme,
        language=language,
        edition=Edition.PUBLIC,
        as_of=day,
        actor=world.leader,
        draft=draft,
    )
    return report


def wait_for(report_ids: list, actor: User, *, tried: int) -> None:
    """Look again in a while; after a quarter of an hour nobody waits for it any more."""
    if tried < TRIES:
        later = timezone.now() + timedelta(seconds=EVERY_SECONDS)
        key = f"{GO_ON}:{report_ids[0]}:{tried}"
        tell(GO_ON, key=key, actor=actor, args=[actor.pk, tried, *report_ids], run_after=later)


def go_on(actor: User, report_ids: list, *, tried: int) -> None:
    """Let the draft be read and the other report be issued, once all three are ready; told twice changes nothing."""
    found = Report.objects.in_bulk(report_ids)
    if len(found) != len(report_ids) or not all(report.is_ready for report in found.values()):
        if len(found) == len(report_ids):
            wait_for(report_ids, actor, tried=tried + 1)
        return
    facts = data.read("reports")
    by_text = {str(pk): report for pk, report in found.items()}
    drafted, japanese, _english = (by_text[str(pk)] for pk in report_ids)
    if not ReportReader.objects.filter(report=drafted).exists():
        for reader in facts["readers"]:
            _read(drafted, reader, actor)
    if prospect(japanese).obstacle is None:
        issuing.request_issue(report=japanese, note=facts["issued"]["note"], actor=actor)


def _read(report: Report, facts: dict, actor: User) -> None:
    due_on = timezone.localdate() + timedelta(days=facts["days"])
    who = {name: facts[name] for name in ("name", "organisation", "email", "language")}
    reader, _token = reading.invite_reader(report=report, due_on=due_on, actor=actor, **who)
    if "verdict" not in facts:
        return
    headings = {block.key: block.heading for block in report_blocks(report) if block.key}
    reading.answer_by_link(
        reader=reader,
        comments=facts.get("comments", {}),
        headings=headings,
        verdict=facts["verdict"],
        reason=facts.get("reason", ""),
        now=timezone.now(),
    )
