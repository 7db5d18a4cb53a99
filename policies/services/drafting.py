"""What a page of a section sends: many texts at once, a first paragraph, a choice between two texts, an old text again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from policies.enums import Language, SaveOutcome, Settlement
from policies.models import Paragraph, ParagraphSave, ParagraphText, Section, SettledSave, of_cycle

from .texts import Saved, add_paragraph, check_text, hold_for_writing, save_paragraph


@dataclass(frozen=True)
class Sent:
    """One text of a page, with the rev that was there when the page was drawn."""

    paragraph_id: UUID
    language: str
    text: str
    base_rev: int

    @property
    def key(self) -> tuple[UUID, str]:
        return self.paragraph_id, self.language


@dataclass(frozen=True)
class Result:
    """What became of one text of a page: saved, lost or refused with a sentence; a text nobody touched is `saved=None`."""

    sent: Sent
    saved: Saved | None = None
    error: str = ""

    @property
    def is_lost(self) -> bool:
        return self.saved is not None and self.saved.is_lost


@transaction.atomic
def save_texts(*, section: Section, sent: Iterable[Sent], actor, now: datetime) -> list[Result]:
    """Save what was changed on a page of the section; each text for itself, so that one refused takes no other along.

    A text that is as it was when the page was drawn is not the writer's: another's change of it stays. Texts of other
    sections are left alone. Raises PermissionDenied and NotEditable, then nothing is saved.
    """
    hold_for_writing(section.cycle, actor)
    rows = ParagraphText.objects.filter(paragraph__section=section).select_related("paragraph")
    present = {(row.paragraph_id, row.language): row for row in rows}
    # The Japanese first: a translation saved with it is a translation of the new text.
    known = sorted((each for each in sent if each.key in present), key=lambda each: each.language != Language.JA)
    stale = [each for each in known if each.base_rev != present[each.key].rev]
    before = _Before(_texts_seen(stale), _late_texts(section, actor) if stale else {})
    return [_save_one(each, present[each.key], before, section=section, actor=actor, now=now) for each in known]


@dataclass(frozen=True)
class _Before:
    """What is known of texts that were written upon an earlier one: what stood there, and what came too late already."""

    seen: dict[tuple[UUID, str, int], str]
    late: dict[tuple[UUID, str, str], ParagraphSave]


def _texts_seen(sent: Iterable[Sent]) -> dict[tuple[UUID, str, int], str]:
    """Return the texts that stood at the revs which the writer saw, where these are no longer the present ones."""
    wanted = Q()
    for each in sent:
        wanted |= Q(paragraph_id=each.paragraph_id, language=each.language, rev=each.base_rev)
    if not wanted:
        return {}
    saves = ParagraphSave.objects.filter(wanted, outcome=SaveOutcome.KEPT)
    return {(save.paragraph_id, save.language, save.rev): save.text for save in saves}


def _late_texts(section: Section, actor) -> dict[tuple[UUID, str, str], ParagraphSave]:
    """Return the writer's texts that wait for a choice: the page brings them again with every save until it is made."""
    saves = ParagraphSave.objects.filter(
        paragraph__section=section, outcome=SaveOutcome.LOST, author_id=actor.pk, settled__isnull=True
    )
    return {(save.paragraph_id, save.language, save.text): save for save in saves}


def _save_one(sent: Sent, present: ParagraphText, before: _Before, *, section: Section, actor, now: datetime) -> Result:
    try:
        text = check_text(sent.text)
        if text in (present.text, before.seen.get((*sent.key, sent.base_rev))):
            return Result(sent)
        late = before.late.get((*sent.key, text))
        if late and sent.base_rev != present.rev:
            return Result(sent, Saved(SaveOutcome.LOST, late, present.text, present.rev))
        present.paragraph.cycle = section.cycle
        saved = save_paragraph(
            paragraph=present.paragraph,
            language=sent.language,
            text=text,
            base_rev=sent.base_rev,
            # A form that is sent twice brings the same text twice, and the second time it changes nothing.
            operation=uuid4(),
            actor=actor,
            now=now,
        )
    except ValidationError as error:
        return Result(sent, error=" ".join(error.messages))
    return Result(sent, saved)


@transaction.atomic
def begin_paragraph(*, section: Section, language: str, text: str, operation: UUID, actor) -> Saved:
    """Make a paragraph of a text that was typed where there was none yet. The same operation again makes no second one.

    Raises PermissionDenied, NotEditable and ValidationError.
    """
    hold_for_writing(section.cycle, actor)
    Section.objects.select_for_update().get(pk=section.pk)  # the same operation twice at once
    pk = uuid5(section.pk, str(operation))
    if not Paragraph.objects.filter(pk=pk).exists():
        add_paragraph(section=section, texts={language: text}, actor=actor, pk=pk)
    save = ParagraphSave.objects.get(paragraph_id=pk, language=language, rev=1, outcome=SaveOutcome.KEPT)
    present = ParagraphText.objects.get(paragraph_id=pk, language=language)
    return Saved(SaveOutcome.KEPT, save, present.text, present.rev)


@transaction.atomic
def settle_save(
    *, save: ParagraphSave, choice: Settlement, text: str, base_rev: int, operation: UUID, actor, now: datetime
) -> Saved | None:
    """Choose between a text that came too late and the one that stands; return what was saved, None when nothing was.

    "mine" and "merged" save `text` upon `base_rev`, which is the rev that the chooser saw beside it. When yet another
    change came meanwhile, this text is lost in its turn and waits for a choice instead of the first. Raises as
    `save_paragraph` does.
    """
    hold_for_writing(save.cycle, actor)
    saved = None
    if choice != Settlement.THEIRS:
        saved = save_paragraph(
            paragraph=save.paragraph,
            language=save.language,
            text=text,
            base_rev=base_rev,
            operation=operation,
            actor=actor,
            now=now,
        )
    settled = SettledSave(**of_cycle(save.cycle), save_of=save, choice=choice, settled_by_id=actor.pk)
    SettledSave.objects.bulk_create([settled], ignore_conflicts=True)  # twice is once
    return saved


@transaction.atomic
def restore_save(*, save: ParagraphSave, actor, now: datetime) -> Saved:
    """Make an earlier text the present one again, as a new save: what it replaces stays in the history."""
    hold_for_writing(save.cycle, actor)
    present = ParagraphText.objects.select_for_update().get(paragraph=save.paragraph_id, language=save.language)
    return save_paragraph(
        paragraph=save.paragraph,
        language=save.language,
        text=save.text,
        base_rev=present.rev,
        operation=uuid4(),
        actor=actor,
        now=now,
    )
