"""What the company does with wording that an adviser suggested. It is applied exactly, or not at all."""

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit import services as audit
from policies import permissions
from policies.enums import ActionSource, ActionState, SaveOutcome, SuggestionState
from policies.models import Paragraph, ParagraphSave, ParagraphText, Suggestion

from .actions import check_message, settle_items
from .texts import Saved, hold_for_writing, save_paragraph


class AnswerRefused(Exception):
    """The suggestion cannot be answered in this way. `code` is for pages and tests, the message for people."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


def _outdated() -> AnswerRefused:
    return AnswerRefused(
        "outdated",
        _(
            "The paragraph was changed after this wording was suggested, so it was not taken over. "
            "Compare the three texts and edit the present one."
        ),
    )


def _hold(suggestion: Suggestion, actor, *, states=(SuggestionState.OPEN,)) -> Suggestion:
    """Return the suggestion as it is now, held against others who answer. Raises PermissionDenied and AnswerRefused."""
    if not permissions.can_edit(actor, suggestion):
        raise PermissionDenied
    held = Suggestion.objects.select_for_update(of=["self"]).select_related("paragraph__cycle").get(pk=suggestion.pk)
    if not held.is_shared:
        raise PermissionDenied
    if held.state not in states:
        raise AnswerRefused("answered", _("This suggestion was answered meanwhile. The page shows how it stands now."))
    return held


def _hold_text(suggestion: Suggestion) -> ParagraphText:
    """Return the present text, held against savers. Raises AnswerRefused for a paragraph that was taken out."""
    present = ParagraphText.objects.select_for_update().get(
        paragraph_id=suggestion.paragraph_id, language=suggestion.language
    )
    if not Paragraph.objects.standing().filter(pk=suggestion.paragraph_id).exists():
        raise AnswerRefused(
            "removed",
            _("The paragraph was taken out of the text. Put it back first, or say why the wording is not used."),
        )
    return present


@transaction.atomic
def accept_suggestion(*, suggestion: Suggestion, actor, now: datetime) -> Suggestion:
    """Put the suggested wording in the place of the paragraph's, when that is exactly what its author had before them.

    Raises PermissionDenied, NotEditable, AnswerRefused (`answered`, `outdated`, `removed`), and ValidationError when
    the section has no room. Other suggestions for the paragraph are outdated from then on, by comparison alone.
    """
    hold_for_writing(suggestion.paragraph.cycle, actor)
    suggestion = _hold(suggestion, actor)
    present = _hold_text(suggestion)
    if present.text != suggestion.base_text:
        raise _outdated()
    saved = _save(suggestion, suggestion.text, base_rev=present.rev, actor=actor, now=now)
    return _answer(suggestion, SuggestionState.ACCEPTED, saved=saved, actor=actor, now=now)


@transaction.atomic
def accept_suggestions(*, suggestions: Iterable[Suggestion], actor, now: datetime) -> list[Suggestion]:
    """Take over those that fit, in the order given, and return them; what does not fit stays open and untouched.

    Raises PermissionDenied and NotEditable; then none is taken over.
    """
    done = []
    for suggestion in suggestions:
        try:
            done.append(accept_suggestion(suggestion=suggestion, actor=actor, now=now))
        except (AnswerRefused, ValidationError):
            continue
    return done


@transaction.atomic
def edit_and_accept(*, suggestion: Suggestion, text: str, base_rev: int, actor, now: datetime) -> Saved:
    """Put the company's own wording in the paragraph's place, written with the suggestion beside it.

    Also where the suggestion is outdated: `base_rev` is the text that the writer saw. When the paragraph was changed
    since, the suggestion stays open and the text is kept in the history as lost. Sent twice, the second is refused: the
    suggestion is answered. Raises as `accept_suggestion` does, but for `outdated`.
    """
    hold_for_writing(suggestion.paragraph.cycle, actor)
    suggestion = _hold(suggestion, actor)
    _hold_text(suggestion)
    saved = _save(suggestion, text, base_rev=base_rev, actor=actor, now=now)
    if not saved.is_lost:
        _answer(suggestion, SuggestionState.EDITED, saved=saved, actor=actor, now=now)
    return saved


def _save(suggestion: Suggestion, text: str, *, base_rev: int, actor, now: datetime) -> Saved:
    return save_paragraph(
        paragraph=suggestion.paragraph,
        language=suggestion.language,
        text=text,
        base_rev=base_rev,
        operation=uuid4(),
        actor=actor,
        now=now,
    )


@transaction.atomic
def decline_suggestion(*, suggestion: Suggestion, reason: str, actor, now: datetime) -> Suggestion:
    """Leave the text as it is, and say why. Possible in every state of the policy, and for outdated suggestions.

    Raises PermissionDenied, AnswerRefused (`answered`) and ValidationError for a missing reason.
    """
    suggestion = _hold(suggestion, actor)
    reason = check_message(reason, missing=_("Please give the reason why the wording is not used."))
    return _answer(suggestion, SuggestionState.DECLINED, reason=reason, actor=actor, now=now)


_ITEM_STATES = {
    SuggestionState.OPEN: ActionState.OPEN,
    SuggestionState.ACCEPTED: ActionState.DONE,
    SuggestionState.EDITED: ActionState.DONE,
    SuggestionState.DECLINED: ActionState.DECLINED,
    SuggestionState.WITHDRAWN: ActionState.WITHDRAWN,
}


def _answer(
    suggestion: Suggestion, state: SuggestionState, *, actor, now: datetime, saved: Saved | None = None, reason=""
) -> Suggestion:
    """Write the answer, let the action item follow, and log it."""
    is_open = state == SuggestionState.OPEN
    suggestion.state, suggestion.answer = state, reason
    suggestion.answered_by, suggestion.answered_at = (None, None) if is_open else (actor, now)
    suggestion.applied_text = saved.save.text if saved else ""
    suggestion.applied_operation = saved.save.operation if saved else None
    suggestion.save(
        update_fields=["state", "answer", "answered_by", "answered_at", "applied_text", "applied_operation"]
    )
    settle_items(
        source=ActionSource.SUGGESTION,
        source_id=suggestion.pk,
        state=_ITEM_STATES[state],
        answer=reason,
        actor=actor,
        now=now,
    )
    audit.log(
        actor=actor,
        verb="suggestion.answered",
        obj=suggestion,
        company_id=suggestion.company_id,
        programme_id=suggestion.programme_id,
        detail={"state": state},
    )
    return suggestion


_UNDOABLE = (SuggestionState.ACCEPTED, SuggestionState.EDITED, SuggestionState.DECLINED)


def _not_undoable() -> AnswerRefused:
    return AnswerRefused(
        "changed",
        _("The paragraph was changed since, so this can no longer be undone here. Its history has every text."),
    )


@transaction.atomic
def undo_answer(*, suggestion: Suggestion, actor, now: datetime) -> Suggestion:
    """Open the suggestion again, and put back the text that it took the place of, while nobody changed the paragraph.

    Raises PermissionDenied, NotEditable, and AnswerRefused (`answered`, `changed`, `removed`).
    """
    if suggestion.state != SuggestionState.DECLINED:
        hold_for_writing(suggestion.paragraph.cycle, actor)
    suggestion = _hold(suggestion, actor, states=_UNDOABLE)
    if suggestion.state != SuggestionState.DECLINED:
        _put_back(suggestion, actor=actor, now=now)
    try:
        with transaction.atomic():
            return _answer(suggestion, SuggestionState.OPEN, actor=actor, now=now)
    except IntegrityError:
        # Its author suggests something else for the paragraph by now, which the company may not know of yet.
        raise AnswerRefused("changed", _("This answer can no longer be taken back.")) from None


def _put_back(suggestion: Suggestion, *, actor, now: datetime) -> None:
    present = _hold_text(suggestion)
    saves = ParagraphSave.objects.filter(paragraph_id=suggestion.paragraph_id, language=suggestion.language)
    applied = saves.filter(operation=suggestion.applied_operation).first()
    if applied is None or applied.rev != present.rev:
        raise _not_undoable()
    if applied.outcome == SaveOutcome.KEPT:
        before = saves.filter(outcome=SaveOutcome.KEPT, rev=applied.rev - 1).first()
        if before is None:
            raise _not_undoable()
        _save(suggestion, before.text, base_rev=present.rev, actor=actor, now=now)


@transaction.atomic
def withdraw_suggestion(*, suggestion: Suggestion, actor, now: datetime) -> Suggestion:
    """Take back a suggestion of one's own that the company has not answered. It stays to be seen as withdrawn.

    Raises PermissionDenied for others than its author while assigned, and AnswerRefused (`answered`).
    """
    if suggestion.author_id != actor.pk or not permissions.can_review(actor, suggestion):
        raise PermissionDenied
    held = Suggestion.objects.select_for_update().get(pk=suggestion.pk)
    if held.state != SuggestionState.OPEN:
        raise AnswerRefused("answered", _("This suggestion was answered meanwhile. The page shows how it stands now."))
    return _answer(held, SuggestionState.WITHDRAWN, actor=actor, now=now)
