"""Why a company has more or fewer consultations than the programme grants, and what it asks for when no time suits."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit import services as audit
from consultations import permissions, queries
from consultations.enums import EntryKind
from consultations.models import LedgerEntry, SlotWish
from programmes.models import Enrolment


@transaction.atomic
def record_entry(*, enrolment: Enrolment, kind: EntryKind, reason: str, operation: UUID, actor) -> LedgerEntry:
    """Record an extra consultation, or that one is forfeited. The same `operation` again is the same entry.

    Raises PermissionDenied for others than the secretariat, ValidationError for a missing reason, and for forfeiting
    what is not there any more.
    """
    if not permissions.can_settle(actor, enrolment):
        raise PermissionDenied
    # A second press waits here for the first one.
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    known = LedgerEntry.objects.filter(pk=operation, enrolment=enrolment).first()
    if known is not None:
        return known
    if not reason.strip():
        raise ValidationError({"reason": _("Please say why. The company reads it.")})
    if kind == EntryKind.FORFEITED and not queries.remaining(enrolment):
        raise ValidationError(
            {"kind": _("All consultations of the company are used or booked: there is none left to forfeit.")}
        )
    entry = LedgerEntry(
        pk=operation,
        enrolment=enrolment,
        company_id=enrolment.company_id,
        programme_id=enrolment.programme_id,
        kind=kind,
        reason=reason.strip(),
        recorded_by_id=actor.pk,
    )
    entry.save(force_insert=True)
    _log("ledger.entry_recorded", entry, actor, detail={"kind": str(kind)})
    return entry


@transaction.atomic
def wish_for_slot(*, enrolment: Enrolment, text: str, method: str, operation: UUID, actor) -> SlotWish:
    """Tell the secretariat when the company could, because no time suits. The same `operation` again is the same wish."""
    if not permissions.can_book(actor, enrolment):
        raise PermissionDenied
    if not text.strip():
        raise ValidationError({"text": _("Please write when you could.")})
    wish, is_new = SlotWish.objects.get_or_create(
        pk=operation,
        enrolment=enrolment,
        defaults={
            "company_id": enrolment.company_id,
            "programme_id": enrolment.programme_id,
            "text": text.strip(),
            "method": method,
            "created_by_id": actor.pk,
        },
    )
    if is_new:
        _log("wish.made", wish, actor)
    return wish


@transaction.atomic
def settle_wish(*, wish: SlotWish, actor, now: datetime) -> None:
    """Say that a wish was seen to. Settled is settled: the first time stands."""
    if not permissions.can_settle(actor, wish.enrolment):
        raise PermissionDenied
    if SlotWish.objects.filter(pk=wish.pk, settled_at__isnull=True).update(settled_at=now):
        _log("wish.settled", wish, actor)


def _log(verb: str, obj, actor, *, detail: dict | None = None) -> None:
    audit.log(actor=actor, verb=verb, obj=obj, company_id=obj.company_id, programme_id=obj.programme_id, detail=detail)
