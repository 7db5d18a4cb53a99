"""Where the companies of a programme stand on a day, today or earlier: the cohort matrix and what is counted in it.

A deadline is the programme's own, or the company's where the secretariat extended it by that day. What is over without
having been reached is overdue. The policy is late when its target day is over: the programme's, unless the milestone by
which it counts as formulated was extended (docs/decisions/longer-deadlines.md).
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    Expression,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, JSONObject
from django.utils import timezone

from common.models import in_language
from policies.enums import State, Theme
from policies.models import Cycle, Move, RegisterEntry
from programmes.enums import MilestoneCode
from programmes.models import (
    Assignment,
    Charge,
    Enrolment,
    Extension,
    MilestoneDate,
    MilestoneKind,
    Programme,
    Seat,
    Session,
    has_withdrawn,
)
from programmes.queries import assigned_advisers

from .progress import FORMULATED_MILESTONES, advised, is_late, present_state

REACHED, OPEN, OVERDUE = "yes", "no", "overdue"
# How many companies a page may hold.
SIZES = (50, 200, 1000)
NOT_OF_POLICY = (MilestoneCode.SESSION, MilestoneCode.CONSULTED, MilestoneCode.JOINED, MilestoneCode.THEME)
# Which milestones a view of the matrix shows.
VIEWS = {
    "": lambda step: True,
    "sessions": lambda step: step.source == MilestoneCode.SESSION,
    "policy": lambda step: step.source not in NOT_OF_POLICY,
    "consultations": lambda step: step.source == MilestoneCode.CONSULTED,
    "themes": lambda step: step.source == MilestoneCode.THEME,
}


def day_ends(day: date) -> datetime:
    """Return the first moment after the day, Asia/Tokyo."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


# --- The state of a policy on a day -----------------------------------------------------------------------------------


def _standing_moves(day: date) -> QuerySet[Move]:
    """The moves of a cycle by `day`, the last first, without days that a later import corrected."""
    later = Move.objects.filter(
        cycle=OuterRef("cycle"),
        transition=OuterRef("transition"),
        is_restored=True,
        recorded_at__gt=OuterRef("recorded_at"),
    )
    told = Move.objects.filter(cycle=OuterRef("pk"), moved_on__lte=day).exclude(Q(is_restored=True) & Exists(later))
    return told.order_by("-moved_on", "-recorded_at")


def state_on(day: date, *, today: date, theme: str = Theme.HUMAN_RIGHTS) -> Expression:
    """State of an enrolment's policy on `day`, from the log of its moves; null where none was begun by then."""
    if day >= today:
        return present_state(theme)
    begun = Case(When(opened_at__lt=day_ends(day), then=Value(State.DRAFTING.value)), output_field=CharField())
    then = Coalesce(Subquery(_standing_moves(day).values("to_state")[:1]), begun)
    cycles = Cycle.objects.filter(enrolment=OuterRef("pk"), policy__theme=theme).order_by("-number")
    return _FirstThereIs(ArraySubquery(cycles.values_list(then)))


class _FirstThereIs(Func):
    """The first of an array that is not null. Each is computed once, which a condition beside the value would do twice."""

    template = "(array_remove(%(expressions)s, NULL))[1]"
    output_field = CharField()


class _AnyOf(Func):
    """Is the first among the ids that the second, a subquery, finds: asked once, before anything is joined to it."""

    template, arg_joiner, output_field = "(%(expressions)s))", " = ANY (", BooleanField()


def with_state(enrolments: QuerySet[Enrolment], state: str | None, *, day: date, today: date) -> QuerySet[Enrolment]:
    """Leave the enrolments whose policy stood so on `day`; None is where none was begun.

    As an array of ids: beside a condition that costs much for each company PostgreSQL takes all ways to go on for equal,
    and reads all companies again for each that it finds.
    """
    then = enrolments.order_by().alias(then_state=state_on(day, today=today))
    then = then.filter(then_state=state) if state else then.filter(then_state__isnull=True)
    return Enrolment.objects.filter(_AnyOf(F("pk"), ArraySubquery(then.values("pk"))))


