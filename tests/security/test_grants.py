"""Seats, assignments and memberships that begin and end in any order, against a plain picture of who may see what.

Hypothesis invents the histories; after each deed every person is asked through the doors and past them.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.services import system_operator
from companies import services as companies
from companies.models import Company, Membership
from programmes import services as programmes
from programmes.enums import SeatRole
from programmes.models import Assignment, Enrolment, Feedback, Programme, Seat
from tests.factories import make_company, make_person, make_programme, make_session, make_user, numbers
from tests.roles import seen_by

PEOPLE = st.integers(0, 3)
COMPANIES = st.integers(0, 2)
PROGRAMMES = st.integers(0, 1)
ROLES = st.sampled_from([SeatRole.LEADER, SeatRole.MEMBER, SeatRole.ADVISER])
# Days from today on which an assignment begins and ends.
DAYS = st.sampled_from([(-30, None), (-30, -1), (-30, 0), (0, None), (1, None), (1, 9)])


@dataclass
class Picture:
    """What the oracle remembers: ids only, no query."""

    enrolled: set = field(default_factory=set)  # (company, programme)
    seats: dict = field(default_factory=dict)  # seat: (person, programme, role)
    assigned: dict = field(default_factory=dict)  # assignment: (seat, company, programme)
    members: dict = field(default_factory=dict)  # membership: (person, company)

    def companies(self, person, *kinds: str) -> set:
        seen = defaultdict(set)
        seen["member"] = {company for who, company in self.members.values() if who == person}
        for who, programme, role in self.seats.values():
            if who == person and role != SeatRole.ADVISER:
                seen["secretariat"] |= {company for company, of in self.enrolled if of == programme}
        for seat, company, _ in self.assigned.values():
            if self.seats.get(seat, (None,))[0] == person:
                seen["adviser"].add(company)
        return set().union(*(seen[kind] for kind in kinds))

    def programmes(self, person) -> set:
        own = self.companies(person, "member")
        seated = {programme for who, programme, _ in self.seats.values() if who == person}
        return seated | {programme for company, programme in self.enrolled if company in own}

    def managed(self, person) -> set:
        return {of for who, of, role in self.seats.values() if who == person and role != SeatRole.ADVISER}

    def records(self, person, *kinds: str) -> set:
        """Pairs of company and programme whose rows the person sees: own ones, and all of the programmes they run."""
        own = self.companies(person, *kinds)
        return {
            (company, programme)
            for company, programme in self.enrolled
            if (company in own and programme in self.programmes(person)) or programme in self.managed(person)
        }


class Grants(RuleBasedStateMachine):
    """The deeds, each done by the system operator under the web role, as on the command line."""

    @initialize()
    def found(self):
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.picture, self.today = Picture(), timezone.localdate()
        self.operator = system_operator()
        self.people = [make_user() for _ in range(4)]
        self.programmes = [make_programme() for _ in range(2)]
        self.sessions = [make_session(programme) for programme in self.programmes]
        enrolments = [make_company(self.programmes[number % 2]) for number in range(3)]
        self.companies = [enrolment.company for enrolment in enrolments]
        self.enrolments = {}
        for enrolment in enrolments:
            self._remember(enrolment)

    def teardown(self):
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def _remember(self, enrolment: Enrolment):
        self.enrolments[enrolment.company_id, enrolment.programme_id] = enrolment
        self.picture.enrolled.add((enrolment.company_id, enrolment.programme_id))
        person = make_person(enrolment.company)
        session = next(s for s in self.sessions if s.programme_id == enrolment.programme_id)
        Feedback.objects.create(
            session=session, programme=session.programme, company=enrolment.company, person=person, comment_en="F"
        )

    def acting(self):
        return seen_by(self.operator)

    @rule(company=COMPANIES, programme=PROGRAMMES)
    def enrol(self, company, programme):
        company, programme = self.companies[company], self.programmes[programme]
        if (company.pk, programme.pk) in self.enrolments:
            return
        enrolment = Enrolment(
            company=company, programme=programme, code=f"E{next(numbers)}", joined_on=date(2024, 11, 1)
        )
        with self.acting():
            programmes.enrol_companies(enrolments=[enrolment], actor=self.operator)
        self._remember(enrolment)

    @rule(person=PEOPLE, programme=PROGRAMMES, role=ROLES)
    def seat(self, person, programme, role):
        user, programme = self.people[person], self.programmes[programme]
        if (user.pk, programme.pk, role) in self.picture.seats.values():
            return
        seat = Seat(programme=programme, role=role, email=user.email, name_en="Seat")
        with self.acting():
            programmes.add_seats(seats=[seat], actor=self.operator)
            programmes.take_seat(seat=seat, user=user, actor=self.operator)
        self.picture.seats[seat.pk] = (user.pk, programme.pk, role)

    @rule(number=st.integers(0, 9))
    def unseat(self, number):
        if not self.picture.seats:
            return
        pk = sorted(self.picture.seats)[number % len(self.picture.seats)]
        with self.acting():
            programmes.end_seat(seat=Seat.objects.get(pk=pk), actor=self.operator, now=timezone.now())
        del self.picture.seats[pk]

    @rule(number=st.integers(0, 9), company=COMPANIES, days=DAYS)
    def assign(self, number, company, days):
        """To any adviser's seat, ended ones included: those open nothing."""
        seats = sorted(Seat.objects.filter(role=SeatRole.ADVISER), key=lambda seat: seat.email)
        if not seats:
            return
        seat = seats[number % len(seats)]
        enrolment = self.enrolments.get((self.companies[company].pk, seat.programme_id))
        starts_on, ends_on = (self.today + timedelta(days=day) if day is not None else None for day in days)
        if enrolment is None or Assignment.objects.filter(enrolment=enrolment, adviser=seat).exists():
            return
        assignment = Assignment(
            enrolment=enrolment,
            company_id=enrolment.company_id,
            programme_id=enrolment.programme_id,
            adviser=seat,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        with self.acting():
            programmes.assign_advisers(assignments=[assignment], actor=self.operator)
        self._note(assignment)

    @rule(number=st.integers(0, 9), days=DAYS)
    def reassign(self, number, days):
        assignments = sorted(Assignment.objects.all(), key=lambda each: (each.starts_on, each.pk))
        if not assignments:
            return
        assignment = assignments[number % len(assignments)]
        starts_on, ends_on = (self.today + timedelta(days=day) if day is not None else None for day in days)
        assignment.starts_on, assignment.ends_on = starts_on, ends_on
        with self.acting():
            programmes.change_assignment(assignment=assignment, actor=self.operator)
        self._note(assignment)

    @rule(number=st.integers(0, 9), day=st.sampled_from([-1, 0, 3]))
    def unassign(self, number, day):
        day = self.today + timedelta(days=day)
        assignments = sorted(Assignment.objects.filter(starts_on__lte=day), key=lambda each: (each.starts_on, each.pk))
        if not assignments:
            return
        assignment = assignments[number % len(assignments)]
        with self.acting():
            programmes.end_assignment(assignment=assignment, ends_on=day, actor=self.operator)
        self._note(assignment)

    def _note(self, assignment: Assignment):
        holds = assignment.starts_on <= self.today and (assignment.ends_on is None or assignment.ends_on >= self.today)
        self.picture.assigned.pop(assignment.pk, None)
        if holds and assignment.adviser_id in self.picture.seats:
            self.picture.assigned[assignment.pk] = (
                assignment.adviser_id,
                assignment.company_id,
                assignment.programme_id,
            )

    @rule(person=PEOPLE, company=COMPANIES)
    def join(self, person, company):
        user, company = self.people[person], self.companies[company]
        if company.people.filter(user=user).exists():
            return
        member = make_person(company)
        membership = Membership.objects.create(company=company, person=member, role="staff")
        with self.acting():
            companies.link_person(person=member, user=user, actor=self.operator)
        self.picture.members[membership.pk] = (user.pk, company.pk)

    @rule(number=st.integers(0, 9))
    def leave(self, number):
        if not self.picture.members:
            return
        pk = sorted(self.picture.members)[number % len(self.picture.members)]
        with self.acting():
            companies.end_membership(membership=Membership.objects.get(pk=pk), actor=self.operator, now=timezone.now())
        del self.picture.members[pk]

    @rule(person=PEOPLE, number=st.integers(0, 9))
    def hand_over_a_place(self, person, number):
        """A member's place at a company goes to somebody else; for the one before it is closed."""
        if not self.picture.members:
            return
        pk = sorted(self.picture.members)[number % len(self.picture.members)]
        membership, user = Membership.objects.select_related("person").get(pk=pk), self.people[person]
        if membership.company.people.filter(user=user).exists():
            return
        with self.acting():
            companies.link_person(person=membership.person, user=user, actor=self.operator)
        self.picture.members[pk] = (user.pk, membership.company_id)

    @invariant()
    def everybody_sees_what_the_picture_says(self):
        if not hasattr(self, "picture"):
            return
        for user in self.people:
            records = self.picture.records(user.pk, "member", "adviser")
            feedback = self.picture.records(user.pk, "member")
            told = {
                "companies": self.picture.companies(user.pk, "member", "adviser", "secretariat"),
                "content": self.picture.companies(user.pk, "member", "adviser"),
                "programmes": self.picture.programmes(user.pk),
                "enrolments": records,
                "feedback": feedback,
            }
            with seen_by(user):
                assert self._past_the_doors() == told
                assert self._through_the_doors(user) == told

    @staticmethod
    def _past_the_doors() -> dict:
        pairs = ("company_id", "programme_id")
        with connection.cursor() as cursor:
            cursor.execute("SELECT unnest(app.content_companies())")
            content = {row[0] for row in cursor.fetchall()}
        return {
            "companies": set(Company.objects.values_list("pk", flat=True)),
            "content": content,
            "programmes": set(Programme.objects.values_list("pk", flat=True)),
            "enrolments": set(Enrolment.objects.values_list(*pairs)),
            "feedback": set(Feedback.objects.values_list(*pairs)),
        }

    @staticmethod
    def _through_the_doors(user) -> dict:
        pairs = ("company_id", "programme_id")
        return {
            "companies": set(Company.objects.visible_to(user).values_list("pk", flat=True)),
            "content": set(Company.objects.content_visible_to(user).values_list("pk", flat=True)),
            "programmes": set(Programme.objects.visible_to(user).values_list("pk", flat=True)),
            "enrolments": set(Enrolment.objects.visible_to(user).values_list(*pairs)),
            "feedback": set(Feedback.objects.visible_to(user).values_list(*pairs)),
        }


def test_no_history_of_grants_shows_anybody_too_much_or_too_little(db):
    run_state_machine_as_test(
        Grants,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            # A history of 20 deeds can be read as it is; making it shorter would take minutes.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
