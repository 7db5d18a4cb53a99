"""Questions about registration: who has said what, how many places are taken, who waits, and the way in.

A company sees its own people only. What needs all of them (places, the order of the waiting list) is counted by functions
of the database, which answer with numbers alone.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from companies.models import Company, Membership, Person
from programmes.enums import Registration, SessionState
from programmes.models import Arrival, Attendance, Enrolment, Material, Observer, Programme, Session


@dataclass(frozen=True)
class Taken:
    """How many people have a place in one mode of a session, and how many wait for one."""

    places: int = 0
    waiting: int = 0


NONE_TAKEN = Taken()


def places_taken(sessions: Iterable[Session]) -> dict[tuple[UUID, str], Taken]:
    """Return by (session, mode) what is taken, for sessions that who acts may see; what is missing is `NONE_TAKEN`."""
    rows = _rows("SELECT session_id, mode, taken, waiting FROM app.places_taken(%s::uuid[])", sessions)
    return {(session_id, mode): Taken(taken, waiting) for session_id, mode, taken, waiting in rows}


def waiting_numbers(sessions: Iterable[Session]) -> dict[UUID, int]:
    """Return by attendance the place in the waiting list of its mode, 1 for who comes next, for those one may see."""
    return dict(_rows("SELECT attendance_id, number FROM app.waiting_numbers(%s::uuid[])", sessions))


def _rows(statement: str, sessions: Iterable[Session]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [[str(session.pk) for session in sessions]])
        return cursor.fetchall()


def ways_in(user, sessions: Iterable[Session]) -> dict[UUID, list[Arrival]]:
    """Return by session the ways in that the person may see: of the mode they are registered in; the secretariat, all."""
    found = defaultdict(list)
    for arrival in Arrival.objects.visible_to(user).filter(session__in=sessions).order_by("-mode"):
        found[arrival.session_id].append(arrival)
    return found


def materials(user, sessions: Iterable[Session], *, today: date) -> dict[UUID, list[Material]]:
    """Return by session what is there to read or to watch."""
    found = defaultdict(list)
    for material in Material.objects.visible_to(user, today=today).filter(session__in=sessions).order_by("order", "pk"):
        found[material.session_id].append(material)
    return found


def people_of(user, company: Company) -> QuerySet[Person]:
    """The company's people, who can be registered."""
    return Person.objects.visible_to(user).staying().filter(company=company)


def own_attendances(user, company: Company, sessions: Iterable[Session]) -> list[Attendance]:
    """What the company's people have said to these sessions, with the person in whose place somebody comes."""
    rows = Attendance.objects.visible_to(user).filter(company=company, session__in=sessions)
    return list(rows.select_related("person", "deputy_for"))


def may_deputise(user, attendance: Attendance) -> QuerySet[Person]:
    """Whoever of the company can come in somebody's place: those who have none of their own yet."""
    placed = Attendance.objects.registered().filter(session=attendance.session_id, company=attendance.company_id)
    people = Person.objects.visible_to(user).filter(company=attendance.company_id)
    return people.exclude(pk=attendance.person_id).exclude(pk__in=placed.values("person_id"))


def is_taking_part(company_id: UUID, session: Session, *, day: date) -> bool:
    """Whether the company takes part in the session's programme on the session's day."""
    return Enrolment.objects.filter(company_id=company_id, programme_id=session.programme_id).as_of(day).exists()


# --- The secretariat's list -------------------------------------------------------------------------------------------


def registrations(user, session: Session, *, search: str = "", standing: str = "", mode: str = "") -> QuerySet:
    """Who has said what to a session, company by company; those who wait stand in the order of the waiting list."""
    rows = Attendance.objects.visible_to(user).filter(session=session)
    if search:
        rows = rows.filter(_named(search))
    if standing:
        rows = rows.filter(registration=standing)
    if mode:
        rows = rows.filter(planned_mode=mode)
    order = ["company__name_kana", "company__name_ja", "person__name_kana", "pk"]
    if standing == Registration.WAITING:
        order = ["planned_mode", "waiting_since", "pk"]
    return rows.select_related("company", "person", "deputy_for").order_by(*order)


