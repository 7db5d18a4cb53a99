"""Which companies owe what, across the apps: whom a letter of the secretariat is for, and why."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from consultations.enums import USED_STATES, EntryKind, State
from consultations.models import Consultation, LedgerEntry
from programmes.enums import MailingAsk, MilestoneCode
from programmes.models import Enrolment, Mailing, Programme
from programmes.queries.mailings import Owed, milestone_for, without_milestone, without_registration


def asks_of(programme: Programme) -> list[str]:
    """Return what can be asked of every company, beside its sessions and milestones: what the programme has at all."""
    asks = []
    if milestone_for(programme, MilestoneCode.SUBMITTED):
        asks.append(MailingAsk.POLICY)
    if programme.consultations_per_company:
        asks.append(MailingAsk.CONSULTATION)
    return asks


def owing(user, mailing: Mailing, *, today: date, now: datetime) -> Mapping[UUID, Owed]:
    """Return by company why it is reminded; the companies that are asked for nothing are left out."""
    match mailing.ask:
        case MailingAsk.POLICY:
            kind = milestone_for(mailing.programme, MilestoneCode.SUBMITTED)
            due_on = kind.due_on if kind else None
            return without_milestone(user, kind, due_on=due_on, overdue_only=False, today=today)
        case MailingAsk.REGISTRATION:
            return without_registration(mailing.session, today=today)
        case MailingAsk.CONSULTATION:
            return without_consultation(user, mailing.programme, today=today, now=now)
    kind = mailing.milestone
    return without_milestone(user, kind, due_on=kind.due_on, overdue_only=True, today=today)


def without_consultation(user, programme: Programme, *, today: date, now: datetime) -> dict[UUID, Owed]:
    """Return the companies that have consultations left and none ahead; what is left counts as in `remaining`."""
    ahead = Consultation.objects.filter(enrolment=OuterRef("pk"), state=State.BOOKED, ends_at__gt=now)
    used = Consultation.objects.filter(state__in=USED_STATES)
    entries = LedgerEntry.objects
    rows = (
        Enrolment.objects.visible_to(user)
        .filter(programme=programme)
        .as_of(today)
        .annotate(
            used=_count(used),
            extra=_count(entries.filter(kind=EntryKind.EXTRA)),
            forfeited=_count(entries.filter(kind=EntryKind.FORFEITED)),
        )
        .filter(~Q(Exists(ahead)), used__lt=Value(programme.consultations_per_company) + F("extra") - F("forfeited"))
        .order_by()
        .values_list("company_id", flat=True)
    )
    owed = Owed.by(programme.consultations_end_on, today=today)
    return dict.fromkeys(rows, owed)


def _count(rows) -> Coalesce:
    counted = rows.filter(enrolment=OuterRef("pk")).order_by().values("enrolment").annotate(count=Count("pk"))
    return Coalesce(Subquery(counted.values("count")), 0)
