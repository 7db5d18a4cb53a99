"""Deeds at the door. Taps come from devices that may be offline, late, or twice; each counts once and none is lost."""

from collections import defaultdict
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from audit import services as audit
from companies.models import Company, Person
from programmes.enums import DoorDeed, DoorOutcome, MilestoneCode, Mode, Registration, SessionState, Source
from programmes.models import Attendance, DoorOperation, Enrolment, MilestoneDate, Session

from .certificates import revoke_absent
from .people import Newcomer, enter_person, hold_people, people_alike
from .programme import Reached, cancel_milestones, reach_milestones

GRACE = timedelta(minutes=10)
"""Who comes this long after the beginning, or goes this long before the end, is neither late nor early."""
EARLY = timedelta(hours=12)
"""A tap longer before the beginning, or after the end, says that somebody came, and not when."""
MOMENT = timedelta(minutes=1)
"""Devices' clocks and slow lines differ by as much. Only a tap that is older than another by more was overtaken by it."""


class DoorClosed(Exception):
    """The session is a draft or was cancelled: nobody is received there."""


class OperationTaken(Exception):
    """The id of an operation is used for something else; no honest device sends that."""


class SeveralOfThatName(Exception):
    """The company has several people of that name, so that nobody knows who came; choose one of the list."""


@dataclass(frozen=True)
class Tap:
    """One tap on somebody of the list, as a device sends it."""

    id: UUID
    attendance_id: UUID
    deed: DoorDeed
    mode: str
    happened_at: datetime


@dataclass(frozen=True)
class Visitor:
    """Somebody who came without being on the list, as typed at the door."""

    id: UUID
    company: Company
    name: str
    kana: str
    mode: str
    happened_at: datetime


@dataclass(frozen=True)
class Answer:
    """What became of a tap. `registration` is what the list said of the person before."""

    id: UUID
    outcome: DoorOutcome
    attendance: Attendance | None = None
    registration: str = Registration.REGISTERED


def lock_session(session: Session) -> Session:
    """Take the lock that every change of registrations and presence is made under. Raises DoorClosed."""
    locked = Session.objects.select_for_update().get(pk=session.pk)
    if locked.state != SessionState.PUBLISHED:
        raise DoorClosed
    return locked


def is_late(session: Session, arrived_at: datetime | None) -> bool:
    return arrived_at is not None and arrived_at > session.starts_at + GRACE


def arrival(session: Session, moment: datetime) -> datetime | None:
    """Return the moment where it can be when somebody came; entered days later it says nothing of that."""
    return moment if session.starts_at - EARLY <= moment <= session.ends_at else None


# --- What is known of a row ---------------------------------------------------------------------------------------------


@dataclass
class _Past:
    """What happened at the door about one person so far, by the times of the deeds."""

    operations: list[DoorOperation] = field(default_factory=list)

    @property
    def newest(self) -> DoorOperation | None:
        """The latest deed that changed anything."""
        return max((o for o in self.operations if o.changed), key=lambda o: o.happened_at, default=None)

    @property
    def check_in(self) -> DoorOperation | None:
        """The check-in that made the person present, with how the row stood before."""
        came = (o for o in self.operations if o.changed and o.deed != DoorDeed.UNDO and o.before)
        return max(came, key=lambda o: o.happened_at, default=None)

    def overtakes(self, tap: Tap) -> bool:
        return self.newest is not None and tap.happened_at < self.newest.happened_at - MOMENT


def _pasts(attendance_ids: Iterable[UUID]) -> dict[UUID, _Past]:
    pasts: dict[UUID, _Past] = defaultdict(_Past)
    for operation in DoorOperation.objects.filter(attendance__in=attendance_ids).order_by("recorded_at", "pk"):
        pasts[operation.attendance_id].operations.append(operation)
    return pasts


def _snapshot(row: Attendance) -> dict:
    return {
        "registration": row.registration,
        "waiting_since": row.waiting_since.isoformat() if row.waiting_since else None,
        "attended": row.attended,
    }


# --- Check in and undo ------------------------------------------------------------------------------------------------


def set_present(row: Attendance, *, session: Session, mode: str, at: datetime | None) -> None:
    """Make somebody present. Who came has a place, whatever was said before."""
    row.registration, row.waiting_since = Registration.REGISTERED, None
    row.attended, row.actual_mode, row.arrived_at = True, mode, at
    row.is_late, row.left_early = is_late(session, at), False


def set_not_present(row: Attendance, *, attended: bool | None) -> None:
    """Take presence back to "not known" (None) or "did not come" (False)."""
    row.attended, row.actual_mode, row.arrived_at = attended, "", None
    row.is_late = row.left_early = False


def _restore(row: Attendance, before: dict) -> None:
    set_not_present(row, attended=before.get("attended"))
    row.registration = before.get("registration", row.registration)
    since = before.get("waiting_since")
    row.waiting_since = parse_datetime(since) if since else None


