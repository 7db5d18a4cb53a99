"""When a submission is answered, by whom, and how much of it is new: what the adviser's queue shows of a text."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from audit import services as audit
from common.business_days import add_business_days, business_day_from
from common.comparing import Summary, compare, summary
from policies.models import Capacity, Cycle, Review, Revision
from policies.queries import assigned_seats
from programmes.models import Seat

USUAL_BUSINESS_DAYS = 5
"""Business days until an answer where no adviser has said otherwise."""

USUAL_REVIEWS_A_WEEK = 5
"""Reviews a week of an adviser who has not said how many."""

WEEKS_AHEAD = 26
"""How far a full queue moves a date on; beyond half a year a date says nothing any more."""


@dataclass(frozen=True)
class Pace:
    """What an adviser says of themselves: business days from a submission to the answer, and reviews a week."""

    business_days: int = USUAL_BUSINESS_DAYS
    reviews_a_week: int = USUAL_REVIEWS_A_WEEK


def due_date(cycle: Cycle, today: date) -> date:
    """Return the day by which a text that is submitted today is answered.

    By the pace of the adviser whose turn it is and what waits for them already; where several may take it, by whoever
    is the first to have room, and without any adviser by the usual pace.
    """
    seats = _who_may_answer(cycle, today)
    paces = _paces(seats)
    return min(
        (day_with_room(today, paces[seat.pk], _load(seat)) for seat in seats),
        default=day_with_room(today, Pace(), {}),
    )


def day_with_room(submitted_on: date, pace: Pace, load: dict[date, int]) -> date:
    """Return the first day that keeps to the pace: its business days, then on by whole weeks while a week is full.

    `load` counts what is due already, by day. A week runs from Monday to Sunday.
    """
    weeks: dict[date, int] = {}
    for day, number in load.items():
        weeks[_monday(day)] = weeks.get(_monday(day), 0) + number
    day = add_business_days(submitted_on, pace.business_days)
    for _ in range(WEEKS_AHEAD):
        if weeks.get(_monday(day), 0) < pace.reviews_a_week:
            break
        day = business_day_from(day + timedelta(days=7))
    return day


def adviser_for(cycle: Cycle, today: date) -> Seat | None:
    """Return whose turn it is: who reviewed the text before, or the only adviser of the company; None for several or none."""
    seats = _who_may_answer(cycle, today)
    return seats[0] if len(seats) == 1 else None


def columns_for_queue(*, cycle: Cycle, revision: Revision, today: date) -> dict:
    """Return what a new `Submission` of this revision says for the queue: date, adviser, length and amount of change.

    For `Submission(**of_cycle(cycle), revision=revision, **columns_for_queue(…), …)`.
    """
    seen = _last_reviewed(cycle)
    change = amount_of_change(seen.content, revision.content) if seen else Summary()
    return {
        "due_on": due_date(cycle, today),
        "adviser": adviser_for(cycle, today),
        "characters": sum(map(len, _paragraphs(revision.content).values())),
        "compared_with": seen,
        "characters_added": change.characters_added,
        "characters_removed": change.characters_removed,
    }


def amount_of_change(old: dict, new: dict) -> Summary:
    """Count what changed between two contents in Japanese, paragraph by paragraph; one that only moved counts nothing."""
    before, after = _paragraphs(old), _paragraphs(new)
    total = Summary()
    for key in before.keys() | after.keys():
        one, other = before.get(key, ""), after.get(key, "")
        if one != other:
            total = total.plus(summary(compare(one, other, language="ja")))
    return total


@transaction.atomic
def set_capacity(*, seat: Seat, business_days: int, reviews_a_week: int, actor) -> Capacity:
    """Keep what an adviser says of their own pace; dates that were promised already stay. Raises PermissionDenied."""
    if seat.user_id != actor.pk or seat.ended_at:
        raise PermissionDenied
    capacity, _created = Capacity.objects.update_or_create(
        adviser=seat,
        defaults={
            "programme_id": seat.programme_id,
            "user": actor,
            "business_days": business_days,
            "reviews_a_week": reviews_a_week,
        },
    )
    audit.log(
        actor=actor,
        verb="capacity.set",
        obj=capacity,
        programme_id=seat.programme_id,
        detail={"business_days": business_days, "reviews_a_week": reviews_a_week},
    )
    return capacity


def _who_may_answer(cycle: Cycle, today: date) -> list[Seat]:
    seats = list(assigned_seats(cycle.company_id, cycle.programme_id, day=today))
    last = Review.objects.filter(cycle=cycle).order_by("-started_at", "-pk").values_list("author_id", flat=True).first()
    return [seat for seat in seats if last and seat.user_id == last] or seats


def _paces(seats: list[Seat]) -> dict:
    said = {capacity.adviser_id: capacity for capacity in Capacity.objects.filter(adviser__in=seats)}
    return {
        seat.pk: Pace(said[seat.pk].business_days, said[seat.pk].reviews_a_week) if seat.pk in said else Pace()
        for seat in seats
    }


def _load(seat: Seat) -> dict[date, int]:
    """Count what waits for an adviser by the day it is due, of all companies, which nobody else may see one by one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT due_on, number FROM app.review_load(%s)", [seat.pk])
        return dict(cursor.fetchall())


def _last_reviewed(cycle: Cycle) -> Revision | None:
    """Return the text of the cycle that an adviser last had before them."""
    review = Review.objects.filter(cycle=cycle).select_related("submission__revision").order_by("started_at").last()
    return review.submission.revision if review else None


def _paragraphs(content: dict) -> dict[str, str]:
    return {
        str(paragraph.get("id") or f"{section.get('code')}-{place}"): paragraph.get("ja") or ""
        for section in content.get("sections") or ()
        for place, paragraph in enumerate(section.get("paragraphs") or ())
    }


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
