"""A round: one consultation proposed for every company, adjusted by the secretariat, then booked all at once.

The proposal is greedy and made in bulk: who has the fewest advisers to choose from goes first, and gets the earliest
time of the adviser who suits best. Everything is read in a constant number of statements, whatever the number of companies.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.models import User
from audit import services as audit
from companies.models import Person
from consultations import permissions, queries
from consultations.enums import USED_STATES, ChangeKind, EntryKind, Problem, RoundState
from consultations.models import Change, Consultation, LedgerEntry, Offer, Round
from consultations.queries import INVITATIONS_KIND, Calendar, Slot, Taken, Terms
from consultations.workflow import mark_sent
from jobs.services import request_job
from programmes import services as programmes
from programmes.models import Assignment, Conflict, Enrolment, Programme, Seat

from .booking import arrangements, lock_all, person_of

BATCH = 1000
INVITATIONS_TITLE = gettext_noop("Invitations to round %(number)s of the consultations")


class RoundRefused(Exception):
    """The round was sent already, so that nothing in it changes any more."""


@dataclass
class _Adviser:
    """What the proposal knows of one adviser while it goes on: free times in order, and what was given away of them."""

    calendar: Calendar
    slots: list[Slot]
    load: int
    given: dict[date, int] = field(default_factory=lambda: defaultdict(int))


@dataclass(frozen=True)
class _Company:
    enrolment: Enrolment
    assigned: frozenset[UUID]
    barred: frozenset[UUID]
    reads_english: bool
    own: tuple[tuple[datetime, datetime], ...]
    left: int


@transaction.atomic
def propose_round(*, programme: Programme, number: int, starts_on: date, ends_on: date, actor, now: datetime) -> Round:
    """Make a round with a proposal for each company that takes part, or why there is none. Nothing is booked by it.

    A draft of the same number is made anew. Raises PermissionDenied, and RoundRefused where it was sent already.
    """
    if not permissions.can_plan_rounds(actor, programme):
        raise PermissionDenied
    known = Round.objects.filter(programme=programme, number=number).first()
    if known is not None and known.state != RoundState.DRAFT:
        raise RoundRefused
    if known is not None:
        known.delete()
    made = Round.objects.create(programme=programme, number=number, starts_on=starts_on, ends_on=ends_on)
    offers = _propose(made, now)
    Offer.objects.bulk_create(offers, batch_size=BATCH)
    audit.log(
        actor=actor, verb="round.proposed", obj=made, programme_id=programme.pk, detail={"companies": len(offers)}
    )
    return made


def _propose(made: Round, now: datetime) -> list[Offer]:
    companies = _companies(made)
    advisers = _advisers(made, now)
    # Who can go to few is served before who can go to many.
    order = sorted(companies, key=lambda each: (len(_candidates(each, advisers)), each.enrolment.code))
    return [_offer(made, company, advisers) for company in order]


def _companies(made: Round) -> list[_Company]:
    programme = made.programme
    enrolments = list(Enrolment.objects.filter(programme=programme).as_of(made.starts_on).select_related("company"))
    assigned = _grouped(
        Assignment.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=made.starts_on), programme=programme, starts_on__lte=made.ends_on
        ).values_list("company_id", "adviser_id")
    )
    barred = _grouped(Conflict.objects.standing().filter(programme=programme).values_list("company_id", "seat_id"))
    english = set(
        Person.objects.filter(
            company__enrolments__programme=programme, user__language=User.Language.ENGLISH
        ).values_list("company_id", flat=True)
    )
    own = queries.company_times(
        [enrolment.company_id for enrolment in enrolments], since=made.starts_on, until=made.ends_on
    )
    left = left_by_enrolment(programme)
    return [
        _Company(
            enrolment,
            frozenset(assigned[enrolment.company_id]),
            frozenset(barred[enrolment.company_id]),
            enrolment.company_id in english,
            tuple(own.get(enrolment.company_id, ())),
            left.get(enrolment.pk, programme.consultations_per_company),
        )
        for enrolment in enrolments
    ]


def _grouped(pairs: Iterable) -> dict[UUID, set]:
    groups = defaultdict(set)
    for key, value in pairs:
        groups[key].add(value)
    return groups


def left_by_enrolment(programme: Programme) -> dict[UUID, int]:
    """Return how many consultations each company has left, where anything happened at all; in two statements."""
    left = defaultdict(lambda: programme.consultations_per_company)
    used = Consultation.objects.filter(programme=programme, state__in=USED_STATES).order_by()
    for enrolment_id, count in used.values_list("enrolment").annotate(count=Count("pk")):
        left[enrolment_id] -= count
    entries = LedgerEntry.objects.filter(programme=programme).order_by()
    for enrolment_id, kind, count in entries.values_list("enrolment", "kind").annotate(count=Count("pk")):
        left[enrolment_id] += count if kind == EntryKind.EXTRA else -count
    return left


def _advisers(made: Round, now: datetime) -> dict[UUID, _Adviser]:
    """Return the advisers of the programme with their free times within the round, in three statements."""
    seats = Seat.objects.current().advising().filter(programme=made.programme)
    first, last = queries.programme_period(made.programme)
    since, until = max(first, made.starts_on, timezone.localdate(now)), min(last, made.ends_on)
    if since > until:
        return {}
    found = queries.calendars(seats, since=since, until=until)
    taken = queries.taken([calendar.seat_id for calendar in found], since=since, until=until)
    terms = Terms(since, until, made.programme.consultation_minutes, now)
    slots = defaultdict(list)
    for _day, free in queries.free_days(found, taken, terms):
        for slot in free:
            slots[slot.adviser_id].append(slot)
    load = dict(
        Consultation.objects.filter(programme=made.programme, state__in=USED_STATES)
        .order_by()
        .values_list("adviser")
        .annotate(count=Count("pk"))
    )
    return {
        calendar.seat_id: _Adviser(
            calendar,
            slots[calendar.seat_id],
            load.get(calendar.seat_id, 0),
            _given(calendar, taken),
        )
        for calendar in found
    }


def _given(calendar: Calendar, taken: Taken) -> dict[date, int]:
    given = defaultdict(int)
    for (adviser_id, day), count in taken.starts.items():
        if adviser_id == calendar.seat_id:
            given[day] = count
    return given


def _candidates(company: _Company, advisers: dict[UUID, _Adviser]) -> list[_Adviser]:
    """Return who may be proposed: the company's own advisers, or anybody where it has none; never one in conflict."""
    own = company.assigned or advisers.keys()
    return [advisers[pk] for pk in own if pk in advisers and pk not in company.barred]


