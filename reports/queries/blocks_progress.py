"""How the policies went on from month to month: for a chart, and for the table beside it."""

import datetime
from collections.abc import Mapping

from programmes.models import Programme

from .steps import STEPS, Reached

MOST_MONTHS = 36


def progress(programme: Programme, enrolled: list[dict], kinds, reached: Reached, as_of: datetime.date) -> dict:
    """Return {"progress": …}: by the end of each month, how many companies had reached each step or a further one.

    Nothing where the programme counts no steps of a policy, or none was reached yet.
    """
    step_of = {kind.pk: kind.source for kind in kinds if kind.source in STEPS}
    first: dict[tuple, datetime.date] = {}
    for (enrolment, kind), day in reached.items():
        if kind not in step_of:
            continue
        for step in STEPS[: STEPS.index(step_of[kind]) + 1]:
            first[enrolment, step] = min(day, first.get((enrolment, step), day))
    if not first:
        return {}
    days = {step: [day for (_enrolment, other), day in first.items() if other == step] for step in STEPS}
    last = min(as_of, max(programme.ends_on, *first.values()))
    return {"progress": [_month(end, days) for end in _ends_of_months(programme.starts_on, last)][-MOST_MONTHS:]}


def _month(end: datetime.date, days: Mapping[str, list[datetime.date]]) -> dict:
    counts = {str(step): sum(day <= end for day in own) for step, own in days.items()}
    return {"until": end.isoformat(), **counts}


def _ends_of_months(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """Return the last day of each month from the first day on; the last of them is the last day itself."""
    found, start = [], first.replace(day=1)
    while start <= last:
        following = (start + datetime.timedelta(days=32)).replace(day=1)
        found.append(min(last, following - datetime.timedelta(days=1)))
        start = following
    return found
