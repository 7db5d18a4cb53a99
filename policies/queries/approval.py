"""Questions about top management's decision: who may be asked, what was asked, what came of it."""

from datetime import datetime
from enum import StrEnum

from django.db.models import QuerySet

from companies.enums import PersonLevel
from companies.models import Company, Person
from policies.enums import ApprovalOutcome, FreezeReason
from policies.models import ApprovalRequest, Cycle, Revision

from .doors import Door
from .reviews import changed_sections


class LinkStatus(StrEnum):
    """What a link to a request for approval is good for."""

    OPEN = "open"
    DECIDED = "decided"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    # The policy went on without the answer: it is being edited again, or was decided on in another way.
    OVERTAKEN = "overtaken"


def link_status(request: ApprovalRequest, *, may_be_decided: bool, now: datetime) -> LinkStatus:
    """Say what the link is good for; `may_be_decided` is whether the policy stands where a decision is possible."""
    if request.decided_at:
        return LinkStatus.DECIDED
    if request.cancelled_at:
        return LinkStatus.CANCELLED
    if not may_be_decided:
        return LinkStatus.OVERTAKEN
    if request.expires_at is None or request.expires_at <= now:
        return LinkStatus.EXPIRED
    return LinkStatus.OPEN


def requests_of(cycle: Cycle) -> QuerySet[ApprovalRequest]:
    """Every request for approval of the cycle, the latest first; for who may read it."""
    rows = ApprovalRequest.objects.filter(cycle=cycle)
    return rows.select_related("revision", "approver", "requested_by", "scan").order_by("-requested_at", "-pk")


def request_behind(door: Door) -> ApprovalRequest | None:
    """Return the request that a link leads to, while the rights it was made with still reach it."""
    rows = ApprovalRequest.objects.filter(pk=door.row_id)
    kept = ("cycle__policy__published_revision", "cycle__based_on", "revision", "company", "requested_by", "approver")
    return rows.select_related(*kept).first()


def open_request(cycle: Cycle) -> ApprovalRequest | None:
    """Return the request that nobody has answered or called off; its link may be too old, a signed paper answers it still."""
    return requests_of(cycle).open().first()


def approved_request(cycle: Cycle) -> ApprovalRequest | None:
    """Return the decision by which top management approved the cycle, with the very text; None where an import says so."""
    return requests_of(cycle).filter(outcome=ApprovalOutcome.APPROVED).order_by("-decided_at").first()


def is_only_person(person: Person) -> bool:
    """Whether the company has nobody else: then who asks may also be who decides."""
    return not Person.objects.staying().filter(company_id=person.company_id).exclude(pk=person.pk).exists()


def may_be_asked(user, company: Company) -> list[Person]:
    """Return whom this person may ask to approve: top management first, and not themselves unless they are alone."""
    people = people_of(user, company)
    return [person for person in people if person.user_id != user.pk] or people


def people_of(user, company: Company) -> list[Person]:
    """Return the people of a company, top management first: one of them signed."""
    people = Person.objects.visible_to(user).staying().filter(company=company)
    return sorted(people, key=lambda person: person.level != PersonLevel.MANAGEMENT)


def last_approved_text(cycle: Cycle) -> Revision | None:
    """Return what the next decision is compared with: the text approved last, in this round or an earlier one."""
    decided = ApprovalRequest.objects.filter(cycle__policy_id=cycle.policy_id, outcome=ApprovalOutcome.APPROVED)
    last = decided.select_related("revision").order_by("-decided_at").first()
    return last.revision if last else cycle.based_on or cycle.policy.published_revision


def reviewed_text(cycle: Cycle) -> Revision | None:
    """Return the text that the adviser marked as reviewed, where the policy counts as reviewed."""
    if not cycle.is_reviewed:
        return None
    rows = Revision.objects.filter(cycle=cycle, reason__in=(FreezeReason.ENDORSEMENT, FreezeReason.SUBMISSION))
    return rows.order_by("-number").first()


def differs_from_reviewed(cycle: Cycle, content: dict) -> bool:
    """Whether a reviewed policy would be approved in other words than those that the adviser saw."""
    reviewed = reviewed_text(cycle)
    return reviewed is not None and bool(changed_sections(reviewed.content, content))
