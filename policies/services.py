"""Deeds on policies. Every change of state is a move of `workflow`."""

from django.db import transaction

from programmes.models import Enrolment

from .enums import Theme
from .models import Cycle, Policy


@transaction.atomic
def open_cycles(*, enrolments: list[Enrolment], theme: str = Theme.HUMAN_RIGHTS) -> dict:
    """Give each enrolment a cycle of its company's policy, where it has none yet. Return cycles by enrolment id."""
    company_ids = [enrolment.company_id for enrolment in enrolments]
    policies = {p.company_id: p for p in Policy.objects.filter(company_id__in=company_ids, theme=theme)}
    missing = [Policy(company_id=pk, theme=theme) for pk in company_ids if pk not in policies]
    Policy.objects.bulk_create(missing, batch_size=1000)
    policies.update({policy.company_id: policy for policy in missing})
    cycles = {c.enrolment_id: c for c in Cycle.objects.filter(enrolment__in=enrolments, policy__theme=theme)}
    new = [
        Cycle(
            policy=policies[enrolment.company_id],
            company_id=enrolment.company_id,
            programme_id=enrolment.programme_id,
            enrolment=enrolment,
        )
        for enrolment in enrolments
        if enrolment.pk not in cycles
    ]
    Cycle.objects.bulk_create(new, batch_size=1000)
    return cycles | {cycle.enrolment_id: cycle for cycle in new}
