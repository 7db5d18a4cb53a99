"""Questions about what a company published: when, where, until when, and what the check of its address said."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from policies.enums import State
from policies.models import Cycle, Publication, RegisterEntry


def publication_of(cycle: Cycle) -> Publication | None:
    """Return the publication of a cycle; for who may see its records."""
    return Publication.objects.filter(cycle=cycle).select_related("revision", "published_by").first()


def last_publication(cycle: Cycle) -> Publication | None:
    """Return what stands published of the cycle's policy while a later cycle is written; None where nothing is."""
    return (
        Publication.objects.filter(cycle__policy_id=cycle.policy_id, cycle__state=State.PUBLISHED)
        .select_related("cycle", "revision", "published_by")
        .order_by("-published_on", "-recorded_at")
        .first()
    )


def entry_of(company_id: UUID) -> RegisterEntry | None:
    """Return the company's entry in the register with its present version, also while it is withdrawn."""
    return RegisterEntry.objects.filter(company_id=company_id).select_related("present").first()


def is_review_due(publication: Publication, *, day: date) -> bool:
    """Whether the company meant to look at this policy again by `day`. Its next cycle is the caller's knowledge."""
    return publication.review_on is not None and publication.review_on <= day


@dataclass(frozen=True)
class Due:
    """Work by the clock on one publication, and in whose name it is done."""

    publication_id: UUID
    user_id: UUID


def due_link_checks() -> list[Due]:
    """Return the publications whose address was not checked for a week. Asked by nobody, who sees no row itself."""
    return _due("SELECT publication_id, user_id FROM app.due_link_checks()")


def due_reviews(day: date) -> list[Due]:
    """Return the publications whose yearly review is due on `day` or before, and not begun."""
    return _due("SELECT publication_id, user_id FROM app.due_policy_reviews(%s)", [day])


def _due(statement: str, params: list | None = None) -> list[Due]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return [Due(*row) for row in cursor.fetchall()]
