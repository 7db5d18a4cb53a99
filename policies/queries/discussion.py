"""What was said about a text: suggested wording and comments beside the paragraphs as they are now, and questions."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import BooleanField, DateTimeField, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from policies.enums import SuggestionState, ThreadKind
from policies.models import Cycle, ParagraphText, Post, Suggestion, Thread
from programmes.models import Programme


@dataclass(frozen=True)
class Passage:
    """A paragraph as it is now, in one language."""

    section_code: str
    text: str
    rev: int
    is_removed: bool
    place: tuple[int, int]
    """Order of its section, and its own within it."""


Passages = dict[tuple[UUID, str], Passage]
"""By paragraph and language."""


def passages(cycle: Cycle, paragraph_ids: Iterable[UUID] | None = None) -> Passages:
    """Return the texts of the cycle as they are now, also of paragraphs that were taken out; of all, or of some."""
    rows = ParagraphText.objects.filter(cycle=cycle).select_related("paragraph__section")
    if paragraph_ids is not None:
        rows = rows.filter(paragraph_id__in=set(paragraph_ids))
    return {
        (row.paragraph_id, row.language): Passage(
            row.paragraph.section.code,
            row.text,
            row.rev,
            row.paragraph.removed_at is not None,
            (row.paragraph.section.order, row.paragraph.order),
        )
        for row in rows
    }


def present_text(suggestion: Suggestion) -> ParagraphText:
    """Return the text that the suggestion is for, as it is now."""
    return ParagraphText.objects.get(
        cycle_id=suggestion.cycle_id, paragraph_id=suggestion.paragraph_id, language=suggestion.language
    )


def standing_texts(cycle: Cycle, language: str) -> QuerySet[ParagraphText]:
    """Return the texts of one language in the order of reading, with their sections; without empty ones."""
    texts = ParagraphText.objects.filter(cycle=cycle, language=language, paragraph__removed_at__isnull=True)
    in_order = texts.exclude(text="").select_related("paragraph__section")
    return in_order.order_by("paragraph__section__order", "paragraph__order", "paragraph__created_at", "paragraph_id")


def is_outdated(suggestion: Suggestion, present: Passage) -> bool:
    """Whether the paragraph is no longer exactly what the suggestion was written for."""
    return present.is_removed or present.text != suggestion.base_text


def suggestions_of(cycle: Cycle) -> QuerySet[Suggestion]:
    """Suggested wording that was given to the company; for who may read the cycle."""
    return Suggestion.objects.shared().filter(cycle=cycle).select_related("author", "answered_by")


def open_suggestions(cycle: Cycle) -> QuerySet[Suggestion]:
    """Suggested wording that waits for the company's answer."""
    return suggestions_of(cycle).filter(state=SuggestionState.OPEN)


def with_posts(threads: QuerySet[Thread]) -> QuerySet[Thread]:
    """Load with each thread `said`: what was written in it, the oldest first."""
    posts = Post.objects.shared().select_related("author").order_by("created_at", "id")
    return threads.select_related("author").prefetch_related(Prefetch("posts", queryset=posts, to_attr="said"))


def threads_of(cycle: Cycle) -> QuerySet[Thread]:
    """Comments and questions that both sides see; for who may read the cycle."""
    return Thread.objects.shared().filter(cycle=cycle)


def comments_of(cycle: Cycle) -> QuerySet[Thread]:
    """Comments that were given to the company, each with `said`, what was written; for who may read the cycle."""
    return with_posts(threads_of(cycle).filter(kind=ThreadKind.COMMENT))


def open_comments(cycle: Cycle) -> QuerySet[Thread]:
    """Comments that nobody has resolved."""
    return comments_of(cycle).filter(resolved_at__isnull=True)


def _last_post(field: str, output) -> Subquery:
    posts = Post.objects.shared().filter(thread=OuterRef("pk")).order_by("-created_at", "-id")
    return Subquery(posts.values(field)[:1], output_field=output)


def with_turn(threads: QuerySet[Thread]) -> QuerySet[Thread]:
    """Add `last_at` and `awaits_adviser`: whether the company wrote last, so that the adviser is to answer."""
    return threads.annotate(
        last_at=_last_post("created_at", DateTimeField()), awaits_adviser=_last_post("from_company", BooleanField())
    )


def questions_of(cycle: Cycle) -> QuerySet[Thread]:
    """Questions outside a review, the latest first, each with `said`, `last_at` and `awaits_adviser`."""
    threads = with_posts(threads_of(cycle).filter(kind=ThreadKind.QUESTION))
    return with_turn(threads).order_by(F("resolved_at").asc(nulls_first=True), "-last_at", "pk")


def open_questions(user, programme: Programme | None = None) -> QuerySet[Thread]:
    """Questions that wait for an adviser's answer, of one programme or of all, the one with the earliest day first.

    Each with `company`, `last_at` (when the company wrote last) and `answer_by`.
    """
    threads = Thread.objects.visible_to(user).shared().filter(kind=ThreadKind.QUESTION, resolved_at__isnull=True)
    if programme is not None:
        threads = threads.filter(programme=programme)
    waiting = with_turn(threads).filter(Q(awaits_adviser=True))
    return waiting.select_related("company").order_by(F("answer_by").asc(nulls_last=True), "last_at", "pk")
