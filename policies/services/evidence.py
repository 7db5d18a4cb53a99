"""Dated facts beside the text: whom the company asked, with whom it spoke, whom it told, which procedure it changed."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from audit import services as audit
from jobs.services import store_file
from policies import permissions
from policies.enums import EvidenceKind
from policies.models import Cycle, Evidence, of_cycle

from .texts import check_text


@transaction.atomic
def record_evidence(
    *,
    cycle: Cycle,
    kind: EvidenceKind,
    happened_on: date,
    text: str,
    actor,
    who: str = "",
    file: tuple[str, bytes] | None = None,
) -> Evidence:
    """Record one fact with its day, and the file (name and bytes) that shows it. In any state: facts happen when they do.

    Raises PermissionDenied, ValidationError for a text that cannot be kept, and FileRefused.
    """
    if not permissions.can_edit(actor, cycle):
        raise PermissionDenied
    stored = None
    if file:
        name, content = file
        stored = store_file(name=name, content=content, actor=actor, company_id=cycle.company_id, is_content=True)
    evidence = Evidence(
        **of_cycle(cycle),
        kind=kind,
        happened_on=happened_on,
        who=check_text(who).strip(),
        text=check_text(text).strip(),
        file=stored,
        recorded_by=actor,
    )
    evidence.save(force_insert=True)
    _log("evidence.recorded", evidence, actor)
    return evidence


@transaction.atomic
def cancel_evidence(*, evidence: Evidence, actor, now: datetime) -> None:
    """Take back what was recorded in error. It stays in the record, struck out. Raises PermissionDenied."""
    if not permissions.can_edit(actor, evidence):
        raise PermissionDenied
    evidence = Evidence.objects.select_for_update().get(pk=evidence.pk)
    if evidence.cancelled_at is None:
        evidence.cancelled_at = now
        evidence.save(update_fields=["cancelled_at"])
        _log("evidence.cancelled", evidence, actor)


def _log(verb: str, evidence: Evidence, actor) -> None:
    audit.log(
        actor=actor,
        verb=verb,
        obj=evidence,
        company_id=evidence.company_id,
        programme_id=evidence.programme_id,
        detail={"kind": evidence.kind, "happened_on": evidence.happened_on.isoformat()},
    )
