"""Planning sessions: as a draft, published, changed and cancelled, and telling those who registered."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Count, F
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from audit import services as audit
from common import dates
from jobs.services import forget_files
from notifications.services import Reader, notify, write_to
from programmes import permissions, rendering, workflow
from programmes.enums import Mode, Registration, SessionState, SessionTransition
from programmes.models import (
    AgendaItem,
    Arrival,
    Attendance,
    Facilitator,
    Material,
    Photo,
    Programme,
    Seat,
    Session,
    Survey,
)

from .programme import count_session, stop_counting_session
from .registration import fill_places

CHANGED, CANCELLED = "session_changed", "session_cancelled"
# What a calendar shows of a session, and, narrower, what people have to be told when it changes.
CALENDAR_FIELDS = ("title_ja", "title_en", "starts_at", "ends_at", "method", "venue_ja", "venue_en")
TOLD_FIELDS = ("starts_at", "ends_at", "method", "venue_ja", "venue_en")
# Who is told: those who have a place, and those who hope for one.
TOLD = (Registration.REGISTERED, Registration.WAITING)


class PlanRefused(Exception):
    """It cannot be done as the session stands. The message says why, in the words of the person who asks."""


@dataclass(frozen=True)
class WayIn:
    """How to get in, in one mode."""

    mode: Mode
    url: str = ""
    note_ja: str = ""
    note_en: str = ""


@dataclass(frozen=True)
class Plan:
    """What the secretariat says about a session: its columns by name, the ways in, and the advisers who lead group work."""

    values: dict
    ways_in: list[WayIn] = field(default_factory=list)
    facilitators: list[Seat] = field(default_factory=list)


@transaction.atomic
def plan_session(*, programme: Programme, plan: Plan, actor) -> Session:
    """Create a draft, which only the secretariat sees. Raises PermissionDenied, and ValidationError by field."""
    if not permissions.can_manage(actor, programme.pk):
        raise PermissionDenied
    # Two who plan at once wait for each other, so that neither takes the other's code.
    Programme.objects.select_for_update().get(pk=programme.pk)
    session = workflow.draft(programme=programme, **plan.values)
    check_code(session)
    check_times(session)
    session.order = Session.objects.filter(programme=programme).count()
    session.save(force_insert=True)
    _set_ways_in(session, plan.ways_in)
    _set_facilitators(session, plan.facilitators)
    audit.log(actor=actor, verb="session.planned", obj=session, programme_id=programme.pk)
    return session


def check_code(session: Session) -> None:
    """Raise ValidationError for a code that another session of the programme has."""
    if Session.objects.filter(programme=session.programme_id, code=session.code).exclude(pk=session.pk).exists():
        raise ValidationError({"code": _("Another session of this programme has this code.")})


def check_times(session: Session) -> None:
    """Raise ValidationError, by field of the form, for times that cannot be."""
    if session.ends_at <= session.starts_at:
        raise ValidationError({"ends": _("The end must come after the start.")})
    if session.registration_ends_at and session.registration_ends_at > session.starts_at:
        raise ValidationError({"registration_ends_at": _("Registration has to end before the session begins.")})


@dataclass(frozen=True)
class Change:
    """What became of a change: the session, and how many people were told of it and moved to the other mode."""

    session: Session
    told: int = 0
    moved: int = 0


@transaction.atomic
def change_session(*, session: Session, plan: Plan, actor, now: datetime) -> Change:
    """Write the plan anew. What calendars show raises the sequence; those who registered are told of time, venue and method.

    The agenda moves with the session's start. Places that become free go to who waits longest. When a mode is no longer
    offered, those who registered for it are moved to the other one, and told. Raises PermissionDenied, PlanRefused for a
    session that is cancelled, and ValidationError by field: a capacity below the registered, an agenda that no longer fits.
    """
    locked = _hold(session, actor)
    before = Session.objects.get(pk=session.pk)
    for name, value in plan.values.items():
        setattr(locked, name, value)
    check_code(locked)
    check_times(locked)
    _move_agenda(locked, before)
    moved = _move_people(locked, before)
    _check_capacity(locked, before, has_moved=bool(moved))
    ways_changed = _set_ways_in(locked, plan.ways_in)
    _set_facilitators(locked, plan.facilitators)
    changed = {name for name in plan.values if getattr(locked, name) != getattr(before, name)}
    is_public = locked.state == SessionState.PUBLISHED
    if is_public and (ways_changed or changed.intersection(CALENDAR_FIELDS)):
        locked.sequence += 1
    locked.save(update_fields=[*plan.values, "sequence"])
    audit.log(
        actor=actor,
        verb="session.changed",
        obj=locked,
        programme_id=locked.programme_id,
        detail={"fields": sorted(changed), "sequence": locked.sequence},
    )
    if is_public:
        fill_places(session=locked, actor=actor)
    told = 0
    if is_public and changed.intersection(TOLD_FIELDS) and max(locked.ends_at, before.ends_at) > now:
        told = tell_participants(session=locked, kind=CHANGED, actor=actor, before=before)
    return Change(locked, told, moved)


def _hold(session: Session, actor) -> Session:
    """Return the session as it is now, held until the end of the transaction, as registrations and check-ins hold it."""
    locked = Session.objects.select_for_update().get(pk=session.pk)
    if not permissions.can_plan(actor, locked):
        raise PermissionDenied
    if locked.state == SessionState.CANCELLED:
        raise PlanRefused(_("The session is cancelled. Copy it to plan it anew."))
    return locked


def _move_agenda(session: Session, before: Session) -> None:
    """Move the agenda with the session's start; raise ValidationError where it would stick out at the end."""
    by = session.starts_at - before.starts_at
    timed = AgendaItem.objects.filter(session=session, starts_at__isnull=False)
    last = timed.order_by("-ends_at").first()
    if last is None:
        return
    if last.ends_at + by > session.ends_at:
        raise ValidationError(
            {
                "ends": _("The agenda goes on until %(time)s. Please shorten the agenda first.")
                % {"time": dates.clock(last.ends_at + by)}
            }
        )
    if by:
        timed.update(starts_at=F("starts_at") + by, ends_at=F("ends_at") + by)


