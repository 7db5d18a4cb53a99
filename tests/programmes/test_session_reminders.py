"""Who is reminded of a session, of what, and when."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from companies.models import Membership
from notifications.models import Reminder
from programmes import services
from programmes.models import Attendance
from programmes.services.reminders import remind_of_sessions
from tests.factories import make_attendance, make_company, make_person, make_session
from tests.roles import seen_by, web_role


@pytest.fixture
def today():
    return timezone.localdate()


def at(day, hour=14):
    return timezone.make_aware(datetime.combine(day, datetime.min.time())) + timedelta(hours=hour)


@pytest.fixture
def session(cast, today):
    return make_session(cast.programme, title_en="Workshop", starts_at=at(today + timedelta(days=7)))


def place(session, person, *, since_days=30, **fields):
    row = make_attendance(session, person, attended=None, mode="online")
    Attendance.objects.filter(pk=row.pk).update(registered_at=timezone.now() - timedelta(days=since_days), **fields)
    return row


def work(day) -> None:
    with web_role():
        remind_of_sessions(today=day)


def reminded(kind="session_ahead") -> set[tuple]:
    return {
        (
            reminder.to_user_id or reminder.address,
            (reminder.last_on - reminder.due_on).days,
            reminder.params["en"].get("days"),
        )
        for reminder in Reminder.objects.filter(kind=kind)
    }


def test_who_comes_is_reminded_a_week_and_a_day_before_and_each_once(cast, session, today):
    staff = cast.people["staff"]
    place(session, staff.people.get())
    place(session, make_person(cast.neighbour.company, email="n@example.com"))
    work(today)
    work(today)
    assert reminded() == {(staff.pk, 6, 7), ("n@example.com", 6, 7)}
    # Days in between say nothing new.
    work(today + timedelta(days=3))
    assert Reminder.objects.filter(kind="session_ahead").count() == 2
    work(today + timedelta(days=6))
    assert reminded() == {
        (staff.pk, 6, 7),
        ("n@example.com", 6, 7),
        (staff.pk, 0, 1),
        ("n@example.com", 0, 1),
    }


def test_a_day_that_the_clock_missed_is_made_good(cast, session, today):
    place(session, cast.people["staff"].people.get())
    work(today + timedelta(days=2))
    [reminder] = Reminder.objects.filter(kind="session_ahead")
    assert (reminder.due_on, reminder.last_on) == (today, today + timedelta(days=6))


def test_who_has_just_registered_waits_or_does_not_come_is_not_reminded(cast, session, today):
    for fields in (
        {"since_days": 0},
        {"registration": "waiting", "waiting_since": timezone.now()},
        {"registration": "apologised"},
        {"registration": "cancelled"},
    ):
        place(session, make_person(cast.company, email=f"p{len(fields)}@example.com"), **fields)
    place(session, make_person(cast.company))
    work(today)
    assert reminded() == set()


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_nobody_is_reminded_of_what_does_not_take_place(cast, session, today, state):
    place(session, cast.people["staff"].people.get())
    type(session).objects.update(state=state)
    work(today)
    assert not Reminder.objects.exists()


def test_an_apology_takes_back_what_was_to_be_said(cast, session, today):
    staff = cast.people["staff"]
    place(session, staff.people.get())
    work(today)
    with seen_by(staff):
        services.apologise(session=session, person=staff.people.get(), reason="R", actor=staff)
    assert reminded() == set()


def test_companies_that_said_nothing_hear_that_registration_ends(cast, today):
    session = make_session(
        cast.programme, starts_at=at(today + timedelta(days=9)), registration_ends_at=at(today + timedelta(days=3))
    )
    # The neighbour has answered, if only that nobody comes; another company has somebody without an account.
    place(session, make_person(cast.neighbour.company), registration="apologised")
    third = make_company(cast.programme).company
    Membership.objects.create(company=third, person=make_person(third, email="third@example.com"), role="manager")
    make_company(cast.programme, withdrawn_on=today)
    work(today - timedelta(days=1))
    assert not Reminder.objects.exists()
    work(today)
    work(today + timedelta(days=1))
    reminders = Reminder.objects.all()
    assert {reminder.to_user_id or reminder.address for reminder in reminders} == {
        cast.people["manager"].pk,
        cast.people["staff"].pk,
        "third@example.com",
    }
    assert {(r.kind, r.due_on, r.last_on) for r in reminders} == {
        ("registration_closing", today, today + timedelta(days=3))
    }
    assert len(reminders) == 3
