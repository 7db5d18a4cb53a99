"""Writing: paragraphs come, change and go, and nothing that reached the portal is ever lost."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, Max, Sum
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from audit import services as audit
from policies import permissions
from policies.catalogue import catalogue
from policies.enums import FreezeReason, Language, SaveOutcome, State
from policies.models import (
    MAX_SECTION_CHARACTERS,
    Cycle,
    Paragraph,
    ParagraphSave,
    ParagraphText,
    Revision,
    Section,
    of_cycle,
)
from policies.queries import working_content
from policies.workflow import turn_of
from programmes.models import Enrolment

from .cycles import digest, freeze_revision

STEP = 10
"""Distance between the `order` of neighbours, so that one paragraph can be put between two without moving others."""


class NotEditable(Exception):
    """The text may not be written on in this state. The message says where the policy stands and who can act."""

    def __init__(self, state: str):
        self.state = state
        super().__init__(
            _("The text cannot be changed while the policy is “%(state)s”. %(turn)s")
            % {"state": State(state).label, "turn": turn_of(state)}
        )


@dataclass(frozen=True)
class Saved:
    """What became of a text that was sent, and how the paragraph stands now."""

    outcome: SaveOutcome
    save: ParagraphSave
    # The present text and its `rev`; after a lost save it is the other person's.
    text: str
    rev: int

    @property
    def is_lost(self) -> bool:
        return self.outcome == SaveOutcome.LOST


def check_text(text: str) -> str:
    """Return the text with the line ends of the portal; raise ValidationError for what cannot be kept."""
    if "\x00" in text:
        raise ValidationError(
            _("The text holds a NUL character, which cannot be saved. Please paste it as plain text.")
        )
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValidationError(
            _("The text holds half a character, which cannot be saved. Please type the passage again.")
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def hold_for_writing(cycle: Cycle, actor) -> Cycle:
    """Return the cycle as it stands now, held against moves until the end of the transaction.

    Raises PermissionDenied ("not you") and NotEditable ("not now").
    """
    if not permissions.can_edit(actor, cycle):
        raise PermissionDenied
    # A share lock: savers do not wait for each other, only a move of the state waits for them and they for it.
    present = Cycle.objects.raw("SELECT * FROM policies_cycle WHERE id = %s FOR SHARE", [cycle.pk])[0]
    if not present.is_editable:
        raise NotEditable(present.state)
    return present


def _check_room(section_id: UUID, language: str, text: str, *, apart_from: UUID | None = None) -> None:
    others = ParagraphText.objects.filter(
        paragraph__section_id=section_id, paragraph__removed_at__isnull=True, language=language
    ).exclude(paragraph_id=apart_from)
    used = others.aggregate(used=Sum(Length("text")))["used"] or 0
    _refuse_above_limit(used + len(text))


@transaction.atomic
def begin_sections(*, cycle: Cycle, actor) -> dict[str, Section]:
    """Return the cycle's sections by code, made from its catalogue where they are missing. Also when two begin at once."""
    hold_for_writing(cycle, actor)
    wanted = [
        Section(**of_cycle(cycle), code=section.code, order=order)
        for order, section in enumerate(catalogue(cycle.catalogue).sections)
    ]
    found = {section.code: section for section in Section.objects.filter(cycle=cycle)}
    missing = [section for section in wanted if section.code not in found]
    if missing:
        Section.objects.bulk_create(missing, ignore_conflicts=True)
        found = {section.code: section for section in Section.objects.filter(cycle=cycle)}
    return found


