"""An adviser's desk: the text that was handed in, what they wrote about it, and what changed while they did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from policies.catalogue import Catalogue, Requirement, catalogue
from policies.enums import SuggestionState, ThreadKind
from policies.models import Cycle, Letter, Post, Review, ReviewNote, Revision, Submission, Suggestion, Thread, Verdict

from .reviews import changed_meanwhile, judged_requirements


@dataclass(frozen=True)
class Desk:
    """All that an adviser has before them for one cycle. `own` is their open review, `other` somebody else's."""

    cycle: Cycle
    submission: Submission | None = None
    # What the adviser saw last, None when they see this policy for the first time.
    seen: Revision | None = None
    own: Review | None = None
    other: Review | None = None
    # The last review that the adviser returned, for who comes back to the page afterwards.
    returned: Review | None = None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    comments: tuple[Post, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    # What the company wrote to the adviser with its submission, and nobody has settled.
    words: tuple[Post, ...] = ()
    note: str = ""
    changed: frozenset[str] = frozenset()

    @property
    def catalogue(self) -> Catalogue:
        return catalogue(self.cycle.catalogue)

    @cached_property
    def requirements(self) -> list[Requirement]:
        return judged_requirements(self.catalogue)

    @property
    def judged(self) -> int:
        """How many requirements have a judgement."""
        return sum(requirement.code in self.verdicts for requirement in self.requirements)


def desk(cycle: Cycle, user) -> Desk:
    """Return the desk of an adviser of the company; the caller has asked whether the person may review."""
    rows = Submission.objects.waiting().filter(cycle=cycle)
    submission = rows.select_related("revision", "compared_with", "adviser", "submitted_by").first()
    reviews = list(Review.objects.filter(cycle=cycle).select_related("author", "submission").order_by("started_at"))
    present = next((review for review in reviews if review.is_open), None)
    own = present if present and present.author_id == user.pk else None
    mine = [review for review in reviews if review.author_id == user.pk]
    found = Desk(
        cycle=cycle,
        submission=submission,
        own=own,
        other=present if present and not own else None,
        returned=next((review for review in reversed(mine) if review.returned_at), None),
    )
    if submission is None:
        return found
    earlier = [review for review in mine if review.submission_id != submission.pk]
    posts = _posts(cycle, own)
    return Desk(
        cycle=cycle,
        submission=submission,
        seen=_revision(earlier[-1], submission) if earlier else None,
        own=own,
        other=found.other,
        returned=found.returned,
        verdicts={one.requirement: one for one in Verdict.objects.filter(review=own)} if own else {},
        comments=tuple(post for post in posts if not post.from_company),
        suggestions=_suggestions(own, user),
        words=tuple(post for post in posts if post.from_company),
        note=own_note(cycle, user),
        changed=frozenset(changed_meanwhile(submission)),
    )


def own_note(cycle: Cycle, user) -> str:
    """Return what the adviser noted about the policy for themselves."""
    notes = ReviewNote.objects.filter(cycle=cycle, author_id=user.pk, section_code="")
    return notes.values_list("text", flat=True).first() or ""


def letter_of(review: Review) -> Letter | None:
    return Letter.objects.filter(review=review).first()


def own_comment(review: Review, thread_id: UUID) -> Post | None:
    """Return the words of an own comment that nobody has seen yet, with its thread."""
    posts = Post.objects.filter(thread_id=thread_id, thread__review=review, author_id=review.author_id)
    return posts.filter(shared_at__isnull=True).select_related("thread__paragraph__section").first()


def own_suggestion(review: Review, paragraph_id: UUID, language: str) -> Suggestion | None:
    """Return the wording that the author of the review suggests for a paragraph."""
    rows = Suggestion.objects.filter(review=review, paragraph_id=paragraph_id, language=language)
    return rows.filter(author_id=review.author_id, state=SuggestionState.OPEN, shared_at__isnull=True).first()


def _posts(cycle: Cycle, own: Review | None) -> list[Post]:
    """Return the adviser's comments in their open review, and what the company says of the whole text, in one statement."""
    whole = Q(
        thread__kind=ThreadKind.COMMENT,
        thread__paragraph__isnull=True,
        thread__section_code="",
        thread__resolved_at__isnull=True,
        from_company=True,
        shared_at__isnull=False,
    )
    mine = Q(thread__review=own, from_company=False) if own else Q(pk__in=[])
    return list(
        Post.objects.filter(whole | mine, cycle=cycle).select_related("thread", "author").order_by("created_at")
    )


def _suggestions(own: Review | None, user) -> tuple[Suggestion, ...]:
    if own is None:
        return ()
    return tuple(Suggestion.objects.filter(review=own, author_id=user.pk, state=SuggestionState.OPEN))


def _revision(review: Review, submission: Submission) -> Revision:
    """Return the text that a review was about; mostly the one that the submission was compared with already."""
    if submission.compared_with_id == review.submission.revision_id:
        return submission.compared_with
    return Revision.objects.get(pk=review.submission.revision_id)


def draft_counts(review: Review) -> tuple[int, int, int]:
    """Count the comments, the suggested wordings and the judgements of an open review, in one statement."""

    def number(model, **more) -> Coalesce:
        rows = model.objects.filter(review=OuterRef("pk"), **more).order_by().values("review")
        return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)

    return (
        Review.objects.filter(pk=review.pk)
        .values_list(number(Thread), number(Suggestion, state=SuggestionState.OPEN), number(Verdict))
        .get()
    )