# --- Conditions on an enrolment ---------------------------------------------------------------------------------------


def advised_on(programme: Programme, day: date) -> date:
    """Return the day whose advisers count on `day`: once the programme is over, those of its last day."""
    return min(day, programme.ends_on)


def is_unassigned(programme: Programme, day: date) -> Q:
    """No adviser on `day`; once the programme is over, none on its last day."""
    return ~advised(programme, advised_on(programme, day))


def is_advised_by(programme: Programme, day: date, seat_id: UUID) -> Q:
    held = Assignment.objects.on(advised_on(programme, day)).filter(programme=programme, adviser_id=seat_id)
    return Q(pk__in=held.order_by().values("enrolment_id"))


def is_in_charge_of(programme: Programme, day: date, seat_id: UUID | None) -> Q:
    """Whom of the secretariat sees to it on `day`; None is nobody."""
    charges = Charge.objects.as_of(day).filter(programme=programme).order_by()
    if seat_id is None:
        return ~Q(pk__in=charges.values("enrolment_id"))
    return Q(pk__in=charges.filter(seat_id=seat_id).values("enrolment_id"))


def target_step(steps: "list[Step]") -> str:
    """Return the id of the same milestone among the columns of a matrix, as text; "" where it is none of them."""
    found = [step for step in steps if step.source in FORMULATED_MILESTONES]
    return str(found[0].id) if found else ""


def has_reached(programme: Programme, day: date, code: str) -> Q:
    dates = MilestoneDate.objects.as_of(day).filter(programme=programme, kind__code=code)
    return Q(pk__in=dates.order_by().values("enrolment_id"))


def is_overdue(programme: Programme, day: date, code: str) -> Q:
    """The company's own deadline for the milestone is over by `day`, and it was not reached by then."""
    extended = Extension.objects.as_of(day).filter(programme=programme, kind__code=code).order_by()
    usual = programme.milestone_kinds.filter(code=code, due_on__lt=day)
    by_usual = Q(Exists(usual)) & ~Q(pk__in=extended.values("enrolment_id"))
    by_own = Q(pk__in=extended.filter(due_on__lt=day).values("enrolment_id"))
    return ~has_reached(programme, day, code) & (by_usual | by_own)


def stands_at(programme: Programme, day: date, code: str, standing: str) -> Q:
    """The condition of one standing (REACHED, OPEN, OVERDUE) at the milestone of this code."""
    if standing == OVERDUE:
        return is_overdue(programme, day, code)
    return ~has_reached(programme, day, code) if standing == OPEN else has_reached(programme, day, code)


# --- Counts -----------------------------------------------------------------------------------------------------------


def count_rows(enrolments: QuerySet[Enrolment], *, programme: Programme, day: date, today: date) -> QuerySet:
    """Return what `list_counts` reads, in one statement: state, all that take part, late, unassigned, withdrawn."""
    takes_part = Q(joined_on__lte=day) & ~has_withdrawn(day)
    return (
        enrolments.order_by()
        .annotate(state=state_on(day, today=today))
        .values("state")
        .annotate(
            count=Count("pk", filter=takes_part),
            late=Count("pk", filter=takes_part & is_late(programme, day)),
            unassigned=Count("pk", filter=takes_part & is_unassigned(programme, day)),
            withdrawn=Count("pk", filter=has_withdrawn(day)),
        )
        .values_list("state", "count", "late", "unassigned", "withdrawn")
    )


def list_counts(rows: Iterable[tuple]) -> dict[str, int]:
    """Count companies for the chips of their list: all, each state, late, unassigned, withdrawn.

    "none" counts those whose policy was not begun. What does not occur is left out, but for "all".
    """
    rows = list(rows)
    by_state = {state or "none": count for state, count, *_others in rows}
    counts = {state: by_state.get(state, 0) for state in ("none", *State.values)}
    sums = {name: sum(row[at] for row in rows) for at, name in enumerate(("late", "unassigned", "withdrawn"), start=2)}
    occurring = {name: count for name, count in (counts | sums).items() if count}
    return {"all": sum(by_state.values())} | occurring


