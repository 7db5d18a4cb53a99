from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from consultations.enums import ChangeKind
from consultations.models import Change, Participant
from consultations.services.reminders import remind_of_consultations
from consultations.tasks import messages
from notifications.models import Message, OutgoingMail, Reminder
from tests.consultations.meeting import adviser_of, page
from tests.factories import make_consultation, make_member, make_person
from tests.roles import seen_by, web_role

START = datetime(2030, 2, 4, 1, tzinfo=UTC)


@pytest.fixture
def booked(cast):
    return make_consultation(cast.enrolment, adviser_of(cast), starts_at=START, state="booked")


def tell(deed, consultation, actor, **more):
    with seen_by(actor):
        deed(consultation, actor, **more)


def participant(cast, consultation, person):
    return Participant.objects.create(
        consultation=consultation, company=cast.company, programme=cast.programme, person=person
    )


def told(kind: str) -> set:
    return {message.to_user_id for message in Message.objects.filter(kind=kind)}


def test_everybody_of_the_company_is_told_where_nobody_is_named(cast, booked):
    for _ in range(2):
        tell(messages.tell_booked, booked, cast.people["secretariat"])
    people = cast.people
    assert told("consultation_booked") == {people["manager"].pk, people["staff"].pk, people["adviser"].pk}
    assert Message.objects.count() == 3


def test_those_who_come_are_told_and_who_booked_it(cast, booked):
    """Somebody without an account gets the mail alone; the calendar's address would not open for them."""
    comes = make_member(cast.company)
    participant(cast, booked, comes.people.get())
    participant(cast, booked, make_person(cast.company, email="guest@example.com"))
    tell(messages.tell_booked, booked, cast.people["staff"])
    assert told("consultation_booked") == {comes.pk, cast.people["staff"].pk, cast.people["adviser"].pk}
    guest = OutgoingMail.objects.get(recipient="guest@example.com")
    assert ".ics" not in guest.body
    assert "2030年2月4日" in guest.body


def test_a_mail_says_when_and_where_and_not_what_about(cast, booked):
    booked.meeting_url = "https://meet.example.com/room"
    booked.reason = "秘密の理由"
    booked.save()
    tell(messages.tell_booked, booked, cast.people["staff"])
    mail = OutgoingMail.objects.get(recipient=cast.people["adviser"].email)
    assert mail.subject.startswith("【SPP】個別相談の予約:")
    for words in ("2030年2月4日(月) 10:00〜11:00", "https://meet.example.com/room", page("calendar", booked)):
        assert words in mail.body
    assert "秘密の理由" not in mail.body
    assert "meet.example.com" not in str(Message.objects.get(to_user=cast.people["adviser"]).params)


def test_each_is_told_in_their_own_language(cast, booked):
    adviser = cast.people["adviser"]
    adviser.language = "en"
    adviser.save()
    tell(messages.tell_booked, booked, cast.people["staff"])
    assert OutgoingMail.objects.get(recipient=adviser.email).subject.startswith("[SPP] Individual consultation booked:")


def test_a_move_says_both_times_and_every_move_is_told(cast, booked):
    for number in (1, 2):
        before, booked.starts_at = booked.starts_at, booked.starts_at + timedelta(days=1)
        booked.ends_at = booked.blocked_until = booked.starts_at + timedelta(hours=1)
        booked.sequence = number
        booked.save()
        Change.objects.create(
            consultation=booked,
            company=cast.company,
            programme=cast.programme,
            kind=ChangeKind.MOVED,
            starts_at=booked.starts_at,
            before=before,
            made_by_id=cast.people["staff"].pk,
        )
        tell(messages.tell_moved, booked, cast.people["staff"])
    mails = OutgoingMail.objects.filter(recipient=cast.people["adviser"].email).order_by("created_at")
    assert ["2030年2月5日" in mail.body and "2030年2月4日" in mail.body for mail in mails] == [True, False]
    assert ["2030年2月6日" in mail.body for mail in mails] == [False, True]


