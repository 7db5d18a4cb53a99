"""Booking a consultation, putting it off and cancelling it, under the rules for who does it.

A company chooses among the times that its advisers offer; advisers and the secretariat may arrange other ones. Who comes
first is decided by the constraints of the database. The locks taken before only keep those who come at once in a queue.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import services as audit
from common.business_days import add_business_days, business_day_before
from companies.models import Person
from companies.permissions import is_member
from consultations import permissions, queries, tasks
from consultations.enums import FREE_STATES, ChangeKind, State, Transition
from consultations.models import BookingDraft, Consultation, Participant, Topics
from consultations.queries import Calendar
from consultations.tasks import messages
from consultations.workflow import move
from programmes.enums import Mode
from programmes.models import Assignment, Enrolment, Programme, Seat

from . import refusals
from .arranging import NotAssigned, book_consultation, record_change

# Until then on the business day before, a company cancels and puts off by itself at no cost.
CUT_OFF = time(17)


@dataclass(frozen=True)
class Matters:
    """What a company wants to talk about: content, which the secretariat neither writes nor reads."""

    sections: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    questions: str = ""


def deadline(consultation: Consultation) -> datetime:
    """Return until when the company may cancel or put it off: the business day before, 17:00."""
    day = business_day_before(timezone.localdate(consultation.starts_at))
    return datetime.combine(day, CUT_OFF, tzinfo=timezone.get_default_timezone())


def has_own_say(actor, company_id: UUID) -> bool:
    """Whether the rules for companies bind the person. Somebody of the company stays one with a seat as well."""
    return is_member(actor, company_id)


@transaction.atomic
def book(
    *,
    enrolment: Enrolment,
    adviser: Seat,
    starts_at: datetime,
    method: str,
    operation: UUID,
    actor,
    now: datetime,
    people: Iterable[Person] = (),
    matters: Matters | None = None,
) -> Consultation:
    """Book a consultation. The same `operation` again is the same booking, whatever else comes with it.

    Raises PermissionDenied ("not you") and BookingRefused ("not so", with what can be done). Then nothing is written.
    """
    if not permissions.can_book(actor, enrolment):
        raise PermissionDenied
    _queue_up(enrolment.company_id)
    known = Consultation.objects.filter(operation=operation, enrolment=enrolment).first()
    if known is not None:
        return known
    if not queries.remaining(enrolment):
        raise refusals.NothingLeft
    calendar = _check_time(enrolment, adviser, starts_at, actor=actor, now=now)
    _queue_up(person_of(adviser))
    _check_room(calendar, starts_at)
    consultation = _decided(
        lambda: book_consultation(
            enrolment=enrolment,
            adviser=adviser,
            starts_at=starts_at,
            minutes=enrolment.programme.consultation_minutes,
            method=method,
            actor=actor,
            operation=operation,
            **arrangements(calendar, starts_at, enrolment.programme, method),
        )
    )
    set_participants(consultation=consultation, people=people, actor=actor)
    if matters is not None:
        set_matters(consultation=consultation, matters=matters, actor=actor, now=now)
    BookingDraft.objects.filter(pk=operation).delete()
    messages.tell_booked(consultation, actor)
    return consultation


def arrangements(calendar: Calendar, starts_at: datetime, programme: Programme, method: str) -> dict:
    """Return what a consultation takes over from its adviser: the pause after it, and the way to it."""
    minutes = programme.consultation_minutes + calendar.pause
    is_online = method == Mode.ONLINE
    return {
        "blocked_until": starts_at + timedelta(minutes=minutes),
        "meeting_url": calendar.meeting_url if is_online else "",
        "place": "" if is_online else calendar.place,
    }


def _queue_up(*keys: UUID) -> None:
    """Wait until whoever books for the same company, or the same adviser, has done so: first companies, then advisers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(number) FROM (SELECT hashtextextended(key, 0) AS number"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS t (key, place) ORDER BY place) AS keys",
            [[str(key) for key in keys]],
        )


def person_of(adviser: Seat) -> UUID:
    """Return who an adviser is in whichever programme: seats of one user are one person, who is busy in all of them."""
    return adviser.user_id or adviser.pk


def lock_all(companies: Iterable[UUID], advisers: Iterable[UUID]) -> None:
    """Wait for everybody who books for one of these companies, or one of these advisers, in an order without deadlocks."""
    _queue_up(*sorted(companies), *sorted(advisers))


