"""Calendar entries: what a program reads in them, and who is told how to get in."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from programmes import services
from programmes.models import Arrival, Attendance, CalendarFeed, Facilitator, Seat
from programmes.services import calendar as feeds
from tests.factories import make_attendance, make_person, make_session
from tests.roles import seen_by

LINK = "https://meet.example/room"


@pytest.fixture
def session(cast):
    start = (timezone.now() + timedelta(days=10)).replace(hour=5, minute=0, second=0, microsecond=0)
    session = make_session(
        cast.programme,
        title_ja="企業活動と人権の基本を、はじめて学ぶ方のためにやさしくご説明する実務担当者セミナー(第一回)",
        starts_at=start,
        sequence=4,
    )
    Arrival.objects.create(session=session, programme=session.programme, mode="online", url=LINK)
    Arrival.objects.create(session=session, programme=session.programme, mode="onsite", note_ja="3階へ。")
    return session


@pytest.fixture
def staff(cast):
    return cast.people["staff"]


def person_of(user):
    return user.people.get()


def file_of(client, session):
    response = client.get(reverse("programmes:session_calendar", args=[session.programme_id, session.pk]))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return response.content


def entry(content: bytes):
    calendar = Calendar.from_ical(content)
    [event] = calendar.walk("VEVENT")
    return calendar, event


def register(user, session, mode):
    with seen_by(user):
        return services.register(session=session, person=person_of(user), mode=mode, actor=user)


def test_a_file_is_what_calendars_want(cast, session, staff, sign_in):
    content = file_of(sign_in(staff), session)
    calendar, event = entry(content)
    assert (calendar["METHOD"], calendar["VERSION"], event["STATUS"]) == ("PUBLISH", "2.0", "CONFIRMED")
    assert str(event["UID"]).startswith(f"{session.pk}@")
    assert event["SUMMARY"] == session.title_ja
    assert event["DTSTART"].params["TZID"] == "Asia/Tokyo"
    assert event["DTSTART"].dt == session.starts_at
    assert event["DTSTART"].dt.hour == 14
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Tokyo"]
    assert b"VALARM" not in content
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_the_sequence_is_of_session_and_registration_and_only_rises(session, staff, sign_in):
    client, seen = sign_in(staff), []
    for deed in (
        lambda: None,
        lambda: register(staff, session, "online"),
        lambda: register(staff, session, "onsite"),
        lambda: type(session).objects.update(sequence=5),
    ):
        deed()
        seen.append(int(entry(file_of(client, session))[1]["SEQUENCE"]))
    assert seen == [4, 5, 6, 7]


@pytest.mark.parametrize(
    ("mode", "has_link", "has_way"), [("online", True, False), ("onsite", False, True), (None, False, False)]
)
def test_the_way_in_stands_only_in_the_entry_of_who_may_use_it(session, staff, sign_in, mode, has_link, has_way):
    if mode:
        register(staff, session, mode)
    text = file_of(sign_in(staff), session).replace(b"\r\n ", b"").decode()
    assert (LINK in text, "3階へ。" in text) == (has_link, has_way)


def test_who_waits_has_a_tentative_entry_without_a_link(cast, session, staff, sign_in):
    session.capacity_online = 1
    session.save()
    make_attendance(session, make_person(cast.company), mode="online", attended=None)
    register(staff, session, "online")
    content = file_of(sign_in(staff), session)
    assert entry(content)[1]["STATUS"] == "TENTATIVE"
    assert LINK.encode() not in content


@pytest.mark.parametrize("what", ["session", "apology", "withdrawal"])
def test_what_does_not_take_place_is_taken_out(session, staff, sign_in, what):
    register(staff, session, "online")
    with seen_by(staff):
        if what == "apology":
            services.apologise(session=session, person=person_of(staff), reason="R", actor=staff)
        elif what == "withdrawal":
            services.withdraw(session=session, person=person_of(staff), actor=staff)
    if what == "session":
        type(session).objects.update(state="cancelled", sequence=5)
    calendar, event = entry(file_of(sign_in(staff), session))
    assert (calendar["METHOD"], event["STATUS"], int(event["SEQUENCE"])) == ("CANCEL", "CANCELLED", 6)
    assert LINK not in event["DESCRIPTION"]


def test_a_draft_has_no_file(cast, session, sign_in):
    type(session).objects.update(state="draft")
    url = reverse("programmes:session_calendar", args=[session.programme_id, session.pk])
    assert [sign_in(cast.people[who]).get(url).status_code for who in ("staff", "secretariat")] == [404, 404]


# --- The personal address ---------------------------------------------------------------------------------------------


def make_feed(user) -> str:
    with seen_by(user):
        return reverse("programmes:calendar_feed", args=[feeds.renew_feed(actor=user)])


def sessions_in(response) -> dict[str, str]:
    return {
        str(event["UID"]).split("@")[0]: str(event["STATUS"])
        for event in Calendar.from_ical(response.content).walk("VEVENT")
    }


def test_the_address_opens_without_signing_in_what_is_the_persons_own(cast, session, staff, client):
    other, left = (
        make_session(cast.programme, starts_at=session.starts_at),
        make_session(cast.programme, starts_at=session.starts_at),
    )
    make_attendance(other, make_person(cast.company), mode="online", attended=None)
    register(staff, session, "online")
    row = register(staff, left, "onsite")
    Attendance.objects.filter(pk=row.pk).update(registration="apologised")
    response = client.get(make_feed(staff))
    assert sessions_in(response) == {str(session.pk): "CONFIRMED", str(left.pk): "CANCELLED"}
    assert LINK in response.content.replace(b"\r\n ", b"").decode()
    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "strict-origin"
    assert client.post(make_feed(staff)).status_code == 405
    assert not response.cookies


def test_what_is_long_over_leaves_the_feed(session, staff, client):
    register(staff, session, "online")
    url = make_feed(staff)
    session.starts_at = timezone.now() - timedelta(days=31)
    session.ends_at = session.starts_at + timedelta(hours=2)
    session.save()
    assert sessions_in(client.get(url)) == {}


def test_the_secretariat_has_all_its_sessions_and_an_adviser_those_to_lead(cast, session, client):
    secretariat, adviser = cast.people["secretariat"], cast.people["adviser"]
    assert sessions_in(client.get(make_feed(secretariat))) == {str(session.pk): "CONFIRMED"}
    url = make_feed(adviser)
    assert sessions_in(client.get(url)) == {}
    seat = Seat.objects.get(user=adviser)
    Facilitator.objects.create(session=session, programme=session.programme, seat=seat)
    assert sessions_in(client.get(url)) == {str(session.pk): "CONFIRMED"}


def test_a_new_address_ends_the_old_one_and_revoking_ends_both(staff, client):
    first, second = make_feed(staff), make_feed(staff)
    assert [client.get(url).status_code for url in (first, second)] == [404, 200]
    with seen_by(staff):
        assert feeds.revoke_feed(actor=staff)
        assert not feeds.revoke_feed(actor=staff)
    assert client.get(second).status_code == 404
    assert CalendarFeed.objects.count() == 2


def test_a_closed_account_opens_nothing(staff, client):
    url = make_feed(staff)
    staff.is_active = False
    staff.save()
    assert client.get(url).status_code == 404


def test_guessing_is_slowed_down(client, db):
    statuses = [client.get(f"/calendar/{'x' * 42}{number % 10}.ics").status_code for number in range(12)]
    assert statuses == [404] * 10 + [429] * 2


def test_the_page_shows_the_address_once(staff, sign_in, client):
    signed_in, url = sign_in(staff), reverse("programmes:calendar_settings")
    page = signed_in.post(url, {"make": "yes"})
    path = page.context["address"].split("/", 3)[3]
    assert client.get(f"/{path}").status_code == 200
    assert page["Cache-Control"] == "private, no-store"
    assert path not in signed_in.get(url).content.decode()
    assert signed_in.post(url, {"revoke": "yes"}).status_code == 302
    assert client.get(f"/{path}").status_code == 404