def _offer(made: Round, company: _Company, advisers: dict[UUID, _Adviser]) -> Offer:
    offer = Offer(
        round=made,
        programme=made.programme,
        company_id=company.enrolment.company_id,
        enrolment=company.enrolment,
    )
    candidates = _candidates(company, advisers)
    if company.left <= 0:
        offer.problem = Problem.USED_UP
    elif not candidates:
        offer.problem = Problem.CONFLICT if company.barred else Problem.NO_ADVISER
    else:
        offer.problem = Problem.NO_TIME
        for adviser in sorted(candidates, key=lambda each: _preference(company, each)):
            slot = _take(adviser, company)
            if slot is not None:
                _put_into(offer, slot)
                adviser.load += 1
                break
    return offer


def _preference(company: _Company, adviser: _Adviser) -> tuple:
    """Language first, then load and nearness: an hour of travel is worth two consultations of load."""
    calendar = adviser.calendar
    is_far = bool(company.enrolment.company.prefecture) and calendar.region != company.enrolment.company.prefecture
    return (
        company.reads_english and not calendar.speaks_english,
        adviser.load + 2 * is_far,
        calendar.name_ja,
        str(calendar.seat_id),
    )


def _take(adviser: _Adviser, company: _Company) -> Slot | None:
    """Take the adviser's earliest free time that does not meet the company's own; the day's most is kept."""
    for place, slot in enumerate(adviser.slots):
        day = timezone.localdate(slot.starts_at)
        if adviser.given[day] >= adviser.calendar.most_a_day:
            continue
        if any(starts < slot.ends_at and slot.starts_at < ends for starts, ends in company.own):
            continue
        adviser.given[day] += 1
        del adviser.slots[place]
        # Slots of the day that lie too near, where open times overlap.
        until = slot.ends_at + timedelta(minutes=adviser.calendar.pause)
        length = slot.ends_at - slot.starts_at + timedelta(minutes=adviser.calendar.pause)
        adviser.slots = [
            other
            for other in adviser.slots
            if not (other.starts_at < until and slot.starts_at < other.starts_at + length)
        ]
        return slot
    return None


