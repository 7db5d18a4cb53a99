"""The steps of a policy, by which a company's progress is counted."""

import datetime

from programmes.enums import MilestoneCode

DRAFTING = "drafting"
"""The stage of a company whose policy has reached no milestone yet."""
STEPS = (MilestoneCode.SUBMITTED, MilestoneCode.ENDORSED, MilestoneCode.APPROVED, MilestoneCode.PUBLISHED)
"""The steps of a policy, from the first to the last."""
FORMULATED = frozenset({MilestoneCode.APPROVED, MilestoneCode.PUBLISHED})

Reached = dict[tuple, datetime.date]
"""From (enrolment, kind) to the day."""


def steps_reached(enrolled: list[dict], kinds, reached: Reached) -> tuple[dict, dict]:
    """Return by enrolment the furthest step of its policy, and the day on which the policy was formulated if it was."""
    step_of = {kind.pk: kind.source for kind in kinds if kind.source in STEPS}
    furthest = {row["id"]: DRAFTING for row in enrolled}
    formulated_on: dict = {}
    order = [DRAFTING, *STEPS]
    for (enrolment, kind), day in reached.items():
        step = step_of.get(kind)
        if step is None:
            continue
        furthest[enrolment] = max(furthest[enrolment], step, key=order.index)
        if step in FORMULATED:
            formulated_on[enrolment] = min(day, formulated_on.get(enrolment, day))
    return furthest, formulated_on