def _check_time(
    enrolment: Enrolment, adviser: Seat, starts_at: datetime, *, actor, now: datetime, moving: UUID | None = None
) -> Calendar:
    """Return the adviser's calendar of the day. Raises the BookingRefused that says best what is wrong with the time."""
    day = timezone.localdate(starts_at)
    first, last = queries.period(enrolment)
    if starts_at <= now:
        raise refusals.InThePast
    if not first <= day <= last:
        raise refusals.OutsidePeriod(first, last)
    slot, calendar, taken = queries.offered_slot(
        enrolment, adviser_id=adviser.pk, starts_at=starts_at, now=now, moving=moving
    )
    if calendar is None or not calendar.is_assigned(day):
        raise NotAssigned(adviser)
    is_own = has_own_say(actor, enrolment.company_id)
    if adviser.pk in taken.conflicted:
        # The company is not told of conflicts: to it the adviser has no time.
        raise refusals.NotOffered if is_own else refusals.InConflict(adviser)
    if is_own and slot is None:
        raise _why_not(calendar, taken, starts_at, enrolment, now)
    return calendar


def why_not(enrolment: Enrolment, adviser_id: UUID, starts_at: datetime, *, now: datetime) -> refusals.BookingRefused:
    """Return why a company cannot choose a time, without booking anything."""
    first, last = queries.period(enrolment)
    if starts_at <= now:
        return refusals.InThePast()
    if not first <= timezone.localdate(starts_at) <= last:
        return refusals.OutsidePeriod(first, last)
    _slot, calendar, taken = queries.offered_slot(enrolment, adviser_id=adviser_id, starts_at=starts_at, now=now)
    if calendar is None or adviser_id in taken.conflicted:
        return refusals.NotOffered()
    return _why_not(calendar, taken, starts_at, enrolment, now)


def _why_not(calendar: Calendar, taken, starts_at: datetime, enrolment: Enrolment, now: datetime):
    """Return why a time is not offered to the company: taken, too soon, or not in the adviser's hours (any more)."""
    length = enrolment.programme.consultation_minutes
    if queries.is_company_busy(taken, starts_at, length):
        return refusals.CompanyBusy()
    if queries.is_adviser_busy(taken, calendar, starts_at, length):
        return refusals.Taken()
    day = timezone.localdate(starts_at)
    first = add_business_days(timezone.localdate(now), calendar.notice_days)
    if day < first:
        return refusals.TooSoon(first)
    if taken.starts.get((calendar.seat_id, day), 0) >= calendar.most_a_day:
        return refusals.DayIsFull()
    return refusals.NotOffered()


def _check_room(calendar: Calendar, starts_at: datetime, *, moving: UUID | None = None) -> None:
    """Raise DayIsFull where those who were quicker took the last room of the adviser's day."""
    day = timezone.localdate(starts_at)
    taken = queries.taken([calendar.seat_id], since=day, until=day, without=moving)
    if taken.starts.get((calendar.seat_id, day), 0) >= calendar.most_a_day:
        raise refusals.DayIsFull


_BY_CONSTRAINT = {
    "consultations_adviser_once": refusals.Taken,
    "consultations_person_once": refusals.Taken,
    "consultations_company_once": refusals.CompanyBusy,
}


def _decided(write: Callable):
    """Let the database decide, and say of its refusal what can be done. What was written before in the request stays."""
    try:
        with transaction.atomic():
            return write()
    except IntegrityError as error:
        refusal = _BY_CONSTRAINT.get(error.__cause__.diag.constraint_name)
        if refusal is None:
            raise
        raise refusal from error


@transaction.atomic
def put_off(
    *,
    consultation: Consultation,
    adviser: Seat,
    starts_at: datetime,
    method: str,
    actor,
    now: datetime,
    reason: str = "",
) -> Consultation:
    """Move a consultation to another time: the same record, at no cost, with the draft as it is now.

    Moving to where it is changes nothing. Raises PermissionDenied and BookingRefused.
    """
    if not permissions.can_arrange(actor, consultation):
        raise PermissionDenied
    enrolment = consultation.enrolment
    _queue_up(enrolment.company_id)
    locked = Consultation.objects.select_for_update().get(pk=consultation.pk)
    _check_can_be_moved(locked, actor, now)
    if (locked.adviser_id, locked.starts_at, locked.method) == (adviser.pk, starts_at, method):
        return locked
    calendar = _check_time(enrolment, adviser, starts_at, actor=actor, now=now, moving=locked.pk)
    _queue_up(person_of(adviser))
    _check_room(calendar, starts_at, moving=locked.pk)
    before, former = locked.starts_at, locked.adviser
    _decided(lambda: _write_time(locked, adviser, starts_at, method, calendar))
    record_change(locked, kind=ChangeKind.MOVED, actor=actor, before=before, reason=reason, former=former)
    _log("consultation.moved", locked, actor)
    assignment = Assignment.objects.on(timezone.localdate(starts_at)).get(enrolment=enrolment, adviser=adviser)
    tasks.pin_draft(locked, actor=actor, begins=assignment.starts_on)
    messages.tell_moved(locked, actor, former=former)
    return locked


