"""Questions about policies, by subject."""

from .drafting import present_cycle
from .progress import (
    AFTER_SUBMISSION,
    FORMULATED_MILESTONES,
    WAITING_STATES,
    advised,
    cohort_figures,
    cycle_counts,
    formulated,
    present_cycles,
    present_state,
    reached,
    state_counts,
    waiting_for_review,
    with_steps,
)
from .texts import working_content

__all__ = [
    "AFTER_SUBMISSION",
    "FORMULATED_MILESTONES",
    "WAITING_STATES",
    "advised",
    "cohort_figures",
    "cycle_counts",
    "formulated",
    "present_cycle",
    "present_cycles",
    "present_state",
    "reached",
    "state_counts",
    "waiting_for_review",
    "with_steps",
    "working_content",
]
