"""Copying a session, or a programme's whole plan: drafts with the agenda, without anybody who registered or came."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import services as audit
from programmes import permissions, workflow
from programmes.enums import Mode, SessionState
from programmes.models import AgendaItem, Arrival, Facilitator, Programme, Session, Speaker
from programmes.queries.rollover import weeks_of

from .planning import PlanRefused

# What a copy takes over. Neither the joining link, which belongs to one meeting, nor materials, photographs or people.
COPIED = (
    "strand",
    "kind",
    "title_ja",
    "title_en",
    "method",
    "method_note_ja",
    "method_note_en",
    "venue_ja",
    "venue_en",
    "audience",
    "capacity_onsite",
    "capacity_online",
    "preparation_ja",
    "preparation_en",
    "online_share",
)


def weeks_between(source: Programme, target: Programme) -> int:
    """By how many weeks a plan moves: the whole number nearest to the years between them, so that weekdays stay."""
    years = target.fiscal_year - source.fiscal_year
    if years:
        return weeks_of(years)
    return round((target.starts_on - source.starts_on).days / 7)


def _moved(moment: datetime | None, by: timedelta) -> datetime | None:
    """Return the moment some days later at the same time of day."""
    if moment is None:
        return None
    local = timezone.localtime(moment)
    return timezone.make_aware(datetime.combine(local.date() + by, local.time()))


def free_code(code: str, taken: set[str]) -> str:
    """Return the code, with a number behind it where it is taken."""
    if code not in taken:
        return code
    for number in range(2, len(taken) + 3):
        found = f"{code[: 20 - len(str(number)) - 1]}-{number}"
        if found not in taken:
            return found
    raise AssertionError("More numbers than codes leave one free.")


def _hold(programme: Programme, actor) -> set[str]:
    """Hold the programme against others who plan in it, and return the codes of its sessions. Raises PermissionDenied."""
    if not permissions.can_manage(actor, programme.pk):
        raise PermissionDenied
    Programme.objects.select_for_update().get(pk=programme.pk)
    return set(Session.objects.filter(programme=programme).values_list("code", flat=True))


@transaction.atomic
def copy_session(
    *, session: Session, programme: Programme, starts_at: datetime, actor, code: str = "", with_speakers: bool = False
) -> Session:
    """Copy a session to another day, in its own or another programme that the person manages; return the draft.

    Without `code` the copy has the session's own, with a number behind it where that is taken. Facilitators come along
    within the same programme. Raises PermissionDenied, and PlanRefused for a code that is taken.
    """
    if not permissions.can_plan(actor, session):
        raise PermissionDenied
    taken = _hold(programme, actor)
    if code in taken:
        raise PlanRefused(_("Another session of this programme has this code."))
    by = timezone.localdate(starts_at) - timezone.localdate(session.starts_at)
    length = session.ends_at - session.starts_at
    made = _copy(
        session,
        programme,
        code=code or free_code(session.code, taken),
        times={
            "starts_at": starts_at,
            "ends_at": starts_at + length,
            "registration_ends_at": _registration_end(session, starts_at, by),
        },
        order=len(taken),
        with_speakers=with_speakers,
    )
    _log(made, session, actor)
    return made


def _registration_end(session: Session, starts_at: datetime, by: timedelta) -> datetime | None:
    ends = _moved(session.registration_ends_at, by)
    return min(ends, starts_at) if ends else None


@transaction.atomic
def copy_plan(*, source: Programme, target: Programme, weeks: int, actor, with_speakers: bool = False) -> list[Session]:
    """Copy every session of a programme that was not cancelled as a draft, `weeks` later, to another one.

    Raises PermissionDenied unless the person manages both, and PlanRefused for a programme into itself or an empty plan.
    """
    if not permissions.can_manage(actor, source.pk):
        raise PermissionDenied
    if source.pk == target.pk:
        raise PlanRefused(_("Please choose another programme."))
    taken = _hold(target, actor)
    sessions = list(Session.objects.filter(programme=source).exclude(state=SessionState.CANCELLED))
    if not sessions:
        raise PlanRefused(_("There is no session to copy."))
    by, made = timedelta(weeks=weeks), []
    for session in sessions:
        code = free_code(session.code, taken)
        taken.add(code)
        times = {name: _moved(getattr(session, name), by) for name in ("starts_at", "ends_at", "registration_ends_at")}
        copy = _copy(session, target, code=code, times=times, order=len(taken), with_speakers=with_speakers)
        _log(copy, session, actor)
        made.append(copy)
    return made


def copy_at(
    session: Session, programme: Programme, *, by: timedelta, order: int, with_speakers: bool, actor
) -> Session:
    """Copy one session into a programme that has none of its code yet, as a draft some days later."""
    times = {name: _moved(getattr(session, name), by) for name in ("starts_at", "ends_at", "registration_ends_at")}
    copy = _copy(session, programme, code=session.code, times=times, order=order, with_speakers=with_speakers)
    _log(copy, session, actor)
    return copy


def _copy(
    session: Session, programme: Programme, *, code: str, times: dict, order: int, with_speakers: bool
) -> Session:
    values = {name: getattr(session, name) for name in COPIED}
    copy = workflow.draft(programme=programme, code=code, order=order, **values, **times)
    copy.save(force_insert=True)
    way = Arrival.objects.filter(session=session, mode=Mode.ONSITE).first()
    if way:
        Arrival.objects.create(
            session=copy, programme=programme, mode=way.mode, url=way.url, note_ja=way.note_ja, note_en=way.note_en
        )
    if programme.pk == session.programme_id:
        seats = Facilitator.objects.filter(session=session, seat__ended_at__isnull=True).values_list(
            "seat_id", flat=True
        )
        Facilitator.objects.bulk_create(
            [Facilitator(session=copy, programme=programme, seat_id=seat_id) for seat_id in seats]
        )
    _copy_agenda(session, copy, with_speakers=with_speakers)
    return copy


def _copy_agenda(session: Session, copy: Session, *, with_speakers: bool) -> None:
    by = copy.starts_at - session.starts_at
    items, speakers = [], []
    for item in AgendaItem.objects.filter(session=session).prefetch_related("speakers"):
        new = AgendaItem(
            session=copy,
            programme_id=copy.programme_id,
            order=item.order,
            kind=item.kind,
            title_ja=item.title_ja,
            title_en=item.title_en,
            starts_at=item.starts_at + by if item.starts_at else None,
            ends_at=item.ends_at + by if item.ends_at else None,
        )
        items.append(new)
        if with_speakers:
            speakers += [_copy_of(speaker, new) for speaker in item.speakers.all()]
    AgendaItem.objects.bulk_create(items)
    Speaker.objects.bulk_create(speakers)


def _copy_of(speaker: Speaker, item: AgendaItem) -> Speaker:
    names = {name: getattr(speaker, name) for name in ("order", "name_ja", "name_en", "title_ja", "title_en")}
    return Speaker(item=item, programme_id=item.programme_id, **names)


def _log(copy: Session, session: Session, actor) -> None:
    audit.log(
        actor=actor,
        verb="session.copied",
        obj=copy,
        programme_id=copy.programme_id,
        detail={"from": str(session.pk), "programme": str(session.programme_id)},
    )
