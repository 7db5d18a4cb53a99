"""Questions about reviews: who may review, what they saw last, and what changed meanwhile."""

from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from policies.catalogue import Catalogue, Kind, Requirement, catalogue
from policies.models import Cycle, Paragraph, ParagraphText, Review, Revision, Submission
from programmes.models import Assignment, Seat


def assigned_seats(company_id: UUID, programme_id: UUID, *, day: date) -> QuerySet[Seat]:
    """The advisers of a company on a day who can sign in, in the order of their kana."""
    holding = Assignment.objects.on(day).filter(
        company_id=company_id, programme_id=programme_id, adviser=OuterRef("pk")
    )
    return Seat.objects.current().advising().filter(Exists(holding), programme_id=programme_id, user__isnull=False)


def open_submission(cycle: Cycle) -> Submission | None:
    """What the company handed in and nobody answered yet, with its text; for those who may read the cycle's texts."""
    return Submission.objects.waiting().filter(cycle=cycle).select_related("revision", "adviser").first()


def open_review(cycle: Cycle) -> Review | None:
    return Review.objects.filter(cycle=cycle, returned_at__isnull=True, closed_at__isnull=True).first()


def last_seen(submission: Submission, user) -> Revision | None:
    """Return the text of the cycle that the person had before them when they last reviewed an earlier submission."""
    earlier = Review.objects.filter(cycle_id=submission.cycle_id, author_id=user.pk).exclude(submission=submission)
    last = earlier.order_by("-submission__submitted_at").select_related("submission__revision").first()
    return last.submission.revision if last else None


def judged_requirements(found: Catalogue) -> list[Requirement]:
    """What a review says something of: requirements met in the text. Dated evidence comes after it, prompts are offered."""
    return [requirement for requirement in found.requirements if requirement.kind == Kind.TEXT]


def sections_judged(cycle: Cycle) -> dict[str, set[str]]:
    """Return the codes of the sections that cover each requirement of the cycle's catalogue, by its code."""
    found = catalogue(cycle.catalogue)
    return {
        requirement.code: {section.code for section in found.sections_of(requirement.code)}
        for requirement in judged_requirements(found)
    }


def changed_sections(old: dict, new: dict) -> set[str]:
    """Return the codes of sections whose paragraphs differ in text, order or number between two contents."""
    before, after = _by_section(old), _by_section(new)
    return {code for code in before.keys() | after.keys() if before.get(code, []) != after.get(code, [])}


def changed_meanwhile(submission: Submission) -> set[str]:
    """Return the ids of paragraphs that the company changed, took out or added since it submitted.

    In every language that was submitted; a paragraph added and still empty is none.
    """
    submitted = {
        paragraph["id"]: paragraph
        for section in submission.revision.content.get("sections") or ()
        for paragraph in section.get("paragraphs") or ()
        if paragraph.get("id")
    }
    standing = {
        str(pk) for pk in Paragraph.objects.standing().filter(cycle_id=submission.cycle_id).values_list("pk", flat=True)
    }
    changed = submitted.keys() - standing
    rows = ParagraphText.objects.filter(cycle_id=submission.cycle_id, paragraph__removed_at__isnull=True)
    for pk, language, text in rows.values_list("paragraph_id", "language", "text"):
        if language in languages_of(submission.revision.content) and text != (
            submitted.get(str(pk), {}).get(language) or ""
        ):
            changed.add(str(pk))
    return changed


def languages_of(content: dict) -> tuple[str, ...]:
    return tuple(content.get("languages") or ("ja",))


def _by_section(content: dict) -> dict[str, list[tuple]]:
    return {
        section.get("code", ""): [
            (paragraph.get("id"), paragraph.get("ja") or "", paragraph.get("en") or "")
            for paragraph in section.get("paragraphs") or ()
        ]
        for section in content.get("sections") or ()
    }