@transaction.atomic
def save_paragraph(
    *,
    paragraph: Paragraph,
    language: str,
    text: str,
    base_rev: int,
    operation: UUID,
    actor,
    now: datetime,
    follows: UUID | None = None,
) -> Saved:
    """Save a text that was written upon `base_rev`; whatever comes of it, the text is kept in the history.

    The same operation again gets the first answer. When the text changed meanwhile, the one sent is kept as lost, and
    the answer has the other. `follows` names the operation that was under way when this text was sent (a page that is
    being closed does not wait): what that one became is what its writer saw. Raises PermissionDenied, NotEditable, and
    ValidationError for a text that cannot be kept.
    """
    text = check_text(text)
    hold_for_writing(paragraph.cycle, actor)
    # From here on one at a time; whoever sent the same operation twice at once finds the first's save below.
    present = ParagraphText.objects.select_for_update().get(paragraph=paragraph, language=language)
    own = ParagraphSave.objects.filter(paragraph=paragraph, language=language)
    repeated = own.filter(operation=operation).first()
    if repeated:
        return _saved(repeated, present)
    if len(text) > len(present.text):
        _check_room(paragraph.section_id, language, text, apart_from=paragraph.pk)
    if text == present.text:
        outcome, rev = SaveOutcome.SAME, present.rev
    elif _fits(present, base_rev) or (follows and _fits(present, _rev_of(own, follows, actor))):
        outcome, rev = SaveOutcome.KEPT, present.rev + 1
        _write(present, text, actor=actor)
    else:
        outcome, rev = SaveOutcome.LOST, None
    save = ParagraphSave(
        **of_cycle(paragraph.cycle),
        paragraph=paragraph,
        language=language,
        base_rev=base_rev,
        rev=rev,
        text=text,
        outcome=outcome,
        operation=operation,
        author_id=actor.pk,
    )
    save.save(force_insert=True)
    return _saved(save, present)


def _fits(present: ParagraphText, base_rev: int | None) -> bool:
    """Whether the writer saw the present text. The one check that keeps the second of two writers from erasing the first."""
    return present.rev == base_rev


def _rev_of(saves, operation: UUID, actor) -> int | None:
    """Return the rev that an earlier save of the same writer became, if it became one."""
    return saves.filter(operation=operation, author_id=actor.pk).values_list("rev", flat=True).first()


def _saved(save: ParagraphSave, present: ParagraphText) -> Saved:
    return Saved(SaveOutcome(save.outcome), save, present.text, present.rev)


def _write(present: ParagraphText, text: str, *, actor) -> None:
    """Put a new text into the row. A translation is one of the Japanese text as it is at that moment."""
    source_rev = present.source_rev
    if present.language != Language.JA:
        source_rev = (
            ParagraphText.objects.filter(paragraph_id=present.paragraph_id, language=Language.JA)
            .values_list("rev", flat=True)
            .first()
        )
    present.text, present.rev, present.source_rev = text, present.rev + 1, source_rev
    present.updated_by_id = actor.pk
    present.save(update_fields=["text", "rev", "source_rev", "updated_by_id", "updated_at"])


@transaction.atomic
def confirm_translation(*, paragraph: Paragraph, actor) -> None:
    """Say that the English text still says what the Japanese says, although that was changed."""
    hold_for_writing(paragraph.cycle, actor)
    source = ParagraphText.objects.get(paragraph=paragraph, language=Language.JA)
    ParagraphText.objects.filter(paragraph=paragraph, language=Language.EN).update(source_rev=source.rev)


@transaction.atomic
def add_paragraph(
    *,
    section: Section,
    actor,
    texts: dict[str, str] | None = None,
    after: Paragraph | None = None,
    clause: str = "",
    is_composed: bool = False,
    pk: UUID | None = None,
) -> Paragraph:
    """Put a new paragraph after another, or at the end of the section, with its texts by language.

    `is_composed` says that the texts come from the interview and nobody has edited them; `pk` is given where a repeated
    request must meet the paragraph that the first one made. Raises PermissionDenied,
    NotEditable and ValidationError.
    """
    cycle = section.cycle
    hold_for_writing(cycle, actor)
    texts = {language: check_text((texts or {}).get(language, "")) for language in Language.values}
    for language, text in texts.items():
        if text:
            _check_room(section.pk, language, text)
    place = _place(section, after=after)
    paragraph = Paragraph(**of_cycle(cycle), pk=pk or uuid4(), section=section, clause=clause, order=place)
    paragraph.save(force_insert=True)
    _first_texts([(paragraph, texts)], actor=actor, is_composed=is_composed)
    return paragraph


