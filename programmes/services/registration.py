"""Registration for sessions: places, the waiting list, apologies and those who come instead.

Every deed begins by holding the session, so that two people never get the same place and whoever waits longest is the next
(docs/decisions/registration.md). Messages about a session are written in the name of its secretariat, because a company may
neither read the joining link of others nor write to them.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import services as audit
from common.tenancy import acting_as
from companies.models import Company, Person
from programmes import permissions, queries
from programmes.enums import Mode, Registration, SessionState, Source
from programmes.models import Attendance, Observer, Session

from .people import Newcomer, enter_person, hold_people, people_alike
from .registration_mail import Told, tell_people
from .reminders import forget_reminders_of

GONE = (Registration.APOLOGISED, Registration.CANCELLED)


class RegistrationRefused(Exception):
    """It cannot be done now. `code` says why, the message says it to the person; nothing was written."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class _Held:
    """A session that nobody else registers for until this transaction ends, and what the actor is to it."""

    session: Session
    host_id: UUID | None
    actor: object
    by_secretariat: bool
    now: datetime  # read after the wait for the lock, so that the order of the waiting list is that of the deeds

    @property
    def source(self) -> Source:
        return Source.SECRETARIAT if self.by_secretariat else Source.COMPANY

    def check_open(self) -> None:
        """Registration is open until its day; the secretariat takes calls until the session is over."""
        self.check_held_on()
        if not self.by_secretariat and self.session.closes_at <= self.now:
            raise RegistrationRefused(
                "closed", _("Registration for this session has ended. Please ask the secretariat.")
            )

    def check_held_on(self) -> None:
        """Whether anything can still be said before the session."""
        if self.session.state == SessionState.CANCELLED:
            raise RegistrationRefused("cancelled", _("This session was cancelled."))
        if self.session.state == SessionState.DRAFT:
            raise RegistrationRefused("draft", _("This session is a draft. Publish it before people register."))
        if self.session.ends_at <= self.now:
            raise RegistrationRefused("over", _("This session is over."))

    def check_mode(self, mode: str) -> None:
        if mode not in self.session.modes:
            raise RegistrationRefused("mode", _("One cannot take part in this session in that way."))

    def check_company(self, company_id: UUID) -> None:
        day = timezone.localdate(self.session.starts_at)
        if not queries.is_taking_part(company_id, self.session, day=day):
            raise RegistrationRefused(
                "not_taking_part", _("The company does not take part in the programme on that day.")
            )

    def has_place(self, mode: str) -> bool:
        capacity = self.session.capacity(mode)
        taken = queries.places_taken([self.session]).get((self.session.pk, mode), queries.NONE_TAKEN)
        return capacity is None or (taken.places < capacity and not taken.waiting)


