"""What an adviser writes: verdicts, comments and wording in a review, and notes and phrases of their own.

Everything of a review is its author's alone until it is returned (`reviews.return_review`).
"""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import services as audit
from policies import permissions
from policies.enums import Judgement, Language, SuggestionState, ThreadKind
from policies.models import (
    MAX_POST_CHARACTERS,
    MAX_SECTION_CHARACTERS,
    Cycle,
    Paragraph,
    ParagraphSave,
    Phrase,
    Post,
    Review,
    ReviewNote,
    Suggestion,
    Thread,
    Verdict,
    of_cycle,
)
from policies.queries import languages_of, sections_judged

from .actions import check_message
from .reviews import hold_own_review
from .suggestions import withdraw_suggestion
from .texts import check_text

MAX_ADVICE_CHARACTERS = 5_000
MAX_NOTE_CHARACTERS = 20_000


# --- Verdicts -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def record_verdict(
    *, review: Review, requirement: str, judgement: Judgement | str, actor, now: datetime, advice: str = ""
) -> Verdict | None:
    """Keep what the adviser says of one requirement; it counts as looked at now, no longer as carried over.

    An empty judgement without advice takes the verdict back. Raises PermissionDenied, NotReviewable and ValidationError.
    """
    review = hold_own_review(review, actor)
    advice = _fitting(advice, MAX_ADVICE_CHARACTERS)
    if requirement not in sections_judged(review.cycle):
        raise ValidationError(_("This requirement is not one that a review speaks of."))
    if not judgement and advice:
        raise ValidationError(_("Please choose a judgement; the advice goes with it."))
    own = Verdict.objects.filter(review=review, requirement=requirement)
    if not judgement:
        own.delete()
        return None
    verdict, _created = Verdict.objects.update_or_create(
        review=review,
        requirement=requirement,
        defaults={
            **of_cycle(review.cycle),
            "author": actor,
            "judgement": Judgement(judgement),
            "advice": advice,
            "is_carried": False,
            "created_at": now,
        },
    )
    return verdict


# --- Comments -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def comment(
    *,
    review: Review,
    text: str,
    actor,
    paragraph: Paragraph | None = None,
    language: str = Language.JA,
    quote: str = "",
    section_code: str = "",
) -> Thread:
    """Begin a thread on the words of a paragraph, on a paragraph, on a section, or (with neither) on the whole text.

    Raises PermissionDenied, NotReviewable, and ValidationError for an empty message and for words that are not in the
    paragraph.
    """
    review = hold_own_review(review, actor)
    text = check_message(text, missing=_("Please write what you want to say."))
    base_rev = None
    if paragraph:
        base = _submitted_text(review, paragraph, language)
        quote = _quoted(quote, base)
        section_code, base_rev = paragraph.section.code, _rev_of(paragraph, language, base)
    thread = Thread(
        **of_cycle(review.cycle),
        author=actor,
        kind=ThreadKind.COMMENT,
        review=review,
        section_code=section_code,
        paragraph=paragraph,
        language=language,
        quote=quote if paragraph else "",
        base_rev=base_rev,
    )
    thread.save(force_insert=True)
    Post(**of_cycle(review.cycle), author=actor, thread=thread, text=text).save(force_insert=True)
    return thread


@transaction.atomic
def edit_comment(*, thread: Thread, text: str, actor, quote: str | None = None) -> Thread:
    """Change the words of an own comment while the review is open; `quote` None leaves the quoted words."""
    review = hold_own_review(thread.review, actor)
    text = check_message(text, missing=_("Please write what you want to say."))
    if quote is not None and thread.paragraph_id:
        thread.quote = _quoted(quote, _submitted_text(review, thread.paragraph, thread.language))
        thread.save(update_fields=["quote"])
    Post.objects.filter(thread=thread, author_id=actor.pk, shared_at__isnull=True).update(text=text)
    return thread


@transaction.atomic
def delete_comment(*, thread: Thread, actor) -> None:
    """Take an own comment back before anybody saw it."""
    hold_own_review(thread.review, actor)
    Thread.objects.filter(pk=thread.pk, author_id=actor.pk, shared_at__isnull=True).delete()


# --- Suggested wording ----------------------------------------------------------------------------------------------------


