"""The pages of booking: three steps without losing anything, putting off, cancelling, wishes, availability, rounds."""

from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from consultations.models import (
    BookingDraft,
    Consultation,
    DayException,
    LedgerEntry,
    Offer,
    Round,
    SlotWish,
    Topics,
    WeeklyHours,
)
from programmes.models import Assignment, Conflict
from tests.consultations.test_services import draft
from tests.counting import queries_of
from tests.factories import make_assignment, make_company, make_consultation, make_person, make_seat
from tests.reading import rows, words

# An id of nothing, the same in every process: names of tests must not differ.
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def desk(desk):
    """The desk of these tests lives today, because a request's clock is the real one."""
    programme, today = desk.cast.programme, timezone.localdate()
    programme.starts_on = programme.consultations_start_on = today - timedelta(days=60)
    programme.ends_on = programme.consultations_end_on = today + timedelta(days=90)
    programme.save()
    return desk


def page(desk, name: str, *args) -> str:
    return reverse(f"consultations:{name}", args=[desk.cast.company.pk, *args])


def office(desk, name: str, *args) -> str:
    return reverse(f"consultations:{name}", args=[desk.cast.programme.pk, *args])


def begin(client, desk, **entered) -> BookingDraft:
    response = client.post(page(desk, "book"), {"operation": uuid4(), "questions": "誰が対象ですか。"} | entered)
    assert response.status_code == 302, response.content.decode()
    return BookingDraft.objects.latest("changed_at")


def offered(response) -> list[str]:
    return [option.key for day in response.context["days"] for option in day.options]


def booked(desk, *, days: int = 14, state: str = "booked") -> Consultation:
    """A consultation at nine on a working day that is far enough away to be put off."""
    day = timezone.localdate() + timedelta(days=days)
    starts_at = timezone.make_aware(timezone.datetime.combine(day, time(9)))
    return make_consultation(desk.cast.enrolment, desk.seat, starts_at=starts_at, state=state)


def test_a_company_books_in_three_steps(desk, sign_in):
    draft(desk.cast)
    staff = desk.cast.people["staff"]
    person = make_person(desk.cast.company)
    client = sign_in(staff)
    own = begin(client, desk, people=[person.pk], method="online")
    slot = offered(client.get(page(desk, "book_time", own.pk)))[0]
    response = client.post(page(desk, "book_time", own.pk), {"slot": slot})
    assert response.headers["Location"] == page(desk, "book_check", own.pk)
    check = client.get(page(desk, "book_check", own.pk))
    assert "誰が対象ですか。" in check.content.decode()
    assert not Consultation.objects.exists()
    response = client.post(page(desk, "book_check", own.pk))
    meeting = Consultation.objects.get()
    assert response.headers["Location"] == page(desk, "booked", meeting.pk) + "?new"
    assert (meeting.method, meeting.operation, meeting.revision is not None) == ("online", own.pk, True)
    assert [row.person for row in meeting.participants.all()] == [person]
    assert Topics.objects.get().questions == "誰が対象ですか。"
    assert client.get(page(desk, "booked", meeting.pk) + "?new").status_code == 200
    # Pressed again, or reached by "back": the same booking.
    for step in ("book_check", "book_time"):
        again = client.post(page(desk, step, own.pk), {"slot": slot})
        assert again.headers["Location"] == page(desk, "booked", meeting.pk)
    assert Consultation.objects.count() == 1


def test_who_comes_too_late_sees_other_times_and_keeps_the_rest(desk, sign_in):
    client = sign_in(desk.cast.people["staff"])
    own = begin(client, desk)
    slots = offered(client.get(page(desk, "book_time", own.pk)))
    client.post(page(desk, "book_time", own.pk), {"slot": slots[0]})
    own.refresh_from_db()
    make_assignment(desk.cast.neighbour, desk.seat)
    make_consultation(desk.cast.neighbour, desk.seat, starts_at=own.starts_at, state="booked")
    response = client.post(page(desk, "book_check", own.pk))
    assert response.status_code == 409
    assert offered(response)[0] == slots[1]
    assert response.context["form"].errors["slot"]
    assert "#id_slot" in response.content.decode()
    own.refresh_from_db()
    assert own.questions == "誰が対象ですか。"
    response = client.post(page(desk, "book_time", own.pk), {"slot": slots[0]})
    assert response.status_code == 409
    client.post(page(desk, "book_time", own.pk), {"slot": slots[1]})
    assert client.post(page(desk, "book_check", own.pk)).status_code == 302
    assert Consultation.objects.filter(company=desk.cast.company).count() == 1


