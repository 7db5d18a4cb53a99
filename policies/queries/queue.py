"""What waits for an adviser: submissions and questions, by the day they are due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from common.models import in_language
from companies.enums import AccessKind
from companies.models import companies_of
from policies.models import Review, Submission
from programmes.models import Assignment, Programme

from .discussion import open_questions

FIRST, AGAIN, QUESTION = "first", "again", "question"


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One thing that waits for an answer."""

    kind: str
    id: UUID
    company_id: UUID
    company_ja: str
    company_en: str
    arrived_at: datetime
    due_on: date | None
    is_mine: bool = True
    state: str = ""
    # Who has begun to review it, where somebody has.
    reviewing_id: UUID | None = None
    cycle_id: UUID | None = None
    compared_with_id: UUID | None = None
    characters: int = 0
    added: int = 0
    removed: int = 0

    @property
    def company(self) -> str:
        return in_language(self, "company")

    @property
    def place(self) -> tuple:
        """Order of the queue: by the day it is due, without one last; then by arrival."""
        return (self.due_on is None, self.due_on or date.max, self.arrived_at, self.id)


def review_queue(user, programme: Programme, *, day: date) -> list[Waiting]:
    """Return all that waits in the companies the person advises, in the order in which it is due; two statements.

    `is_mine` is what they are to do: submissions meant for them or for nobody in particular, and questions.
    """
    submissions = [_submission(row, user) for row in _submissions(user, programme, day=day)]
    return sorted([*submissions, *_questions(user, programme)], key=lambda waiting: waiting.place)


def last_seen_revisions(user, cycle_ids: Iterable[UUID | None], submissions: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return the text that the person last reviewed of each cycle, other than the submissions that wait; one statement."""
    reviews = Review.objects.filter(author_id=user.pk, cycle_id__in=[pk for pk in cycle_ids if pk])
    earlier = reviews.exclude(submission_id__in=list(submissions)).order_by("started_at")
    return dict(earlier.values_list("cycle_id", "submission__revision_id"))


def next_waiting(user, programme: Programme, *, day: date) -> Waiting | None:
    """Return the submission that is due first and the person's to review."""
    waiting = review_queue(user, programme, day=day)
    return next((one for one in waiting if one.is_mine and one.kind != QUESTION), None)


def _submissions(user, programme: Programme, *, day: date) -> QuerySet:
    advised = companies_of(user, AccessKind.ADVISER)
    belongs = companies_of(user, AccessKind.MEMBER)
    open_reviews = Review.objects.filter(submission=OuterRef("pk"), returned_at__isnull=True, closed_at__isnull=True)
    holding = Assignment.objects.on(day).filter(
        company=OuterRef("company"), adviser=OuterRef("adviser"), adviser__ended_at__isnull=True
    )
    return (
        Submission.objects.waiting()
        .filter(programme=programme, company__in=advised)
        .exclude(company__in=belongs)
        .annotate(reviewing=Subquery(open_reviews.values("author_id")[:1]), is_held=Exists(holding))
        .order_by()
        .values(
            "pk", "company_id", "submitted_at", "due_on", "cycle_id", "compared_with_id", "characters",
            "characters_added", "characters_removed", "reviewing", "is_held",
            company_ja=F("company__name_ja"), company_en=F("company__name_en"), state=F("cycle__state"),
            meant_for=F("adviser__user_id"),
        )
    )  # fmt: skip


def _submission(row: dict, user) -> Waiting:
    meant_for_me = row["meant_for"] == user.pk or not row["is_held"]
    # Free is also what somebody began who advises the company no more.
    is_free = row["reviewing"] is None or (row["reviewing"] == row["meant_for"] and not row["is_held"])
    return Waiting(
        kind=AGAIN if row["compared_with_id"] else FIRST,
        id=row["pk"],
        company_id=row["company_id"],
        company_ja=row["company_ja"],
        company_en=row["company_en"],
        arrived_at=row["submitted_at"],
        due_on=row["due_on"],
        is_mine=row["reviewing"] == user.pk or (meant_for_me and is_free),
        state=row["state"],
        reviewing_id=row["reviewing"],
        cycle_id=row["cycle_id"],
        compared_with_id=row["compared_with_id"],
        characters=row["characters"],
        added=row["characters_added"],
        removed=row["characters_removed"],
    )


def _questions(user, programme: Programme) -> list[Waiting]:
    advised = companies_of(user, AccessKind.ADVISER)
    rows = open_questions(user, programme).filter(company__in=advised).values(
        "pk", "answer_by", "last_at", "company_id",
        company_ja=F("company__name_ja"), company_en=F("company__name_en"),
    )  # fmt: skip
    return [
        Waiting(
            kind=QUESTION,
            id=row["pk"],
            company_id=row["company_id"],
            company_ja=row["company_ja"],
            company_en=row["company_en"],
            arrived_at=row["last_at"],
            due_on=row["answer_by"],
        )
        for row in rows
    ]
