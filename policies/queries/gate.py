"""What stands between a text and its adviser: what must be mended before, and what may be looked at."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from policies.catalogue import catalogue
from policies.composing import Place, Problem, problems
from policies.enums import EvidenceKind
from policies.models import Cycle, Evidence, Post, Submission, Suggestion, Thread

from .discussion import open_comments, open_suggestions
from .texts import working_content
from .versions import stale_translations as unfollowing_translations


@dataclass(frozen=True, kw_only=True)
class Gate:
    """The working copy as it would be frozen now, with everything that is to be said about it.

    Errors keep it from being submitted: an empty section, a place left to fill in, nobody asked who knows. All else is
    advice, and open talk is nothing but a reminder.
    """

    content: dict
    problems: tuple[Problem, ...]
    expertise: tuple[Evidence, ...]
    suggestions: tuple[Suggestion, ...]
    threads: tuple[Thread, ...]
    # Where the English was not looked at again after the Japanese changed.
    stale: tuple[Place, ...]

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.is_error]

    @property
    def advice(self) -> list[Problem]:
        return [problem for problem in self.problems if not problem.is_error]

    @property
    def lacks_expertise(self) -> bool:
        return not self.expertise

    @property
    def is_open(self) -> bool:
        return not self.errors and not self.lacks_expertise


def gate_of(cycle: Cycle) -> Gate:
    """Look at the working copy of a cycle; the caller has asked whether the reader may."""
    content = working_content(cycle)
    return Gate(
        content=content,
        problems=tuple(problems(catalogue(cycle.catalogue), content)),
        expertise=tuple(Evidence.objects.filter(cycle=cycle, kind=EvidenceKind.EXPERTISE, cancelled_at=None)),
        suggestions=_unanswered(cycle),
        threads=_unresolved(cycle),
        stale=stale_translations(cycle),
    )


def _unanswered(cycle: Cycle) -> tuple[Suggestion, ...]:
    """Return the suggested wordings that the company has not answered, in the order of the text."""
    rows = open_suggestions(cycle).filter(paragraph__removed_at__isnull=True).select_related("paragraph__section")
    return tuple(rows.order_by("paragraph__section__order", "paragraph__order"))


def _unresolved(cycle: Cycle) -> tuple[Thread, ...]:
    """Return the comments of the adviser's side that nobody has settled; the company's own words are no reminder to it."""
    theirs = Post.objects.shared().filter(thread=OuterRef("pk"), from_company=False)
    return tuple(open_comments(cycle).filter(Exists(theirs)).order_by("created_at", "pk"))


def stale_translations(cycle: Cycle) -> tuple[Place, ...]:
    """Return where the English was made from another Japanese text than the present one.

    English that is missing is not among them: a text may be published with a part in Japanese alone.
    """
    return tuple(place for place in unfollowing_translations(cycle) if not place.is_missing)


def last_submission(cycle: Cycle) -> Submission | None:
    """Return what was handed in last, answered or not; for who may read the cycle's texts."""
    rows = Submission.objects.filter(cycle=cycle).select_related("adviser", "submitted_by", "revision")
    return rows.order_by("-submitted_at", "-pk").first()