@dataclass(frozen=True)
class Step:
    """A milestone of the programme as a column: what it counts, its deadline, and how many of the list reached it."""

    id: UUID
    code: str
    source: str
    name_ja: str
    name_en: str
    definition_ja: str
    definition_en: str
    due_on: date | None
    reached: int
    longer: int  # not reached, and given a deadline of their own that is not over
    passed: int  # not reached, and given a deadline of their own that is over
    session_id: UUID | None

    @property
    def name(self) -> str:
        return in_language(self, "name")

    @property
    def definition(self) -> str:
        return in_language(self, "definition")

    def overdue(self, total: int, *, day: date) -> int:
        """Return how many of `total` companies should have reached it by `day` and did not."""
        if self.due_on and self.due_on < day:
            return total - self.reached - self.longer
        return self.passed


@dataclass(frozen=True)
class Person:
    """Somebody with a seat, by whom a list may be narrowed."""

    id: UUID
    is_adviser: bool
    name_ja: str
    name_en: str
    email: str

    @property
    def name(self) -> str:
        return in_language(self, "name") or self.email


@dataclass(frozen=True)
class Plan:
    """What a programme counts, in its order, who works in it, and of what kind its companies are.

    These are the columns and the choices of the matrix.
    """

    steps: list[Step]
    advisers: list[Person]
    secretariat: list[Person]
    industries: list[str]
    prefectures: list[str]


def _text(value: str = "") -> Value:
    return Value(value, output_field=TextField())


def _number(value: int = 0) -> Value:
    return Value(value, output_field=IntegerField())


def _leg(rows: QuerySet, leg: str, **columns) -> QuerySet:
    """Return rows of the columns that every leg of the plan has; those that it does not name are empty."""
    empty = {"text": _text(), "number": _number(), "day": _none(DateField()), "ref": _none(UUIDField())}
    values = [columns.get(name, empty[kind]) for name, kind in _COLUMNS.items()]
    return rows.order_by().values_list(_text(leg), *values)


_COLUMNS = {
    "id": "ref", "number": "number", "code": "text", "kind": "text", "name_ja": "text", "name_en": "text",
    "words_ja": "text", "words_en": "text", "due_on": "day", "session": "ref",
}  # fmt: skip


def _none(field) -> Value:
    return Value(None, output_field=field)


def _as_text(name: str) -> Cast:
    return Cast(name, TextField())


def _names() -> dict:
    return {"name_ja": _as_text("name_ja"), "name_en": _as_text("name_en")}


def _steps(user, programme: Programme) -> QuerySet:
    sessions = Session.objects.filter(programme=programme, code=OuterRef("subject")).order_by()
    session = Case(
        When(source=MilestoneCode.SESSION, then=Subquery(sessions.values("pk")[:1])), output_field=UUIDField()
    )
    return _leg(
        MilestoneKind.objects.visible_to(user).filter(programme=programme), "step", id=F("pk"), number=F("order"),
        code=_as_text("code"), kind=_as_text("source"), words_ja=_as_text("definition_ja"),
        words_en=_as_text("definition_en"), due_on=F("due_on"), session=session, **_names(),
    )  # fmt: skip


def _seats(user, programme: Programme) -> QuerySet:
    seats = Seat.objects.visible_to(user).current().filter(programme=programme).exclude(role="operator")
    return _leg(
        seats, "seat", id=F("pk"), code=_as_text("email"), kind=_as_text("role"), words_ja=_as_text("name_kana"),
        **_names(),
    )  # fmt: skip


