"""Free times of advisers: their hours, without holidays, absences, pauses and what is booked already.

Two statements, whatever they hold: `calendars` reads when advisers work, `taken` what is in the way. The rest is
arithmetic in whole minutes since 1970, day by day, so that a page which shows ten days computes no more than ten.
Days and times of day are those of Asia/Tokyo, which knows no summer time: a time of day is added to midnight.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone

from common.business_days import add_business_days, is_holiday
from common.models import in_language
from consultations.models import Absence, DayException, Practice, WeeklyHours
from programmes.enums import Method, Mode
from programmes.models import Assignment, Enrolment, Programme, Seat

MINUTES_A_DAY = 24 * 60
ONE_DAY = timedelta(days=1)
# Of those that are free at the same moment, and of all: a page ends with the day on which it has so many.
MOST_AT_ONCE, MOST_ON_A_PAGE = 4, 60
# Where an adviser has not said otherwise.
USUAL = Practice()

Opening = tuple[int, int, str]  # from and until in minutes of the day, and a Method
Span = tuple[int, int]  # in minutes since 1970


@dataclass(frozen=True)
class Slot:
    """A time at which an adviser can be booked."""

    adviser_id: UUID
    starts_at: datetime
    ends_at: datetime
    method: str  # of Method; a hybrid one is for the company to choose

    @property
    def key(self) -> str:
        """A word for this slot that a form can hold."""
        return f"{self.adviser_id}@{timezone.localtime(self.starts_at):%Y-%m-%dT%H:%M}"

    def mode(self, wish: str = "") -> str:
        """Return how the consultation will be: as wished where both are possible."""
        return (wish or Mode.ONLINE) if self.method == Method.HYBRID else self.method


@dataclass(frozen=True)
class Calendar:
    """When one adviser works, as plain values."""

    seat_id: UUID
    name_ja: str
    name_en: str
    email: str
    pause: int
    notice_days: int
    most_a_day: int
    works_on_holidays: bool
    meeting_url: str
    place: str
    region: str
    speaks_english: bool
    weekly: dict[int, tuple[Opening, ...]]
    exceptions: dict[date, tuple[Opening, ...]]
    absences: tuple[tuple[date, date], ...]
    # The days on which the adviser is assigned to the company in question; None where that does not matter.
    assigned: tuple[tuple[date, date], ...] | None = None

    @property
    def name(self) -> str:
        return in_language(self, "name") or self.email

    def is_assigned(self, day: date) -> bool:
        return self.assigned is None or _is_within(day, self.assigned)

    def is_absent(self, day: date) -> bool:
        return _is_within(day, self.absences)

    def openings(self, day: date) -> tuple[Opening, ...]:
        """Return the open times of a day: an absence wins over an exception, an exception over holiday and week."""
        if self.is_absent(day):
            return ()
        if day in self.exceptions:
            return self.exceptions[day]
        if is_holiday(day) and not self.works_on_holidays:
            return ()
        return self.weekly.get(day.weekday(), ())


@dataclass
class Taken:
    """What is in the way of a consultation: by adviser and day, by day for the company itself, and advisers in conflict."""

    busy: dict[tuple[UUID, date], list[Span]] = field(default_factory=lambda: defaultdict(list))
    starts: dict[tuple[UUID, date], int] = field(default_factory=lambda: defaultdict(int))
    own: dict[date, list[Span]] = field(default_factory=lambda: defaultdict(list))
    conflicted: set[UUID] = field(default_factory=set)

    def add_busy(self, adviser_id: UUID, starts_at: datetime, until: datetime) -> None:
        span = (_minute(starts_at), _minute(until))
        for day in _days_of(starts_at, until):
            self.busy[adviser_id, day].append(span)
        self.starts[adviser_id, timezone.localdate(starts_at)] += 1

    def add_own(self, starts_at: datetime, ends_at: datetime) -> None:
        for day in _days_of(starts_at, ends_at):
            self.own[day].append((_minute(starts_at), _minute(ends_at)))


@dataclass(frozen=True)
class Terms:
    """Under which conditions slots are looked for; days include both ends."""

    since: date
    until: date
    minutes: int
    now: datetime
    wish: str = ""  # a Mode, or "" for any
    with_notice: bool = True


def period(enrolment: Enrolment) -> tuple[date, date]:
    """Return the first and last day on which the programme's consultations of this company take place."""
    first, last = programme_period(enrolment.programme)
    return first, min(last, enrolment.withdrawn_on - ONE_DAY) if enrolment.withdrawn_on else last


def programme_period(programme: Programme) -> tuple[date, date]:
    return (
        programme.consultations_start_on or programme.starts_on,
        programme.consultations_end_on or programme.ends_on,
    )