@dataclass(frozen=True, kw_only=True)
class NewParagraph:
    """A paragraph that is still to be put at the end of its section, with what the interview composed for it."""

    section: Section
    clause: str
    texts: dict[str, str]


@transaction.atomic
def add_composed(*, cycle: Cycle, new: Sequence[NewParagraph], actor) -> None:
    """Put composed paragraphs at the ends of their sections, in their order; as many statements for thirty as for one.

    Raises PermissionDenied, NotEditable and ValidationError.
    """
    hold_for_writing(cycle, actor)
    sections = {each.section.pk for each in new}
    texts = [{language: check_text(each.texts.get(language, "")) for language in Language.values} for each in new]
    _check_rooms(sections, [(each.section.pk, own) for each, own in zip(new, texts, strict=True)])
    last = dict(
        Section.objects.filter(pk__in=sections).annotate(last=Max("paragraphs__order")).values_list("pk", "last")
    )
    paragraphs = []
    for each in new:
        last[each.section.pk] = (last[each.section.pk] or 0) + STEP
        own = {"section": each.section, "clause": each.clause, "order": last[each.section.pk]}
        paragraphs.append(Paragraph(**of_cycle(cycle), **own))
    Paragraph.objects.bulk_create(paragraphs)
    _first_texts(list(zip(paragraphs, texts, strict=True)), actor=actor, is_composed=True)


def _check_rooms(sections: Collection[UUID], texts: Iterable[tuple[UUID, dict[str, str]]]) -> None:
    """Raise ValidationError where a section has no room for the texts that are to come into it."""
    standing = ParagraphText.objects.filter(paragraph__section__in=sections, paragraph__removed_at__isnull=True)
    used = standing.values_list("paragraph__section_id", "language").annotate(used=Sum(Length("text")))
    full = Counter({(section, language): characters for section, language, characters in used})
    for section, own in texts:
        for language, text in own.items():
            full[section, language] += len(text)
    _refuse_above_limit(max(full.values(), default=0))


def _refuse_above_limit(characters: int) -> None:
    if characters > MAX_SECTION_CHARACTERS:
        raise ValidationError(
            _("A section holds at most %(most)s characters; with this text it would have %(number)s.")
            % {"most": f"{MAX_SECTION_CHARACTERS:,}", "number": f"{characters:,}"}
        )


def _place(section: Section, *, after: Paragraph | None) -> int:
    """Return the order of a new paragraph; where there is no room between two, the section is numbered anew."""
    standing = Paragraph.objects.filter(section=section)
    if after is None:
        return (standing.aggregate(last=Max("order"))["last"] or 0) + STEP
    following = standing.filter(order__gt=after.order).order_by("order").values_list("order", flat=True).first()
    if following is None:
        return after.order + STEP
    if following - after.order < 2:
        standing.filter(order__gt=after.order).update(order=F("order") + STEP)
        following += STEP
    return (after.order + following) // 2


def _of_paragraph(paragraph: Paragraph) -> dict:
    """Return the columns that every row of a paragraph names."""
    own = {"cycle_id": paragraph.cycle_id, "company_id": paragraph.company_id, "programme_id": paragraph.programme_id}
    return own | {"paragraph": paragraph}


def _first_texts(new: Sequence[tuple[Paragraph, dict[str, str]]], *, actor, is_composed: bool) -> None:
    rows = [
        ParagraphText(
            **_of_paragraph(paragraph),
            language=language,
            rev=1,
            text=text,
            source_rev=None if language == Language.JA else 1,
            composed_rev=1 if is_composed else None,
            updated_by_id=actor.pk,
        )
        for paragraph, texts in new
        for language, text in texts.items()
    ]
    ParagraphText.objects.bulk_create(rows)
    saves = [
        ParagraphSave(
            **_of_paragraph(row.paragraph),
            language=row.language,
            base_rev=0,
            rev=1,
            text=row.text,
            outcome=SaveOutcome.KEPT,
            operation=row.pk,
            author_id=actor.pk,
        )
        for row in rows
    ]
    ParagraphSave.objects.bulk_create(saves)


