"""A company with a text, and an adviser who reviews it: what the tests of reviews begin with."""

from datetime import UTC, date, datetime
from uuid import uuid4

from policies.enums import FreezeReason, Transition
from policies.models import Cycle, Paragraph, Review, Submission, of_cycle
from policies.services import (
    add_paragraph,
    begin_sections,
    columns_for_queue,
    freeze,
    save_paragraph,
    start_review,
)
from policies.workflow import move
from tests.factories import Cast, numbers
from tests.roles import seen_by

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
TEXTS = {
    "scope": "この方針は、当社のすべての役員と従業員に適用します。",
    "commitment": "当社は、国際的に認められた人権を尊重します。",
    "contact": "相談窓口は総務部です。",
}


def cycle_of(cast: Cast) -> Cycle:
    return Cycle.objects.select_related("company", "enrolment").get(enrolment=cast.enrolment)


def write_text(
    cast: Cast, texts: dict[str, str] | None = None, *, enrolment=None, who: str = "staff"
) -> dict[str, Paragraph]:
    """Let the company write one paragraph in each section named. Returns them by the section's code."""
    cycle = Cycle.objects.select_related("company").get(enrolment=enrolment or cast.enrolment)
    writer = cast.people[who]
    with seen_by(writer):
        sections = begin_sections(cycle=cycle, actor=writer)
        return {
            code: add_paragraph(section=sections[code], actor=writer, texts={"ja": text})
            for code, text in (texts or TEXTS).items()
        }


def rewrite(cast: Cast, paragraph: Paragraph, text: str, *, rev: int = 1, who: str = "staff") -> None:
    """Let the company change a paragraph whose present `rev` is given."""
    writer = cast.people[who]
    with seen_by(writer):
        saved = save_paragraph(
            paragraph=paragraph, language="ja", text=text, base_rev=rev, operation=uuid4(), actor=writer, now=NOW
        )
    assert not saved.is_lost


def submit_text(cast: Cast, *, enrolment=None, who: str = "staff", today: date = TODAY) -> Submission:
    """Hand the present text in, as the company does, without the gate: what is missing is not the subject here."""
    cycle = Cycle.objects.select_related("company").get(enrolment=enrolment or cast.enrolment)
    member = cast.people[who]
    with seen_by(member):
        revision = freeze(cycle=cycle, reason=FreezeReason.SUBMISSION, actor=member)
        move(cycle=cycle, transition=Transition.SUBMIT, actor=member, today=today)
        submission = Submission(
            **of_cycle(cycle),
            revision=revision,
            reference=f"T-{next(numbers):05}",
            submitted_by=member,
            **columns_for_queue(cycle=cycle, revision=revision, today=today),
        )
        submission.save(force_insert=True)
    return submission


def begin_review(cast: Cast, submission: Submission, *, who: str = "adviser") -> Review:
    with seen_by(cast.people[who]):
        return start_review(submission=submission, actor=cast.people[who], today=TODAY, now=NOW)
