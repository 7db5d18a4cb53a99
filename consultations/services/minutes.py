"""Minutes: written passage by passage while one types, shared in one act, changed visibly, and answered by the company."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit import services as audit
from companies.models import Person
from consultations import permissions, workflow
from consultations.enums import State, Transition
from consultations.models import Consultation, Minutes, PrivateNote, Task
from consultations.tasks.messages import tell_objected, tell_shared
from policies.enums import ActionSource, ActionState
from policies.models import ActionItem
from policies.services import Advice, add_action_items
from policies.services.actions import settle_items
from policies.services.texts import check_text

PASSAGES = ("matters", "advice", "text")
"""The passages of the minutes, in the order in which they are read."""
NOTE = "note"
"""The adviser's own note, which is saved like a passage and never shared."""
ONE_SITTING = timedelta(hours=1)
"""Changes that follow each other as quickly are one piece of news to the company."""


class NotWritable(Exception):
    """The minutes cannot be written in this way now. The message says why, and what can be done."""


class ChangedMeanwhile(Exception):
    """The minutes are no longer those that the person had before them; nothing was done."""


@dataclass(frozen=True)
class Saved:
    """What became of a passage that was sent, and how it stands now."""

    text: str
    rev: int
    is_lost: bool = False


# --- Writing --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def save_passage(
    *,
    consultation: Consultation,
    passage: str,
    text: str,
    base_rev: int,
    operation: UUID | None,
    actor,
    follows: UUID | None = None,
) -> Saved:
    """Save a passage that was written upon `base_rev`, or the private note.

    The text is not taken when another one was saved meanwhile: the answer then has that one, and the page still has
    its own. The same text again changes nothing, and `follows` names the operation that was under way when this was
    sent (a page that is being closed does not wait). Raises PermissionDenied, NotWritable, and ValidationError for a
    text that cannot be kept.
    """
    _hold(consultation, actor)
    row = _row_of(consultation, passage, actor)
    column = "text" if passage == NOTE else passage
    text = _checked(row, column, text)
    known = row.revs.get(passage, {})
    rev, last, present = known.get("rev", 0), known.get("by"), getattr(row, column)
    if text == present:
        return Saved(present, rev)
    if base_rev != rev and not (follows and str(follows) == last):
        return Saved(present, rev, is_lost=True)
    setattr(row, column, text)
    row.revs = row.revs | {passage: {"rev": rev + 1, "by": str(operation) if operation else ""}}
    if passage != NOTE:
        row.rev += 1
    row.save()
    return Saved(text, rev + 1)


def _hold(consultation: Consultation, actor) -> Consultation:
    """Return the consultation, held against others until the end of the transaction; it alone says who writes."""
    if not permissions.can_write(actor, consultation):
        raise PermissionDenied
    locked = Consultation.objects.select_for_update().get(pk=consultation.pk)
    if locked.state not in (State.BOOKED, State.HELD):
        raise NotWritable(
            _("There are no minutes of a consultation that is “%(state)s”.") % {"state": State(locked.state).label}
        )
    return locked


def _row_of(consultation: Consultation, passage: str, actor) -> Minutes | PrivateNote:
    """Return what the passage is written into, not yet in the database where nothing was written."""
    tenant = {"company_id": consultation.company_id, "programme_id": consultation.programme_id}
    if passage == NOTE:
        note = PrivateNote.objects.filter(consultation=consultation, author=actor).first()
        return note or PrivateNote(consultation=consultation, author=actor, **tenant)
    if passage not in PASSAGES:
        raise ValidationError(_("This is no passage of the minutes."))
    minutes = Minutes.objects.filter(consultation=consultation).first()
    if minutes and minutes.shared_at:
        raise NotWritable(_("These minutes are shared. Change them on the page for changes, so that it is marked."))
    return minutes or Minutes(consultation=consultation, **tenant)


def _checked(row: Minutes | PrivateNote, column: str, text: str) -> str:
    text, most = check_text(text), row._meta.get_field(column).max_length
    if len(text) > most:
        raise ValidationError(
            _("This passage holds at most %(most)s characters; there are %(number)s.")
            % {"most": f"{most:,}", "number": f"{len(text):,}"}
        )
    return text