@pytest.mark.parametrize("slot", ["", "nonsense", "x@y", f"{NOBODY}@2026-13-01T10:00", f"{NOBODY}@0001-01-01T00:00"])
def test_nonsense_for_a_time_is_refused_at_the_field(desk, sign_in, slot):
    client = sign_in(desk.cast.people["staff"])
    own = begin(client, desk)
    response = client.post(page(desk, "book_time", own.pk), {"slot": slot})
    assert response.status_code in (409, 422)
    assert response.context["form"].errors["slot"]


def test_without_anything_left_the_page_says_where_to_ask(desk, sign_in):
    desk.cast.programme.consultations_per_company = 0
    desk.cast.programme.save()
    client = sign_in(desk.cast.people["staff"])
    assert words(client.get(page(desk, "book")), "h2")
    assert client.post(page(desk, "book")).status_code == 200
    assert not BookingDraft.objects.exists()


def test_a_colleagues_booking_is_not_there(desk, sign_in):
    own = begin(sign_in(desk.cast.people["staff"]), desk)
    for step in ("book_about", "book_time", "book_check"):
        assert sign_in(desk.cast.people["manager"]).get(page(desk, step, own.pk)).status_code == 404


def test_a_wish_reaches_the_secretariat_and_is_settled(desk, sign_in):
    client = sign_in(desk.cast.people["staff"])
    form = {"text": "木曜の夕方なら", "method": "", "operation": uuid4()}
    for _twice in range(2):
        assert client.post(page(desk, "wish"), form).status_code == 302
    wish = SlotWish.objects.get()
    desktop = sign_in(desk.cast.people["secretariat"])
    assert "木曜の夕方なら" in desktop.get(office(desk, "wishes")).content.decode()
    desktop.post(office(desk, "wishes"), {"wish": wish.pk})
    wish.refresh_from_db()
    assert wish.settled_at is not None
    assert "木曜の夕方なら" not in desktop.get(office(desk, "wishes")).content.decode()


@pytest.mark.parametrize("who", ["staff", "adviser", "secretariat"])
def test_everybody_inside_puts_off_to_an_offered_time(desk, sign_in, who):
    meeting = booked(desk)
    client = sign_in(desk.cast.people[who])
    slot = next(key for key in offered(client.get(page(desk, "move", meeting.pk))) if not key.endswith("T09:00"))
    response = client.post(page(desk, "move", meeting.pk), {"slot": slot, "method": "online"})
    assert response.headers["Location"] == page(desk, "booked", meeting.pk)
    meeting.refresh_from_db()
    assert (meeting.sequence, slot.endswith(f"{timezone.localtime(meeting.starts_at):%Y-%m-%dT%H:%M}")) == (1, True)


def test_staff_arrange_a_time_outside_the_hours(desk, sign_in):
    day = timezone.localdate() + timedelta(days=1)
    client = sign_in(desk.cast.people["secretariat"])
    form = {
        "slot": "other", "adviser": desk.seat.pk, "on": day.isoformat(), "at": "18:30", "method": "onsite",
        "operation": uuid4(),
    }  # fmt: skip
    for _twice in range(2):
        assert client.post(page(desk, "arrange"), form).status_code == 302
    meeting = Consultation.objects.get()
    assert (timezone.localtime(meeting.starts_at).time(), meeting.place) == (time(18, 30), "駅前会議室")
    assert not Topics.objects.exists()
    response = client.post(page(desk, "arrange"), form | {"operation": uuid4()})
    assert response.status_code == 409
    assert response.context["form"]["on"].value() == day.isoformat()
    assert client.post(page(desk, "arrange"), form | {"on": ""}).status_code == 422


@pytest.mark.parametrize(
    ("who", "reason", "answer"), [("staff", "", 302), ("adviser", "", 422), ("adviser", "病気", 302)]
)
def test_cancelling_asks_others_for_the_reason(desk, sign_in, who, reason, answer):
    meeting = booked(desk)
    client = sign_in(desk.cast.people[who])
    assert client.get(page(desk, "cancel", meeting.pk)).status_code == 200
    assert client.post(page(desk, "cancel", meeting.pk), {"reason": reason}).status_code == answer
    meeting.refresh_from_db()
    assert meeting.state == ("cancelled" if answer == 302 else "booked")


def test_what_it_is_about_is_not_on_the_secretariats_page(desk, sign_in):
    meeting = booked(desk)
    Topics.objects.create(
        consultation=meeting, company=desk.cast.company, programme=desk.cast.programme, questions="誰が対象ですか。"
    )
    seen = {
        who: "誰が対象ですか。" in sign_in(desk.cast.people[who]).get(page(desk, "booked", meeting.pk)).content.decode()
        for who in ("staff", "adviser", "secretariat")
    }
    assert seen == {"staff": True, "adviser": True, "secretariat": False}


