"""Action items: advice and tasks that a company has got, and its answer to each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from audit import services as audit
from companies.models import Company, Person
from companies.permissions import is_adviser_of, is_member
from jobs.models import Job
from jobs.services import request_job
from policies import permissions
from policies.enums import ActionSource, ActionState
from policies.models import MAX_POST_CHARACTERS, ActionItem, Cycle, Thread
from policies.queries.actions import ADVICE_KIND
from programmes.models import Enrolment

from .texts import check_text

ANSWERS = (ActionState.DONE, ActionState.DECLINED)


@dataclass(frozen=True)
class Advice:
    """One piece of advice before it is an item: the row it comes from, and its words."""

    source_id: UUID
    text: str
    requirement: str = ""
    section_code: str = ""
    owner: Person | None = None
    due_on: date | None = None


class AnsweredElsewhere(Exception):
    """The answer to this item is given where it came from. The message says where."""


def check_message(text: str, *, missing: str) -> str:
    """Return words for somebody else, trimmed. Raises ValidationError: `missing` where there are none, or too many."""
    text = check_text(text).strip()
    if not text:
        raise ValidationError(missing)
    if len(text) > MAX_POST_CHARACTERS:
        raise ValidationError(
            _("A message holds at most %(most)s characters; this one has %(number)s.")
            % {"most": f"{MAX_POST_CHARACTERS:,}", "number": f"{len(text):,}"}
        )
    return text


@transaction.atomic
def add_action_items(
    *,
    enrolment: Enrolment,
    source: ActionSource,
    advice: Iterable[Advice],
    actor,
    cycle: Cycle | None = None,
) -> list[ActionItem]:
    """Give the company something to answer: one item for each piece of advice, in one statement.

    For a review that is returned, and for the tasks of a consultation, which may be about no cycle. Raises
    PermissionDenied for others than advisers and members of the company. Who reads an item reads all of it: what is
    not shared yet must not become one.
    """
    if not permissions.can_read(actor, enrolment):
        raise PermissionDenied
    items = [
        ActionItem(
            enrolment=enrolment,
            company_id=enrolment.company_id,
            programme_id=enrolment.programme_id,
            cycle=cycle,
            source=source,
            source_id=one.source_id,
            section_code=one.section_code,
            requirement=one.requirement,
            text=one.text,
            author=actor,
            owner=one.owner,
            due_on=one.due_on,
        )
        for one in advice
    ]
    ActionItem.objects.bulk_create(items)
    if items:
        audit.log(
            actor=actor,
            verb="advice.given",
            obj=cycle or enrolment,
            company_id=enrolment.company_id,
            programme_id=enrolment.programme_id,
            detail={"source": source, "count": len(items)},
        )
    return items


@transaction.atomic
def answer_item(*, item: ActionItem, state: ActionState, answer: str, actor, now: datetime) -> ActionItem:
    """Record what the company did about an item: done, or not followed with the reason; OPEN takes an answer back.

    The thread of a comment is resolved and opened with it. Raises PermissionDenied, ValidationError for a missing
    reason, and AnsweredElsewhere for suggested wording, whose answer is what became of the text.
    """
    if not permissions.can_edit(actor, item):
        raise PermissionDenied
    item = ActionItem.objects.select_for_update().get(pk=item.pk)
    if item.source == ActionSource.SUGGESTION:
        raise AnsweredElsewhere(_("Suggested wording is answered where it is shown beside the text."))
    if item.state == ActionState.WITHDRAWN:
        raise AnsweredElsewhere(_("This advice was withdrawn. There is nothing to answer any more."))
    state = ActionState(state)
    if state not in (ActionState.OPEN, *ANSWERS):
        raise ValidationError(_("Please choose what was done."))
    if state == ActionState.DECLINED or answer.strip():
        answer = check_message(answer, missing=_("Please give the reason why the advice is not followed."))
    _write_answer(item, state, "" if state == ActionState.OPEN else answer, actor=actor, now=now)
    if item.source == ActionSource.COMMENT:
        resolved_at = None if state == ActionState.OPEN else now
        Thread.objects.filter(pk=item.source_id).update(
            resolved_at=resolved_at, resolved_by_id=actor.pk if resolved_at else None
        )
    _tell("advice.answered", item, actor, {"state": state})
    return item


def settle_items(*, source: ActionSource, source_id: UUID, state: ActionState, actor, now: datetime, answer="") -> None:
    """Let the items of a source follow what became of it there: of a suggestion, or of a comment."""
    for item in ActionItem.objects.select_for_update().filter(source=source, source_id=source_id):
        _write_answer(item, state, answer, actor=actor, now=now)


def _write_answer(item: ActionItem, state: ActionState, answer: str, *, actor, now: datetime) -> None:
    is_open = state == ActionState.OPEN
    item.state, item.answer = state, answer
    item.answered_by, item.answered_at = (None, None) if is_open else (actor, now)
    item.save(update_fields=["state", "answer", "answered_by", "answered_at"])


@transaction.atomic
def set_owner(*, item: ActionItem, owner: Person | None, actor) -> None:
    """Say who at the company sees to an item. Raises PermissionDenied, and ValidationError for somebody from elsewhere."""
    if not permissions.can_edit(actor, item):
        raise PermissionDenied
    if owner is not None and owner.company_id != item.company_id:
        raise ValidationError(_("Please choose somebody of the company."))
    item.owner = owner
    item.save(update_fields=["owner"])
    _tell("advice.handed", item, actor, {"owner": str(owner.pk) if owner else ""})


@transaction.atomic
def set_due(*, item: ActionItem, due_on: date | None, actor) -> None:
    """Say by when the company means to have dealt with an item. Raises PermissionDenied."""
    if not permissions.can_edit(actor, item):
        raise PermissionDenied
    item.due_on = due_on
    item.save(update_fields=["due_on"])
    _tell("advice.dated", item, actor, {"due_on": due_on.isoformat() if due_on else ""})


def _tell(verb: str, item: ActionItem, actor, detail: dict) -> None:
    audit.log(
        actor=actor, verb=verb, obj=item, company_id=item.company_id, programme_id=item.programme_id, detail=detail
    )


ADVICE_TITLE = gettext_noop("How advice was handled: %(company)s")


@transaction.atomic
def request_advice_pdf(*, company: Company, language: str, actor) -> tuple[Job, bool]:
    """Ask for the PDF of all advice with its answers; while the same is being made, return that job and False.

    Raises PermissionDenied for who may not read the company's texts.
    """
    if not (is_member(actor, company.pk) or is_adviser_of(actor, company.pk)):
        raise PermissionDenied
    return request_job(
        ADVICE_KIND,
        title=ADVICE_TITLE,
        title_params={"company": {"ja": company.name_ja, "en": company.name_en}},
        params={"language": language},
        company_id=company.pk,
        is_content=True,
        dedupe=f"{actor.pk}:{language}",
        actor=actor,
    )