def registered_by_mode(session: Session) -> dict[str, int]:
    """How many people have a place in each mode."""
    rows = Attendance.objects.filter(session=session).registered().order_by().values("planned_mode")
    return {row["planned_mode"]: row["count"] for row in rows.annotate(count=Count("pk"))}


def _move_people(session: Session, before: Session) -> int:
    """Move who registered for a mode that is no longer offered to the one that is, and return how many. What was, stays."""
    gone = set(before.modes) - set(session.modes)
    if not gone:
        return 0
    rows = Attendance.objects.filter(session=session, planned_mode__in=gone, registration__in=TOLD, attended=None)
    return rows.update(planned_mode=session.modes[0], sequence=F("sequence") + 1)


def _check_capacity(session: Session, before: Session, *, has_moved: bool) -> None:
    """Raise ValidationError for fewer places than there are people. What was so before, as after walk-ins, is left alone."""
    registered = registered_by_mode(session)
    wrong = {}
    for mode in session.modes:
        places, people = session.capacity(mode), registered.get(mode, 0)
        is_new = has_moved or places != before.capacity(mode) or mode not in before.modes
        if is_new and places is not None and places < people:
            wrong[f"capacity_{mode}"] = _("%(count)s people have a place already. There cannot be fewer places.") % {
                "count": people
            }
    if wrong:
        raise ValidationError(wrong)


def _set_ways_in(session: Session, ways_in: list[WayIn]) -> bool:
    """Keep the ways in as they are said, and return whether one changed that there was already."""
    known = {arrival.mode: arrival for arrival in Arrival.objects.filter(session=session)}
    has_changed = False
    for way in ways_in:
        values = {"url": way.url, "note_ja": way.note_ja, "note_en": way.note_en}
        arrival = known.get(way.mode)
        if arrival is None:
            if any(values.values()):
                Arrival.objects.create(session=session, programme_id=session.programme_id, mode=way.mode, **values)
                has_changed = True
            continue
        if any(getattr(arrival, name) != value for name, value in values.items()):
            Arrival.objects.filter(pk=arrival.pk).update(**values)
            has_changed = True
    return has_changed


def _set_facilitators(session: Session, seats: list[Seat]) -> None:
    wanted = {seat.pk for seat in seats}
    known = Facilitator.objects.filter(session=session)
    known.exclude(seat__in=wanted).delete()
    there = set(known.values_list("seat_id", flat=True))
    Facilitator.objects.bulk_create(
        [
            Facilitator(session=session, programme_id=session.programme_id, seat=seat)
            for seat in seats
            if seat.pk not in there
        ]
    )


# --- Publishing and cancelling ----------------------------------------------------------------------------------------


def missing_for_publication(session: Session) -> list[str]:
    """Return, as sentences, what participants could not do without. Empty when the session can be published."""
    missing = []
    if not session.title_ja and not session.title_en:
        missing.append(_("The session has no title."))
    if Mode.ONSITE in session.modes and not session.venue:
        missing.append(_("The session is held on site and has no venue."))
    return missing


