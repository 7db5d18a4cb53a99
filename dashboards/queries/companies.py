"""Questions that need several apps: the companies of a programme with stage, advisers and milestones."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from companies.models import Company
from consultations.models import Consultation
from policies.enums import State
from policies.models import Move
from policies.queries import advised, formulated, present_state
from policies.queries.queue import AGAIN, FIRST, QUESTION, Waiting
from programmes.models import Assignment, Enrolment, Programme
from programmes.queries import assigned_advisers, reached_milestones

QUEUE_SHOWS = ("all", FIRST, AGAIN, QUESTION)
"""What of an adviser's queue may be asked for, beside what they are to do."""


def shown_of_queue(waiting: Iterable[Waiting], *, show: str) -> list[Waiting]:
    """Return the part of the queue that is asked for; "" is what the person is to do."""
    if show == "all":
        return list(waiting)
    return [one for one in waiting if one.is_mine and show in ("", one.kind)]


def is_late(programme: Programme, day: date) -> Q:
    """The target date has passed by `day` and the company's policy was not formulated by then."""
    return Q(programme__target_due_on__lt=day) & ~formulated(programme, day)


def is_unassigned(programme: Programme, day: date) -> Q:
    """No adviser on `day`; once the programme is over, none on its last day."""
    return ~advised(programme, advised_on(programme, day))


def has_withdrawn(day: date) -> Q:
    return Q(withdrawn_on__lte=day)


def advised_on(programme: Programme, day: date) -> date:
    """Return the day whose advisers count on `day`: once the programme is over, those of its last day."""
    return min(day, programme.ends_on)


def list_counts(enrolments: QuerySet[Enrolment], *, programme: Programme, day: date) -> dict[str, int]:
    """Count companies for the chips of their list, in one statement: all, each state, late, unassigned, withdrawn.

    "none" counts those whose policy was not begun. What does not occur is left out, but for "all".
    """
    takes_part = Q(joined_on__lte=day) & ~has_withdrawn(day)
    rows = (
        enrolments.order_by()
        .annotate(state=present_state())
        .values("state")
        .annotate(
            count=Count("pk", filter=takes_part),
            late=Count("pk", filter=takes_part & is_late(programme, day)),
            unassigned=Count("pk", filter=takes_part & is_unassigned(programme, day)),
            withdrawn=Count("pk", filter=has_withdrawn(day)),
        )
    )
    rows = list(rows)
    by_state = {row["state"] or "none": row["count"] for row in rows}
    counts = {state: by_state.get(state, 0) for state in ("none", *State.values)}
    sums = {name: sum(row[name] for row in rows) for name in ("late", "unassigned", "withdrawn")}
    occurring = {name: count for name, count in (counts | sums).items() if count}
    return {"all": sum(by_state.values())} | occurring


def with_stage(enrolments: QuerySet[Enrolment], *, programme: Programme, day: date) -> QuerySet[Enrolment]:
    """Add company, present state, advisers and milestones by `day`."""
    return enrolments.select_related("company").annotate(
        state=present_state(),
        advisers=assigned_advisers(advised_on(programme, day)),
        reached=reached_milestones(day),
    )


def assigned_companies(user, programme: Programme, *, day: date) -> QuerySet[Enrolment]:
    """The companies that the person advises today: state of the policy, since when, and consultations held."""
    mine = Assignment.objects.on(day).filter(adviser__user_id=user.pk, adviser__ended_at__isnull=True)
    last_move = Move.objects.filter(cycle__enrolment=OuterRef("pk")).order_by("-moved_on", "-recorded_at")
    held = Consultation.objects.held().filter(enrolment=OuterRef("pk")).order_by().values("enrolment")
    return (
        Enrolment.objects.visible_to(user)
        .filter(programme=programme, pk__in=mine.values("enrolment_id"))
        .as_of(day)
        .select_related("company")
        .annotate(
            state=present_state(),
            since=Subquery(last_move.values("moved_on")[:1]),
            held=Coalesce(Subquery(held.annotate(count=Count("pk")).values("count")), 0),
        )
        .order_by("company__name_kana", "code")
    )


def enrolments_of(user, company: Company, *, day: date) -> QuerySet[Enrolment]:
    """A company's parts in programmes, the newest first, each with state, advisers of the day and milestones."""
    return (
        Enrolment.objects.visible_to(user)
        .filter(company=company)
        .select_related("programme")
        .annotate(state=present_state(), advisers=assigned_advisers(day), reached=reached_milestones(day))
        .order_by("-programme__starts_on", "pk")
    )