def _kinds(user, programme: Programme, name: str) -> QuerySet:
    """Return what companies of the programme say of themselves, each once."""
    found = Enrolment.objects.visible_to(user).filter(programme=programme).exclude(**{f"company__{name}": ""})
    counted = found.order_by().values(f"company__{name}").annotate(count=Count("pk"))
    return _leg(counted, name, code=_as_text(f"company__{name}"), number=F("count"))


def _counted(rows: QuerySet, inside: Q, leg: str) -> QuerySet:
    """Count rows of companies `inside` the list by their milestone, in one pass.

    The list is a condition of the count and not of the rows: PostgreSQL then keeps its ids in a hash. Joined, it
    reckons with one company and looks the milestones up three thousand times.
    """
    counted = rows.order_by().values("kind").annotate(count=Count("pk", filter=inside))
    return _leg(counted, leg, id=F("kind"), number=F("count"))


def plan(user, enrolments: QuerySet[Enrolment], *, programme: Programme, day: date) -> Plan:
    """Return the milestones, counted over `enrolments`, and the people of the programme, in one statement."""
    return plan_of(plan_rows(user, enrolments, programme=programme, day=day))


def plan_rows(user, enrolments: QuerySet[Enrolment], *, programme: Programme, day: date) -> QuerySet:
    """Return what `plan_of` reads: legs of one union."""
    inside = Q(enrolment__in=enrolments.order_by().values("pk"))
    reached = MilestoneDate.objects.as_of(day).filter(programme=programme)
    done = MilestoneDate.objects.as_of(day).filter(enrolment=OuterRef("enrolment"), kind=OuterRef("kind"))
    extended = Extension.objects.as_of(day).filter(~Exists(done), programme=programme)
    return _steps(user, programme).union(
        _seats(user, programme),
        *(_kinds(user, programme, name) for name in ("industry", "prefecture")),
        _counted(reached, inside, "reached"),
        _counted(extended.filter(due_on__gte=day), inside, "longer"),
        _counted(extended.filter(due_on__lt=day), inside, "passed"),
        all=True,
    )


def plan_of(rows: Iterable[tuple]) -> Plan:
    """Put the legs of the union together."""
    legs = defaultdict(list)
    for leg, *row in rows:
        legs[leg].append(row)
    counts = {leg: {row[0]: row[1] for row in legs[leg]} for leg in ("reached", "longer", "passed")}
    seats = sorted(legs["seat"], key=lambda row: (row[6], row[2]))
    people = [Person(row[0], row[3] == "adviser", row[4], row[5], row[2]) for row in seats]
    return Plan(
        steps=[_step(row, counts) for row in sorted(legs["step"], key=lambda row: (row[1], row[0]))],
        advisers=[person for person in people if person.is_adviser],
        secretariat=[person for person in people if not person.is_adviser],
        industries=sorted(row[2] for row in legs["industry"]),
        prefectures=sorted(row[2] for row in legs["prefecture"]),
    )


def _step(row: list, counts: dict[str, dict[UUID, int]]) -> Step:
    pk, _order, *facts, session_id = row
    return Step(pk, *facts, *(counts[leg].get(pk, 0) for leg in ("reached", "longer", "passed")), session_id)


# --- The rows ---------------------------------------------------------------------------------------------------------


def _marks(rows: QuerySet, day_field: str) -> ArraySubquery:
    """Days by milestone, as text: 36 characters of the milestone's id and the ISO date. Parsed thirteen thousand times."""
    text = Concat(Cast("kind_id", TextField()), Cast(day_field, TextField()), output_field=TextField())
    return ArraySubquery(rows.filter(enrolment=OuterRef("pk")).order_by().values_list(text))


