"""Questions that need several apps."""

from .companies import (
    QUEUE_SHOWS,
    advised_on,
    assigned_companies,
    enrolments_of,
    has_withdrawn,
    is_late,
    is_unassigned,
    list_counts,
    shown_of_queue,
    with_stage,
)

__all__ = [
    "QUEUE_SHOWS",
    "advised_on",
    "assigned_companies",
    "enrolments_of",
    "has_withdrawn",
    "is_late",
    "is_unassigned",
    "list_counts",
    "shown_of_queue",
    "with_stage",
]
