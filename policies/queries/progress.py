"""Questions about policies: where each stands and since when, and how many are formulated on a day."""

from datetime import date

from django.db.models import CharField, Count, DateField, OuterRef, Q, QuerySet, Subquery

from policies.enums import State, Theme, Transition
from policies.models import Cycle, Move
from programmes.enums import MilestoneCode
from programmes.models import Assignment, Enrolment, Extension, MilestoneDate, MilestoneKind, Programme

FORMULATED_MILESTONES = (MilestoneCode.APPROVED, MilestoneCode.PUBLISHED)
AFTER_SUBMISSION = (
    MilestoneCode.SUBMITTED,
    MilestoneCode.ENDORSED,
    MilestoneCode.APPROVED,
    MilestoneCode.PUBLISHED,
)
WAITING_STATES = (State.SUBMITTED, State.IN_REVIEW)


def reached(programme: Programme, day: date, sources) -> Q:
    """True for an enrolment that reached one of the milestones by `day`. Asked once a statement, not once a row."""
    dates = MilestoneDate.objects.as_of(day).filter(programme=programme, kind__source__in=sources)
    return Q(pk__in=dates.order_by().values("enrolment_id"))


def formulated(programme: Programme, day: date) -> Q:
    """True for an enrolment whose policy was approved or published by `day`."""
    return reached(programme, day, FORMULATED_MILESTONES)


def target_kind(programme: Programme) -> QuerySet[MilestoneKind]:
    """The milestone by which a policy of this programme counts as formulated: the first of approved and published."""
    return programme.milestone_kinds.filter(source__in=FORMULATED_MILESTONES).order_by("order", "pk")


def is_late(programme: Programme, day: date) -> Q:
    """The target day is over by `day`, nobody gave the company longer, and its policy was not formulated by then."""
    kind = Subquery(target_kind(programme).values("pk")[:1])
    longer = Extension.objects.as_of(day).filter(programme=programme, kind_id=kind, due_on__gte=day)
    return (
        Q(programme__target_due_on__lt=day)
        & ~formulated(programme, day)
        & ~Q(pk__in=longer.order_by().values("enrolment_id"))
    )


def advised(programme: Programme, day: date) -> Q:
    """True for an enrolment that has an adviser on `day`."""
    return Q(pk__in=Assignment.objects.on(day).filter(programme=programme).order_by().values("enrolment_id"))


def present_state(theme: str = Theme.HUMAN_RIGHTS) -> Subquery:
    """State of an enrolment's policy today; null where none was begun. For annotations of enrolments.

    A company has one policy a theme; of several cycles in one year the latest counts.
    """
    cycles = Cycle.objects.filter(enrolment=OuterRef("pk"), policy__theme=theme).order_by("-number")
    return Subquery(cycles.values("state")[:1], output_field=CharField())


def cohort_figures(user, programme: Programme, *, day: date) -> dict[str, int]:
    """Count the companies that take part on `day`, and what they reached by it; all of it in one statement.

    enrolled, submitted (a first draft, or further), formulated, without_adviser, late.
    """
    enrolments = Enrolment.objects.visible_to(user).filter(programme=programme).as_of(day)
    return enrolments.aggregate(
        enrolled=Count("pk"),
        submitted=Count("pk", filter=reached(programme, day, AFTER_SUBMISSION)),
        formulated=Count("pk", filter=formulated(programme, day)),
        without_adviser=Count("pk", filter=~advised(programme, day)),
        late=Count("pk", filter=is_late(programme, day)),
    )


def state_counts(enrolments: QuerySet[Enrolment]) -> dict[str, int]:
    """Count enrolments by the present state of their policy, in the order of the work; "" has none begun."""
    rows = enrolments.order_by().annotate(state=present_state()).values("state").annotate(count=Count("pk"))
    counts = {row["state"] or "": row["count"] for row in rows}
    return {state: counts[state] for state in ("", *State.values) if state in counts}


def _moved_on(transition: Transition) -> Subquery:
    """The day of the last such move; a day that an import corrected counts as corrected."""
    moves = Move.objects.filter(cycle=OuterRef("pk"), transition=transition).order_by("-recorded_at", "-moved_on")
    return Subquery(moves.values("moved_on")[:1], output_field=DateField())


def _since() -> Subquery:
    moves = Move.objects.filter(cycle=OuterRef("pk")).order_by("-moved_on", "-recorded_at")
    return Subquery(moves.values("moved_on")[:1], output_field=DateField())


def present_cycles(user, programme: Programme, *, day: date) -> QuerySet[Cycle]:
    """Cycles of the companies that take part on `day`."""
    enrolments = Enrolment.objects.visible_to(user).filter(programme=programme).as_of(day)
    return Cycle.objects.visible_to(user).filter(programme=programme, enrolment__in=enrolments)


def with_steps(cycles: QuerySet[Cycle]) -> QuerySet[Cycle]:
    """Add company, policy and the days of the four steps."""
    return cycles.select_related("company", "policy").annotate(
        submitted_on=_moved_on(Transition.SUBMIT),
        endorsed_on=_moved_on(Transition.ENDORSE),
        approved_on=_moved_on(Transition.APPROVE),
        published_on=_moved_on(Transition.PUBLISH),
    )


def cycle_counts(cycles: QuerySet[Cycle]) -> dict[str, int]:
    """Count cycles by state, in the order of the work; states that do not occur are left out."""
    rows = cycles.order_by().values("state").annotate(count=Count("pk"))
    counts = {row["state"]: row["count"] for row in rows}
    return {state: counts[state] for state in State.values if state in counts}


def waiting_for_review(user, programme: Programme, *, day: date) -> QuerySet[Cycle]:
    """Policies that wait for an adviser's review, each with `since`, the longest waiting first."""
    waiting = present_cycles(user, programme, day=day).filter(state__in=WAITING_STATES)
    return waiting.select_related("company").annotate(since=_since()).order_by("since", "pk")