def _put_into(offer: Offer, slot: Slot) -> None:
    offer.adviser_id, offer.starts_at, offer.ends_at = slot.adviser_id, slot.starts_at, slot.ends_at
    offer.method, offer.problem = slot.mode(), ""


@transaction.atomic
def change_offer(
    *, offer: Offer, actor, adviser: Seat | None = None, starts_at: datetime | None = None, method: str = ""
) -> Offer:
    """Give a company another adviser or time, or leave it out (without both). Raises PermissionDenied, RoundRefused."""
    made = _draft_round(offer.round_id, actor)
    offer.adviser, offer.starts_at, offer.ends_at, offer.method, offer.problem = None, None, None, "", Problem.LEFT_OUT
    if adviser is not None:
        offer.adviser, offer.starts_at, offer.method, offer.problem = adviser, starts_at, method, ""
        offer.ends_at = starts_at + timedelta(minutes=made.programme.consultation_minutes)
    offer.save()
    return offer


def _draft_round(round_id: UUID, actor) -> Round:
    made = Round.objects.select_for_update().get(pk=round_id)
    if not permissions.can_plan_rounds(actor, made.programme):
        raise PermissionDenied
    if made.state != RoundState.DRAFT:
        raise RoundRefused
    return made


@transaction.atomic
def discard_round(*, made: Round, actor) -> None:
    """Throw a draft away. Raises PermissionDenied, RoundRefused."""
    _draft_round(made.pk, actor).delete()


@transaction.atomic
def send_round(*, made: Round, actor, now: datetime) -> list[Consultation]:
    """Book every offer that can still be, in one transaction; each of the others keeps the code of why not.

    Companies without this adviser get the assignment that a booking needs. The database has the last word: what meets
    another booking is left out by it. A job tells the people, because that takes as long as there are companies; it is
    asked for in the same transaction. Returns what was booked. Raises PermissionDenied, RoundRefused.
    """
    locked = _draft_round(made.pk, actor)
    rows = list(
        Offer.objects.filter(round=locked, adviser__isnull=False)
        .select_related("enrolment__programme", "company", "adviser__user")
        .order_by("starts_at", "pk")
    )
    lock_all({offer.company_id for offer in rows}, {person_of(offer.adviser) for offer in rows})
    problems = _problems(locked, rows, now)
    good = [offer for offer in rows if offer.pk not in problems]
    _assign(good, actor, today=timezone.localdate(now))
    calendars = _calendars(locked, good)
    wanted = [_consultation(locked, offer, calendars[offer.adviser_id]) for offer in good]
    Consultation.objects.bulk_create(wanted, batch_size=BATCH, ignore_conflicts=True)
    there = set(Consultation.objects.filter(round=locked).values_list("pk", flat=True))
    booked = [consultation for consultation in wanted if consultation.pk in there]
    for offer, consultation in zip(good, wanted, strict=True):
        if consultation.pk not in there:
            problems[offer.pk] = Problem.TAKEN
    _note_problems(rows, problems)
    _record(booked, actor)
    mark_sent(locked, actor=actor, booked=len(booked), left_out=len(problems))
    if booked:
        _request_invitations(locked, actor)
    return booked


def _request_invitations(made: Round, actor) -> None:
    request_job(
        INVITATIONS_KIND,
        title=INVITATIONS_TITLE,
        title_params={"number": made.number},
        params={"round": str(made.pk)},
        programme_id=made.programme_id,
        dedupe=str(made.pk),
        actor=actor,
    )