def test_who_gave_it_until_now_is_told_that_it_is_anothers(cast, booked):
    former = cast.programme.seats.get(user=cast.people["unassigned_adviser"])
    tell(messages.tell_moved, booked, cast.people["secretariat"], former=former)
    mail = OutgoingMail.objects.get(recipient=former.user.email)
    assert "取りやめ" in mail.subject
    assert ".ics" not in mail.body


# --- The calendar ---------------------------------------------------------------------------------------------------------


def event_of(response):
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(response.content)
    return calendar, next(iter(calendar.walk("VEVENT")))


def test_the_entry_is_one_and_the_same_through_moves_and_ends_cancelled(cast, booked, sign_in):
    client, found = sign_in(cast.people["staff"]), []
    for sequence, state in ((0, "booked"), (1, "booked"), (2, "cancelled")):
        booked.sequence, booked.state = sequence, state
        booked.save()
        calendar, event = event_of(client.get(page("calendar", booked)))
        assert not list(calendar.walk("VALARM"))
        assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Tokyo"]
        assert str(event["DTSTART"].dt) == "2030-02-04 10:00:00+09:00"
        found.append((str(event["UID"]), event["SEQUENCE"], str(event["STATUS"]), str(calendar["METHOD"])))
    uid = found[0][0]
    assert uid.startswith(str(booked.pk))
    assert found == [
        (uid, 0, "CONFIRMED", "PUBLISH"),
        (uid, 1, "CONFIRMED", "PUBLISH"),
        (uid, 2, "CANCELLED", "CANCEL"),
    ]


def test_the_joining_link_stands_in_it_while_it_can_be_joined(cast, booked, sign_in):
    booked.meeting_url = "https://meet.example.com/room"
    client = sign_in(cast.people["adviser"])
    found = []
    for state in ("booked", "cancelled"):
        booked.state = state
        booked.save()
        found.append("meet.example.com/room" in str(event_of(client.get(page("calendar", booked)))[1]["DESCRIPTION"]))
    assert found == [True, False]


# --- Reminders --------------------------------------------------------------------------------------------------------------


def remind(day) -> None:
    with web_role():
        remind_of_consultations(today=day)


def soon(cast, days: int):
    """A consultation so many days from today, told of long ago."""
    start = timezone.localtime().replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=days)
    return make_consultation(cast.enrolment, adviser_of(cast), starts_at=start, state="booked")


@pytest.mark.parametrize(("days", "keys"), [(9, set()), (8, set()), (7, {7}), (5, {7}), (1, {1}), (0, set())])
def test_everybody_is_reminded_a_week_and_a_day_before(cast, days, keys):
    consultation = soon(cast, days)
    for _ in range(2):
        remind(timezone.localdate())
    found = Reminder.objects.filter(kind="consultation_ahead")
    assert {int(reminder.key.rsplit(":", 1)[1]) for reminder in found} == keys
    people = {cast.people[who].pk for who in ("manager", "staff", "adviser")}
    assert {reminder.to_user_id for reminder in found} == (people if keys else set())
    assert found.count() == (3 if keys else 0)
    assert all(str(consultation.pk) in reminder.path for reminder in found)


def test_nobody_is_reminded_of_what_was_cancelled_or_told_today(cast):
    cancelled, fresh = soon(cast, 1), soon(cast, 2)
    cancelled.state = "cancelled"
    cancelled.save()
    fresh.starts_at = fresh.starts_at - timedelta(days=1)
    fresh.ends_at = fresh.blocked_until = fresh.starts_at + timedelta(hours=1)
    fresh.save()
    Change.objects.create(
        consultation=fresh,
        company=cast.company,
        programme=cast.programme,
        kind=ChangeKind.BOOKED,
        starts_at=fresh.starts_at,
        made_by_id=cast.people["staff"].pk,
    )
    remind(timezone.localdate())
    assert Reminder.objects.count() == 0
