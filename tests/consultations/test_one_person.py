"""A person is one person in two programmes: the database keeps their consultations apart, and shows only when they are."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.services import system_operator
from common.tenancy import acting_as
from consultations import queries
from consultations.models import Consultation, Practice
from consultations.services import refusals
from programmes import services as programmes
from programmes.models import Enrolment, Seat
from tests.consultations.conftest import at
from tests.consultations.test_booking import book, put_off
from tests.consultations.test_rounds import propose, send
from tests.consultations.test_slots import of_day
from tests.factories import make_assignment, make_consultation, make_seat
from tests.roles import seen_by

NINE = at("2026-11-09", "09:00")
QUARTER = timedelta(minutes=15)


@pytest.fixture
def elsewhere(desk) -> Seat:
    """The same adviser's seat in the other programme, with its company."""
    seat = make_seat(desk.cast.other_programme, role="adviser", user=desk.cast.people["adviser"])
    make_assignment(desk.cast.stranger, seat)
    return seat


def booked(enrolment, seat, starts_at=NINE, *, state="booked", pause=QUARTER) -> Consultation:
    consultation = make_consultation(enrolment, seat, starts_at=starts_at, state="cancelled")
    Consultation.objects.filter(pk=consultation.pk).update(blocked_until=consultation.ends_at + pause, state=state)
    consultation.refresh_from_db()
    return consultation


def refused_by(write) -> str:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        write()
    return refused.value.__cause__.diag.constraint_name


@pytest.mark.parametrize("minutes", [-74, -30, 0, 30, 74])
def test_the_database_refuses_what_overlaps_in_another_programme(desk, elsewhere, minutes):
    """One hour and the pause of a quarter after it, on either side."""
    booked(desk.cast.enrolment, desk.seat)
    starts_at = NINE + timedelta(minutes=minutes)
    assert refused_by(lambda: booked(desk.cast.stranger, elsewhere, starts_at)) == "consultations_person_once"


@pytest.mark.parametrize("minutes", [-75, 75])
def test_after_the_pause_the_other_programme_may_have_the_adviser(desk, elsewhere, minutes):
    booked(desk.cast.enrolment, desk.seat)
    booked(desk.cast.stranger, elsewhere, NINE + timedelta(minutes=minutes))
    assert Consultation.objects.count() == 2


@pytest.mark.parametrize("state", ["cancelled", "cancelled_late"])
def test_what_was_cancelled_is_not_in_the_way(desk, elsewhere, state):
    booked(desk.cast.enrolment, desk.seat, state=state)
    booked(desk.cast.stranger, elsewhere)
    assert Consultation.objects.count() == 2


def test_without_the_constraint_it_would_be_written(desk, elsewhere):
    """The negative control: neither the seat nor the company is in two consultations, only the person."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consultations_consultation DROP CONSTRAINT consultations_person_once")
    booked(desk.cast.enrolment, desk.seat)
    booked(desk.cast.stranger, elsewhere)
    assert Consultation.objects.values("starts_at").distinct().count() == 1 < Consultation.objects.count()


def test_nobody_writes_the_key_but_the_database(desk, elsewhere):
    consultation = booked(desk.cast.enrolment, desk.seat)
    assert consultation.adviser_key == desk.seat.user_id
    with seen_by(desk.cast.people["secretariat"]):
        Consultation.objects.filter(pk=consultation.pk).update(adviser_key=desk.cast.people["nobody"].pk)
    consultation.refresh_from_db()
    assert consultation.adviser_key == desk.seat.user_id


def test_another_adviser_is_another_key(desk):
    successor = make_seat(desk.cast.programme, role="adviser")
    consultation = booked(desk.cast.enrolment, desk.seat)
    Consultation.objects.filter(pk=consultation.pk).update(adviser=successor)
    consultation.refresh_from_db()
    assert consultation.adviser_key == successor.user_id


def test_a_seat_that_somebody_takes_is_theirs_from_then_on(desk):
    open_seat = _open_seat(desk)
    consultation = booked(desk.cast.stranger, open_seat)
    assert consultation.adviser_key == open_seat.pk
    _take(open_seat, desk.cast.people["adviser"])
    consultation.refresh_from_db()
    assert consultation.adviser_key == desk.seat.user_id
    assert refused_by(lambda: booked(desk.cast.enrolment, desk.seat)) == "consultations_person_once"


def test_an_invitation_is_not_refused_because_of_what_overlaps_already(desk):
    """Both stay as they are; what is moved from then on is measured by the person."""
    open_seat = _open_seat(desk)
    kept = booked(desk.cast.stranger, open_seat)
    booked(desk.cast.enrolment, desk.seat)
    _take(open_seat, desk.cast.people["adviser"])
    kept.refresh_from_db()
    assert kept.adviser_key == open_seat.pk
    Consultation.objects.filter(pk=kept.pk).update(state="held")
    later = NINE + timedelta(minutes=30)
    times = {"starts_at": later, "ends_at": later + timedelta(hours=1), "blocked_until": later + timedelta(hours=1)}
    moved = Consultation.objects.filter(pk=kept.pk)
    assert refused_by(lambda: moved.update(**times)) == "consultations_person_once"


def _open_seat(desk) -> Seat:
    seat = Seat(programme=desk.cast.other_programme, role="adviser", email="invited@example.jp")
    operator = system_operator()
    with acting_as(operator.pk):
        programmes.add_seats(seats=[seat], actor=operator)
    return seat


def _take(seat, user) -> None:
    operator = system_operator()
    with acting_as(operator.pk):
        programmes.take_seat(seat=seat, user=user, actor=operator)


def test_a_company_is_offered_no_time_that_the_other_programme_took(desk, elsewhere):
    assert of_day(desk, "11-09") == ["09:00", "10:15"]
    booked(desk.cast.stranger, elsewhere)
    assert of_day(desk, "11-09") == ["10:15"]
    with pytest.raises(refusals.Taken):
        book(desk, starts_at=NINE)


def test_the_other_programme_counts_among_the_days_most(desk, elsewhere):
    Practice.objects.filter(seat=desk.seat).update(most_a_day=1)
    booked(desk.cast.stranger, elsewhere, at("2026-11-09", "15:00"))
    assert of_day(desk, "11-09") == []
    with pytest.raises(refusals.DayIsFull):
        book(desk, "secretariat", starts_at=NINE)


@pytest.mark.parametrize("who", ["manager", "adviser", "secretariat"])
def test_they_learn_when_and_nothing_else(desk, elsewhere, who):
    booked(desk.cast.stranger, elsewhere)
    own = who == "adviser"
    with seen_by(desk.cast.people[who]), connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM app.busy_times(%s::uuid[], %s, %s)",
            [[desk.seat.pk], NINE - timedelta(days=1), NINE + timedelta(days=1)],
        )
        assert [column.name for column in cursor.description] == ["adviser_id", "starts_at", "blocked_until"]
        assert cursor.fetchall() == [(desk.seat.pk, NINE, NINE + timedelta(minutes=75))]
        assert Consultation.objects.count() == own
        assert Seat.objects.filter(pk=elsewhere.pk).count() == own


def test_of_seats_of_other_programmes_nobody_learns_anything(desk, elsewhere):
    """Not even where the person has a seat in one's own programme: one asks for seats that one may see."""
    booked(desk.cast.stranger, elsewhere)
    with seen_by(desk.cast.people["manager"]):
        day = timezone.localdate(NINE)
        assert queries.taken([elsewhere.pk], since=day, until=day).busy == {}


