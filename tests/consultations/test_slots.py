"""Which times are free: hours, exceptions, holidays, absences, pauses, notice, the company's own time, and races of views."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consultations import queries
from consultations.models import Absence, DayException, Practice
from programmes.models import Conflict
from tests.consultations.conftest import NOW, at
from tests.counting import FRAME_OF_A_TEST
from tests.factories import make_assignment, make_company, make_consultation, make_seat
from tests.roles import seen_by


def free(desk, *, who="manager", since=None, now=NOW, days=100, **wishes) -> list[str]:
    """The free times that somebody of the company is offered, as `11-09 09:00`."""
    enrolment = desk.cast.enrolment
    with seen_by(desk.cast.people[who]):
        found = queries.choice(enrolment, now=now, since=since, days=days, most=10_000, **wishes)
    return [f"{timezone.localtime(slot.starts_at):%m-%d %H:%M}" for _day, slots in found.days for slot in slots]


def of_day(desk, day: str, **wishes) -> list[str]:
    return [each[6:] for each in free(desk, **wishes) if each.startswith(day)]


def test_hours_are_cut_into_consultations_with_a_pause_between(desk):
    assert of_day(desk, "11-09") == ["09:00", "10:15"]
    Practice.objects.update(pause_minutes=0)
    assert of_day(desk, "11-09") == ["09:00", "10:00", "11:00"]
    Practice.objects.update(pause_minutes=60)
    assert of_day(desk, "11-09") == ["09:00", "11:00"]


def test_a_slot_has_the_length_that_the_programme_gives_and_stands_in_japanese_time(desk):
    desk.cast.enrolment.programme.consultation_minutes = 90
    with seen_by(desk.cast.people["manager"]):
        found = queries.choice(desk.cast.enrolment, now=NOW)
    day, slots = found.days[0]
    assert day == date(2026, 11, 6)
    assert [(slot.starts_at, slot.ends_at) for slot in slots] == [
        (datetime(2026, 11, 6, 0, 0, tzinfo=UTC), datetime(2026, 11, 6, 1, 30, tzinfo=UTC))
    ]


@pytest.mark.parametrize(
    ("now", "notice", "first"),
    [
        ("2026-11-04", 2, "11-06"),  # Wednesday and two business days
        ("2026-11-04", 0, "11-04"),
        ("2026-11-06", 2, "11-10"),  # over the weekend
        ("2026-11-07", 1, "11-09"),  # a Saturday is no day of notice
        ("2026-11-20", 1, "11-24"),  # Monday the 23rd is a holiday
    ],
)
def test_notice_counts_business_days(desk, now, notice, first):
    Practice.objects.update(notice_days=notice)
    assert free(desk, now=at(now, "08:00"))[0][:5] == first


def test_what_has_begun_today_is_not_offered(desk):
    Practice.objects.update(notice_days=0)
    assert of_day(desk, "11-04", now=at("2026-11-04", "08:59")) == ["09:00", "10:15"]
    assert of_day(desk, "11-04", now=at("2026-11-04", "09:00")) == ["10:15"]


def test_holidays_are_left_out_unless_the_adviser_works_on_them(desk):
    assert of_day(desk, "11-23") == []
    Practice.objects.update(works_on_holidays=True)
    assert of_day(desk, "11-23") == ["09:00", "10:15"]


def test_an_exception_replaces_the_day_even_on_a_holiday(desk):
    own = {"seat": desk.seat, "programme": desk.cast.programme}
    DayException.objects.create(on=date(2026, 11, 9), **own)
    DayException.objects.create(on=date(2026, 11, 23), starts=time(13), ends=time(14), **own)
    DayException.objects.create(on=date(2026, 11, 14), starts=time(13), ends=time(14), **own)
    assert [of_day(desk, day) for day in ("11-09", "11-23", "11-14")] == [[], ["13:00"], ["13:00"]]


def test_an_absence_wins_over_everything(desk):
    own = {"seat": desk.seat, "programme": desk.cast.programme}
    DayException.objects.create(on=date(2026, 11, 10), starts=time(13), ends=time(14), **own)
    Absence.objects.create(starts_on=date(2026, 11, 9), ends_on=date(2026, 11, 10), **own)
    assert [of_day(desk, day) for day in ("11-09", "11-10", "11-11")] == [[], [], ["09:00", "10:15"]]


def test_the_period_of_the_programme_and_the_assignment_bound_it(desk):
    days = {each[:5] for each in free(desk)}
    assert (min(days), max(days)) == ("11-06", "12-25")
    desk.cast.enrolment.assignments.filter(adviser=desk.seat).update(ends_on=date(2026, 11, 10))
    assert {each[:5] for each in free(desk)} == {"11-06", "11-09", "11-10"}
    desk.cast.enrolment.assignments.filter(adviser=desk.seat).update(ends_on=None)
    desk.cast.enrolment.withdrawn_on = date(2026, 11, 10)
    assert max(free(desk))[:5] == "11-09"


def test_others_consultations_and_their_pauses_are_in_the_way_without_being_seen(desk):
    other = desk.cast.neighbour
    make_assignment(other, desk.seat)
    booked = make_consultation(other, desk.seat, starts_at=at("2026-11-09", "09:00"), state="booked")
    assert of_day(desk, "11-09") == ["10:15"]
    booked.blocked_until = booked.ends_at + timedelta(minutes=15)
    booked.save()
    assert of_day(desk, "11-09") == ["10:15"]
    booked.blocked_until = booked.ends_at + timedelta(minutes=16)
    booked.save()
    assert of_day(desk, "11-09") == []


def test_the_pause_after_a_new_one_must_be_free_too(desk):
    make_assignment(desk.cast.neighbour, desk.seat)
    make_consultation(desk.cast.neighbour, desk.seat, starts_at=at("2026-11-09", "10:00"), state="booked", minutes=15)
    assert of_day(desk, "11-09") == ["10:15"]


@pytest.mark.parametrize(("state", "offered"), [("cancelled", 2), ("cancelled_late", 2), ("missed", 1), ("held", 1)])
def test_what_was_cancelled_is_free_again(desk, state, offered):
    make_assignment(desk.cast.neighbour, desk.seat)
    make_consultation(desk.cast.neighbour, desk.seat, starts_at=at("2026-11-09", "09:00"), state=state)
    assert len(of_day(desk, "11-09")) == offered


def test_a_day_takes_no_more_than_the_adviser_said(desk):
    Practice.objects.update(most_a_day=1)
    make_assignment(desk.cast.neighbour, desk.seat)
    make_consultation(desk.cast.neighbour, desk.seat, starts_at=at("2026-11-09", "15:00"), state="booked")
    assert (of_day(desk, "11-09"), len(of_day(desk, "11-10"))) == ([], 2)


def test_the_company_is_in_its_own_way_with_another_adviser(desk):
    second = make_seat(desk.cast.programme, role="adviser")
    make_assignment(desk.cast.enrolment, second)
    make_consultation(desk.cast.enrolment, second, starts_at=at("2026-11-09", "09:30"), state="booked")
    assert of_day(desk, "11-09") == []


def test_what_is_moved_is_not_in_its_own_way(desk):
    own = make_consultation(desk.cast.enrolment, desk.seat, starts_at=at("2026-11-09", "09:00"), state="booked")
    assert of_day(desk, "11-09") == ["10:15"]
    assert of_day(desk, "11-09", moving=own.pk) == ["09:00", "10:15"]


def test_a_declared_conflict_takes_the_adviser_away_and_tells_the_company_nothing(desk):
    conflict = Conflict.objects.create(
        seat=desk.seat,
        programme=desk.cast.programme,
        company=desk.cast.company,
        declared_by_id=desk.seat.user_id,
    )
    assert free(desk) == []
    conflict.withdrawn_at = NOW
    conflict.save()
    assert free(desk) != []
    with seen_by(desk.cast.people["neighbour"]):
        other = queries.taken([desk.seat.pk], since=NOW.date(), until=NOW.date(), company_id=desk.cast.company.pk)
    assert other.conflicted == set()


@pytest.mark.parametrize(
    ("method", "wish", "offered"),
    [("online", "online", 2), ("online", "onsite", 0), ("hybrid", "onsite", 2), ("hybrid", "online", 2)],
)
def test_a_wish_for_the_way_narrows(desk, method, wish, offered):
    desk.seat.weekly_hours.update(method=method)
    assert len(of_day(desk, "11-09", wish=wish)) == offered


def test_two_open_times_at_once_leave_the_way_to_the_company(desk):
    desk.hours(0, "09:00", "10:00", "onsite")
    with seen_by(desk.cast.people["manager"]):
        found = queries.choice(desk.cast.enrolment, now=NOW, since=date(2026, 11, 9))
    assert [slot.method for slot in found.days[0][1]] == ["hybrid", "online"]


def test_further_days_begin_where_the_page_ends(desk):
    every = free(desk)
    with seen_by(desk.cast.people["manager"]):
        page = queries.choice(desk.cast.enrolment, now=NOW, days=3)
        following = queries.choice(desk.cast.enrolment, now=NOW, days=100, most=10_000, since=page.next_from)
        last = queries.choice(desk.cast.enrolment, now=NOW, days=100, most=10_000)
    shown = [slot for _day, slots in page.days for slot in slots]
    rest = [slot for _day, slots in following.days for slot in slots]
    assert len(shown) + len(rest) == len(every)
    assert len(page.days) == 3
    assert last.next_from is None


def test_a_page_ends_with_the_day_that_makes_it_long_enough(desk):
    with seen_by(desk.cast.people["manager"]):
        page = queries.choice(desk.cast.enrolment, now=NOW, most=3)
    assert ([len(slots) for _day, slots in page.days], page.next_from) == ([2, 2], date(2026, 11, 10))


def test_of_many_advisers_at_once_a_few_are_shown_others_from_day_to_day(desk):
    for _ in range(9):
        seat = make_seat(desk.cast.programme, role="adviser")
        make_assignment(desk.cast.enrolment, seat)
        for weekday in (3, 4):
            desk.hours(weekday, "14:00", "15:00", seat=seat)
    with seen_by(desk.cast.people["manager"]):
        page = queries.choice(desk.cast.enrolment, now=NOW, since=date(2026, 11, 12), days=2)
    shown = [
        {slot.adviser_id for slot in slots if timezone.localtime(slot.starts_at).hour == 14}
        for _day, slots in page.days
    ]
    assert ([len(each) for each in shown], len(shown[0] & shown[1])) == ([4, 4], 3)


def test_midnight_of_a_day_is_that_of_japan(desk):
    assert queries.midnight(date(2026, 7, 1)) == datetime(2026, 6, 30, 15, tzinfo=UTC)
    assert queries.midnight(date(2026, 1, 1)) == datetime(2025, 12, 31, 15, tzinfo=UTC)


@pytest.mark.parametrize("count", [1, 30])
def test_the_search_asks_two_statements_whatever_there_is(desk, count):
    for number in range(count):
        seat = make_seat(desk.cast.programme, role="adviser")
        make_assignment(desk.cast.enrolment, seat)
        desk.hours(number % 5, "13:00", "17:00", seat=seat)
        other = make_company(desk.cast.programme)
        make_consultation(other, desk.seat, starts_at=at("2026-11-30") + timedelta(hours=2 * number), state="booked")

    with seen_by(desk.cast.people["manager"]), CaptureQueriesContext(connection) as captured:
        queries.choice(desk.cast.enrolment, now=NOW, days=100)
    asked = [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(FRAME_OF_A_TEST)]
    assert len(asked) == 2


def test_what_fell_out_of_the_hours_is_known(desk):
    with seen_by(desk.cast.people["adviser"]):
        (calendar,) = queries.calendars(
            desk.cast.programme.seats.filter(pk=desk.seat.pk), since=NOW.date(), until=date(2026, 12, 31)
        )
    inside = [("2026-11-09", "09:00"), ("2026-11-09", "11:00")]
    outside = [("2026-11-09", "11:01"), ("2026-11-09", "08:59"), ("2026-11-23", "09:00"), ("2026-11-08", "09:00")]
    judged = [queries.is_within_hours(calendar, at(*when), at(*when) + timedelta(hours=1)) for when in inside + outside]
    assert judged == [True, True, False, False, False, False]
