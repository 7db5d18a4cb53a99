"""Questions about versions: which there are, what is known of each, and which translations no longer follow their source."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import Lag

from accounts.models import User
from companies.models import Company
from jobs.models import Job
from policies.composing import Place
from policies.enums import ApprovalOutcome, Language
from policies.models import ApprovalRequest, Cycle, ParagraphText, Publication, Revision

WORKING = "working"
"""Stands for the working copy where a version is named."""
EXPORT_KIND = "policy_export"
"""The kind of the jobs that make files of a text."""
LATEST_EXPORTS = 5


def versions(user, company: Company) -> QuerySet[Revision]:
    """Return the versions that the person may read, the latest first, without their texts.

    Each has `previous_id`: the version before it in its round, among those that the person may read.
    """
    before = Window(Lag("pk"), partition_by=F("cycle"), order_by="number")
    seen = Revision.objects.visible_to(user).filter(company=company).annotate(previous_id=before)
    return seen.select_related("cycle__programme").defer("content").order_by("-cycle__number", "-number")


def names_of(user_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return the names of people by id; one statement."""
    found = User.objects.in_bulk({pk for pk in user_ids if pk})
    return {pk: str(user) for pk, user in found.items()}


def approval_of(revision: Revision) -> ApprovalRequest | None:
    """Return top management's approval of this very text."""
    approved = ApprovalRequest.objects.filter(revision=revision, outcome=ApprovalOutcome.APPROVED)
    return approved.order_by("-decided_at").first()


def publication_of(revision: Revision) -> Publication | None:
    """Return the publication of this very text, while it was not withdrawn."""
    return Publication.objects.filter(revision=revision, withdrawn_at__isnull=True).order_by("-recorded_at").first()


def exports_of(user, company: Company) -> QuerySet[Job]:
    """Return the files of the company's texts that were asked for lately, the latest first."""
    asked = Job.objects.visible_to(user).filter(kind=EXPORT_KIND, company_id=company.pk)
    return asked.order_by("-created_at")[:LATEST_EXPORTS]


@dataclass(frozen=True)
class StaleTranslation(Place):
    """A paragraph whose English text is not one of its present Japanese text."""

    # True where there is Japanese and no English at all.
    is_missing: bool = False


def stale_translations(cycle: Cycle) -> list[StaleTranslation]:
    """Return the paragraphs whose English has to be looked at before it may be published, in the order of the text.

    That is: the Japanese was changed since the English was written or confirmed, or there is no English. None for a
    policy that has no English version. One statement at any length.
    """
    if not cycle.has_english:
        return []
    source = ParagraphText.objects.filter(paragraph=OuterRef("paragraph"), language=Language.JA)
    rows = (
        ParagraphText.objects.filter(cycle=cycle, language=Language.EN, paragraph__removed_at__isnull=True)
        .annotate(source_text=Subquery(source.values("text")[:1]), present_rev=Subquery(source.values("rev")[:1]))
        .order_by("paragraph__section__order", "paragraph__order", "paragraph__created_at")
        .values_list("paragraph_id", "paragraph__section__code", "text", "source_rev", "source_text", "present_rev")
    )
    found = []
    for paragraph_id, code, text, source_rev, source_text, present_rev in rows:
        is_missing = not text.strip() and bool((source_text or "").strip())
        if is_missing or (text.strip() and source_rev != present_rev):
            found.append(StaleTranslation(code, str(paragraph_id), Language.EN, is_missing))
    return found