def test_a_company_in_two_programmes_is_in_one_consultation_at_a_time(desk):
    """Its secretariat does not see the other programme's, and is told that the company is busy then."""
    _enrol_elsewhere(desk)
    with pytest.raises(refusals.CompanyBusy):
        book(desk, "secretariat", starts_at=NINE)
    assert of_day(desk, "11-09") == ["10:15"]
    with seen_by(desk.cast.people["secretariat"]):
        day = timezone.localdate(NINE)
        assert queries.company_times([desk.cast.company.pk], since=day, until=day) == {
            desk.cast.company.pk: [(NINE, NINE + timedelta(hours=1))]
        }
        assert not Consultation.objects.exists()


@pytest.mark.parametrize("who", ["neighbour", "stranger", "unassigned_adviser", "nobody"])
def test_whoever_does_not_see_the_company_learns_nothing_of_its_times(desk, who):
    _enrol_elsewhere(desk)
    with seen_by(desk.cast.people[who]):
        day = timezone.localdate(NINE)
        assert queries.company_times([desk.cast.company.pk], since=day, until=day) == {}


def _enrol_elsewhere(desk) -> Consultation:
    """Let the company take part in the other programme, too, and have a consultation there at nine."""
    enrolment = Enrolment(
        company=desk.cast.company, programme=desk.cast.other_programme, code="TWICE", joined_on=date(2020, 1, 1)
    )
    operator = system_operator()
    with acting_as(operator.pk):
        programmes.enrol_companies(enrolments=[enrolment], actor=operator)
    other = make_seat(desk.cast.other_programme, role="adviser")
    make_assignment(enrolment, other)
    return booked(enrolment, other)


def test_a_booking_can_be_moved_within_its_own_time(desk, elsewhere):
    """It is not in its own way, and the other programme's still is."""
    consultation = book(desk, "secretariat", starts_at=NINE)
    booked(desk.cast.stranger, elsewhere, at("2026-11-09", "15:00"))
    moved = put_off(desk, consultation, "secretariat", starts_at=NINE + timedelta(minutes=30))
    assert moved.starts_at == NINE + timedelta(minutes=30)
    with pytest.raises(refusals.Taken):
        put_off(desk, consultation, "secretariat", starts_at=at("2026-11-09", "14:30"))


def test_a_round_is_planned_around_the_other_programme(desk, elsewhere):
    booked(desk.cast.stranger, elsewhere)
    _enrol_elsewhere(desk)
    offers = propose(desk)
    assert NINE not in [offer.starts_at for offer in offers.values()]
    assert offers[desk.cast.company].starts_at == at("2026-11-09", "10:15")


def test_what_was_booked_in_the_other_programme_meanwhile_is_left_out(desk, elsewhere):
    offer = propose(desk)[desk.cast.company]
    assert offer.starts_at == NINE
    booked(desk.cast.stranger, elsewhere)
    assert [each.company for each in send(desk)] == [desk.cast.neighbour.company]
    offer.refresh_from_db()
    assert (offer.problem, offer.adviser) == ("taken", None)
