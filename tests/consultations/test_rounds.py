"""A round: who gets whom and when, what bars it, and what becomes of it when it is sent."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from consultations import services
from consultations.enums import Problem
from consultations.models import Change, Consultation, Offer, Practice, Round, WeeklyHours
from consultations.services import RoundRefused
from jobs.models import Job
from programmes.models import Assignment, Conflict
from tests.consultations.conftest import NOW, at
from tests.factories import make_assignment, make_company, make_consultation, make_member, make_seat
from tests.roles import seen_by

FIRST, LAST = date(2026, 11, 9), date(2026, 11, 27)


def propose(desk, who="secretariat", *, number=1, first=FIRST, last=LAST) -> dict:
    """Propose a round; return the offers by company."""
    actor = desk.cast.people[who]
    with seen_by(actor):
        services.propose_round(
            programme=desk.cast.programme, number=number, starts_on=first, ends_on=last, actor=actor, now=NOW
        )
    return {offer.company: offer for offer in Offer.objects.select_related("company", "adviser")}


def send(desk, who="secretariat", *, now=NOW) -> list[Consultation]:
    actor = desk.cast.people[who]
    with seen_by(actor):
        return services.send_round(made=Round.objects.get(), actor=actor, now=now)


def second_adviser(desk, *, weekday=0, **practice):
    seat = make_seat(desk.cast.programme, role="adviser")
    Practice.objects.create(seat=seat, programme=desk.cast.programme, **practice)
    desk.hours(weekday, "09:00", "12:00", seat=seat)
    return seat


def test_every_company_gets_the_earliest_time_that_nobody_else_has(desk):
    make_assignment(desk.cast.neighbour, desk.seat)
    offers = propose(desk)
    assert sorted((offer.adviser, offer.starts_at, offer.problem) for offer in offers.values()) == [
        (desk.seat, at("2026-11-09", "09:00"), ""),
        (desk.seat, at("2026-11-09", "10:15"), ""),
    ]
    assert not Consultation.objects.exists()


def test_the_companys_own_adviser_is_proposed_and_a_company_without_gets_one(desk):
    other = second_adviser(desk)
    make_assignment(desk.cast.neighbour, other)
    newcomer = make_company(desk.cast.programme)
    offers = propose(desk)
    assert offers[desk.cast.neighbour.company].adviser == other
    assert offers[desk.cast.company].adviser == desk.seat
    assert offers[newcomer.company].adviser in (desk.seat, other)


@pytest.mark.parametrize(("region", "near"), [("長野県", True), ("沖縄県", False)])
def test_who_is_near_is_preferred_where_the_load_is_equal(desk, region, near):
    desk.seat.practice.region = region
    desk.seat.practice.save()
    other = second_adviser(desk, region="東京都")
    company = make_company(desk.cast.programme, prefecture="長野県" if near else "東京都")
    assert propose(desk)[company.company].adviser == (desk.seat if near else other)


def test_load_is_shared(desk):
    other = second_adviser(desk)
    for _ in range(3):
        make_company(desk.cast.programme)
    advisers = [offer.adviser for offer in propose(desk).values()]
    assert sorted([advisers.count(desk.seat), advisers.count(other)]) == [2, 3]


def test_who_reads_english_gets_somebody_who_speaks_it(desk):
    other = second_adviser(desk, speaks_english=True)
    company = make_company(desk.cast.programme)
    member = make_member(company.company)
    User.objects.filter(pk=member.pk).update(language="en")
    Consultation.objects.bulk_create(
        [
            Consultation(
                enrolment=desk.cast.neighbour,
                company=desk.cast.neighbour.company,
                programme=desk.cast.programme,
                adviser=other,
                starts_at=at("2026-10-05") + timedelta(days=days),
                ends_at=at("2026-10-05", "11:00") + timedelta(days=days),
                blocked_until=at("2026-10-05", "11:00") + timedelta(days=days),
                method="online",
                state="held",
            )
            for days in range(3)
        ]
    )
    assert propose(desk)[company.company].adviser == other


def conflict(desk, company, seat):
    Conflict.objects.create(seat=seat, programme=desk.cast.programme, company=company, declared_by_id=seat.user_id)


def test_a_conflict_bars_and_others_are_proposed_where_nobody_is_assigned(desk):
    other = second_adviser(desk)
    conflict(desk, desk.cast.company, desk.seat)
    conflict(desk, desk.cast.neighbour.company, desk.seat)
    offers = propose(desk)
    assert (offers[desk.cast.company].adviser, offers[desk.cast.company].problem) == (None, Problem.CONFLICT)
    assert offers[desk.cast.neighbour.company].adviser == other


def test_it_says_why_there_is_none(desk):
    for days in (0, 1):
        make_consultation(desk.cast.enrolment, desk.seat, starts_at=at("2026-10-05") + timedelta(days=days))
    assert propose(desk)[desk.cast.company].problem == Problem.USED_UP
    WeeklyHours.objects.all().delete()
    assert propose(desk)[desk.cast.neighbour.company].problem == Problem.NO_TIME
    desk.seat.ended_at = NOW
    desk.seat.save()
    desk.cast.programme.seats.filter(role="adviser").update(ended_at=NOW)
    assert propose(desk)[desk.cast.neighbour.company].problem == Problem.NO_ADVISER


def test_the_day_has_no_more_than_the_adviser_said(desk):
    Practice.objects.update(most_a_day=1)
    make_consultation(desk.cast.neighbour, desk.seat, starts_at=at("2026-11-09", "15:00"), state="booked")
    days = sorted(timezone.localdate(offer.starts_at) for offer in propose(desk).values())
    assert days == [date(2026, 11, 10), date(2026, 11, 11)]


@pytest.mark.parametrize("who", ["manager", "adviser", "other_secretariat"])
def test_rounds_are_the_secretariats(desk, who):
    with pytest.raises(PermissionDenied):
        propose(desk, who)
    propose(desk)
    with pytest.raises((PermissionDenied, Round.DoesNotExist)):
        send(desk, who)
    assert not Consultation.objects.exists()


def test_sending_books_all_in_one_go_with_what_belongs_to_a_booking(desk):
    offers = propose(desk)
    booked = send(desk)
    assert {each.company for each in booked} == {desk.cast.company, desk.cast.neighbour.company}
    for each in Consultation.objects.all():
        offer = offers[each.company]
        assert (each.starts_at, each.adviser, each.round) == (offer.starts_at, offer.adviser, offer.round)
        assert (each.blocked_until - each.ends_at, each.meeting_url) == (
            timedelta(minutes=15),
            "https://meet.example/kuze",
        )
    assert Change.objects.filter(kind="booked").count() == 2
    assert Job.objects.get().kind == "consultations.invitations"
    assert Assignment.objects.get(company=desk.cast.neighbour.company).adviser == desk.seat
    with pytest.raises(RoundRefused):
        send(desk)
    with pytest.raises(RoundRefused):
        propose(desk)


def test_what_cannot_be_any_more_is_left_out_with_its_reason(desk):
    """One is taken, one is in conflict, one used all, one is over: the fifth is booked."""
    enrolments = [desk.cast.enrolment, desk.cast.neighbour, *(make_company(desk.cast.programme) for _ in range(3))]
    for enrolment in enrolments[1:]:
        make_assignment(enrolment, desk.seat)
    offers = propose(desk)
    by_code = {enrolment: offers[enrolment.company] for enrolment in enrolments}
    outsider = make_company(desk.cast.programme, joined_on=date(2027, 3, 1))
    make_consultation(outsider, desk.seat, starts_at=by_code[enrolments[0]].starts_at, state="booked")
    conflict(desk, enrolments[1].company, desk.seat)
    for days in (0, 1):
        make_consultation(enrolments[2], desk.seat, starts_at=at("2026-10-05") + timedelta(days=days))
    Offer.objects.filter(pk=by_code[enrolments[3]].pk).update(
        starts_at=at("2026-11-02", "09:00"), ends_at=at("2026-11-02", "10:00")
    )
    assert [each.company for each in send(desk)] == [enrolments[4].company]
    problems = {offer.company: offer.problem for offer in Offer.objects.select_related("company")}
    assert [problems[enrolment.company] for enrolment in enrolments] == ["taken", "conflict", "used_up", "no_time", ""]


@pytest.mark.parametrize("count", [2, 40])
def test_proposing_and_sending_read_and_write_in_bulk(desk, count):
    """What grows with the companies is what each is told and the bell for its draft; everything else is in bulk."""
    for _ in range(count):
        make_company(desk.cast.programme)
    actor = desk.cast.people["secretariat"]
    with seen_by(actor), CaptureQueriesContext(connection) as captured:
        services.propose_round(
            programme=desk.cast.programme, number=1, starts_on=FIRST, ends_on=date(2026, 12, 25), actor=actor, now=NOW
        )
    assert len([q for q in captured.captured_queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]) == 15
    assert Offer.objects.filter(adviser__isnull=False).count() == count + 2
