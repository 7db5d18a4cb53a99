"""Questions that need several apps: the companies of a programme with stage, advisers and milestones."""

from collections.abc import Iterable
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from companies.models import Company
from consultations.models import Consultation, LedgerEntry
from policies.models import Move
from policies.queries import present_state
from policies.queries.queue import AGAIN, FIRST, QUESTION, Waiting
from programmes.models import Assignment, Enrolment, Programme
from programmes.queries import assigned_advisers

QUEUE_SHOWS = ("all", FIRST, AGAIN, QUESTION)
"""What of an adviser's queue may be asked for, beside what they are to do."""


def shown_of_queue(waiting: Iterable[Waiting], *, show: str) -> list[Waiting]:
    """Return the part of the queue that is asked for; "" is what the person is to do."""
    if show == "all":
        return list(waiting)
    return [one for one in waiting if one.is_mine and show in ("", one.kind)]


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
    """A company's parts in programmes, the newest first, each with state, advisers of the day, and ledger."""
    return (
        Enrolment.objects.visible_to(user)
        .filter(company=company)
        .select_related("programme")
        .annotate(state=present_state(), advisers=assigned_advisers(day), ledger_kinds=ledger_kinds())
        .order_by("-programme__starts_on", "pk")
    )


def ledger_kinds() -> ArraySubquery:
    """What was added to an enrolment's consultations or forfeited of them, for annotations; one kind an entry."""
    return ArraySubquery(LedgerEntry.objects.filter(enrolment=OuterRef("pk")).order_by().values("kind"))