def _problems(made: Round, rows: list[Offer], now: datetime) -> dict[UUID, str]:
    """Say which offers cannot be any more: over, used up, in conflict, outside the period, withdrawn."""
    left = left_by_enrolment(made.programme)
    barred = _grouped(Conflict.objects.standing().filter(programme=made.programme).values_list("company_id", "seat_id"))
    problems = {}
    for offer in rows:
        first, last = queries.period(offer.enrolment)
        if left.get(offer.enrolment_id, made.programme.consultations_per_company) <= 0:
            problems[offer.pk] = Problem.USED_UP
        elif offer.adviser_id in barred[offer.company_id]:
            problems[offer.pk] = Problem.CONFLICT
        elif offer.starts_at <= now or not first <= timezone.localdate(offer.starts_at) <= last:
            problems[offer.pk] = Problem.NO_TIME
    return problems


def _assign(offers: list[Offer], actor, *, today: date) -> None:
    """Assign advisers to the companies that have not got them on the day, from now on, so that they can prepare."""
    enrolments = [offer.enrolment_id for offer in offers]
    spans = defaultdict(list)
    for enrolment_id, adviser_id, starts_on, ends_on in Assignment.objects.filter(enrolment__in=enrolments).values_list(
        "enrolment_id", "adviser_id", "starts_on", "ends_on"
    ):
        spans[enrolment_id, adviser_id].append((starts_on, ends_on or date.max))
    missing = []
    for offer in offers:
        day = timezone.localdate(offer.starts_at)
        known = spans[offer.enrolment_id, offer.adviser_id]
        if any(first <= day <= last for first, last in known):
            continue
        earlier = [last + timedelta(days=1) for _first, last in known if last < day]
        later = [first for first, _last in known if first > day]
        ends_on = min(later) - timedelta(days=1) if later else offer.enrolment.programme.ends_on
        missing.append(
            Assignment(
                enrolment_id=offer.enrolment_id,
                company_id=offer.company_id,
                programme_id=offer.programme_id,
                adviser=offer.adviser,
                starts_on=max([today, *earlier]),
                ends_on=ends_on,
            )
        )
    if missing:
        programmes.assign_advisers(assignments=missing, actor=actor)


def _calendars(made: Round, offers: list[Offer]) -> dict[UUID, Calendar]:
    seats = Seat.objects.filter(pk__in={offer.adviser_id for offer in offers})
    found = queries.calendars(seats, since=made.starts_on, until=made.ends_on)
    return {calendar.seat_id: calendar for calendar in found}


def _consultation(made: Round, offer: Offer, calendar: Calendar) -> Consultation:
    return Consultation(
        enrolment=offer.enrolment,
        company=offer.company,
        programme=made.programme,
        adviser=offer.adviser,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        method=offer.method,
        round=made,
        **arrangements(calendar, offer.starts_at, made.programme, offer.method),
    )


def _note_problems(rows: list[Offer], problems: dict[UUID, str]) -> None:
    failed = [offer for offer in rows if offer.pk in problems]
    for offer in failed:
        offer.adviser = offer.starts_at = offer.ends_at = None
        offer.problem = problems[offer.pk]
    Offer.objects.bulk_update(failed, ["adviser", "starts_at", "ends_at", "problem"], batch_size=BATCH)


def _record(booked: list[Consultation], actor) -> None:
    Change.objects.bulk_create(
        [
            Change(
                consultation=each,
                company_id=each.company_id,
                programme_id=each.programme_id,
                kind=ChangeKind.BOOKED,
                starts_at=each.starts_at,
                made_by_id=actor.pk,
            )
            for each in booked
        ],
        batch_size=BATCH,
    )
    audit.log_many(
        [
            audit.build_event(
                actor=actor,
                verb="consultation.booked",
                obj=each,
                company_id=each.company_id,
                programme_id=each.programme_id,
            )
            for each in booked
        ]
    )
