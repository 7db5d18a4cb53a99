"""Opening cycles and keeping their revisions."""

import hashlib
import json
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

from audit import services as audit
from policies import permissions
from policies.catalogue import LATEST
from policies.enums import FreezeReason, Theme
from policies.models import CatalogueChoice, Cycle, Policy, Revision
from programmes.models import Enrolment


@transaction.atomic
def open_cycles(*, enrolments: list[Enrolment], theme: str = Theme.HUMAN_RIGHTS) -> dict:
    """Give each enrolment a cycle of its company's policy, where it has none yet. Return the latest by enrolment id."""
    company_ids = [enrolment.company_id for enrolment in enrolments]
    policies = {p.company_id: p for p in Policy.objects.filter(company_id__in=company_ids, theme=theme)}
    missing = [Policy(company_id=pk, theme=theme) for pk in company_ids if pk not in policies]
    Policy.objects.bulk_create(missing, batch_size=1000)
    policies.update({policy.company_id: policy for policy in missing})
    present = Cycle.objects.filter(enrolment__in=enrolments, policy__theme=theme).order_by("number")
    cycles = {cycle.enrolment_id: cycle for cycle in present}
    lasts = (
        Cycle.objects.filter(policy__in=policies.values()).order_by().values_list("policy_id").annotate(Max("number"))
    )
    numbers, versions = dict(lasts), catalogues_of({enrolment.programme_id for enrolment in enrolments})
    new = [
        Cycle(
            policy=policies[enrolment.company_id],
            company_id=enrolment.company_id,
            programme_id=enrolment.programme_id,
            enrolment=enrolment,
            number=numbers.get(policies[enrolment.company_id].pk, 0) + 1,
            catalogue=versions.get(enrolment.programme_id, LATEST),
        )
        for enrolment in enrolments
        if enrolment.pk not in cycles
    ]
    Cycle.objects.bulk_create(new, batch_size=1000)
    return cycles | {cycle.enrolment_id: cycle for cycle in new}


def catalogues_of(programme_ids) -> dict:
    """Return the versions of the catalogue that programmes chose, by programme id; who chose none has the latest."""
    return dict(CatalogueChoice.objects.filter(programme__in=programme_ids).values_list("programme_id", "version"))


def digest(content: dict) -> str:
    """Return the sha256 of the canonical form: UTF-8 JSON with sorted keys and no spaces."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@transaction.atomic
def freeze_revision(
    *, cycle: Cycle, content: dict, actor, reason: str = FreezeReason.REQUEST, label: str = ""
) -> Revision:
    """Keep `content` as a text of the cycle, under the next number; it is never changed afterwards.

    Raises PermissionDenied for others than members of the company and its advisers.
    """
    if not permissions.can_read(actor, cycle):
        raise PermissionDenied
    Cycle.objects.select_for_update().get(pk=cycle.pk)  # two at once would take the same number
    last = Revision.objects.filter(cycle=cycle).order_by("-number").values_list("number", flat=True).first() or 0
    revision = Revision(
        cycle=cycle,
        company_id=cycle.company_id,
        programme_id=cycle.programme_id,
        number=last + 1,
        content=content,
        sha256=digest(content),
        reason=reason,
        label=label,
        frozen_by_id=actor.pk,
    )
    revision.save(force_insert=True)
    _tell("revision.frozen", revision, actor)
    return revision


@transaction.atomic
def share_revision(*, revision: Revision, actor, now: datetime) -> None:
    """Let the secretariat read this revision. Only members of the company may; it stays shared from then on."""
    if not permissions.can_edit(actor, revision):
        raise PermissionDenied
    revision.shared_at = revision.shared_at or now
    revision.save(update_fields=["shared_at"])
    _tell("revision.shared", revision, actor)


def _tell(verb: str, revision: Revision, actor) -> None:
    audit.log(
        actor=actor,
        verb=verb,
        obj=revision,
        company_id=revision.company_id,
        programme_id=revision.programme_id,
        detail={"number": revision.number, "sha256": revision.sha256},
    )