def calendars(seats: QuerySet[Seat], *, since: date, until: date, enrolment: Enrolment | None = None) -> list[Calendar]:
    """Return when these advisers work between two days, in one statement; with `enrolment` also when they are assigned."""
    of_seat = {"seat": OuterRef("pk")}
    names = (
        "pause_minutes",
        "notice_days",
        "most_a_day",
        "works_on_holidays",
        "meeting_url",
        "place",
        "region",
        "speaks_english",
    )
    arrays = {
        "own_practice": _json(Practice.objects.filter(**of_seat), *names),
        "own_hours": _json(WeeklyHours.objects.filter(**of_seat), "weekday", "starts", "ends", "method"),
        "own_exceptions": _json(
            DayException.objects.filter(on__range=(since, until), **of_seat), "on", "starts", "ends", "method"
        ),
        "own_absences": _json(
            Absence.objects.filter(starts_on__lte=until, ends_on__gte=since, **of_seat), "starts_on", "ends_on"
        ),
    }
    if enrolment is not None:
        assignments = Assignment.objects.filter(enrolment=enrolment, adviser=OuterRef("pk"))
        arrays["own_assignments"] = _json(assignments, "starts_on", "ends_on")
    rows = seats.annotate(**arrays).order_by("name_kana", "email", "pk")
    columns = rows.values("pk", "name_ja", "name_en", "email", *arrays)
    return [_calendar(row) for row in columns]


def calendar_of(seat: Seat, *, since: date, until: date) -> Calendar:
    """Return when one adviser works between two days."""
    (calendar,) = calendars(Seat.objects.filter(pk=seat.pk), since=since, until=until)
    return calendar


def assigned_seats(enrolment: Enrolment, *, since: date, until: date) -> QuerySet[Seat]:
    """Return the advisers who are assigned to the company on some day between two."""
    assignments = Assignment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=since), enrolment=enrolment, starts_on__lte=until
    )
    return Seat.objects.current().advising().filter(pk__in=assignments.order_by().values("adviser"))


def _json(rows: QuerySet, *names: str) -> ArraySubquery:
    return ArraySubquery(rows.order_by("pk").values(json=JSONObject(**{name: F(name) for name in names})))


def _calendar(row: dict) -> Calendar:
    practice = next(iter(row["own_practice"]), {})
    weekly, exceptions = defaultdict(list), defaultdict(list)
    for hours in row["own_hours"]:
        weekly[hours["weekday"]].append(_opening(hours))
    for exception in row["own_exceptions"]:
        open_times = exceptions[date.fromisoformat(exception["on"])]
        if exception["starts"]:
            open_times.append(_opening(exception))
    return Calendar(
        seat_id=row["pk"],
        name_ja=row["name_ja"],
        name_en=row["name_en"],
        email=row["email"],
        pause=practice.get("pause_minutes", USUAL.pause_minutes),
        notice_days=practice.get("notice_days", USUAL.notice_days),
        most_a_day=practice.get("most_a_day", USUAL.most_a_day),
        works_on_holidays=practice.get("works_on_holidays", False),
        meeting_url=practice.get("meeting_url", ""),
        place=practice.get("place", ""),
        region=practice.get("region", ""),
        speaks_english=practice.get("speaks_english", False),
        weekly={weekday: tuple(sorted(found)) for weekday, found in weekly.items()},
        exceptions={day: tuple(sorted(found)) for day, found in exceptions.items()},
        absences=_spans(row["own_absences"]),
        assigned=_spans(row["own_assignments"]) if "own_assignments" in row else None,
    )


def _opening(row: dict) -> Opening:
    return _minutes_of(row["starts"]), _minutes_of(row["ends"]), row["method"]


def _minutes_of(clock: str) -> int:
    """Read 09:30:00 as minutes of the day."""
    return int(clock[:2]) * 60 + int(clock[3:5])


def _spans(rows: list[dict]) -> tuple[tuple[date, date], ...]:
    return tuple(
        (
            date.fromisoformat(row["starts_on"]),
            date.fromisoformat(row["ends_on"]) if row["ends_on"] else date.max,
        )
        for row in rows
    )


def _is_within(day: date, spans: tuple[tuple[date, date], ...]) -> bool:
    return any(first <= day <= last for first, last in spans)


# Others' consultations, and those in another programme, are hidden; the functions tell when, and of whom, never with
# whom or why.
_TAKEN = """
SELECT 'busy', adviser_id, starts_at, blocked_until FROM app.busy_times(%(seats)s::uuid[], %(since)s, %(until)s)
UNION ALL SELECT 'conflict', adviser_id, NULL, NULL FROM app.conflicted_advisers(%(company)s::uuid, %(seats)s::uuid[])
UNION ALL SELECT 'own', NULL, starts_at, ends_at
  FROM app.company_times(ARRAY[%(company)s]::uuid[], %(since)s, %(until)s)
"""


