"""Top management's decision on one frozen text: asked for by link, given by link or on paper, once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from audit import services as audit
from common.dates import date_and_time, long_date
from common.tokens import new_token, token_hash
from companies.enums import PersonLevel
from companies.models import Person
from jobs.services import store_file
from notifications.rendering import render_message
from notifications.services import notify, queue_mail
from policies import permissions
from policies.enums import ApprovalOutcome, ApprovalWay, FreezeReason, Transition
from policies.models import ApprovalRequest, Cycle, Revision, of_cycle
from policies.queries import working_content
from policies.queries.approval import LinkStatus, is_only_person, link_status
from policies.workflow import TRANSITIONS, TransitionRefused, move

from .cycles import digest, freeze_revision, share_revision
from .submission import cancel_requests, close_submission

LINK_DAYS = 7
_MOVES = {ApprovalOutcome.APPROVED: Transition.APPROVE, ApprovalOutcome.RETURNED: Transition.DECLINE}


class LinkSpent(Exception):
    """The link does nothing any more; `status` says why, and `request` what came of it."""

    def __init__(self, status: LinkStatus, request: ApprovalRequest):
        super().__init__(status)
        self.status, self.request = status, request


@dataclass(frozen=True)
class Asked:
    """A request, and the word for its link: the one time that it is known outside the head of who holds it."""

    request: ApprovalRequest
    token: str
    # Whether a mail carries the link; otherwise it goes from hand to hand on paper.
    is_mailed: bool


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What top management decided, in their own words."""

    outcome: ApprovalOutcome
    name: str
    decided_on: date
    title: str = ""
    # Who decided: the board, a meeting, the president alone.
    body: str = ""
    reason: str = ""


def may_be_decided(cycle: Cycle) -> bool:
    """Whether the policy stands where top management may decide, reviewed or not."""
    return cycle.state in TRANSITIONS[Transition.APPROVE].sources


@transaction.atomic
def request_approval(*, cycle: Cycle, approver: Person, actor, now: datetime) -> Asked:
    """Freeze the text and ask for a decision on it: by a link for one deed, for seven days, which ends every earlier one.

    The link is mailed to the approver where they have an address. Raises PermissionDenied, TransitionRefused, and
    ValidationError where `actor` would be asking themselves.
    """
    if not permissions.can_edit(actor, cycle) or approver.company_id != cycle.company_id:
        raise PermissionDenied
    cycle = _hold(cycle)
    if not may_be_decided(cycle):
        raise TransitionRefused(Transition.APPROVE, cycle.state)
    is_own = _is_same(approver, actor)
    if is_own and not is_only_person(approver):
        raise ValidationError(_("Somebody else than the one who asks must approve. Please choose another person."))
    cancel_requests(cycle=cycle, now=now)
    token = new_token()
    request = ApprovalRequest(
        **of_cycle(cycle),
        revision=_text_in_question(cycle, actor=actor),
        approver=approver,
        requested_by=actor,
        token_hash=token_hash(token),
        expires_at=now + timedelta(days=LINK_DAYS),
        is_own=is_own,
    )
    request.save(force_insert=True)
    _log("approval.requested", request, actor, is_reviewed=cycle.is_reviewed)
    return Asked(request, token, _mail_link(request, token, actor=actor))


@transaction.atomic
def name_approver(*, cycle: Cycle, name: str, actor, title: str = "", email: str = "") -> Person:
    """Add somebody of top management whom the portal does not know yet, so that they can be asked.

    Raises PermissionDenied, and ValidationError for an address that is the asker's own.
    """
    if not permissions.can_edit(actor, cycle):
        raise PermissionDenied
    person = Person(
        company_id=cycle.company_id, name_ja=name, title=title, email=email.strip(), level=PersonLevel.MANAGEMENT
    )
    if _is_same(person, actor):
        raise ValidationError({"email": _("This is your own address. Somebody else must approve.")})
    person.save(force_insert=True)
    audit.log(actor=actor, verb="person.added", obj=person, company_id=cycle.company_id)
    return person


def _hold(cycle: Cycle) -> Cycle:
    """Return the cycle as it is now, held until the end of the transaction. Always before a request, so that none wait crosswise."""
    return Cycle.objects.select_for_update().get(pk=cycle.pk)


def _is_same(person: Person, user) -> bool:
    """Whether they are one human, as far as an account or an address tells."""
    return person.user_id == user.pk or bool(person.email and person.email.casefold() == user.email.casefold())


def _text_in_question(cycle: Cycle, *, actor) -> Revision:
    """Freeze the working copy; asked again about the same words, the revision is the same one."""
    content = working_content(cycle)
    last = Revision.objects.filter(cycle=cycle, reason=FreezeReason.APPROVAL).order_by("-number").first()
    if last and last.sha256 == digest(content):
        return last
    return freeze_revision(cycle=cycle, content=content, reason=FreezeReason.APPROVAL, actor=actor)


def _mail_link(request: ApprovalRequest, token: str, *, actor) -> bool:
    """Send the link to the approver. It stands in the outgoing mail alone, which the web cannot read and a day erases."""
    approver = request.approver
    address = approver.email or (approver.user.email if approver.user else "")
    if not address:
        return False
    reader = _Reader(approver, approver.user.language if approver.user else "ja")
    with translation.override(reader.language):
        params = {
            "company": request.company.name,
            "requester": actor.name,
            "expires_at": date_and_time(request.expires_at),
        }
    path = reverse("policies:approve", args=[token])
    subject, body = render_message("approval_requested", to=reader, params=params, path=path)
    queue_mail(EmailMessage(subject=subject, body=body, to=[address]), actor=actor)
    return True