# --- Tasks ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_task(
    *, consultation: Consultation, text: str, owner: Person | None, due_on: date | None, actor, now: datetime
) -> Task:
    """Agree on something to do; in minutes that are shared it is the company's at once, and marked as a change.

    Raises PermissionDenied, NotWritable, and ValidationError for no words or an owner from elsewhere.
    """
    locked = _hold(consultation, actor)
    text = check_text(text).strip()
    if not text:
        raise ValidationError(_("Please write what is to be done."))
    if owner is not None and owner.company_id != consultation.company_id:
        raise ValidationError(_("Please choose somebody of the company."))
    task = Task.objects.create(
        consultation=locked,
        company_id=locked.company_id,
        programme_id=locked.programme_id,
        text=text,
        owner=owner,
        due_on=due_on,
    )
    minutes = _shared_minutes(locked)
    if minutes:
        _give(locked, [task], actor=actor, now=now)
        _mark_change(minutes, locked, actor=actor, now=now)
    return task


@transaction.atomic
def remove_task(*, task: Task, actor, now: datetime) -> None:
    """Take a task out. One that the company has stays on its list as taken back; one that it answered cannot be taken out.

    Raises PermissionDenied and NotWritable.
    """
    locked = _hold(task.consultation, actor)
    if task.shared_at is None:
        task.delete()
        return
    item = ActionItem.objects.select_for_update().filter(source=ActionSource.CONSULTATION, source_id=task.pk).first()
    if item is None or item.state != ActionState.OPEN:
        raise NotWritable(_("The company has answered this task already. It stays."))
    settle_items(source=ActionSource.CONSULTATION, source_id=task.pk, state=ActionState.WITHDRAWN, actor=actor, now=now)
    _mark_change(_shared_minutes(locked), locked, actor=actor, now=now)


def _give(consultation: Consultation, tasks: list[Task], *, actor, now: datetime) -> None:
    """Put tasks on the company's list, where they are answered."""
    for task in tasks:
        task.shared_at = now
    Task.objects.bulk_update(tasks, ["shared_at"])
    advice = [Advice(source_id=task.pk, text=task.text, owner=task.owner, due_on=task.due_on) for task in tasks]
    add_action_items(enrolment=consultation.enrolment, source=ActionSource.CONSULTATION, advice=advice, actor=actor)


# --- Sharing ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def share_minutes(*, consultation: Consultation, actor, now: datetime) -> Minutes:
    """Let the company and its advisers read the minutes, put the tasks on its list, and tell it; all at once.

    Whoever shares minutes says with it that the consultation was held. Shared twice is shared once. Raises
    PermissionDenied, NotWritable, workflow.NotYet before the consultation has begun, and ValidationError where nothing
    is written.
    """
    locked = _hold(consultation, actor)
    minutes = Minutes.objects.filter(consultation=locked).first()
    if minutes and minutes.shared_at:
        return minutes
    tasks = list(locked.tasks.filter(shared_at=None).select_related("owner"))
    if minutes is None and tasks:
        minutes = Minutes(consultation=locked, company_id=locked.company_id, programme_id=locked.programme_id)
    if minutes is None or not (tasks or any(getattr(minutes, passage).strip() for passage in PASSAGES)):
        raise ValidationError(_("Nothing is written yet. Please write down what was asked or advised."))
    if locked.state == State.BOOKED:
        locked = workflow.move(consultation=locked, transition=Transition.HOLD, actor=actor, now=now)
    minutes.shared_at, minutes.rev = now, minutes.rev + 1
    minutes.save()
    _give(locked, tasks, actor=actor, now=now)
    _log("minutes.shared", locked, actor, {"tasks": len(tasks)})
    tell_shared(locked, actor, count=len(tasks), rev=minutes.rev)
    return minutes


def _shared_minutes(consultation: Consultation) -> Minutes | None:
    return Minutes.objects.filter(consultation=consultation, shared_at__isnull=False).first()