def test_topics_are_changed_and_the_draft_is_refreshed(desk, sign_in):
    draft(desk.cast)
    meeting = booked(desk)
    client = sign_in(desk.cast.people["staff"])
    assert client.post(page(desk, "matters", meeting.pk), {"questions": "新しい質問"}).status_code == 302
    assert Topics.objects.get().questions == "新しい質問"
    assert client.post(page(desk, "refresh", meeting.pk)).status_code == 302
    meeting.refresh_from_db()
    assert meeting.revision is not None


def test_the_ledger_explains_itself_line_by_line(desk, sign_in):
    booked(desk, days=-20, state="held")
    booked(desk, days=-10, state="cancelled")
    secretariat = sign_in(desk.cast.people["secretariat"])
    entry = page(desk, "entry", desk.cast.enrolment.pk)
    form = {"kind": "extra", "reason": "工場の統合があったため", "operation": uuid4()}
    for _twice in range(2):
        assert secretariat.post(entry, form).status_code == 302
    assert secretariat.post(entry, form | {"reason": "", "operation": uuid4()}).status_code == 422
    assert LedgerEntry.objects.count() == 1
    for who in ("staff", "adviser", "secretariat"):
        table = rows(sign_in(desk.cast.people[who]).get(page(desk, "ledger")))
        assert [(row[3], row[4]) for row in table] == [("+2", "2"), ("−1", "1"), ("0", "1"), ("+1", "2"), ("0", "2")]
        assert table[3][2] == "工場の統合があったため"
    assert sign_in(desk.cast.people["staff"]).get(entry).status_code == 403


def test_an_adviser_keeps_the_hours_with_buttons(desk, sign_in):
    client = sign_in(desk.cast.people["adviser"])
    own = office(desk, "availability", desk.seat.pk)
    assert client.get(office(desk, "advisers")).headers["Location"] == own
    hours = {
        "deed": "hours",
        "hours-weekday": 5,
        "hours-starts": "13:00",
        "hours-ends": "15:00",
        "hours-method": "onsite",
    }
    assert client.post(own, hours).status_code == 302
    assert client.post(own, hours).status_code == 422
    assert client.post(own, hours | {"hours-ends": "12:00"}).status_code == 422
    saturday = WeeklyHours.objects.get(weekday=5)
    assert client.post(own, {"remove": f"hours:{saturday.pk}"}).status_code == 302
    assert not WeeklyHours.objects.filter(weekday=5).exists()
    day = (timezone.localdate() + timedelta(days=7)).isoformat()
    exception = {"deed": "exception", "exception-on": day, "exception-method": "online"}
    assert client.post(own, exception).status_code == 302
    assert client.post(own, exception | {"exception-starts": "10:00"}).status_code == 422
    assert DayException.objects.get().is_closed
    absence = {"deed": "absence", "absence-starts_on": day, "absence-ends_on": day}
    assert client.post(own, absence).status_code == 302
    practice = {
        "deed": "practice", "practice-pause_minutes": 30, "practice-notice_days": 1, "practice-most_a_day": 2,
        "practice-meeting_url": "https://meet.example/x", "practice-place": "", "practice-region": "長野県",
    }  # fmt: skip
    assert client.post(own, practice).status_code == 302
    desk.seat.practice.refresh_from_db()
    assert (desk.seat.practice.pause_minutes, desk.seat.practice.region) == (30, "長野県")
    assert client.post(own, practice | {"practice-most_a_day": 0}).status_code == 422


def test_what_falls_out_of_the_hours_is_a_warning_and_stays_booked(desk, sign_in):
    meeting = booked(desk)
    client = sign_in(desk.cast.people["adviser"])
    own = office(desk, "availability", desk.seat.pk)
    WeeklyHours.objects.all().delete()
    response = client.get(own)
    assert [url for _line, url in response.context["fallen"]] == [page(desk, "booked", meeting.pk)]
    meeting.refresh_from_db()
    assert meeting.state == "booked"


def test_a_conflict_is_declared_and_withdrawn_and_the_company_sees_no_times(desk, sign_in):
    client = sign_in(desk.cast.people["adviser"])
    own = office(desk, "availability", desk.seat.pk)
    form = {"deed": "conflict", "conflict-company": desk.cast.company.pk, "conflict-reason": "顧問先"}
    assert client.post(own, form).status_code == 302
    member = sign_in(desk.cast.people["staff"])
    own_booking = begin(member, desk)
    response = member.get(page(desk, "book_time", own_booking.pk))
    assert (offered(response), "顧問先" in response.content.decode()) == ([], False)
    assert client.post(own, {"remove": f"conflict:{Conflict.objects.get().pk}"}).status_code == 302
    assert offered(member.get(page(desk, "book_time", own_booking.pk)))