@dataclass(frozen=True)
class _Reader:
    """Somebody who is written to and may have no account: a name in the language they are written in."""

    person: Person
    language: str

    def __str__(self):
        return self.person.name


@transaction.atomic
def cancel_approval(*, cycle: Cycle, actor, now: datetime) -> None:
    """Call the open request off; its link does nothing from then on. Raises PermissionDenied."""
    if not permissions.can_edit(actor, cycle):
        raise PermissionDenied
    _hold(cycle)
    request = ApprovalRequest.objects.open().filter(cycle=cycle).first()
    if request:
        cancel_requests(cycle=cycle, now=now)
        _log("approval.cancelled", request, actor)


@transaction.atomic
def decide_by_link(*, request: ApprovalRequest, answer: Answer, now: datetime) -> ApprovalRequest:
    """Take the answer that the link serves for, once; whoever comes second is told what came first.

    Acts for the one who asked, who must still be of the company. Raises PermissionDenied when they are not, LinkSpent,
    and ValidationError for a return without a reason.
    """
    actor = request.requested_by
    if not permissions.can_edit(actor, request):
        raise PermissionDenied
    cycle = _hold(request.cycle)
    request = ApprovalRequest.objects.select_for_update().get(pk=request.pk)
    status = link_status(request, may_be_decided=may_be_decided(cycle), now=now)
    if status != LinkStatus.OPEN:
        raise LinkSpent(status, request)
    _write(request, answer, way=ApprovalWay.LINK, now=now)
    _settle(request, cycle, actor=actor, now=now)
    _tell_requester(request)
    return request


@transaction.atomic
def approve_on_paper(
    *, cycle: Cycle, approver: Person, answer: Answer, scan: tuple[str, bytes], sha256: str, actor, now: datetime
) -> ApprovalRequest:
    """Record an approval that was signed on paper, with the scan (name and bytes) that shows it.

    It answers the open request where there is one: the paper that was printed has its text. `sha256` is of the text that
    was confirmed. Raises PermissionDenied for others than managers of the company, TransitionRefused, ValidationError
    when the text is another one by now, and FileRefused for a scan that cannot be kept.
    """
    if not permissions.can_decide(actor, cycle) or approver.company_id != cycle.company_id:
        raise PermissionDenied
    cycle = _hold(cycle)
    if not may_be_decided(cycle):
        raise TransitionRefused(Transition.APPROVE, cycle.state)
    name, content = scan
    file = store_file(name=name, content=content, actor=actor, company_id=cycle.company_id, is_content=True)
    request = ApprovalRequest.objects.open().select_for_update().filter(cycle=cycle).first()
    if request is None:
        request = ApprovalRequest(
            **of_cycle(cycle), revision=_text_in_question(cycle, actor=actor), requested_by=actor, way=ApprovalWay.PAPER
        )
    if request.revision.sha256 != sha256:
        raise ValidationError(_("The text was changed while you had this page open. Please read it again."))
    request.approver, request.scan, request.is_own = approver, file, _is_same(approver, actor)
    _write(request, answer, way=ApprovalWay.PAPER, now=now)
    _settle(request, cycle, actor=actor, now=now)
    return request


def _write(request: ApprovalRequest, answer: Answer, *, way: ApprovalWay, now: datetime) -> None:
    if answer.outcome == ApprovalOutcome.RETURNED and not answer.reason.strip():
        raise ValidationError({"reason": _("Please say why you return the text.")})
    if answer.decided_on > timezone.localdate(now):
        raise ValidationError({"decided_on": _("This day is still to come. Please enter the day of the decision.")})
    request.decided_at, request.way, request.outcome = now, way, answer.outcome
    request.approver_name, request.approver_title = answer.name, answer.title
    request.body, request.decided_on = answer.body, answer.decided_on
    request.reason = answer.reason if answer.outcome == ApprovalOutcome.RETURNED else ""
    request.save()


def _settle(request: ApprovalRequest, cycle: Cycle, *, actor, now: datetime) -> None:
    """Move the policy on; an approved text may be read by the secretariat, and what waited for an adviser waits no more."""
    transition = _MOVES[ApprovalOutcome(request.outcome)]
    close_submission(cycle=cycle, actor=actor, now=now)
    move(cycle=cycle, transition=transition, actor=actor, today=request.decided_on, answer=request)
    if transition == Transition.APPROVE:
        share_revision(revision=request.revision, actor=actor, now=now)
    _log("approval.decided", request, actor, outcome=request.outcome, way=request.way)


def _tell_requester(request: ApprovalRequest) -> None:
    requester = request.requested_by
    with translation.override(requester.language):
        params = {
            "approver": request.approver.name,
            "company": request.company.name,
            "is_approved": request.outcome == ApprovalOutcome.APPROVED,
            "decided_on": long_date(request.decided_on),
        }
    notify(
        to=requester,
        kind="approval_decided",
        actor=requester,
        params=params,
        path=reverse("policies:approval", args=[request.company_id]),
        company_id=request.company_id,
        programme_id=request.programme_id,
        key=f"approval:{request.pk}",
    )


def _log(verb: str, request: ApprovalRequest, actor, **detail) -> None:
    audit.log(
        actor=actor,
        verb=verb,
        obj=request,
        company_id=request.company_id,
        programme_id=request.programme_id,
        detail={"revision": request.revision.number, "sha256": request.revision.sha256, "is_own": request.is_own}
        | detail,
    )