def order_by(enrolments: QuerySet[Enrolment], sort: str, *, programme: Programme, day: date) -> QuerySet[Enrolment]:
    """Order by name, code, or the day of a milestone ("m-" and its code); rows without the day come last."""
    name, descends = sort.removeprefix("-"), sort.startswith("-")
    if name.startswith("m-"):
        kind = programme.milestone_kinds.filter(code=name.removeprefix("m-")).order_by()
        of = MilestoneDate.objects.as_of(day).filter(enrolment=OuterRef("pk")).order_by().values("enrolment")
        # The milestone is a condition of the aggregate: joined, PostgreSQL reads all companies' dates for each of them.
        on = of.annotate(on=Max("reached_on", filter=Q(kind=Subquery(kind.values("pk")[:1]))))
        column = Subquery(on.values("on"))
    else:
        column = F("code" if name == "code" else "company__name_kana")
    first = column.desc(nulls_last=True) if descends else column.asc(nulls_last=True)
    return enrolments.order_by(first, "company__name_kana", "code", "pk")


def rows(enrolments: QuerySet[Enrolment], *, programme: Programme, day: date, today: date) -> QuerySet:
    """Return one named row a company, as of `day`; what is reached and extended as `days` reads it.

    `of_company` is the company's id as text, as it stands in addresses.
    """
    charge = Charge.objects.as_of(day).filter(enrolment=OuterRef("pk")).order_by("-recorded_at")
    in_charge = charge.values(
        json=JSONObject(name_ja=F("seat__name_ja"), name_en=F("seat__name_en"), email=F("seat__email"))
    )
    entry = RegisterEntry.objects.filter(company=OuterRef("company_id"), is_listed=True).order_by()
    return enrolments.annotate(
        state=state_on(day, today=today),
        advisers=assigned_advisers(advised_on(programme, day)),
        in_charge=Subquery(in_charge[:1]),
        reached=_marks(MilestoneDate.objects.as_of(day), "reached_on"),
        extended=_marks(Extension.objects.as_of(day), "due_on"),
        slug=Subquery(entry.values("slug")[:1]),
        of_company=_as_text("company_id"),
    ).values_list(
        "of_company", "company__name_ja", "company__name_en", "company__name_kana", "code", "withdrawn_on", "state",
        "advisers", "in_charge", "reached", "extended", "slug",
        named=True,
    )  # fmt: skip


class Line(NamedTuple):
    """A row as `rows` names it, where the statement was asked without the ORM."""

    of_company: str
    company__name_ja: str
    company__name_en: str
    company__name_kana: str
    code: str
    withdrawn_on: date | None
    state: str | None
    advisers: list[dict]
    in_charge: dict | None
    reached: list[str]
    extended: list[str]
    slug: str | None


def lines(rows: Iterable[tuple]) -> list[Line]:
    """Return rows as the database gave them with their documents read; the same person is read once."""
    read = cache(json.loads)
    return [
        Line(*names, [read(each) for each in advisers], read(in_charge) if in_charge else None, *others)
        for *names, advisers, in_charge, reached, extended, slug in rows
        for others in ((reached, extended, slug),)
    ]


def days(marks: Iterable[str]) -> dict[str, str]:
    """Return ISO dates by the milestone's id, both as text."""
    return {mark[:36]: mark[36:] for mark in marks}


@dataclass(frozen=True)
class Standing:
    """How a company stands at one milestone: reached on a day, overdue, missed, or open until a day of its own."""

    reached_on: str = ""
    is_overdue: bool = False
    is_missed: bool = False
    own_due_on: str = ""


def standing(step: Step, reached: dict[str, str], extended: dict[str, str], *, day: str) -> Standing:
    """Judge one milestone of one company; days are ISO dates, which compare as text."""
    key = str(step.id)
    if key in reached:
        return Standing(reached_on=reached[key])
    own = extended.get(key, "")
    due = own or (step.due_on.isoformat() if step.due_on else "")
    over = bool(due) and due < day
    is_session = step.source == MilestoneCode.SESSION
    return Standing(is_overdue=over and not is_session, is_missed=over and is_session, own_due_on=own)


def shown_steps(steps: Iterable[Step], view: str | None) -> list[Step]:
    """Return the milestones of a view; all of them where it has none."""
    steps = list(steps)
    return [step for step in steps if VIEWS[view or ""](step)] or steps