@transaction.atomic
def change_minutes(
    *, consultation: Consultation, passages: Mapping[str, str], base_rev: int, actor, now: datetime
) -> Minutes:
    """Change minutes that are shared: marked, with what stood before, to be confirmed again; the company is told.

    Raises PermissionDenied, NotWritable where they are not shared, ChangedMeanwhile, and ValidationError.
    """
    locked = _hold(consultation, actor)
    minutes = _shared_minutes(locked)
    if minutes is None:
        raise NotWritable(_("These minutes are not shared yet."))
    if minutes.rev != base_rev:
        raise ChangedMeanwhile
    texts = {name: _checked(minutes, name, text) for name, text in passages.items() if name in PASSAGES}
    before = {name: getattr(minutes, name) for name in PASSAGES}
    if all(before[name] == text for name, text in texts.items()):
        return minutes
    for name, text in texts.items():
        setattr(minutes, name, text)
    minutes.before = before
    _mark_change(minutes, locked, actor=actor, now=now)
    return minutes


def _mark_change(minutes: Minutes, consultation: Consultation, *, actor, now: datetime) -> None:
    """Mark it and tell the company; of several changes in a row that nobody answered yet it is told once."""
    waits = minutes.confirmed_at is None and not minutes.is_disputed
    is_told = waits and minutes.changed_at is not None and now - minutes.changed_at < ONE_SITTING
    minutes.changed_at, minutes.confirmed_at, minutes.confirmed_by = now, None, None
    minutes.rev += 1
    minutes.save()
    _log("minutes.changed", consultation, actor)
    if not is_told:
        tell_shared(consultation, actor, count=0, rev=minutes.rev, is_change=True)


# --- The company's answer ---------------------------------------------------------------------------------------------------


@transaction.atomic
def confirm_minutes(*, consultation: Consultation, rev: int, actor, now: datetime) -> Minutes:
    """Say for the company that the minutes are right as they stand. Twice is once. Raises as `_to_answer` does."""
    minutes = _to_answer(consultation, rev, actor)
    if minutes.confirmed_at is None:
        minutes.confirmed_at, minutes.confirmed_by = now, actor
        minutes.save(update_fields=["confirmed_at", "confirmed_by"])
        _log("minutes.confirmed", consultation, actor)
    return minutes


@transaction.atomic
def object_to_minutes(*, consultation: Consultation, text: str, rev: int, actor, now: datetime) -> Minutes:
    """Say for the company what is not right; the adviser is told. Raises as `_to_answer` does, and ValidationError."""
    minutes = _to_answer(consultation, rev, actor)
    text = _checked(minutes, "objection", text).strip()
    if not text:
        raise ValidationError(_("Please write what is not right."))
    if minutes.is_disputed and minutes.objection == text:
        return minutes
    minutes.objection, minutes.objected_at, minutes.objected_by = text, now, actor
    minutes.confirmed_at = minutes.confirmed_by = None
    minutes.save(update_fields=["objection", "objected_at", "objected_by", "confirmed_at", "confirmed_by"])
    _log("minutes.objected", consultation, actor)
    tell_objected(consultation, actor, at=now)
    return minutes


def _to_answer(consultation: Consultation, rev: int, actor) -> Minutes:
    """Return the shared minutes, locked. Raises PermissionDenied, NotWritable, and ChangedMeanwhile for another text."""
    if not permissions.can_answer(actor, consultation):
        raise PermissionDenied
    minutes = Minutes.objects.select_for_update().filter(consultation=consultation, shared_at__isnull=False).first()
    if minutes is None:
        raise NotWritable(_("These minutes are not shared yet."))
    if minutes.rev != rev:
        raise ChangedMeanwhile
    return minutes


def _log(verb: str, consultation: Consultation, actor, detail: dict | None = None) -> None:
    audit.log(
        actor=actor,
        verb=verb,
        obj=consultation,
        company_id=consultation.company_id,
        programme_id=consultation.programme_id,
        detail=detail,
    )