@transaction.atomic
def publish_session(*, session: Session, actor) -> Session:
    """Show a draft to everybody in the programme, and count it among the programme's milestones.

    Raises PermissionDenied, PlanRefused for what is missing, TransitionRefused.
    """
    published = workflow.move(session=session, transition=SessionTransition.PUBLISH, actor=actor)
    missing = missing_for_publication(published)
    if missing:
        raise PlanRefused(" ".join(missing))
    count_session(session=published, actor=actor)
    return published


@transaction.atomic
def cancel_session(*, session: Session, actor, now: datetime) -> Change:
    """Call a published session off, and tell those who registered or wait. It stays to be seen, as cancelled.

    Raises PermissionDenied, TransitionRefused, and PlanRefused for a session that took place.
    """
    cancelled = workflow.move(session=session, transition=SessionTransition.CANCEL, actor=actor)
    if took_place(cancelled, now=now):
        raise PlanRefused(_("The session took place and cannot be cancelled any more."))
    stop_counting_session(session=cancelled, actor=actor)
    return Change(cancelled, tell_participants(session=cancelled, kind=CANCELLED, actor=actor))


def took_place(session: Session, *, now: datetime) -> bool:
    """Whether a session is over, or somebody is there already."""
    return session.ends_at <= now or Attendance.objects.filter(session=session).present().exists()


@transaction.atomic
def discard_session(*, session: Session, actor) -> None:
    """Throw a draft away, with all that was planned for it. Raises PermissionDenied, and PlanRefused once it was published."""
    locked = Session.objects.select_for_update().get(pk=session.pk)
    if not permissions.can_plan(actor, locked):
        raise PermissionDenied
    if locked.state != SessionState.DRAFT:
        raise PlanRefused(_("Only a draft can be thrown away. What was published stays to be seen."))
    if Attendance.objects.filter(session=locked).exists():
        raise PlanRefused(_("People are registered for this session. It cannot be thrown away."))
    audit.log(actor=actor, verb="session.discarded", obj=locked, programme_id=locked.programme_id)
    files = [
        file
        for model in (Material, Photo)
        for file in model.objects.filter(session=locked).values_list("file", flat=True)
    ]
    for model in (AgendaItem, Arrival, Facilitator, Material, Photo, Survey):
        model.objects.filter(session=locked).delete()
    # Not Django's own deletion: it asks every table that knows sessions, also those from which nobody may delete.
    Session.objects.filter(pk=locked.pk)._raw_delete(using=DEFAULT_DB_ALIAS)
    forget_files(files)


# --- Telling ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def tell_participants(*, session: Session, kind: str, actor, before: Session | None = None) -> int:
    """Tell those who have a place at a session, or wait for one, what became of it; return how many could be told.

    `kind` is CHANGED or CANCELLED; with `before` the mail says what it was until now. Each is written to in their own
    language, once for each state of the session; who has no account, by the address that the company gave.
    """
    rows = Attendance.objects.filter(session=session, registration__in=TOLD).select_related("person__user")
    words = _in_each_language(lambda: _facts(session, before))
    path = reverse("programmes:session", args=[session.programme_id, session.pk])
    key = f"{kind}:{session.pk}:{session.sequence}"
    told = 0
    for row in rows.order_by("person__name_kana", "pk"):
        person = row.person
        if person.user:
            message = notify(
                to=person.user,
                kind=kind,
                actor=actor,
                params=words[person.user.language] | {"has_account": True},
                path=path,
                programme_id=session.programme_id,
                key=key,
            )
            told += message is not None
        elif person.email:
            reader = Reader(name=person.name, address=person.email)
            write_to(to=reader, kind=kind, actor=actor, params=words[reader.language])
            told += 1
    return told


def _in_each_language(facts: Callable[[], dict]) -> dict[str, dict]:
    words = {}
    for language in ("ja", "en"):
        with translation.override(language):
            words[language] = facts()
    return words


def _facts(session: Session, before: Session | None) -> dict:
    """What the mail says, in the present language; what was before only where it is another now."""
    now = _facts_now(session)
    was = _facts_now(before) if before else {}
    changes = {f"{name}_before": was[name] for name in was if was[name] != now[name]}
    return {"session": session.title, **now, **changes}


def _facts_now(session: Session) -> dict:
    return {
        "when": rendering.when(session),
        "method": rendering.method(session),
        "venue": session.venue or (_("Online") if Mode.ONSITE not in session.modes else ""),
    }


def local_moment(session: Session, clock) -> datetime:
    """Return the first moment at or after the session's start that has this time of day, in the portal's zone."""
    start = timezone.localtime(session.starts_at)
    moment = timezone.make_aware(datetime.combine(start.date(), clock))
    if moment < session.starts_at and timezone.localdate(session.ends_at) > start.date():
        moment = timezone.make_aware(datetime.combine(timezone.localdate(session.ends_at), clock))
    return moment
