"""Hundreds book at the same moment: one of them gets the time, whatever they ask for, and nobody's company gets too many."""

import threading
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from common.tenancy import acting_as
from consultations import services
from consultations.models import Consultation, Practice, WeeklyHours
from consultations.services import BookingRefused, booking, refusals
from programmes.models import Enrolment, Seat
from tests.factories import make_assignment, make_company, make_member, make_programme, make_seat
from tests.roles import web_role

pytestmark = pytest.mark.processes

TOKYO = timezone.get_default_timezone()
DAY = date(2026, 11, 9)
NOW = datetime(2026, 11, 4, 10, tzinfo=TOKYO)
NINE = datetime.combine(DAY, time(9), tzinfo=TOKYO)
AT_ONCE = 500
COMPANIES = 25
# The server has a hundred lines for everybody; who has none yet waits.
LINES = 40
# By the seat and by the person: either refuses two consultations of one seat.
OF_ADVISERS = ("consultations_adviser_once", "consultations_person_once")


@dataclass
class Rush:
    seat: Seat
    enrolments: list[Enrolment]
    members: list

    def book(self, number: int, starts_at: datetime, *, operation=None):
        place = number % len(self.enrolments)
        actor = self.members[place]
        with acting_as(actor.pk), web_role(), transaction.atomic():
            return services.book(
                enrolment=self.enrolments[place],
                adviser=self.seat,
                starts_at=starts_at,
                method="online",
                operation=operation or uuid4(),
                actor=actor,
                now=NOW,
            )


@pytest.fixture
def rush(resting) -> Rush:
    return make_rush()


def make_rush(user=None, *, companies: int = COMPANIES) -> Rush:
    programme = make_programme(
        starts_on=date(2026, 10, 1),
        ends_on=date(2027, 3, 31),
        consultations_start_on=date(2026, 11, 1),
        consultations_end_on=date(2026, 12, 25),
    )
    seat = make_seat(programme, role="adviser", user=user)
    Practice.objects.create(seat=seat, programme=programme, most_a_day=20)
    # Open times at every quarter of an hour, so that what is offered overlaps.
    for quarter in range(4):
        starts = time(9, 15 * quarter)
        WeeklyHours.objects.create(seat=seat, programme=programme, weekday=0, starts=starts, ends=time(12))
    enrolments = [make_company(programme) for _ in range(companies)]
    for enrolment in enrolments:
        make_assignment(enrolment, seat)
    return Rush(seat, enrolments, [make_member(enrolment.company) for enrolment in enrolments])


def at_once(stack, count: int, deed) -> list:
    """Let `count` clients, each with a line of its own, do their deed; return what each got."""
    lines = threading.BoundedSemaphore(LINES)

    def in_turn(number: int):
        with lines:
            try:
                return deed(number)
            except BookingRefused as error:
                return error
            finally:
                connection.close()

    return stack.in_threads(*[lambda number=number: in_turn(number) for number in range(count)])


def check(answers: list, *, won: int) -> None:
    """Fail unless so many got their booking and everybody else a refusal that says what can be done."""
    assert {type(answer) for answer in answers} <= {
        Consultation,
        refusals.Taken,
        refusals.CompanyBusy,
        refusals.DayIsFull,
    }
    winners = [answer for answer in answers if isinstance(answer, Consultation)]
    assert len(winners) == won, f"{len(winners)} of {len(answers)} believe that they have the time"
    assert Consultation.objects.count() == won


def test_one_of_five_hundred_gets_the_time(resting, rush):
    check(at_once(resting, AT_ONCE, lambda number: rush.book(number, NINE)), won=1)


def test_one_of_five_hundred_gets_one_of_the_times_that_overlap(resting, rush):
    """From 9:00 to 9:45 every time overlaps every other."""
    quarters = [NINE + timedelta(minutes=15 * quarter) for quarter in range(4)]
    check(at_once(resting, AT_ONCE, lambda number: rush.book(number, quarters[number % 4])), won=1)


def test_one_person_is_booked_once_by_two_programmes(resting, rush):
    """Two seats of one adviser, each with companies of its own, for times that overlap."""
    rushes = (rush, make_rush(rush.seat.user))
    starts = (NINE, NINE + timedelta(minutes=30))
    check(at_once(resting, 100, lambda number: rushes[number % 2].book(number // 2, starts[number % 2])), won=1)


def test_one_form_posted_fifty_times_at_once_is_one_booking(resting, rush):
    operation = uuid4()
    answers = at_once(resting, 50, lambda _number: rush.book(0, NINE, operation=operation))
    assert len({answer.pk for answer in answers}) == 1
    assert Consultation.objects.count() == 1


def test_no_company_gets_more_than_it_is_entitled_to(resting, rush):
    """Twenty presses for twenty different days: two are booked, as the programme grants."""
    for weekday in range(1, 5):
        WeeklyHours.objects.create(
            seat=rush.seat, programme_id=rush.seat.programme_id, weekday=weekday, starts=time(9), ends=time(10)
        )
    days = [NINE + timedelta(days=days) for days in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)]
    answers = at_once(resting, 20, lambda number: rush.book(0, days[number % 10]))
    assert sum(isinstance(answer, Consultation) for answer in answers) == 2
    assert {type(answer) for answer in answers} <= {Consultation, refusals.NothingLeft, refusals.CompanyBusy}
    assert Consultation.objects.count() == 2


def test_without_the_constraint_the_same_race_fails(resting, rush, monkeypatch):
    """The negative control: with the constraint gone, those who looked at the same moment all get the time."""
    looked = threading.Barrier(COMPANIES)
    check_time = booking._check_time

    def look_together(*args, **kwargs):
        calendar = check_time(*args, **kwargs)
        looked.wait(timeout=120)
        return calendar

    monkeypatch.setattr(booking, "_check_time", look_together)
    with connection.cursor() as cursor:
        for name in OF_ADVISERS:
            cursor.execute(f"ALTER TABLE consultations_consultation DROP CONSTRAINT {name}")
    try:
        with pytest.raises(AssertionError, match="believe that they have the time"):
            check(at_once(resting, COMPANIES, lambda number: rush.book(number, NINE)), won=1)
        assert Consultation.objects.count() > 1
    finally:
        Consultation.objects.all().delete()
        _restore()


def test_with_the_constraint_those_who_looked_at_the_same_moment_get_one(resting, rush, monkeypatch):
    """The control of the control: the same moment, the constraint in place."""
    looked = threading.Barrier(COMPANIES)
    check_time = booking._check_time

    def look_together(*args, **kwargs):
        calendar = check_time(*args, **kwargs)
        looked.wait(timeout=120)
        return calendar

    monkeypatch.setattr(booking, "_check_time", look_together)
    check(at_once(resting, COMPANIES, lambda number: rush.book(number, NINE)), won=1)


def _restore() -> None:
    with connection.schema_editor() as editor:
        for constraint in Consultation._meta.constraints:
            if constraint.name in OF_ADVISERS:
                editor.add_constraint(Consultation, constraint)