def _check_in(tap: Tap, row: Attendance, past: _Past, session: Session) -> tuple[DoorOutcome, dict]:
    """Return what became of it, and how the row stood where it was changed."""
    if past.overtakes(tap):
        if not row.attended or past.newest.deed == DoorDeed.UNDO:
            return DoorOutcome.OVERTAKEN, {}
        at = arrival(session, tap.happened_at)
        if at and row.arrived_at and at < row.arrived_at:
            # Received by a device without network, and then by another one: the first time is when they came.
            row.arrived_at, row.is_late = at, is_late(session, at)
        return DoorOutcome.ALREADY, {}
    if row.attended:
        return DoorOutcome.ALREADY, {}
    before = _snapshot(row)
    set_present(row, session=session, mode=tap.mode, at=arrival(session, tap.happened_at))
    return DoorOutcome.DONE, before


def _undo(tap: Tap, row: Attendance, past: _Past) -> tuple[DoorOutcome, dict]:
    if past.overtakes(tap):
        return (DoorOutcome.OVERTAKEN if row.attended else DoorOutcome.ALREADY), {}
    if not row.attended:
        return DoorOutcome.ALREADY, {}
    _restore(row, past.check_in.before if past.check_in else {})
    return DoorOutcome.DONE, {}


WRITTEN = (
    "registration",
    "waiting_since",
    "attended",
    "actual_mode",
    "arrived_at",
    "is_late",
    "left_early",
)


@transaction.atomic
def record_taps(*, session: Session, taps: list[Tap], actor) -> list[Answer]:
    """Record taps in the order they are given, each once however often it is sent; return what became of each.

    Two devices may tap on the same person: one row, and the later deed counts, by the times of the deeds. Raises
    DoorClosed, and OperationTaken for an id that is another session's.
    """
    session = lock_session(session)
    known = set(
        DoorOperation.objects.filter(pk__in=[tap.id for tap in taps], session=session).values_list("pk", flat=True)
    )
    rows = {
        row.pk: row
        for row in Attendance.objects.filter(
            session=session, pk__in={tap.attendance_id for tap in taps}
        ).select_related("company", "person")
    }
    pasts, answers, new, changed = _pasts(rows), [], [], set()
    for tap in taps:
        row = rows.get(tap.attendance_id)
        if tap.id in known:
            answers.append(Answer(tap.id, DoorOutcome.REPEATED, row))
        elif row is None or tap.mode not in session.modes:
            answers.append(Answer(tap.id, DoorOutcome.REFUSED, row))
        else:
            known.add(tap.id)
            operation, answer = _apply(tap, row, pasts[row.pk], session, actor)
            new.append(operation)
            answers.append(answer)
            changed.add(row.pk)
    Attendance.objects.bulk_update([rows[pk] for pk in changed], WRITTEN)
    revoke_absent(attendances=[rows[pk] for pk in changed], actor=actor, now=timezone.now())
    _keep(new)
    _told(session, new, actor)
    keep_milestones(session=session, company_ids={rows[pk].company_id for pk in changed}, actor=actor)
    return answers


def _apply(tap: Tap, row: Attendance, past: _Past, session: Session, actor) -> tuple[DoorOperation, Answer]:
    registration = row.registration
    outcome, before = _undo(tap, row, past) if tap.deed == DoorDeed.UNDO else _check_in(tap, row, past, session)
    operation = DoorOperation(
        id=tap.id,
        session=session,
        programme_id=session.programme_id,
        attendance=row,
        deed=tap.deed,
        mode=tap.mode,
        happened_at=tap.happened_at,
        recorded_by_id=actor.pk,
        changed=outcome == DoorOutcome.DONE,
        before=before,
    )
    past.operations.append(operation)
    # A copy: the next tap of the same batch may change the row again, and what is said is of this one.
    return operation, Answer(tap.id, outcome, copy(row), registration)


def _keep(operations: list[DoorOperation]) -> None:
    try:
        with transaction.atomic():
            DoorOperation.objects.bulk_create(operations)
    except IntegrityError as error:
        raise OperationTaken from error


def _told(session: Session, operations: list[DoorOperation], actor) -> None:
    deeds = [operation.deed for operation in operations if operation.changed]
    if deeds:
        audit.log(
            actor=actor,
            verb="door.recorded",
            obj=session,
            programme_id=session.programme_id,
            detail={deed: deeds.count(deed) for deed in sorted(set(deeds))},
        )


