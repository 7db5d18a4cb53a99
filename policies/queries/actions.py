"""Advice and tasks that a company has got, and its answers."""

from django.db.models import Count, Q, QuerySet

from companies.models import Company
from policies.enums import ActionState
from policies.models import ActionItem


def action_items(company: Company) -> QuerySet[ActionItem]:
    """Everything the company was advised to do, the latest first; for who may read its texts."""
    items = ActionItem.objects.filter(company=company)
    return items.select_related("author", "owner", "answered_by", "cycle").order_by("-created_at", "pk")


def action_counts(company: Company) -> dict[str, int]:
    """Count the items: all, and those without an answer."""
    return ActionItem.objects.filter(company=company).aggregate(
        all=Count("pk"), open=Count("pk", filter=Q(state=ActionState.OPEN))
    )
