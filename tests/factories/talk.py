"""Paragraphs with what was said about them: suggested wording, comments, questions, and the items to be answered."""

from uuid import uuid4

from django.utils import timezone

from policies.enums import ActionSource, SaveOutcome, ThreadKind
from policies.models import (
    ActionItem,
    Cycle,
    Paragraph,
    ParagraphSave,
    ParagraphText,
    Post,
    Section,
    Suggestion,
    Thread,
    of_cycle,
)

TEXTS = ["当社は、すべての人の人権を尊重します。", "この方針は、当社の全従業員に適用します。"]


def make_paragraph(cycle: Cycle, *, code: str = "scope", ja: str = TEXTS[0], en: str = "") -> Paragraph:
    """A paragraph at the end of a section, with its first save, as `add_paragraph` leaves it."""
    section, _ = Section.objects.get_or_create(**of_cycle(cycle), code=code, defaults={"order": 1})
    order = 10 * (section.paragraphs.count() + 1)
    paragraph = Paragraph.objects.create(**of_cycle(cycle), section=section, order=order)
    for language, text in (("ja", ja), ("en", en)):
        own = {**of_cycle(cycle), "paragraph": paragraph, "language": language, "text": text}
        ParagraphText.objects.create(**own, source_rev=None if language == "ja" else 1)
        save = ParagraphSave(**own, base_rev=0, rev=1, outcome=SaveOutcome.KEPT, operation=uuid4(), author_id=uuid4())
        save.save()
    return paragraph


def text_of(paragraph: Paragraph, language: str = "ja") -> ParagraphText:
    return ParagraphText.objects.get(paragraph=paragraph, language=language)


def make_suggestion(
    paragraph: Paragraph,
    author,
    text: str,
    *,
    language: str = "ja",
    reason: str = "",
    is_shared: bool = True,
    with_item: bool = True,
) -> Suggestion:
    """Wording for the paragraph as it is now, given to the company unless said otherwise."""
    present = text_of(paragraph, language)
    suggestion = Suggestion.objects.create(
        **of_cycle(paragraph.cycle),
        paragraph=paragraph,
        language=language,
        base_rev=present.rev,
        base_text=present.text,
        text=text,
        reason=reason,
        author=author,
        shared_at=timezone.now() if is_shared else None,
    )
    if is_shared and with_item:
        make_item(paragraph.cycle, author, reason or text, source=ActionSource.SUGGESTION, source_id=suggestion.pk)
    return suggestion


def make_comment(
    cycle: Cycle,
    author,
    text: str,
    *,
    paragraph: Paragraph | None = None,
    quote: str = "",
    is_shared: bool = True,
    with_item: bool = True,
) -> Thread:
    shared_at = timezone.now() if is_shared else None
    thread = Thread.objects.create(
        **of_cycle(cycle),
        kind=ThreadKind.COMMENT,
        section_code=paragraph.section.code if paragraph else "",
        paragraph=paragraph,
        quote=quote,
        base_rev=text_of(paragraph).rev if paragraph else None,
        author=author,
        shared_at=shared_at,
    )
    Post.objects.create(**of_cycle(cycle), thread=thread, text=text, author=author, shared_at=shared_at)
    if is_shared and with_item:
        make_item(cycle, author, text, source=ActionSource.COMMENT, source_id=thread.pk)
    return thread


def make_item(cycle: Cycle, author, text: str, *, source=ActionSource.VERDICT, source_id=None, **fields) -> ActionItem:
    return ActionItem.objects.create(
        enrolment=cycle.enrolment,
        company_id=cycle.company_id,
        programme_id=cycle.programme_id,
        cycle=cycle,
        source=source,
        source_id=source_id or uuid4(),
        text=text,
        author=author,
        **fields,
    )
