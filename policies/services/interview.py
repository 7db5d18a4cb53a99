"""From answers to paragraphs: the first draft, and drafts after it that leave alone what people wrote."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from audit import services as audit
from policies.catalogue import catalogue
from policies.composing import Change, Kind, clean_answers
from policies.enums import Language
from policies.models import Cycle, Interview, Paragraph, ParagraphText, Section, of_cycle
from policies.queries.interview import composed_rows, planned_changes

from .texts import (
    NewParagraph,
    add_composed,
    add_paragraph,
    begin_sections,
    hold_for_writing,
    remove_paragraph,
    save_paragraph,
)


@transaction.atomic
def answer_interview(*, cycle: Cycle, answers: dict, actor) -> Interview:
    """Keep the answers as they are now. Raises PermissionDenied and NotEditable."""
    hold_for_writing(cycle, actor)
    kept = clean_answers(catalogue(cycle.catalogue), answers, only_asked=False)
    interview, _ = Interview.objects.update_or_create(
        cycle=cycle, defaults={**of_cycle(cycle), "answers": kept, "answered_by_id": actor.pk}
    )
    return interview


@transaction.atomic
def compose_draft(
    *, cycle: Cycle, actor, now: datetime, taken: Collection[UUID] = (), shown: dict[UUID, str] | None = None
) -> Counter:
    """Write the draft that the answers give, and return how many paragraphs of each kind it changed.

    Paragraphs that somebody edited stay, but for those in `taken`; and of these only where the text is still the one that
    was shown to the person who took it (`shown` has a `fingerprint` for each). Raises PermissionDenied, NotEditable and
    ValidationError when a section would become too long.
    """
    hold_for_writing(cycle, actor)
    # Nobody saves between looking and writing; always in the same order, so that two of these do not block each other.
    revs = fingerprints(composed_rows(cycle).select_for_update(of=("self",)).order_by("pk"))
    interview = Interview.objects.get(cycle=cycle)
    sections = begin_sections(cycle=cycle, actor=actor)
    wanted = [
        change
        for change in planned_changes(cycle, interview.answers)
        if not change.is_asked or _is_taken(change, taken, shown or {}, revs)
    ]
    begun = set(Paragraph.objects.standing().filter(cycle=cycle).values_list("section__code", flat=True))
    # Where nothing stands there is only something to add, and all of it at once: that is the whole of a first draft.
    _fill(cycle, [(change, sections[change.section]) for change in wanted if change.section not in begun], actor=actor)
    for change in wanted:
        if change.section in begun:
            _carry_out(change, sections[change.section], actor=actor, now=now)
    interview.composed_at = now
    interview.save(update_fields=["composed_at"])
    done = Counter(change.kind for change in wanted)
    _tell(cycle, done, actor)
    return done


def _fill(cycle: Cycle, changes: Iterable[tuple[Change, Section]], *, actor) -> None:
    new = [
        NewParagraph(section=section, clause=change.clause, texts={"ja": change.new.ja, "en": change.new.en})
        for change, section in changes
    ]
    if new:
        add_composed(cycle=cycle, new=new, actor=actor)


def fingerprints(texts) -> dict[UUID, str]:
    """Return for each paragraph which texts it has: the same as long as nobody changes one."""
    found: dict[UUID, list[str]] = {}
    for row in texts:
        found.setdefault(row.paragraph_id, []).append(f"{row.language}{row.rev}")
    return {paragraph_id: "-".join(sorted(revs)) for paragraph_id, revs in found.items()}


def _is_taken(change: Change, taken: Collection[UUID], shown: dict[UUID, str], revs: dict[UUID, str]) -> bool:
    key = change.standing.key
    return key in taken and shown.get(key) == revs.get(key)


def _carry_out(change: Change, section: Section, *, actor, now: datetime) -> None:
    if change.kind == Kind.ADD:
        add_paragraph(
            section=section,
            actor=actor,
            texts={"ja": change.new.ja, "en": change.new.en},
            after=_before(change, section),
            clause=change.clause,
            is_composed=True,
        )
        return
    paragraph = Paragraph.objects.select_related("cycle", "section").get(pk=change.standing.key)
    if change.kind in (Kind.REMOVE, Kind.ASK_REMOVE):
        remove_paragraph(paragraph=paragraph, actor=actor, now=now)
        # What a person takes out stays out. This one goes with its answer, and a new one may come back with it.
        Paragraph.objects.filter(pk=paragraph.pk).update(clause="")
    else:
        _rewrite(paragraph, change, actor=actor, now=now)


def _before(change: Change, section: Section) -> Paragraph | None:
    """Return the paragraph that a new one follows: the last of those whose clauses come earlier; None for the end.

    Where only later clauses stand, the new paragraph goes before them all.
    """
    order = [clause.key for clause in catalogue(section.cycle.catalogue).clauses]
    place = order.index(change.clause)
    standing = [each for each in Paragraph.objects.standing().filter(section=section) if each.clause in order]
    earlier = [each for each in standing if order.index(each.clause) < place]
    if earlier:
        return earlier[-1]
    return Paragraph(order=0) if standing else None  # only its place is looked at: above the first


def _rewrite(paragraph: Paragraph, change: Change, *, actor, now: datetime) -> None:
    """Put the composed texts in place, Japanese first: the English is one of it."""
    for language in paragraph.cycle.languages:
        row = ParagraphText.objects.get(paragraph=paragraph, language=language)
        saved = save_paragraph(
            paragraph=paragraph,
            language=Language(language),
            text=getattr(change.new, language),
            base_rev=row.rev,
            operation=uuid4(),
            actor=actor,
            now=now,
        )
        ParagraphText.objects.filter(pk=row.pk).update(composed_rev=saved.rev)


def _tell(cycle: Cycle, done: Counter, actor) -> None:
    audit.log(
        actor=actor,
        verb="draft.composed",
        obj=cycle,
        company_id=cycle.company_id,
        programme_id=cycle.programme_id,
        detail={str(kind): number for kind, number in done.items()},
    )