@transaction.atomic
def remove_paragraph(*, paragraph: Paragraph, actor, now: datetime) -> None:
    """Take a paragraph out of the text. It stays in the history with all its comments, and can be put back."""
    hold_for_writing(paragraph.cycle, actor)
    Paragraph.objects.filter(pk=paragraph.pk, removed_at__isnull=True).update(removed_at=now, removed_by_id=actor.pk)
    _tell("paragraph.removed", paragraph, actor)


@transaction.atomic
def restore_paragraph(*, paragraph: Paragraph, actor) -> None:
    """Put a paragraph back where it was. Raises ValidationError when the section has no room for it any more."""
    hold_for_writing(paragraph.cycle, actor)
    for row in ParagraphText.objects.filter(paragraph=paragraph):
        _check_room(paragraph.section_id, row.language, row.text, apart_from=paragraph.pk)
    Paragraph.objects.filter(pk=paragraph.pk).update(removed_at=None, removed_by_id=None)
    _tell("paragraph.restored", paragraph, actor)


@transaction.atomic
def move_paragraph(*, paragraph: Paragraph, is_up: bool, actor) -> None:
    """Change places with the neighbour above or below; at the end of the section nothing changes."""
    hold_for_writing(paragraph.cycle, actor)
    # The section's row is held, so that two who move at once do not both take the same place.
    Section.objects.select_for_update().get(pk=paragraph.section_id)
    standing = list(Paragraph.objects.standing().filter(section_id=paragraph.section_id))
    place = next((at for at, other in enumerate(standing) if other.pk == paragraph.pk), None)
    neighbour = None if place is None else place - 1 if is_up else place + 1
    if neighbour is None or not 0 <= neighbour < len(standing):
        return
    standing[place], standing[neighbour] = standing[neighbour], standing[place]
    for number, other in enumerate(standing, start=1):
        other.order = number * STEP
    Paragraph.objects.bulk_update(standing, ["order"])


@transaction.atomic
def mark_section(*, section: Section, is_filled: bool, actor) -> None:
    """Say that a section is filled in, or not yet. It is a person's word, and submits nothing."""
    hold_for_writing(section.cycle, actor)
    section.is_filled = is_filled
    section.save(update_fields=["is_filled", "updated_at"])


@transaction.atomic
def set_english(*, cycle: Cycle, has_english: bool, actor) -> None:
    """Begin or leave out the English version. English texts stay in the history and come back with it."""
    hold_for_writing(cycle, actor)
    Cycle.objects.filter(pk=cycle.pk).update(has_english=has_english)


@transaction.atomic
def freeze(*, cycle: Cycle, reason: FreezeReason, actor, label: str = "") -> Revision:
    """Keep the working copy as it is now as a numbered revision. Raises PermissionDenied."""
    Cycle.objects.select_for_update().get(pk=cycle.pk)  # no save comes between reading and keeping
    content = working_content(cycle)
    return freeze_revision(cycle=cycle, content=content, actor=actor, reason=reason, label=label)


@transaction.atomic
def freeze_for_booking(*, enrolment: Enrolment, actor) -> Revision | None:
    """Keep the text of the year as it is now, so that a consultation has what it is about; None where nothing is written.

    A text that an earlier booking kept and nobody changed since is that revision again. Raises PermissionDenied for
    others than members of the company and its advisers.
    """
    cycle = Cycle.objects.filter(enrolment=enrolment).order_by("-number").first()
    if cycle is None or not ParagraphText.objects.filter(cycle=cycle, paragraph__removed_at=None).exists():
        return None
    Cycle.objects.select_for_update().get(pk=cycle.pk)  # no save comes between reading and keeping
    content = working_content(cycle)
    last = cycle.revisions.order_by("-number").first()
    if last and last.reason == FreezeReason.BOOKING and last.sha256 == digest(content):
        return last
    return freeze_revision(cycle=cycle, content=content, actor=actor, reason=FreezeReason.BOOKING)


def _tell(verb: str, paragraph: Paragraph, actor) -> None:
    audit.log(
        actor=actor,
        verb=verb,
        obj=paragraph,
        company_id=paragraph.company_id,
        programme_id=paragraph.programme_id,
        detail={"section": paragraph.section.code},
    )
