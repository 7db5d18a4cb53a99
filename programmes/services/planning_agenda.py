"""The agenda of a session: its items in order, each with its speakers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from audit import services as audit
from programmes import permissions
from programmes.enums import AgendaKind, SessionState
from programmes.models import AgendaItem, Remark, Session, Speaker

from .planning import PlanRefused


@dataclass(frozen=True)
class SpeakerEntry:
    """A speaker as on the day. `id` is that of the row there is, None for a new one."""

    name_ja: str = ""
    name_en: str = ""
    title_ja: str = ""
    title_en: str = ""
    id: UUID | None = None


@dataclass(frozen=True)
class AgendaEntry:
    """An item: both times or none."""

    kind: AgendaKind
    title_ja: str = ""
    title_en: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    speakers: list[SpeakerEntry] = field(default_factory=list)
    id: UUID | None = None


def first_overlaps(times: Sequence[tuple[datetime, datetime] | None]) -> dict[int, int]:
    """Return for each place whose time runs into an earlier row's the place of that row. Rows without times touch nobody.

    One that begins when another ends does not overlap it.
    """
    found = {}
    for place, here in enumerate(times):
        if here is None:
            continue
        for earlier, there in enumerate(times[:place]):
            if there is not None and here[0] < there[1] and there[0] < here[1]:
                found[place] = earlier
                break
    return found


@transaction.atomic
def set_agenda(*, session: Session, entries: list[AgendaEntry], actor) -> None:
    """Make the agenda what `entries` say, in their order. Rows that are known by their id stay the same rows.

    Raises PermissionDenied, and PlanRefused: for a session that is cancelled, for times that overlap, and for a speaker
    whose words are kept for the report and who therefore cannot go.
    """
    locked = Session.objects.select_for_update().get(pk=session.pk)
    if not permissions.can_plan(actor, locked):
        raise PermissionDenied
    if locked.state == SessionState.CANCELLED:
        raise PlanRefused(_("The session is cancelled. Copy it to plan it anew."))
    if first_overlaps([(entry.starts_at, entry.ends_at) if entry.starts_at else None for entry in entries]):
        raise PlanRefused(_("Two items of the agenda overlap."))
    known = {item.pk: item for item in AgendaItem.objects.filter(session=locked)}
    speakers = {speaker.pk: speaker for speaker in Speaker.objects.filter(item__session=locked)}
    kept_items = {entry.id for entry in entries} & set(known)
    kept_speakers = {line.id for entry in entries for line in entry.speakers} & set(speakers)
    _check_remarks(set(speakers) - kept_speakers)
    # Each row is taken once, so that one that is named twice becomes two.
    free_items, free_speakers = dict(known), dict(speakers)
    items = [_item(locked, order, entry, free_items) for order, entry in enumerate(entries, 1)]
    lines = [
        _speaker(item, order, line, free_speakers)
        for item, entry in zip(items, entries, strict=True)
        for order, line in enumerate(entry.speakers, 1)
    ]
    AgendaItem.objects.bulk_create([item for item in items if item.pk not in known])
    AgendaItem.objects.bulk_update(
        [item for item in items if item.pk in known], ["order", "kind", "title_ja", "title_en", "starts_at", "ends_at"]
    )
    Speaker.objects.bulk_create([line for line in lines if line.pk not in speakers])
    Speaker.objects.bulk_update(
        [line for line in lines if line.pk in speakers],
        ["item", "order", "name_ja", "name_en", "title_ja", "title_en"],
    )
    Speaker.objects.filter(pk__in=set(speakers) - kept_speakers).delete()
    AgendaItem.objects.filter(pk__in=set(known) - kept_items).delete()
    audit.log(
        actor=actor,
        verb="agenda.set",
        obj=locked,
        programme_id=locked.programme_id,
        detail={"items": len(items), "speakers": len(lines)},
    )


def _check_remarks(leaving: set[UUID]) -> None:
    quoted = Remark.objects.filter(speaker__in=leaving).select_related("speaker").first()
    if quoted:
        raise PlanRefused(
            _("Words of %(name)s are kept for the report. Remove these first.") % {"name": quoted.speaker}
        )


def _item(session: Session, order: int, entry: AgendaEntry, known: dict[UUID, AgendaItem]) -> AgendaItem:
    item = known.pop(entry.id, None) or AgendaItem(session=session, programme_id=session.programme_id)
    item.order, item.kind = order, entry.kind
    item.title_ja, item.title_en = entry.title_ja, entry.title_en
    item.starts_at, item.ends_at = entry.starts_at, entry.ends_at
    return item


def _speaker(item: AgendaItem, order: int, line: SpeakerEntry, known: dict[UUID, Speaker]) -> Speaker:
    speaker = known.pop(line.id, None) or Speaker(programme_id=item.programme_id)
    speaker.item, speaker.order = item, order
    speaker.name_ja, speaker.name_en = line.name_ja, line.name_en
    speaker.title_ja, speaker.title_en = line.title_ja, line.title_en
    return speaker
