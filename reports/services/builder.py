"""Writing a report: founding a draft, reading its figures anew, texts, values entered by hand, quotes and photographs."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit import services as audit
from policies.enums import SaveOutcome, Settlement
from policies.services.texts import check_text
from programmes.models import Feedback, Photo, Programme, Remark
from programmes.permissions import can_manage
from reports.enums import BlockKind
from reports.models import (
    MAX_TEXT,
    BlockSave,
    BlockText,
    DraftBlock,
    DraftPick,
    FigureOverride,
    ReportDraft,
)
from reports.queries import report_figures
from reports.queries.blocks import blocks, can_be_entered, values
from reports.queries.builder import without_words
from reports.rendering.blocks import automatic_text

SHORTENED = "（中略）"
"""Stands where words of a quote were left out, in Japanese and in English alike."""


def _guard(draft: ReportDraft, actor) -> ReportDraft:
    """Return the draft held against others until the end of the transaction. Raises PermissionDenied."""
    if not can_manage(actor, draft.programme_id):
        raise PermissionDenied
    return ReportDraft.objects.select_for_update().get(pk=draft.pk)


def _log(verb: str, draft: ReportDraft, actor, **detail) -> None:
    audit.log(actor=actor, verb=verb, obj=draft, programme_id=draft.programme_id, detail=detail)


# --- The draft and its figures --------------------------------------------------------------------------------------------


@transaction.atomic
def found_draft(
    *, programme: Programme, edition: str, as_of: datetime.date, actor, now: datetime.datetime
) -> ReportDraft:
    """Begin a report: read its figures, and let every block be what the portal makes of them."""
    if not can_manage(actor, programme.pk):
        raise PermissionDenied
    figures = without_words(report_figures(programme, as_of=as_of, edition=edition, now=now))
    draft = ReportDraft(
        programme=programme, edition=edition, as_of=as_of, figures=figures, read_at=now, created_by=actor
    )
    draft.save(force_insert=True)
    _add_blocks(draft)
    _log("report_draft.begun", draft, actor, edition=edition, as_of=as_of.isoformat())
    return draft


def _add_blocks(draft: ReportDraft) -> None:
    """Make the rows of blocks that the figures have now; those of a session that is gone keep what was written."""
    both = {"draft": draft, "programme_id": draft.programme_id}
    rows = [DraftBlock(key=block.key, kind=block.kind, **both) for block in blocks(draft.figures)]
    DraftBlock.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def read_figures_again(
    *, draft: ReportDraft, edition: str, as_of: datetime.date, actor, now: datetime.datetime
) -> ReportDraft:
    """Put today's figures into the draft. Texts stay; their placeholders say the new figures."""
    draft = _guard(draft, actor)
    figures = report_figures(draft.programme, as_of=as_of, edition=edition, now=now)
    draft.figures, draft.read_at = without_words(figures), now
    draft.edition, draft.as_of = edition, as_of
    draft.save(update_fields=["figures", "read_at", "edition", "as_of", "updated_at"])
    _add_blocks(draft)
    _log("report_draft.read_again", draft, actor, edition=edition, as_of=as_of.isoformat())
    return draft


# --- Texts ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SavedBlock:
    """What became of a text that was sent, and how it stands now."""

    save: BlockSave
    text: BlockText

    @property
    def is_lost(self) -> bool:
        return self.save.outcome == SaveOutcome.LOST


@transaction.atomic
def save_text(
    *, block: DraftBlock, language: str, text: str, base_rev: int, operation: UUID, actor, follows: UUID | None = None
) -> SavedBlock:
    """Save a text that was written upon `base_rev`; whatever comes of it, the text is kept.

    The same operation again gets the first answer. When the text changed meanwhile, the one sent is kept as lost, to be
    chosen between. `follows` names the operation that was under way when this one was sent. Raises PermissionDenied,
    and ValidationError for what cannot be kept; a placeholder that nobody knows is kept and said.
    """
    text = _checked(text)
    draft = _guard(block.draft, actor)
    present = _present(draft, block, language)
    own = BlockSave.objects.filter(block=block, language=language)
    repeated = own.filter(operation=operation).first()
    if repeated:
        return SavedBlock(repeated, present)
    seen = own.filter(operation=follows, author_id=actor.pk).values_list("rev", flat=True).first() if follows else None
    standing = present.text if present.is_edited else automatic_text(block.key, draft.figures, language)
    if text == standing:
        outcome, rev = SaveOutcome.SAME, present.rev
    elif present.rev == base_rev or (seen is not None and present.rev == seen):
        outcome, rev = SaveOutcome.KEPT, present.rev + 1
        _write(draft, present, text, is_edited=True, actor=actor)
    else:
        outcome, rev = SaveOutcome.LOST, None
    save = _keep(present, text, base_rev=base_rev, rev=rev, outcome=outcome, operation=operation, actor=actor)
    return SavedBlock(save, present)