def taken(
    seats: Iterable[UUID], *, since: date, until: date, company_id: UUID | None = None, without: UUID | None = None
) -> Taken:
    """Return what is in the way between two days, in one statement. `without` is a consultation about to be moved."""
    found, parameters = Taken(), {
        "seats": list(seats),
        "company": company_id,
        "since": midnight(since),
        "until": midnight(until + ONE_DAY),
    }  # fmt: skip
    moving = _times_of(without)
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, parameters)
        for kind, adviser_id, starts_at, until_then in cursor.fetchall():
            if kind == "conflict":
                found.conflicted.add(adviser_id)
            elif kind == "own":
                if (None, starts_at) not in moving:
                    found.add_own(starts_at, until_then)
            elif (adviser_id, starts_at) not in moving:
                found.add_busy(adviser_id, starts_at, until_then)
    return found


def company_times(
    companies: Iterable[UUID], *, since: date, until: date
) -> dict[UUID, list[tuple[datetime, datetime]]]:
    """Return when these companies have consultations between two days, in whichever programme; in one statement."""
    found = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT company_id, starts_at, ends_at FROM app.company_times(%s::uuid[], %s, %s)",
            [list(companies), midnight(since), midnight(until + ONE_DAY)],
        )
        for company_id, starts_at, ends_at in cursor.fetchall():
            found[company_id].append((starts_at, ends_at))
    return found


def _times_of(consultation_id: UUID | None) -> set:
    """Return what a consultation itself takes, so that it is not in its own way when it moves."""
    if consultation_id is None:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT adviser_id, starts_at FROM consultations_consultation WHERE id = %s", [str(consultation_id)]
        )
        return {
            pair for adviser_id, starts_at in cursor.fetchall() for pair in ((adviser_id, starts_at), (None, starts_at))
        }


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())


def free_days(calendars: Iterable[Calendar], taken: Taken, terms: Terms) -> Iterator[tuple[date, list[Slot]]]:
    """Yield each day that has free slots, with them in order of time and adviser. Ask for no more days than are shown."""
    today = timezone.localdate(terms.now)
    open_from = {
        calendar.seat_id: _first_day(calendar, today) if terms.with_notice else terms.since for calendar in calendars
    }
    advisers = [calendar for calendar in calendars if calendar.seat_id not in taken.conflicted]
    grids: dict = {}
    not_before = _minute(terms.now)
    for offset in range((terms.until - terms.since).days + 1):
        day = terms.since + timedelta(days=offset)
        slots = [
            slot
            for calendar in advisers
            if open_from[calendar.seat_id] <= day and calendar.is_assigned(day)
            for slot in _free_on(day, calendar, taken, terms, grids, not_before)
        ]
        if slots:
            slots.sort(key=lambda slot: slot.starts_at)
            yield day, slots


def _first_day(calendar: Calendar, today: date) -> date:
    return add_business_days(today, calendar.notice_days)


def _free_on(day, calendar: Calendar, taken: Taken, terms: Terms, grids: dict, not_before: int) -> list[Slot]:
    openings = calendar.openings(day)
    if not openings or taken.starts.get((calendar.seat_id, day), 0) >= calendar.most_a_day:
        return []
    start, length = _minute(midnight(day)), terms.minutes
    busy, own = taken.busy.get((calendar.seat_id, day), ()), taken.own.get(day, ())
    found = []
    for minute, method in _grid(openings, length, calendar.pause, grids):
        begins = start + minute
        if begins <= not_before or (terms.wish and method not in (terms.wish, Method.HYBRID)):
            continue
        # The pause after this one must be free, too; the pause after another one is in its own span.
        if _overlaps(busy, begins, begins + length + calendar.pause) or _overlaps(own, begins, begins + length):
            continue
        found.append(Slot(calendar.seat_id, _moment(begins), _moment(begins + length), method))
    return found


def _grid(openings: tuple[Opening, ...], length: int, pause: int, known: dict) -> list[tuple[int, str]]:
    """Return the beginnings within the open times, one after another with a pause between them.

    They do not depend on what is booked: a slot that somebody was shown is still one when others were booked meanwhile.
    Where two open times give the same beginning in different ways, it is for the company to choose.
    """
    key = (openings, length, pause)
    if key not in known:
        methods: dict[int, str] = {}
        for first, last, method in openings:
            for minute in range(first, last - length + 1, length + pause):
                methods[minute] = method if methods.get(minute, method) == method else Method.HYBRID
        known[key] = sorted(methods.items())
    return known[key]