def _named(search: str) -> Q:
    """Every word has to be in a name: kanji, kana or romaji, of the person or of the company."""
    wanted = Q()
    for word in search.split()[:5]:
        wanted &= (
            Q(person__name_ja__icontains=word)
            | Q(person__name_en__icontains=word)
            | Q(person__name_kana__icontains=word)
            | Q(company__name_ja__icontains=word)
            | Q(company__name_en__icontains=word)
            | Q(company__name_kana__icontains=word)
        )
    return wanted


def companies_for(user, session: Session, *, day: date) -> QuerySet[Company]:
    """The companies that take part in the session's programme on its day."""
    enrolled = Enrolment.objects.visible_to(user).filter(programme=session.programme_id).as_of(day)
    return Company.objects.visible_to(user).filter(pk__in=enrolled.values("company_id"))


def observers(user, session: Session) -> QuerySet[Observer]:
    return Observer.objects.visible_to(user).filter(session=session)


# --- The calendar -----------------------------------------------------------------------------------------------------


def feed_owner(token_hash: str) -> User | None:
    """Return whose calendar address it is, while it is not revoked. For who has not signed in."""
    if not token_hash:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.feed_owner(%s)", [token_hash])
        user_id = cursor.fetchone()[0]
    return User.objects.get(pk=user_id) if user_id else None


def calendar_sessions(user, *, since: datetime) -> QuerySet[Session]:
    """What belongs into somebody's own calendar: where they said something, lead group work, or are the secretariat."""
    own = Attendance.objects.filter(session=OuterRef("pk"), person__user_id=user.pk)
    mine = Q(Exists(own)) | Q(facilitators__seat__user_id=user.pk, facilitators__seat__ended_at__isnull=True)
    managed = Q(programme__in=Programme.objects.managed_by(user))
    announced = Session.objects.visible_to(user).exclude(state=SessionState.DRAFT).filter(ends_at__gte=since)
    return announced.filter(mine | managed).distinct().select_related("programme")


def own_standings(user, sessions: Iterable[Session]) -> dict[UUID, Attendance]:
    """Return by session what the person said for themselves."""
    rows = Attendance.objects.filter(session__in=sessions, person__user_id=user.pk)
    # Somebody in two companies may stand there twice: the place that they have counts.
    return {row.session_id: row for row in sorted(rows, key=lambda row: row.registration == Registration.REGISTERED)}


# --- By the clock -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ahead:
    """A session of the next days, and in whose name its people are told."""

    session_id: UUID
    host_id: UUID | None


def sessions_ahead(day: date, *, days: int) -> list[Ahead]:
    """Return the sessions that begin, or whose registration ends, within `days` after `day`. Asked by nobody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_id, host_id FROM app.sessions_ahead(%s, %s)", [day, days])
        return [Ahead(*row) for row in cursor.fetchall()]


def silent_companies(session: Session, *, day: date) -> list[UUID]:
    """Return the companies that take part and have said nothing to the session: nobody comes, waits or apologised."""
    said = Attendance.objects.filter(session=session).exclude(registration=Registration.CANCELLED)
    enrolled = Enrolment.objects.filter(programme=session.programme_id).as_of(day)
    return list(enrolled.exclude(company__in=said.values("company_id")).values_list("company_id", flat=True))


def contacts_of(company_ids: Iterable[UUID]) -> dict[UUID, list[Person]]:
    """Return by company those who act for it, with their accounts; some have none yet."""
    found = defaultdict(list)
    members = Membership.objects.current().filter(company__in=company_ids).select_related("person__user")
    for member in members.order_by("started_at", "pk"):
        found[member.company_id].append(member.person)
    return found