def _checked(text: str) -> str:
    text = check_text(text)
    if len(text) > MAX_TEXT:
        raise ValidationError(
            _("This text has %(length)s characters. A block holds at most %(most)s.")
            % {"length": f"{len(text):,}", "most": f"{MAX_TEXT:,}"}
        )
    return text


def _present(draft: ReportDraft, block: DraftBlock, language: str) -> BlockText:
    """Return the row of the text as it stands. The draft is held, so there is one writer at a time."""
    both = {"draft": draft, "programme_id": draft.programme_id}
    present, _made = BlockText.objects.get_or_create(block=block, language=language, defaults=both)
    return present


def _write(draft: ReportDraft, present: BlockText, text: str, *, is_edited: bool, actor) -> None:
    present.text, present.is_edited, present.rev = text, is_edited, present.rev + 1
    present.automatic = automatic_text(present.block.key, draft.figures, present.language)
    present.updated_by_id = actor.pk
    present.save(update_fields=["text", "is_edited", "rev", "automatic", "updated_by_id", "updated_at"])


def _keep(present: BlockText, text: str, *, base_rev: int, rev, outcome, operation: UUID, actor) -> BlockSave:
    save = BlockSave(
        draft_id=present.draft_id,
        programme_id=present.programme_id,
        block_id=present.block_id,
        language=present.language,
        text=text,
        base_rev=base_rev,
        rev=rev,
        outcome=outcome,
        operation=operation,
        author_id=actor.pk,
    )
    save.save(force_insert=True)
    return save


@transaction.atomic
def settle(
    *, save: BlockSave, choice: Settlement, text: str, base_rev: int, operation: UUID, actor
) -> SavedBlock | None:
    """Choose between a text that came too late and the one that stands; None where the one that stands stays."""
    draft = _guard(save.draft, actor)
    save = BlockSave.objects.select_for_update().get(pk=save.pk)
    saved = None
    if choice != Settlement.THEIRS:
        kept = text if choice == Settlement.MERGED else save.text
        saved = save_text(
            block=save.block, language=save.language, text=kept, base_rev=base_rev, operation=operation, actor=actor
        )
    # Of a text that came too late once more it is the later one that waits.
    save.settled = choice
    save.save(update_fields=["settled"])
    _log("report_draft.settled", draft, actor, block=save.block.key, language=save.language, choice=str(choice))
    return saved


@transaction.atomic
def back_to_automatic(*, block: DraftBlock, language: str, actor) -> None:
    """Let the portal write the block again. What was written stays in the history."""
    draft = _guard(block.draft, actor)
    present = _present(draft, block, language)
    if present.is_edited:
        _write(draft, present, "", is_edited=False, actor=actor)
        outcome = {"rev": present.rev, "outcome": SaveOutcome.KEPT, "base_rev": present.rev - 1}
        _keep(present, "", operation=uuid4(), actor=actor, **outcome)
    _log("report_draft.automatic", draft, actor, block=block.key, language=language)


@transaction.atomic
def text_looked_at(*, block: DraftBlock, language: str, actor) -> None:
    """Say that a text is still right although the portal's own sentences changed since it was written."""
    draft = _guard(block.draft, actor)
    present = _present(draft, block, language)
    present.automatic = automatic_text(block.key, draft.figures, language)
    present.save(update_fields=["automatic"])


# --- Values entered by hand ---------------------------------------------------------------------------------------------------


