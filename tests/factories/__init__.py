"""Plain functions that make rows through the portal's own services, and a cast of people in two programmes."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count

from accounts.models import User
from accounts.services import open_account, system_operator
from common.tenancy import acting_as
from companies import services as companies
from companies.models import Company, Membership, Person
from consultations.models import Consultation
from policies import services as policies
from programmes import services as programmes
from programmes.enums import MilestoneCode
from programmes.models import Assignment, Attendance, Enrolment, MilestoneKind, Programme, Seat, Session

# All of five digits, so that what was made earlier is the first in every order by name or code.
numbers = count(10_001)


def make_user(name: str = "", **fields) -> User:
    number = next(numbers)
    fields.setdefault("email", f"person{number}@example.com")
    return open_account(name_ja=name or f"人物{number}", name_en=f"Person {number}", **fields)


def make_programme(**fields) -> Programme:
    """A programme founded by the system operator, with the milestones of a policy."""
    number = next(numbers)
    defaults = {
        "code": f"programme-{number}",
        "name_ja": f"プログラム{number}",
        "name_en": f"Programme {number}",
        "fiscal_year": 2024,
        "starts_on": date(2024, 11, 1),
        "ends_on": date(2025, 4, 30),
        "target_due_on": date(2025, 3, 31),
        "consultations_per_company": 2,
    }
    programme = Programme(**(defaults | fields))
    operator = system_operator()
    with acting_as(operator.pk):
        programmes.found_programme(programme=programme, actor=operator)
        programmes.set_milestones(programme=programme, kinds=make_milestone_kinds(programme), actor=operator)
    return programme


def make_milestone_kinds(programme: Programme) -> list[MilestoneKind]:
    sources = ("joined", "submitted", "endorsed", "approved", "published")
    return [
        MilestoneKind(
            programme=programme,
            order=order,
            code=source,
            source=source,
            name_ja=MilestoneCode(source).name,
            name_en=MilestoneCode(source).name.title(),
        )
        for order, source in enumerate(sources)
    ]


def make_company(programme: Programme, *, joined_on: date | None = None, withdrawn_on: date | None = None, **fields):
    """A company that takes part in the programme. Returns its enrolment."""
    number = next(numbers)
    defaults = {"name_ja": f"会社{number}", "name_en": f"Company {number}", "name_kana": f"カイシャ{number:05}"}
    company = Company(**(defaults | fields))
    operator = system_operator()
    with acting_as(operator.pk):
        seat = programmes.ensure_operator_seat(programme=programme, operator=operator)
        companies.found_companies(companies=[company], actor=operator, source_id=seat.pk)
        enrolment = Enrolment(
            company=company,
            programme=programme,
            code=f"C{number:05}",  # sorts by number, however many a run has made
            joined_on=joined_on or programme.starts_on,
            withdrawn_on=withdrawn_on,
        )
        programmes.enrol_companies(enrolments=[enrolment], actor=operator)
        policies.open_cycles(enrolments=[enrolment])
    return enrolment


def make_person(company: Company, **fields) -> Person:
    number = next(numbers)
    defaults = {"name_ja": f"社員{number}", "name_en": f"Employee {number}", "name_kana": f"シャイン{number:05}"}
    return Person.objects.create(company=company, **(defaults | fields))


def make_member(company: Company, *, role: str = "staff", user: User | None = None) -> User:
    """Someone who may act for the company."""
    user = user or make_user()
    operator = system_operator()
    person = make_person(company, email=user.email, name_ja=user.name_ja, name_en=user.name_en)
    Membership.objects.create(company=company, person=person, role=role)
    with acting_as(operator.pk):
        companies.link_person(person=person, user=user, actor=operator)
    return user


def make_seat(programme: Programme, *, role: str, user: User | None = None) -> Seat:
    """A taken seat in the programme."""
    user = user or make_user()
    seat = Seat(programme=programme, role=role, email=user.email, name_ja=user.name_ja, name_en=user.name_en)
    operator = system_operator()
    with acting_as(operator.pk):
        programmes.add_seats(seats=[seat], actor=operator)
        programmes.take_seat(seat=seat, user=user, actor=operator)
    return seat


def make_assignment(enrolment: Enrolment, adviser: Seat, *, starts_on=date(2020, 1, 1), ends_on=None) -> Assignment:
    assignment = Assignment(
        enrolment=enrolment,
        company=enrolment.company,
        programme=enrolment.programme,
        adviser=adviser,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    operator = system_operator()
    with acting_as(operator.pk):
        programmes.assign_advisers(assignments=[assignment], actor=operator)
    return assignment


def make_session(programme: Programme, **fields) -> Session:
    number = next(numbers)
    defaults = {
        "code": f"S{number}",
        "strand": "working_level",
        "kind": "seminar",
        "title_ja": f"セミナー{number}",
        "title_en": f"Seminar {number}",
        "starts_at": datetime(2024, 12, 4, 4, tzinfo=UTC) + timedelta(days=number),
        "method": "hybrid",
        "venue_ja": "会議室",
        "venue_en": "Meeting room",
    }
    values = defaults | fields
    values.setdefault("ends_at", values["starts_at"] + timedelta(hours=2))
    return Session.objects.create(programme=programme, **values)


def make_attendance(session: Session, person: Person, *, mode: str = "onsite", attended: bool | None = True):
    return Attendance.objects.create(
        session=session,
        programme=session.programme,
        company=person.company,
        person=person,
        planned_mode=mode,
        attended=attended,
        actual_mode=mode if attended else "",
    )


def make_consultation(
    enrolment: Enrolment, adviser: Seat, *, starts_at: datetime, state: str = "held", minutes: int = 60
):
    return Consultation.objects.create(
        enrolment=enrolment,
        company=enrolment.company,
        programme=enrolment.programme,
        adviser=adviser,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        method="online",
        state=state,
    )


@dataclass
class Cast:
    """Two programmes with two companies each, and somebody in every role, so that a leak has somewhere to go."""

    programme: Programme
    other_programme: Programme
    enrolment: Enrolment
    neighbour: Enrolment  # another company of the same programme
    stranger: Enrolment  # a company of the other programme
    people: dict[str, User] = field(default_factory=dict)

    @property
    def company(self) -> Company:
        return self.enrolment.company


def make_cast() -> Cast:
    programme, other = make_programme(), make_programme()
    enrolment, neighbour, stranger = make_company(programme), make_company(programme), make_company(other)
    adviser, idle, former = (make_seat(programme, role="adviser") for _ in range(3))
    make_assignment(enrolment, adviser)
    make_assignment(enrolment, former, starts_on=date(2020, 1, 1), ends_on=date(2020, 3, 31))
    people = {
        "manager": make_member(enrolment.company, role="manager"),
        "staff": make_member(enrolment.company),
        "neighbour": make_member(neighbour.company, role="manager"),
        "stranger": make_member(stranger.company, role="manager"),
        "adviser": adviser.user,
        "unassigned_adviser": idle.user,
        "former_adviser": former.user,
        "secretariat": make_seat(programme, role="leader").user,
        "other_secretariat": make_seat(other, role="leader").user,
        "nobody": make_user(),
    }
    return Cast(programme, other, enrolment, neighbour, stranger, people)