@pytest.mark.parametrize(("who", "answer"), [("adviser", 200), ("unassigned_adviser", 403), ("secretariat", 200)])
def test_only_the_adviser_and_the_secretariat_keep_the_hours(desk, sign_in, who, answer):
    assert sign_in(desk.cast.people[who]).get(office(desk, "availability", desk.seat.pk)).status_code == answer


def test_a_round_is_proposed_adjusted_and_sent(desk, sign_in):
    client = sign_in(desk.cast.people["secretariat"])
    today = timezone.localdate()
    form = {"number": 1, "starts_on": today.isoformat(), "ends_on": (today + timedelta(days=30)).isoformat()}
    response = client.post(office(desk, "rounds"), form)
    made = Round.objects.get()
    assert response.headers["Location"] == office(desk, "round", made.pk)
    assert [offer.adviser is not None for offer in Offer.objects.all()] == [True, True]
    assert not Consultation.objects.exists()
    table = rows(client.get(office(desk, "round", made.pk)))
    assert {row[0] for row in table} == {desk.cast.company.name_ja, desk.cast.neighbour.company.name_ja}
    left_out = Offer.objects.get(company=desk.cast.neighbour.company)
    url = office(desk, "offer", made.pk, left_out.pk)
    assert client.get(url).status_code == 200
    assert client.post(url, {"leave_out": "on"}).status_code == 302
    assert client.post(office(desk, "round", made.pk), {"deed": "send"}).status_code == 302
    assert [c.company for c in Consultation.objects.all()] == [desk.cast.company]
    for deed in ("send", "discard"):
        client.post(office(desk, "round", made.pk), {"deed": deed})
    assert (Consultation.objects.count(), Round.objects.get().state) == (1, "sent")
    assert client.post(office(desk, "rounds"), form).status_code == 409
    assert client.post(url, {"leave_out": "on"}).status_code == 409


def test_a_proposal_is_thrown_away(desk, sign_in):
    client = sign_in(desk.cast.people["secretariat"])
    made = Round.objects.create(
        programme=desk.cast.programme, number=1, starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1)
    )
    client.post(office(desk, "round", made.pk), {"deed": "discard"})
    assert not Round.objects.exists()


@pytest.mark.parametrize("count", [1, 30])
def test_pages_ask_the_same_whatever_they_hold(desk, sign_in, count):
    made = Round.objects.create(
        programme=desk.cast.programme, number=1, starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1)
    )
    staff, secretariat = sign_in(desk.cast.people["staff"]), sign_in(desk.cast.people["secretariat"])
    own = begin(staff, desk)
    for number in range(count):
        enrolment = make_company(desk.cast.programme)
        both = {"enrolment": enrolment, "company": enrolment.company, "programme": desk.cast.programme}
        Offer.objects.create(round=made, problem="no_time", **both)
        SlotWish.objects.create(text="W", created_by_id=uuid4(), **both)
        seat = make_seat(desk.cast.programme, role="adviser")
        make_assignment(desk.cast.enrolment, seat)
        desk.hours(number % 5, "13:00", "17:00", seat=seat)
        booked(desk, days=-20 - number, state="cancelled")
        both = {"enrolment": desk.cast.enrolment, "company": desk.cast.company, "programme": desk.cast.programme}
        LedgerEntry.objects.create(kind="extra", reason="R", recorded_by_id=uuid4(), **both)
    counts = [
        len(queries_of(staff, page(desk, "book"))),
        len(queries_of(staff, page(desk, "book_time", own.pk))),
        len(queries_of(staff, page(desk, "ledger"))),
        len(queries_of(secretariat, page(desk, "arrange"))),
        len(queries_of(secretariat, office(desk, "wishes"))),
        len(queries_of(secretariat, office(desk, "rounds"))),
        len(queries_of(secretariat, office(desk, "round", made.pk))),
        len(queries_of(secretariat, office(desk, "advisers"))),
        len(queries_of(secretariat, office(desk, "availability", desk.seat.pk))),
    ]
    assert counts == [13, 8, 8, 15, 7, 7, 9, 7, 17]


def test_assignments_of_a_round_open_the_company_to_its_adviser(desk, sign_in):
    assert not Assignment.objects.filter(company=desk.cast.neighbour.company).exists()
    client = sign_in(desk.cast.people["secretariat"])
    today = timezone.localdate()
    client.post(
        office(desk, "rounds"),
        {"number": 1, "starts_on": today.isoformat(), "ends_on": (today + timedelta(days=30)).isoformat()},
    )
    client.post(office(desk, "round", Round.objects.get().pk), {"deed": "send"})
    assignment = Assignment.objects.get(company=desk.cast.neighbour.company)
    assert (assignment.adviser, assignment.starts_on) == (desk.seat, today)