@transaction.atomic
def enter_value(
    *, draft: ReportDraft, figure: str, value: int, reason_ja: str, reason_en: str, actor
) -> FigureOverride:
    """Print another value than the computed one, and the reason with it. Raises ValidationError without a reason."""
    draft = _guard(draft, actor)
    if figure not in can_be_entered(draft.figures):
        raise ValidationError(_("This figure follows from others. Enter those it follows from."))
    if not reason_ja.strip() and not reason_en.strip():
        raise ValidationError({"reason_ja": _("Say why. The report prints the reason beside the value.")})
    computed = values(draft.figures)[figure]
    override, _made = FigureOverride.objects.update_or_create(
        draft=draft,
        figure=figure,
        defaults={
            "programme_id": draft.programme_id,
            "value": value,
            "computed": computed,
            "reason_ja": reason_ja.strip(),
            "reason_en": reason_en.strip(),
            "entered_by": actor,
        },
    )
    _log("report_draft.value_entered", draft, actor, figure=figure, value=value, computed=computed)
    return override


@transaction.atomic
def take_back_value(*, draft: ReportDraft, figure: str, actor) -> None:
    """Print the computed value again."""
    draft = _guard(draft, actor)
    if FigureOverride.objects.filter(draft=draft, figure=figure).delete()[0]:
        _log("report_draft.value_taken_back", draft, actor, figure=figure)


# --- Quotes and photographs ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """Something chosen for a block, with words shortened or a caption of its own; empty is as it is."""

    of: Feedback | Remark | Photo
    text_ja: str = ""
    text_en: str = ""


def is_shortening(shortened: str, said: str) -> bool:
    """Whether the text is the words said, with nothing but passages left out, each where （中略） stands."""
    pieces = [piece.strip() for piece in shortened.split(SHORTENED)]
    place = 0
    for number, piece in enumerate(pieces):
        found = said.find(piece, place)
        if found < 0 or (number == 0 and piece and said[:found].strip()):
            return False
        place = found + len(piece)
    # What follows the last piece may only be left out where the mark says so.
    return not pieces[-1] or not said[place:].strip()


@transaction.atomic
def choose(*, block: DraftBlock, choices: Sequence[Choice], actor) -> None:
    """Print these in this order, and nothing else. Raises ValidationError for what may not be printed."""
    draft = _guard(block.draft, actor)
    rows = [_pick(draft, block, order, choice) for order, choice in enumerate(choices)]
    DraftPick.objects.filter(block=block).delete()
    DraftPick.objects.bulk_create(rows)
    block.is_chosen = True
    block.save(update_fields=["is_chosen"])
    _log("report_draft.chosen", draft, actor, block=block.key, count=len(rows))


def _pick(draft: ReportDraft, block: DraftBlock, order: int, choice: Choice) -> DraftPick:
    row, kind = choice.of, block.kind
    of = {Feedback: "feedback", Remark: "remark", Photo: "photo"}[type(row)]
    if row.programme_id != draft.programme_id or (of == "photo") != (kind == BlockKind.PHOTOS):
        raise PermissionDenied
    if not may_be_printed(row):
        raise ValidationError(_("There is no consent to print this."))
    if of != "photo":
        name = "comment" if of == "feedback" else "text"
        for language in ("ja", "en"):
            shortened, said = getattr(choice, f"text_{language}"), getattr(row, f"{name}_{language}")
            if shortened and not is_shortening(shortened, said):
                raise ValidationError(
                    {
                        f"text_{language}": _(
                            "A quote may be shortened with （中略） only. Other words may not be changed."
                        )
                    }
                )
    texts = {"text_ja": choice.text_ja, "text_en": choice.text_en}
    return DraftPick(draft=draft, programme_id=draft.programme_id, block=block, order=order, **{of: row}, **texts)


def may_be_printed(row: Feedback | Remark | Photo) -> bool:
    """Whether everybody concerned agreed, as of now."""
    if isinstance(row, Photo):
        return row.has_consent
    if isinstance(row, Remark):
        return row.permitted_on is not None and row.withdrawn_on is None
    return row.is_quotable


@transaction.atomic
def choose_automatically(*, block: DraftBlock, actor) -> None:
    """Let the portal choose again: the first quotes there is consent for, and no photograph."""
    draft = _guard(block.draft, actor)
    DraftPick.objects.filter(block=block).delete()
    block.is_chosen = False
    block.save(update_fields=["is_chosen"])
    _log("report_draft.automatic", draft, actor, block=block.key)
