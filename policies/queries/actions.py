"""Advice and tasks that a company has got, and its answers."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from companies.models import Company
from jobs.models import Job
from policies.enums import ActionSource, ActionState
from policies.models import ActionItem, Suggestion

ADVICE_KIND = "policy.advice"
"""The kind of the jobs that make the PDF of how advice was handled."""


def action_items(user, company: Company) -> QuerySet[ActionItem]:
    """Everything the company was advised to do: without an answer first, then the latest first."""
    items = ActionItem.objects.visible_to(user).filter(company=company).select_related("author", "owner", "answered_by")
    is_open = Q(state=ActionState.OPEN)
    return items.select_related("cycle").annotate(is_open=is_open).order_by("-is_open", "-created_at", "pk")


def action_counts(user, company: Company) -> dict[str, int]:
    """Count the items: all, and those without an answer."""
    items = ActionItem.objects.visible_to(user).filter(company=company)
    return items.aggregate(all=Count("pk"), open=Count("pk", filter=Q(state=ActionState.OPEN)))


def suggestions_behind(items: Iterable[ActionItem]) -> dict[UUID, Suggestion]:
    """Return the suggested wordings that items come from, by their ids: what became of them is the answer."""
    ids = [item.source_id for item in items if item.source == ActionSource.SUGGESTION]
    return {one.pk: one for one in Suggestion.objects.shared().filter(pk__in=ids)} if ids else {}


def latest_advice_job(user, company: Company) -> Job | None:
    """Return the PDF that the person asked for last."""
    jobs = Job.objects.visible_to(user).filter(kind=ADVICE_KIND, company_id=company.pk, requested_by=user)
    return jobs.select_related("requested_by").order_by("-created_at").first()


def advice_jobs(user, company: Company) -> QuerySet[Job]:
    """Return the jobs whose result is the PDF of this company's advice."""
    return Job.objects.visible_to(user).filter(kind=ADVICE_KIND, company_id=company.pk)
