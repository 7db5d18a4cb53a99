"""Reminders of sessions: to those who come, a week and a day before; to companies from which nobody comes, before it is too late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone

from common import dates
from common.tenancy import acting_as
from companies.models import Company, Person
from notifications.services import Reader, forget_reminders, remind
from programmes import queries
from programmes.enums import Mode
from programmes.models import Arrival, Attendance, Session
from programmes.queries.mailings import address_of, written_to_lately

# Days before a session on which its people are reminded, and before the end of registration for companies.
AHEAD = (7, 1)
CLOSING = 3


@dataclass(frozen=True)
class _Nearing:
    """A session with the days that matter; all in the portal's time."""

    session: Session
    today: date

    @property
    def held_on(self) -> date:
        return timezone.localdate(self.session.starts_at)

    @property
    def closes_on(self) -> date:
        return timezone.localdate(self.session.closes_at)


def remind_of_sessions(*, today: date) -> None:
    """Write down who is to be reminded today; a day on which the clock stood still is made good on the next.

    Each session is a piece of work in the name of somebody in its secretariat, because nobody acts by the clock.
    """
    for ahead in queries.sessions_ahead(today, days=max(AHEAD)):
        if ahead.host_id is None:
            continue
        with acting_as(ahead.host_id):
            nearing = _Nearing(Session.objects.select_related("programme").get(pk=ahead.session_id), today)
            if nearing.session.programme.closed_at:
                continue
            _remind_people(nearing)
            _remind_companies(nearing)


def _remind_people(nearing: _Nearing) -> None:
    """Of the days before the session the latest that has come counts: nobody hears "in a week" and "tomorrow" at once.

    Who registered on that day or after it has just been told all of it.
    """
    come = [days for days in AHEAD if nearing.held_on - timedelta(days=days) <= nearing.today < nearing.held_on]
    if not come:
        return
    days = min(come)
    due_on = nearing.held_on - timedelta(days=days)
    session = nearing.session
    ways = set(Arrival.objects.filter(session=session).values_list("mode", flat=True))
    rows = Attendance.objects.filter(
        session=session, registered_at__lt=timezone.make_aware(datetime.combine(due_on, time.min))
    ).registered()
    for row in rows.select_related("person__user", "company").order_by("pk"):
        _remind(
            row.person,
            kind="session_ahead",
            key=_key(row.pk, days),
            params=lambda row=row: _of_session(row, nearing, days, has_way=row.planned_mode in ways),
            path=reverse("programmes:register", args=[row.company_id, session.pk]),
            due_on=due_on,
            last_on=nearing.held_on - timedelta(days=1),
            company_id=row.company_id,
            programme_id=session.programme_id,
        )


def _of_session(row: Attendance, nearing: _Nearing, days: int, *, has_way: bool) -> dict:
    session = nearing.session
    is_online = row.planned_mode == Mode.ONLINE
    return {
        "session": session.title,
        "days": days,
        "day": dates.long_date(nearing.held_on),
        "when": dates.date_and_times(session.starts_at, session.ends_at),
        "mode": str(Mode(row.planned_mode).label),
        "venue": "" if is_online else session.venue,
        "person": row.person.name,
        "is_online": is_online,
        "has_way": has_way,
    }


def _remind_companies(nearing: _Nearing) -> None:
    """Whoever acts for a company that has said nothing, not even that nobody comes, hears it once.

    Not whom the secretariat has just asked the same by letter.
    """
    session, due_on = nearing.session, nearing.closes_on - timedelta(days=CLOSING)
    if not due_on <= nearing.today <= nearing.closes_on or session.closes_at <= timezone.now():
        return
    company_ids = queries.silent_companies(session, day=nearing.held_on)
    companies = {company.pk: company for company in Company.objects.filter(pk__in=company_ids)}
    written_to = written_to_lately(session, today=nearing.today)
    for company_id, people in queries.contacts_of(company_ids).items():
        for person in people:
            if (company_id, address_of(person)) in written_to:
                continue
            _remind(
                person,
                kind="registration_closing",
                key=f"registration_closing:{session.pk}:{company_id}",
                params=lambda company=companies[company_id]: {
                    "session": session.title,
                    "company": company.name,
                    "when": dates.date_and_times(session.starts_at, session.ends_at),
                    "closes": dates.date_and_time(session.closes_at),
                },
                path=reverse("programmes:register", args=[company_id, session.pk]),
                due_on=due_on,
                last_on=nearing.closes_on,
                company_id=company_id,
                programme_id=session.programme_id,
            )


def _remind(person: Person, *, path: str, **reminder) -> None:
    """Remind a person by account, else by address; whoever has neither is reminded by nobody."""
    if person.user:
        remind(to=person.user, path=path, **reminder)
    elif person.email:
        remind(to=Reader(name=person.name_ja or person.name_en, address=person.email), **reminder)


def forget_reminders_of(attendances: Iterable[Attendance]) -> None:
    """Take back what people were to be reminded of whose place has changed."""
    forget_reminders(keys=[_key(attendance.pk, days) for attendance in attendances for days in AHEAD])


def _key(attendance_id, days: int) -> str:
    return f"session_ahead:{attendance_id}:{days}"
