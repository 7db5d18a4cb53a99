"""The next round: a new cycle that starts from the published text, which stays published meanwhile."""

from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from audit import services as audit
from policies import permissions
from policies.catalogue import catalogue
from policies.enums import Language, SaveOutcome, State
from policies.models import (
    Cycle,
    Interview,
    Paragraph,
    ParagraphSave,
    ParagraphText,
    Policy,
    Revision,
    Section,
    of_cycle,
)
from policies.workflow import turn_of
from programmes.models import Enrolment

from .cycles import catalogues_of
from .texts import STEP, begin_sections


class NotPublished(Exception):
    """A next version begins when one is published, and one at a time. The message says where the policy stands."""


@transaction.atomic
def open_next_cycle(*, policy: Policy, actor, today: date) -> Cycle:
    """Begin the next cycle of a published policy with the published text as its working copy, and return it.

    It belongs to the latest programme that the company still takes part in, else to that of the last cycle. Every
    paragraph is a new one that remembers its origin, so that the two texts can be compared paragraph by paragraph; what
    the company answered in the interview comes along. Raises PermissionDenied and NotPublished.
    """
    if not permissions.can_edit(actor, policy):
        raise PermissionDenied
    policy = Policy.objects.select_for_update(of=["self"]).select_related("published_revision").get(pk=policy.pk)
    last = Cycle.objects.filter(policy=policy).select_related("enrolment").order_by("-number").first()
    if last is None or last.state != State.PUBLISHED or policy.published_revision is None:
        raise NotPublished(turn_of(last.state if last else State.DRAFTING))
    content = policy.published_revision.content
    enrolment = _present_enrolment(last, today)
    cycle = Cycle(
        policy=policy,
        company_id=policy.company_id,
        programme_id=enrolment.programme_id,
        enrolment=enrolment,
        number=last.number + 1,
        catalogue=catalogues_of([enrolment.programme_id]).get(enrolment.programme_id, last.catalogue),
        has_english=Language.EN in content.get("languages", ()),
        based_on=policy.published_revision,
    )
    cycle.save(force_insert=True)
    _copy_text(policy.published_revision, cycle, actor=actor)
    _copy_answers(last, cycle, actor=actor)
    audit.log(
        actor=actor,
        verb="policy.next_cycle",
        obj=cycle,
        company_id=cycle.company_id,
        programme_id=cycle.programme_id,
        detail={"number": cycle.number, "based_on": policy.published_revision.sha256},
    )
    return cycle


def _present_enrolment(last: Cycle, today: date) -> Enrolment:
    """A programme that has ended takes no new policies; where the company is in no other, the last one serves."""
    running = Enrolment.objects.as_of(today).filter(company_id=last.company_id, programme__ends_on__gte=today)
    return running.order_by("-programme__starts_on", "-joined_on", "pk").first() or last.enrolment


def _copy_text(published: Revision, cycle: Cycle, *, actor) -> None:
    """Make the published paragraphs those of the new cycle, in their order; in a number of statements that does not grow."""
    sections = begin_sections(cycle=cycle, actor=actor)
    last = sections[catalogue(cycle.catalogue).sections[-1].code]
    clauses = dict(Paragraph.objects.filter(cycle=published.cycle_id).values_list("pk", "clause"))
    own, paragraphs, texts = of_cycle(cycle), [], []
    for part in published.content.get("sections", ()):
        # A section that a later catalogue has no more is not lost: it stands at the end.
        section: Section = sections.get(part.get("code"), last)
        for found in part.get("paragraphs", ()):
            old = _uuid(found.get("id"))
            paragraph = Paragraph(
                **own,
                section=section,
                order=(len(paragraphs) + 1) * STEP,
                clause=clauses.get(old, ""),
                origin_id=_uuid(found.get("origin")) or old,
            )
            paragraphs.append(paragraph)
            texts += [_text(own, paragraph, language, found.get(language, ""), actor) for language in Language.values]
    Paragraph.objects.bulk_create(paragraphs)
    ParagraphText.objects.bulk_create(texts)
    ParagraphSave.objects.bulk_create(_first_save(own, text, actor) for text in texts)


def _uuid(text: str | None) -> UUID | None:
    """Read an id; texts that came with an import may have none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _text(own: dict, paragraph: Paragraph, language: str, text: str, actor) -> ParagraphText:
    source_rev = None if language == Language.JA else 1
    return ParagraphText(
        **own, paragraph=paragraph, language=language, text=text, source_rev=source_rev, updated_by_id=actor.pk
    )


def _first_save(own: dict, text: ParagraphText, actor) -> ParagraphSave:
    return ParagraphSave(
        **own,
        paragraph_id=text.paragraph_id,
        language=text.language,
        base_rev=0,
        rev=1,
        text=text.text,
        outcome=SaveOutcome.KEPT,
        operation=text.pk,
        author_id=actor.pk,
    )


def _copy_answers(last: Cycle, cycle: Cycle, *, actor) -> None:
    """Nobody is asked twice; that nothing was composed from the answers yet is said by `composed_at`."""
    answered = Interview.objects.filter(cycle=last).first()
    if answered:
        Interview.objects.create(**of_cycle(cycle), answers=answered.answers, answered_by_id=actor.pk)