# --- Walk-in ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def receive_visitor(*, session: Session, visitor: Visitor, actor) -> Answer:
    """Receive somebody who is not on the list: a person of the company whom the portal knows, or a new one.

    Sent twice it is one person and one row. Raises SeveralOfThatName, DoorClosed and OperationTaken.
    """
    session = lock_session(session)
    known = DoorOperation.objects.filter(pk=visitor.id, session=session).select_related("attendance__person").first()
    if known:
        return Answer(visitor.id, DoorOutcome.REPEATED, known.attendance)
    if visitor.mode not in session.modes:
        return Answer(visitor.id, DoorOutcome.REFUSED)
    person = _person_of(visitor, actor)
    row = Attendance.objects.filter(session=session, person=person).select_related("company", "person").first()
    deed = DoorDeed.CHECK_IN if row else DoorDeed.WALK_IN
    row = row or _new_row(session, person, visitor)
    tap = Tap(visitor.id, row.pk, deed, visitor.mode, visitor.happened_at)
    operation, answer = _apply(tap, row, _pasts([row.pk])[row.pk], session, actor)
    row.save(update_fields=WRITTEN)
    _keep([operation])
    _told(session, [operation], actor)
    keep_milestones(session=session, company_ids={row.company_id}, actor=actor)
    return answer


def _person_of(visitor: Visitor, actor) -> Person:
    """Return the person of the company with this name, in kanji, romaji or kana; a new one where nobody has it."""
    hold_people(visitor.company)
    alike = people_alike(visitor.company, name=visitor.name, kana=visitor.kana)
    if len(alike) > 1:
        raise SeveralOfThatName
    if alike:
        return alike[0]
    return enter_person(visitor.company, Newcomer(uuid4(), visitor.name, visitor.kana), actor=actor)


def _new_row(session: Session, person: Person, visitor: Visitor) -> Attendance:
    """Put somebody on the list as not coming, so that taking the reception back leaves exactly that."""
    row = Attendance(
        session=session,
        programme_id=session.programme_id,
        company=visitor.company,
        person=person,
        planned_mode=visitor.mode,
        registration=Registration.CANCELLED,
        source=Source.DOOR,
    )
    row.save(force_insert=True)
    return row


# --- What follows from presence ---------------------------------------------------------------------------------------


def keep_milestones(*, session: Session, company_ids: Iterable[UUID], actor) -> None:
    """Let the session's milestone stand for those of the companies who have somebody present, and for no other."""
    company_ids = set(company_ids)
    enrolments = dict(
        Enrolment.objects.filter(programme=session.programme_id, company__in=company_ids).values_list("company", "pk")
    )
    present = Attendance.objects.filter(session=session, company__in=company_ids).present().order_by("arrived_at", "pk")
    first = {row.company_id: row for row in reversed(list(present))}
    day = timezone.localdate(session.starts_at)
    reach_milestones(
        reached=[
            Reached(enrolments[company], MilestoneCode.SESSION, session.code, day, row)
            for company, row in first.items()
            if company in enrolments
        ],
        actor=actor,
        is_correction=False,
    )
    unproven = MilestoneDate.objects.filter(
        enrolment__in=[enrolment for company, enrolment in enrolments.items() if company not in first],
        kind__source=MilestoneCode.SESSION,
        kind__subject=session.code,
        cancelled_on__isnull=True,
    )
    if dates := list(unproven):
        cancel_milestones(dates=dates, actor=actor)


@transaction.atomic
def close_attendance(*, session: Session, actor) -> int:
    """Write down of everybody with a place who was neither received nor in a list that they did not come. Return how many."""
    session = lock_session(session)
    rows = list(Attendance.objects.filter(session=session, attended__isnull=True).registered())
    for row in rows:
        row.attended = False
    Attendance.objects.bulk_update(rows, ["attended"])
    if rows:
        audit.log(
            actor=actor,
            verb="attendance.closed",
            obj=session,
            programme_id=session.programme_id,
            detail={"absent": len(rows)},
        )
    return len(rows)


@dataclass(frozen=True)
class Correction:
    """What is known of one person's presence, decided by hand. `mode` is empty where they were not present."""

    attended: bool | None
    mode: str
    is_late: bool
    left_early: bool
    reason: str


@transaction.atomic
def correct_attendance(*, attendance: Attendance, correction: Correction, actor) -> Attendance:
    """Write one person's presence by hand, with the reason. What the lists said stays in their own records."""
    session = lock_session(attendance.session)
    row = Attendance.objects.select_related("company", "person").get(pk=attendance.pk)
    before = row.standing
    if correction.attended:
        set_present(row, session=session, mode=correction.mode, at=row.arrived_at)
        row.is_late, row.left_early = correction.is_late, correction.left_early
    else:
        set_not_present(row, attended=correction.attended)
    row.note = correction.reason
    row.save(update_fields=[*WRITTEN, "note"])
    revoke_absent(attendances=[row], actor=actor, now=timezone.now())
    audit.log(
        actor=actor,
        verb="attendance.corrected",
        obj=row,
        company_id=row.company_id,
        programme_id=row.programme_id,
        detail={"from": before, "to": row.standing},
    )
    keep_milestones(session=session, company_ids={row.company_id}, actor=actor)
    return row


def default_mode(session: Session, wanted: str = "") -> str:
    """Return the mode of a door: the wanted one where the session has it, else the first that it has."""
    return wanted if wanted in session.modes else str(session.modes[0] if session.modes else Mode.ONSITE)
