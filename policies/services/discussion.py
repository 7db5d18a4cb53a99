"""Threads: replies, questions outside a review, and comments whose passage went on without them."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from audit import services as audit
from common.dates import long_date
from notifications.services import notify
from policies import permissions
from policies.catalogue import catalogue
from policies.enums import ActionSource, ActionState, ThreadKind
from policies.models import Cycle, Paragraph, ParagraphText, Post, Thread, of_cycle
from policies.queries.people import adviser_users, company_users

from .actions import check_message, settle_items

QUARTER = 15 * 60
"""Seconds in which several messages of one thread are told to a person once."""


class PassageMissing(Exception):
    """A comment cannot be attached there. The message says why."""


def _hold(thread: Thread, actor) -> Thread:
    """Return the thread as it is now. Raises PermissionDenied for who does not take part in the talk."""
    if not permissions.can_read(actor, thread):
        raise PermissionDenied
    held = Thread.objects.select_for_update().get(pk=thread.pk)
    if not held.is_shared:
        raise PermissionDenied
    return held


@transaction.atomic
def ask_question(
    *, cycle: Cycle, text: str, actor, now: datetime, section_code: str = "", answer_by: date | None = None
) -> Thread:
    """Begin a thread outside any review, about one section or about the whole; the other side is told by mail.

    Raises PermissionDenied, and ValidationError for an empty text, a section that the policy does not have, and a day
    that is past.
    """
    if not permissions.can_read(actor, cycle):
        raise PermissionDenied
    text = check_message(text, missing=_("Please write your question."))
    if section_code and section_code not in {section.code for section in catalogue(cycle.catalogue).sections}:
        raise ValidationError(_("Please choose one of the sections."))
    if answer_by and answer_by < timezone.localdate(now):
        raise ValidationError(_("This day is past. Please choose today or a later day."))
    thread = Thread(
        **of_cycle(cycle),
        kind=ThreadKind.QUESTION,
        section_code=section_code,
        answer_by=answer_by,
        author=actor,
        shared_at=now,
    )
    thread.save(force_insert=True)
    post = _write(thread, text, actor=actor, now=now)
    _log("question.asked", thread, actor)
    _tell_other_side(thread, post, kind="policy_question", actor=actor, now=now)
    return thread


@transaction.atomic
def reply(*, thread: Thread, text: str, actor, now: datetime) -> Post:
    """Write into a thread; one that was resolved is open again. The other side is told, once a quarter of an hour.

    Raises PermissionDenied and ValidationError.
    """
    thread = _hold(thread, actor)
    text = check_message(text, missing=_("Please write a message."))
    if thread.resolved_at:
        _set_resolved(thread, None, actor=actor, now=now)
    post = _write(thread, text, actor=actor, now=now)
    _log("thread.replied", thread, actor)
    _tell_other_side(thread, post, kind="policy_reply", actor=actor, now=now)
    return post


def _write(thread: Thread, text: str, *, actor, now: datetime) -> Post:
    post = Post(
        cycle_id=thread.cycle_id,
        company_id=thread.company_id,
        programme_id=thread.programme_id,
        thread=thread,
        text=text,
        author=actor,
        shared_at=now,
        from_company=permissions.can_edit(actor, thread),
    )
    post.save(force_insert=True)
    return post


def _tell_other_side(thread: Thread, post: Post, *, kind: str, actor, now: datetime) -> None:
    """Tell the advisers what the company wrote, or its people what an adviser wrote: that it is there, never what."""
    today = timezone.localdate(now)
    people = adviser_users(thread.company_id, today) if post.from_company else company_users(thread.company_id)
    is_question = thread.kind == ThreadKind.QUESTION
    page = reverse("policies:questions" if is_question else "policies:discussion", args=[thread.company_id])
    for person in people:
        if person.pk == actor.pk:
            continue
        with translation.override(person.language):
            params = {
                "company": thread.company.name,
                "writer": actor.name,
                "answer_by": long_date(thread.answer_by) if thread.answer_by else "",
            }
        notify(
            to=person,
            kind=kind,
            actor=actor,
            params=params,
            path=f"{page}#thread-{thread.pk}",
            company_id=thread.company_id,
            programme_id=thread.programme_id,
            key=f"thread:{thread.pk}:{int(now.timestamp()) // QUARTER}",
        )


@transaction.atomic
def resolve_thread(*, thread: Thread, actor, now: datetime) -> Thread:
    """Say that nothing is left to say. The thread is kept, and its action item is done. Raises PermissionDenied."""
    thread = _hold(thread, actor)
    if not thread.resolved_at:
        _set_resolved(thread, now, actor=actor, now=now)
        _log("thread.resolved", thread, actor)
    return thread


@transaction.atomic
def reopen_thread(*, thread: Thread, actor, now: datetime) -> Thread:
    """Take the talk up again. Raises PermissionDenied."""
    thread = _hold(thread, actor)
    if thread.resolved_at:
        _set_resolved(thread, None, actor=actor, now=now)
        _log("thread.reopened", thread, actor)
    return thread


def _set_resolved(thread: Thread, at: datetime | None, *, actor, now: datetime) -> None:
    thread.resolved_at, thread.resolved_by_id = at, actor.pk if at else None
    thread.save(update_fields=["resolved_at", "resolved_by_id"])
    if thread.kind == ThreadKind.COMMENT:
        state = ActionState.DONE if at else ActionState.OPEN
        last = Post.objects.filter(thread=thread, from_company=True).order_by("-created_at").first()
        settle_items(
            source=ActionSource.COMMENT,
            source_id=thread.pk,
            state=state,
            answer=last.text if at and last else "",
            actor=actor,
            now=now,
        )


@transaction.atomic
def reattach_thread(*, thread: Thread, paragraph: Paragraph, actor, quote: str = "") -> Thread:
    """Let a comment hold on to another passage, or to a whole paragraph, after its own was rewritten or taken out.

    Raises PermissionDenied, and PassageMissing where the paragraph or the words are not in the text now.
    """
    thread = _hold(thread, actor)
    standing = Paragraph.objects.standing().filter(pk=paragraph.pk, cycle_id=thread.cycle_id)
    paragraph = standing.select_related("section").first()
    if paragraph is None:
        raise PassageMissing(_("This paragraph is not in the text any more. Please choose another one."))
    present = ParagraphText.objects.get(paragraph=paragraph, language=thread.language)
    if quote and quote not in present.text:
        raise PassageMissing(
            _("These words are not in the paragraph as it is now. Copy them from it, or leave the field empty.")
        )
    thread.paragraph, thread.section_code = paragraph, paragraph.section.code
    thread.quote, thread.base_rev = quote, present.rev
    thread.save(update_fields=["paragraph", "section_code", "quote", "base_rev"])
    _log("thread.attached", thread, actor)
    return thread


def _log(verb: str, thread: Thread, actor) -> None:
    audit.log(
        actor=actor,
        verb=verb,
        obj=thread,
        company_id=thread.company_id,
        programme_id=thread.programme_id,
        detail={"kind": thread.kind},
    )