def _hold(session: Session, actor) -> _Held:
    """Hold the session's row until the transaction ends. Raises Session.DoesNotExist for what is not the actor's to see."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT host_id FROM app.lock_session(%s)", [session.pk])
        row = cursor.fetchone()
    if row is None:
        raise Session.DoesNotExist
    return _Held(
        session=Session.objects.get(pk=session.pk),
        host_id=row[0],
        actor=actor,
        by_secretariat=permissions.can_manage(actor, session.programme_id),
        now=timezone.now(),
    )


def _begin(session: Session, person: Person, actor) -> tuple[_Held, Attendance | None]:
    if not permissions.can_register(actor, session, person.company_id):
        raise PermissionDenied
    held = _hold(session, actor)
    row = Attendance.objects.filter(session=session, person=person).select_related("person").first()
    if row and row.attended:
        raise RegistrationRefused("present", _("%(name)s is checked in already.") % {"name": person.name})
    return held, row


# --- Deeds ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def register(*, session: Session, person: Person, mode: str, actor) -> Attendance:
    """Register a person, or change the way in which they take part; on the waiting list where no place is free.

    Asking for what is already so changes nothing. Who has a place keeps it when the other mode is full. Raises
    PermissionDenied ("not you") and RegistrationRefused ("not now").
    """
    held, row = _begin(session, person, actor)
    if row and row.registration not in GONE and row.planned_mode == mode:
        return row
    held.check_open()
    held.check_mode(mode)
    held.check_company(person.company_id)
    has_place = held.has_place(mode)
    if row and row.registration == Registration.REGISTERED and not has_place:
        raise RegistrationRefused(
            "full",
            _("No place is free there (%(full)s). %(name)s stays registered: %(mode)s.")
            % {"name": person.name, "full": Mode(mode).label, "mode": Mode(row.planned_mode).label},
        )
    is_back = row is None or row.registration in GONE
    row = row or Attendance(
        session=session, programme_id=session.programme_id, company_id=person.company_id, person=person
    )
    if is_back:
        row.source, row.deputy_for, row.apology = held.source, None, ""
        Attendance.objects.filter(session=session, deputy_for=person).update(deputy_for=None)
    row.planned_mode = mode
    _place(row, held, has_place=has_place)
    _finish(held, row, "attendance.registered" if has_place else "attendance.waited")
    return row


@transaction.atomic
def apologise(*, session: Session, person: Person, reason: str, actor, deputy: Person | None = None) -> Attendance:
    """Record that a person does not come, and why. A deputy of the same company takes their place, whatever is full.

    Also for somebody who was not registered: then the company has answered. Whoever waited leaves their turn to the
    deputy. Raises PermissionDenied and RegistrationRefused.
    """
    held, row = _begin(session, person, actor)
    if not held.by_secretariat:
        held.check_held_on()
    elif deputy:
        held.check_open()
    before = row and (row.registration, row.planned_mode, row.waiting_since)
    if row is None:
        held.check_company(person.company_id)
        row = Attendance(
            session=session,
            programme_id=session.programme_id,
            company_id=person.company_id,
            person=person,
            planned_mode=held.session.modes[0],
            source=held.source,
        )
    _leave(row, Registration.APOLOGISED, reason=reason)
    if deputy:
        _put_in_place(held, row, before, deputy)
    _finish(held, row, "attendance.apologised", was_there=bool(before) and before[0] not in GONE)
    return row


@transaction.atomic
def withdraw(*, session: Session, person: Person, actor) -> Attendance:
    """Take a registration back as if it had not been meant; the next who waits moves up."""
    held, row = _begin(session, person, actor)
    held.check_held_on()
    if row is None:
        raise RegistrationRefused("not_registered", _("%(name)s is not registered.") % {"name": person.name})
    if row.registration == Registration.CANCELLED:
        return row
    was_there = row.registration not in GONE
    _leave(row, Registration.CANCELLED)
    _finish(held, row, "attendance.withdrawn", was_there=was_there)
    return row


@transaction.atomic
def fill_places(*, session: Session, actor) -> list[Attendance]:
    """Give free places to who waits longest, in each mode, and tell them. For who changed how many places there are.

    Does nothing once the session has begun, or where it is not announced. Returns who moved up, as far as there is
    somebody of the secretariat in whose name they are told.
    """
    return _fill(_hold(session, actor))


class ListedAlready(Exception):
    """The company has people of that name already; `people` are they. Whether it is one of them only a person can say."""

    def __init__(self, people: list[Person]):
        super().__init__(f"{len(people)} of that name")
        self.people = people


@transaction.atomic
def register_newcomer(
    *, session: Session, company: Company, newcomer: Newcomer, mode: str, actor, is_another: bool = False
) -> Attendance:
    """Enter somebody among the company's people and register them; both, or neither.

    Sent twice it is one person. `is_another` says that it is somebody else than those of the same name. Raises
    ListedAlready where nobody has said so, PermissionDenied and RegistrationRefused.
    """
    if not permissions.can_register(actor, session, company.pk):
        raise PermissionDenied
    held = _hold(session, actor)
    held.check_open()
    held.check_mode(mode)
    held.check_company(company.pk)
    hold_people(company)
    person = Person.objects.filter(pk=newcomer.id, company=company).first()
    row = person and Attendance.objects.filter(session=session, person=person).select_related("person").first()
    if row:
        return row
    alike = [] if person or is_another else people_alike(company, name=newcomer.name, kana=newcomer.kana)
    if alike:
        raise ListedAlready(alike)
    person = person or enter_person(company, newcomer, actor=actor)
    return register(session=session, person=person, mode=mode, actor=actor)


# --- How a row changes ------------------------------------------------------------------------------------------------


def _place(row: Attendance, held: _Held, *, has_place: bool, waiting_since: datetime | None = None) -> None:
    """Give the person a place, or their turn: `registered_at` is since when they have what they have."""
    row.registration = Registration.REGISTERED if has_place else Registration.WAITING
    row.waiting_since = None if has_place else waiting_since or held.now
    row.registered_at = held.now
    row.attended = None
    row.sequence += 1


def _leave(row: Attendance, registration: Registration, *, reason: str = "") -> None:
    row.registration, row.waiting_since, row.apology = registration, None, reason
    row.deputy_for = None
    row.sequence += 1


def _put_in_place(held: _Held, left: Attendance, before: tuple | None, deputy: Person) -> None:
    """Let the deputy have exactly what the other one had: the place, or the turn in the waiting list."""
    if not before or before[0] in GONE:
        raise RegistrationRefused("no_place", _("%(name)s has no place to take over.") % {"name": left.person.name})
    if deputy.company_id != left.company_id or deputy.pk == left.person_id:
        raise RegistrationRefused("deputy", _("A deputy is somebody else of the same company."))
    row = Attendance.objects.filter(session=left.session_id, person=deputy).select_related("person").first()
    if row and row.registration == Registration.REGISTERED:
        raise RegistrationRefused("deputy", _("%(name)s is registered already.") % {"name": deputy.name})
    row = row or Attendance(
        session_id=left.session_id, programme_id=left.programme_id, company_id=left.company_id, person=deputy
    )
    registration, mode, waiting_since = before
    row.source, row.deputy_for, row.apology, row.planned_mode = held.source, left.person, "", mode
    _place(row, held, has_place=registration == Registration.REGISTERED, waiting_since=waiting_since)
    row.save()
    _log(held, row, "attendance.registered")
    _tell(held, [row.pk], Told.of(row))


def _finish(held: _Held, row: Attendance, verb: str, *, was_there: bool = True) -> None:
    """What follows every deed: the row, its line in the trail, who moves up, and what the person is told."""
    row.save()
    _log(held, row, verb)
    _fill(held)
    if was_there:
        _tell(held, [row.pk], Told.of(row))


def _log(held: _Held, row: Attendance, verb: str) -> None:
    audit.log(
        actor=held.actor,
        verb=verb,
        obj=row,
        company_id=row.company_id,
        programme_id=row.programme_id,
        detail={"session": held.session.code, "mode": row.planned_mode},
    )


def _fill(held: _Held) -> list[Attendance]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT attendance_id FROM app.fill_places(%s)", [held.session.pk])
        moved = [attendance_id for (attendance_id,) in cursor.fetchall()]
    return _tell(held, moved, Told.MOVED_UP) if moved else []


def _tell(held: _Held, attendance_ids: list[UUID], told: Told) -> list[Attendance]:
    """Tell people where they stand, in the name of the secretariat, which may read what belongs into the mail."""
    if held.host_id is None:
        return []
    with acting_as(held.host_id):
        rows = list(Attendance.objects.filter(pk__in=attendance_ids).select_related("person__user", "company"))
        if told == Told.MOVED_UP:
            audit.log_many(
                [
                    audit.build_event(
                        actor=None,
                        verb="attendance.moved_up",
                        obj=row,
                        company_id=row.company_id,
                        programme_id=row.programme_id,
                        detail={"session": held.session.code, "mode": row.planned_mode},
                    )
                    for row in rows
                ]
            )
        tell_people(session=held.session, attendances=rows, told=told)
        # What was to be said tomorrow of what was so until now. Who keeps a place has just been told all of it.
        forget_reminders_of(rows)
    return rows


# --- Observers --------------------------------------------------------------------------------------------------------


@transaction.atomic
def keep_observer(*, observer: Observer, actor) -> Observer:
    """Write down who looks on. They take no place and are never counted. Raises PermissionDenied."""
    if not permissions.can_manage(actor, observer.programme_id):
        raise PermissionDenied
    is_new = observer._state.adding
    observer.save()
    _log_observer(observer, "observer.added" if is_new else "observer.changed", actor)
    return observer


@transaction.atomic
def remove_observer(*, observer: Observer, actor) -> None:
    if not permissions.can_manage(actor, observer.programme_id):
        raise PermissionDenied
    _log_observer(observer, "observer.removed", actor)
    observer.delete()


def _log_observer(observer: Observer, verb: str, actor) -> None:
    audit.log(actor=actor, verb=verb, obj=observer, programme_id=observer.programme_id, detail={"kind": observer.kind})