def _overlaps(spans: Iterable[Span], begins: int, ends: int) -> bool:
    return any(first < ends and begins < last for first, last in spans)


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def _moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, tz=UTC)


def _days_of(starts_at: datetime, until: datetime) -> Iterator[date]:
    day, last = timezone.localdate(starts_at), timezone.localdate(until)
    while day <= last:
        yield day
        day += ONE_DAY


def is_within_hours(calendar: Calendar, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a consultation lies in the open times of its day; else the adviser has to see to it."""
    day = timezone.localdate(starts_at)
    start = _minute(midnight(day))
    begins, ends = _minute(starts_at) - start, _minute(ends_at) - start
    return any(first <= begins and ends <= last for first, last, _method in calendar.openings(day))


def _few_at_once(day: date, slots: list[Slot]) -> list[Slot]:
    """Keep a few advisers of each beginning, others from day to day: a hundred buttons of one day help nobody."""
    by_beginning = defaultdict(list)
    for slot in slots:
        by_beginning[slot.starts_at].append(slot)
    few = []
    for together in by_beginning.values():
        turn = day.toordinal() % len(together) if len(together) > MOST_AT_ONCE else 0
        few += (together[turn:] + together[:turn])[:MOST_AT_ONCE]
    return few


@dataclass(frozen=True)
class Choice:
    """The slots that a page shows, a day a heading, and where further ones begin."""

    calendars: dict[UUID, Calendar]
    days: list[tuple[date, list[Slot]]]
    next_from: date | None  # of the day that is shown first on the next page; None where there are no more
    first: date  # from where was looked

    def find(self, key: str) -> Slot | None:
        return next((slot for _day, slots in self.days for slot in slots if slot.key == key), None)


def choice(
    enrolment: Enrolment,
    *,
    now: datetime,
    since: date | None = None,
    wish: str = "",
    days: int = 10,
    most: int = MOST_ON_A_PAGE,
    with_notice: bool = True,
    moving: UUID | None = None,
) -> Choice:
    """Return what a company can choose from, as many `days` with free slots as a page shows. Two statements.

    A page ends earlier with the day that makes it `most` slots.
    """
    first, last = period(enrolment)
    first = max(first, timezone.localdate(now), since or date.min)
    terms = Terms(first, last, enrolment.programme.consultation_minutes, now, wish, with_notice)
    found = calendars(assigned_seats(enrolment, since=first, until=last), since=first, until=last, enrolment=enrolment)
    if not found or first > last:
        return Choice({calendar.seat_id: calendar for calendar in found}, [], None, first)
    in_the_way = taken(
        [calendar.seat_id for calendar in found],
        since=first,
        until=last,
        company_id=enrolment.company_id,
        without=moving,
    )
    free = free_days(found, in_the_way, terms)
    shown = []
    while len(shown) < days and sum(len(slots) for _day, slots in shown) < most:
        day, slots = next(free, (None, None))
        if day is None:
            break
        shown.append((day, _few_at_once(day, slots)))
    following = next(free, None)
    return Choice({calendar.seat_id: calendar for calendar in found}, shown, following[0] if following else None, first)


def offered_slot(
    enrolment: Enrolment, *, adviser_id: UUID, starts_at: datetime, now: datetime, moving: UUID | None = None
) -> tuple[Slot | None, Calendar | None, Taken]:
    """Return the slot if the company may choose it, with the adviser's calendar of that day and what is in the way."""
    day = timezone.localdate(starts_at)
    found = calendars(Seat.objects.filter(pk=adviser_id), since=day, until=day, enrolment=enrolment)
    in_the_way = taken([adviser_id], since=day, until=day, company_id=enrolment.company_id, without=moving)
    terms = Terms(day, day, enrolment.programme.consultation_minutes, now)
    slots = (slot for _day, slots in free_days(found, in_the_way, terms) for slot in slots)
    slot = next((slot for slot in slots if slot.starts_at == starts_at), None)
    return slot, next(iter(found), None), in_the_way


def is_company_busy(taken: Taken, starts_at: datetime, minutes: int) -> bool:
    begins = _minute(starts_at)
    return _overlaps(taken.own.get(timezone.localdate(starts_at), ()), begins, begins + minutes)


def is_adviser_busy(taken: Taken, calendar: Calendar, starts_at: datetime, minutes: int) -> bool:
    begins = _minute(starts_at)
    spans = taken.busy.get((calendar.seat_id, timezone.localdate(starts_at)), ())
    return _overlaps(spans, begins, begins + minutes + calendar.pause)