def _check_can_be_moved(consultation: Consultation, actor, now: datetime) -> None:
    if consultation.state != State.BOOKED:
        raise refusals.NotBooked
    if consultation.starts_at <= now:
        raise refusals.AlreadyBegun
    if has_own_say(actor, consultation.company_id) and now > deadline(consultation):
        raise refusals.TooLate(deadline(consultation))


def _write_time(
    consultation: Consultation, adviser: Seat, starts_at: datetime, method: str, calendar: Calendar
) -> None:
    length = consultation.ends_at - consultation.starts_at
    consultation.adviser, consultation.starts_at, consultation.method = adviser, starts_at, method
    consultation.ends_at = starts_at + length
    for name, value in arrangements(calendar, starts_at, consultation.enrolment.programme, method).items():
        setattr(consultation, name, value)
    # A programme may have changed how long consultations are; this one is as long as it was agreed.
    consultation.blocked_until = consultation.ends_at + timedelta(minutes=calendar.pause)
    consultation.sequence += 1
    consultation.revision = None
    consultation.save()


@transaction.atomic
def cancel(*, consultation: Consultation, actor, now: datetime, reason: str = "") -> Consultation:
    """Cancel a consultation. One that is cancelled already stays as it is.

    The company's own word counts as in time until the business day before, 17:00, and as too late after it; advisers
    and the secretariat are always in time, and say why. Raises PermissionDenied, TransitionRefused, ValidationError for
    a missing reason, and AlreadyBegun.
    """
    if not permissions.can_arrange(actor, consultation):
        raise PermissionDenied
    locked = Consultation.objects.select_for_update().get(pk=consultation.pk)
    if locked.state in FREE_STATES:
        return locked
    is_own = has_own_say(actor, locked.company_id)
    if is_own and locked.starts_at <= now:
        raise refusals.AlreadyBegun
    if not is_own and not reason.strip():
        raise ValidationError({"reason": _("Please say why: the company reads it.")})
    is_late = is_own and now > deadline(locked)
    transition = Transition.CANCEL_LATE if is_late else Transition.CANCEL
    cancelled = move(consultation=locked, transition=transition, actor=actor, reason=reason.strip(), now=now)
    cancelled.sequence += 1
    cancelled.save(update_fields=["sequence"])
    record_change(cancelled, kind=ChangeKind.ENDED, actor=actor, before=cancelled.starts_at, reason=reason.strip())
    messages.tell_cancelled(cancelled, actor)
    return cancelled


@transaction.atomic
def set_participants(*, consultation: Consultation, people: Iterable[Person], actor) -> None:
    """Say who of the company comes. Raises PermissionDenied, and ValidationError for somebody of another company."""
    if not permissions.can_arrange(actor, consultation):
        raise PermissionDenied
    people = list(people)
    if any(person.company_id != consultation.company_id for person in people):
        raise ValidationError(_("Please choose people of this company."))
    Participant.objects.filter(consultation=consultation).exclude(person__in=people).delete()
    rows = [
        Participant(
            consultation=consultation,
            company_id=consultation.company_id,
            programme_id=consultation.programme_id,
            person=person,
        )
        for person in people
    ]
    Participant.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def set_matters(*, consultation: Consultation, matters: Matters, actor, now: datetime) -> Topics:
    """Say what it is to be about; possible until it begins. Raises PermissionDenied, TransitionRefused, AlreadyBegun."""
    if not permissions.can_read_draft(actor, consultation):
        raise PermissionDenied
    if consultation.state != State.BOOKED:
        raise refusals.NotBooked
    if consultation.starts_at <= now:
        raise refusals.AlreadyBegun
    topics, _created = Topics.objects.update_or_create(
        consultation=consultation,
        defaults={
            "company_id": consultation.company_id,
            "programme_id": consultation.programme_id,
            "sections": list(matters.sections),
            "items": list(matters.items),
            "questions": matters.questions,
        },
    )
    _log("consultation.topics_set", consultation, actor)
    return topics


@transaction.atomic
def refresh_draft(*, consultation: Consultation, actor, now: datetime) -> Consultation:
    """Let the consultation be about the draft as it is now. Raises PermissionDenied and BookingRefused."""
    if not permissions.can_read_draft(actor, consultation):
        raise PermissionDenied
    locked = Consultation.objects.select_for_update().get(pk=consultation.pk)
    if locked.state != State.BOOKED:
        raise refusals.NotBooked
    if locked.starts_at <= now:
        raise refusals.AlreadyBegun
    before = locked.revision_id
    tasks.keep_draft(locked, actor=actor)
    if locked.revision_id != before:
        _log("consultation.draft_refreshed", locked, actor)
    return locked


def _log(verb: str, consultation: Consultation, actor) -> None:
    audit.log(
        actor=actor,
        verb=verb,
        obj=consultation,
        company_id=consultation.company_id,
        programme_id=consultation.programme_id,
    )
