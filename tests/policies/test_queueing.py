"""By when a text is answered, by whom, and how much of it is new."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from policies.models import Capacity
from policies.services import (
    Pace,
    adviser_for,
    amount_of_change,
    columns_for_queue,
    day_with_room,
    due_date,
    set_capacity,
)
from tests.factories import make_assignment, make_company, make_member
from tests.policies.reviewing import TODAY, begin_review, cycle_of, rewrite, submit_text, write_text
from tests.roles import seen_by

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("pace", "load", "expected"),
    [
        (Pace(5, 5), {}, date(2026, 11, 30)),  # Labour Thanksgiving Day lies between
        (Pace(1, 5), {}, date(2026, 11, 24)),
        (Pace(5, 2), {date(2026, 11, 30): 1}, date(2026, 11, 30)),
        (Pace(5, 2), {date(2026, 11, 30): 1, date(2026, 12, 4): 1}, date(2026, 12, 7)),
        (Pace(5, 1), {date(2026, 11, 30): 1, date(2026, 12, 7): 3}, date(2026, 12, 14)),
        (Pace(5, 1), {date(2026, 11, 29): 9}, date(2026, 11, 30)),  # the week before does not count
    ],
)
def test_a_full_week_moves_the_date_on_by_weeks(pace, load, expected):
    assert day_with_room(FRIDAY, pace, load) == expected


def test_a_week_later_may_be_a_holiday():
    assert day_with_room(date(2026, 12, 17), Pace(5, 1), {date(2026, 12, 24): 1}) == date(2027, 1, 4)


def seat_of(cast, who="adviser"):
    return cast.programme.seats.get(user=cast.people[who])


def test_the_date_follows_from_what_the_adviser_said(cast):
    cycle, staff = cycle_of(cast), cast.people["staff"]
    with seen_by(staff, company_id=cast.company.pk):
        assert due_date(cycle, TODAY) == date(2026, 12, 1)
    with seen_by(cast.people["adviser"]):
        set_capacity(seat=seat_of(cast), business_days=2, reviews_a_week=3, actor=cast.people["adviser"])
    with seen_by(staff, company_id=cast.company.pk):
        assert due_date(cycle, TODAY) == date(2026, 11, 26)


def test_the_texts_of_other_companies_count_although_nobody_sees_them(cast):
    """A company that submits learns a date, and nothing of who else waits."""
    adviser = cast.people["adviser"]
    with seen_by(adviser):
        set_capacity(seat=seat_of(cast), business_days=2, reviews_a_week=1, actor=adviser)
    make_assignment(cast.neighbour, seat_of(cast))
    write_text(cast, enrolment=cast.neighbour, who="neighbour")
    assert submit_text(cast, enrolment=cast.neighbour, who="neighbour").due_on == date(2026, 11, 26)
    with seen_by(cast.people["staff"], company_id=cast.company.pk):
        assert due_date(cycle_of(cast), TODAY) == date(2026, 12, 3)


def test_without_an_adviser_the_usual_pace_holds_and_nobody_is_named(cast):
    enrolment = make_company(cast.programme)
    member = make_member(enrolment.company)
    with seen_by(member):
        cycle = enrolment.cycles.get()
        assert (due_date(cycle, TODAY), adviser_for(cycle, TODAY)) == (date(2026, 12, 1), None)


def test_of_several_advisers_the_one_who_reviewed_before_goes_on(cast):
    make_assignment(cast.enrolment, seat_of(cast, "unassigned_adviser"))
    write_text(cast)
    staff = cast.people["staff"]
    with seen_by(staff):
        assert adviser_for(cycle_of(cast), TODAY) is None
    begin_review(cast, submit_text(cast), who="unassigned_adviser")
    with seen_by(staff):
        assert adviser_for(cycle_of(cast), TODAY) == seat_of(cast, "unassigned_adviser")


def test_the_amount_of_change_is_counted_from_the_text_reviewed_last(cast):
    paragraphs = write_text(cast)
    first = submit_text(cast)
    assert (first.compared_with, first.characters_added, first.characters_removed) == (None, 0, 0)
    assert first.characters == 26 + 22 + 11
    begin_review(cast, first)
    rewrite(cast, paragraphs["contact"], "相談窓口は総務部と人事部です。")
    with seen_by(cast.people["staff"]):
        columns = columns_for_queue(cycle=cycle_of(cast), revision=first.revision, today=TODAY)
    assert (columns["compared_with"], columns["characters_added"]) == (first.revision, 0)


def test_what_moved_is_no_change_and_what_came_or_went_is_one():
    def content(*paragraphs):
        return {"sections": [{"code": "scope", "paragraphs": [{"id": pk, "ja": ja} for pk, ja in paragraphs]}]}

    old = content(("a", "あいう。"), ("b", "かきくけ。"))
    assert not amount_of_change(old, content(("b", "かきくけ。"), ("a", "あいう。")))
    change = amount_of_change(old, content(("b", "かきくけ。"), ("c", "さしす。たち。")))
    assert (change.characters_added, change.characters_removed) == (7, 4)
    assert not amount_of_change({}, {"sections": [{}]})


@pytest.mark.parametrize("who", ["staff", "secretariat", "unassigned_adviser"])
def test_nobody_says_how_fast_another_is(cast, who):
    with seen_by(cast.people[who]), pytest.raises(PermissionDenied):
        set_capacity(seat=seat_of(cast), business_days=1, reviews_a_week=1, actor=cast.people[who])
    assert not Capacity.objects.exists()
