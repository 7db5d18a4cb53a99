"""Questions about programmes and their sessions."""

from .programme import (
    Place,
    Places,
    Turnout,
    assigned_advisers,
    attendances,
    milestone_counts,
    places,
    reached_milestones,
    turnouts,
    upcoming_sessions,
)

__all__ = [
    "Place",
    "Places",
    "Turnout",
    "assigned_advisers",
    "attendances",
    "milestone_counts",
    "places",
    "reached_milestones",
    "turnouts",
    "upcoming_sessions",
]
