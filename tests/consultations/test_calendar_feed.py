"""Consultations in the personal calendar: whose they are, moved, cancelled, taken over; nothing of the content."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from consultations.models import Minutes, Participant, Topics
from programmes.services import calendar as feeds
from tests.consultations.test_booking import cancel, put_off
from tests.counting import queries_of
from tests.factories import make_assignment, make_consultation, make_person, make_seat
from tests.roles import seen_by

START = datetime(2026, 11, 9, 0, tzinfo=UTC)
INVOLVED, OTHERS = ("manager", "staff", "adviser"), ("neighbour", "secretariat", "unassigned_adviser", "stranger")


@pytest.fixture
def booked(desk):
    """A consultation that is not over on any day: far ahead, at nine."""
    return make_consultation(desk.cast.enrolment, desk.seat, starts_at=START, state="booked")


@pytest.fixture(autouse=True)
def always_kept(monkeypatch):
    """The dates of these tests are fixed: nothing is over long enough to leave the calendar."""
    monkeypatch.setattr("programmes.views.calendar.KEPT", timedelta(days=36500))


def address(user) -> str:
    with seen_by(user):
        return reverse("programmes:calendar_feed", args=[feeds.renew_feed(actor=user)])


def entries(desk, client, who: str) -> dict:
    """What stands in somebody's calendar, by the id of the consultation: (STATUS, SEQUENCE, start)."""
    calendar = Calendar.from_ical(client.get(address(desk.cast.people[who])).content)
    return {
        str(event["UID"]).partition("@")[0]: (str(event["STATUS"]), int(event["SEQUENCE"]), event["DTSTART"].dt)
        for event in calendar.walk("VEVENT")
    }


@pytest.mark.parametrize("who", [*INVOLVED, *OTHERS])
def test_it_stands_in_the_calendars_of_who_gives_it_and_of_the_company(desk, booked, client, who):
    expected = {str(booked.pk): ("CONFIRMED", 0, START)} if who in INVOLVED else {}
    assert entries(desk, client, who) == expected


def test_where_people_are_named_it_is_theirs(desk, booked, client):
    person = desk.cast.people["staff"].people.get()
    both = {"company": desk.cast.company, "programme": desk.cast.programme}
    Participant.objects.create(consultation=booked, person=person, **both)
    assert [bool(entries(desk, client, who)) for who in INVOLVED] == [False, True, True]
    Participant.objects.all().delete()
    Participant.objects.create(consultation=booked, person=make_person(desk.cast.company), **both)
    assert [bool(entries(desk, client, who)) for who in INVOLVED] == [False, False, True]


@pytest.mark.parametrize("who", INVOLVED)
def test_a_move_and_a_cancellation_replace_the_entry(desk, booked, client, who):
    moved = put_off(desk, booked, "secretariat", starts_at=START + timedelta(days=1))
    assert entries(desk, client, who) == {str(booked.pk): ("CONFIRMED", 1, moved.starts_at)}
    cancel(desk, booked, "secretariat")
    assert entries(desk, client, who) == {str(booked.pk): ("CANCELLED", 2, moved.starts_at)}


def test_who_gave_it_until_another_took_it_over_has_it_cancelled(desk, booked, client):
    successor = make_seat(desk.cast.programme, role="adviser")
    desk.cast.people["successor"] = successor.user
    make_assignment(desk.cast.enrolment, successor)
    put_off(desk, booked, "secretariat", starts_at=START, seat=successor)
    assert entries(desk, client, "adviser") == {str(booked.pk): ("CANCELLED", 1, START)}
    for who in ("successor", "staff"):
        assert entries(desk, client, who) == {str(booked.pk): ("CONFIRMED", 1, START)}
    put_off(desk, booked, "secretariat", starts_at=START, seat=desk.seat)
    assert entries(desk, client, "adviser") == {str(booked.pk): ("CONFIRMED", 2, START)}
    assert entries(desk, client, "successor") == {str(booked.pk): ("CANCELLED", 2, START)}


@pytest.mark.parametrize("who", INVOLVED)
def test_nothing_of_the_content_stands_in_it(desk, booked, client, who):
    both = {"company": desk.cast.company, "programme": desk.cast.programme}
    Topics.objects.create(consultation=booked, questions="秘密の質問", **both)
    Minutes.objects.create(consultation=booked, text="秘密の記録", shared_at=timezone.now(), **both)
    booked.reason = "秘密の理由"
    booked.save()
    text = Calendar.from_ical(client.get(address(desk.cast.people[who])).content).to_ical().decode()
    assert (booked.company.name_ja in text, "秘密" in text) == (True, False)


def test_it_is_read_at_once_whatever_there_is(desk, booked, client):
    counts, feed = [], address(desk.cast.people["adviser"])
    for count in (1, 20):
        for number in range(count):
            make_consultation(desk.cast.enrolment, desk.seat, starts_at=START + timedelta(days=count + number))
        counts.append(len(queries_of(client, feed)))
    assert counts[0] == counts[1]