@transaction.atomic
def suggest(
    *, review: Review, paragraph: Paragraph, text: str, actor, language: str = Language.JA, reason: str = ""
) -> Suggestion:
    """Keep a whole new wording for a paragraph as it was submitted. One a paragraph: a second changes the first.

    Wording that the same adviser suggested in an earlier review, and that the company has not answered, is withdrawn by
    the new one. Raises PermissionDenied, NotReviewable, and ValidationError for wording that changes nothing.
    """
    review = hold_own_review(review, actor)
    base = _submitted_text(review, paragraph, language)
    text = check_text(text).strip()
    reason = _fitting(reason, MAX_POST_CHARACTERS)
    if not text:
        raise ValidationError(_("Please write the wording. To say that a paragraph should go, write a comment."))
    if len(text) > MAX_SECTION_CHARACTERS:
        raise ValidationError(
            _("A section holds at most %(most)s characters; this wording has %(number)s.")
            % {"most": f"{MAX_SECTION_CHARACTERS:,}", "number": f"{len(text):,}"}
        )
    if text == base.strip():
        raise ValidationError(_("The wording is the same as the company's. Change it, or leave without saving."))
    mine = Suggestion.objects.filter(
        paragraph=paragraph, language=language, author_id=actor.pk, state=SuggestionState.OPEN
    )
    for earlier in mine.filter(shared_at__isnull=False):
        withdraw_suggestion(suggestion=earlier, actor=actor, now=timezone.now())
    suggestion, _created = mine.update_or_create(
        defaults={
            "review": review,
            "base_rev": _rev_of(paragraph, language, base),
            "base_text": base,
            "text": text,
            "reason": reason,
        },
        create_defaults={
            **of_cycle(review.cycle),
            "author": actor,
            "review": review,
            "paragraph": paragraph,
            "language": language,
            "base_rev": _rev_of(paragraph, language, base),
            "base_text": base,
            "text": text,
            "reason": reason,
        },
    )
    return suggestion


@transaction.atomic
def delete_suggestion(*, suggestion: Suggestion, actor) -> None:
    """Take own wording back before anybody saw it."""
    hold_own_review(suggestion.review, actor)
    Suggestion.objects.filter(pk=suggestion.pk, author_id=actor.pk, shared_at__isnull=True).delete()


def _submitted_text(review: Review, paragraph: Paragraph, language: str) -> str:
    """Return the paragraph as it was submitted. Raises ValidationError for one that was not in the text."""
    content = review.submission.revision.content
    if language in languages_of(content):
        for section in content.get("sections") or ():
            for one in section.get("paragraphs") or ():
                if str(one.get("id")) == str(paragraph.pk):
                    return one.get(language) or ""
    raise ValidationError(_("This paragraph is not in the text that was submitted."))


def _rev_of(paragraph: Paragraph, language: str, text: str) -> int:
    """Return the `rev` under which the paragraph had this text last; 0 where the history does not tell."""
    saves = ParagraphSave.objects.filter(paragraph=paragraph, language=language, text=text, rev__isnull=False)
    return saves.order_by("-rev").values_list("rev", flat=True).first() or 0


def _quoted(quote: str, text: str) -> str:
    quote = check_text(quote).strip()
    if quote and quote not in text:
        raise ValidationError(_("The quoted words are not in the paragraph. Copy them from it, or leave them out."))
    return quote


def _fitting(text: str, most: int) -> str:
    text = check_text(text).strip()
    if len(text) > most:
        raise ValidationError(
            _("This holds at most %(most)s characters; there are %(number)s.")
            % {"most": f"{most:,}", "number": f"{len(text):,}"}
        )
    return text


# --- Own notes ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def write_note(*, cycle: Cycle, text: str, actor, section_code: str = "") -> ReviewNote | None:
    """Keep the adviser's own note on a policy, or on a section of it; an empty one is gone. Nobody else reads it, ever."""
    if not permissions.can_review(actor, cycle):
        raise PermissionDenied
    text = _fitting(text, MAX_NOTE_CHARACTERS)
    if not text:
        ReviewNote.objects.filter(cycle=cycle, author_id=actor.pk, section_code=section_code).delete()
        return None
    note, _created = ReviewNote.objects.update_or_create(
        cycle=cycle, author=actor, section_code=section_code, defaults={**of_cycle(cycle), "text": text}
    )
    return note


# --- Phrases --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def save_phrase(*, phrase: Phrase, actor) -> Phrase:
    """Keep wording that an adviser uses again, new or changed. It goes with the person, not with a company."""
    if phrase.author_id != actor.pk:
        raise PermissionDenied
    phrase.text = check_text(phrase.text).strip()
    phrase.save()
    return phrase


@transaction.atomic
def delete_phrase(*, phrase: Phrase, actor) -> None:
    if phrase.author_id != actor.pk:
        raise PermissionDenied
    audit.log(actor=actor, verb="phrase.deleted", obj=None)
    phrase.delete()
