"""Handing a text to the adviser, and taking it back."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from audit import services as audit
from common.dates import long_date
from notifications.services import notify
from policies import permissions
from policies.enums import FreezeReason, ThreadKind, Transition
from policies.models import ApprovalRequest, Cycle, Post, Submission, Thread, of_cycle
from policies.queries.gate import Gate, gate_of
from policies.queries.people import adviser_users
from policies.queries.reviews import open_submission
from policies.workflow import TRANSITIONS, TransitionRefused, move

from .cycles import freeze_revision
from .queueing import columns_for_queue
from .references import new_reference
from .reviews import close_unseen
from .texts import check_text

MAX_MESSAGE_CHARACTERS = 500
# Two of 40 bits are the same once in a million millions; three times in a row is a fault somewhere else.
DRAWS = 3


class NotReady(Exception):
    """The text may not be submitted yet; `gate` says what is to be mended."""

    def __init__(self, found: Gate):
        self.gate = found
        super().__init__(_("The text cannot be submitted yet. Please mend what is listed."))


@transaction.atomic
def submit(*, cycle: Cycle, actor, now: datetime, today: date, message: str = "") -> Submission:
    """Freeze the text, hand it to the adviser, tell every assigned adviser once, and return the numbered receipt.

    The second of two presses finds the policy submitted and gets TransitionRefused. Raises PermissionDenied, NotReady
    with what is to be mended, and ValidationError for a message that cannot be kept.
    """
    if not permissions.can_edit(actor, cycle):
        raise PermissionDenied
    message = _checked(message)
    # From here on no text is saved and no state changes until the end: what is looked at is what is frozen.
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    if cycle.state not in TRANSITIONS[Transition.SUBMIT].sources:
        raise TransitionRefused(Transition.SUBMIT, cycle.state)
    found = gate_of(cycle)
    if not found.is_open:
        raise NotReady(found)
    revision = freeze_revision(cycle=cycle, content=found.content, reason=FreezeReason.SUBMISSION, actor=actor)
    cancel_requests(cycle=cycle, now=now)
    cycle = move(cycle=cycle, transition=Transition.SUBMIT, actor=actor, today=today)
    submission = _numbered(
        Submission(
            **of_cycle(cycle),
            revision=revision,
            submitted_by=actor,
            **columns_for_queue(cycle=cycle, revision=revision, today=today),
        )
    )
    if message:
        _say(cycle, message, actor=actor, now=now)
    _log("submission.made", submission, actor)
    _tell_advisers(submission, kind="policy_submitted", actor=actor, today=today)
    return submission


def _checked(message: str) -> str:
    message = check_text(message).strip()
    if len(message) > MAX_MESSAGE_CHARACTERS:
        raise ValidationError(
            _("A message to the adviser holds at most %(most)s characters; this one has %(number)s.")
            % {"most": MAX_MESSAGE_CHARACTERS, "number": len(message)}
        )
    return message


def _numbered(submission: Submission) -> Submission:
    """Save under a number by chance. Whether it is taken by another company only the constraint can see."""
    for draw in range(DRAWS):
        submission.reference = new_reference()
        try:
            with transaction.atomic():
                submission.save(force_insert=True)
        except IntegrityError:
            if draw == DRAWS - 1:
                raise
        else:
            break
    return submission


def _say(cycle: Cycle, message: str, *, actor, now: datetime) -> None:
    """Put the company's words into a thread about the whole text, which the adviser may answer."""
    own = {**of_cycle(cycle), "author": actor, "shared_at": now}
    thread = Thread(**own, kind=ThreadKind.COMMENT)
    thread.save(force_insert=True)
    Post(**own, thread=thread, text=message, from_company=True).save(force_insert=True)


@transaction.atomic
def withdraw(*, cycle: Cycle, actor, now: datetime, today: date) -> None:
    """Take the submission back, until the review is returned; what an adviser wrote stays unseen.

    Raises PermissionDenied and TransitionRefused.
    """
    cycle = move(cycle=cycle, transition=Transition.WITHDRAW, actor=actor, today=today)
    submission = open_submission(cycle)
    cancel_requests(cycle=cycle, now=now)
    close_submission(cycle=cycle, actor=actor, now=now, was_withdrawn=True)
    if submission:
        _log("submission.withdrawn", submission, actor)
        _tell_advisers(submission, kind="submission_withdrawn", actor=actor, today=today)


def close_submission(*, cycle: Cycle, actor, now: datetime, was_withdrawn: bool = False) -> None:
    """End what waits for an answer, and a review that was begun: it is closed unseen. For who moved the cycle on."""
    close_unseen(cycle=cycle, actor=actor, now=now)
    Submission.objects.waiting().filter(cycle=cycle).update(closed_at=now, was_withdrawn=was_withdrawn)


def cancel_requests(*, cycle: Cycle, now: datetime) -> None:
    """End the links to a text that is no longer the one in question."""
    ApprovalRequest.objects.open().filter(cycle=cycle).update(cancelled_at=now)


def _tell_advisers(submission: Submission, *, kind: str, actor, today: date) -> None:
    for adviser in adviser_users(submission.company_id, today):
        with translation.override(adviser.language):
            params = {
                "company": submission.company.name,
                "reference": submission.reference,
                "due_on": long_date(submission.due_on),
            }
        notify(
            to=adviser,
            kind=kind,
            actor=actor,
            params=params,
            path=reverse("policies:review", args=[submission.company_id]) if kind == "policy_submitted" else "",
            company_id=submission.company_id,
            programme_id=submission.programme_id,
            key=f"{kind}:{submission.pk}",
        )


def _log(verb: str, submission: Submission, actor) -> None:
    audit.log(
        actor=actor,
        verb=verb,
        obj=submission,
        company_id=submission.company_id,
        programme_id=submission.programme_id,
        detail={"reference": submission.reference, "due_on": submission.due_on.isoformat()},
    )
