"""A programme and its year: organisations, seats, participating companies, milestones, sessions, attendance."""

from .attendance import Attendance, AttendanceQuerySet
from .feedback import Feedback, FeedbackQuerySet
from .programme import (
    Assignment,
    AssignmentQuerySet,
    Enrolment,
    EnrolmentQuerySet,
    MilestoneDate,
    MilestoneDateQuerySet,
    MilestoneKind,
    MilestoneKindQuerySet,
    Organisation,
    Programme,
    ProgrammeQuerySet,
    Seat,
    SeatQuerySet,
    records_visible_to,
)
from .sessions import AgendaItem, Session, SessionQuerySet, Speaker

__all__ = [
    "AgendaItem",
    "Assignment",
    "AssignmentQuerySet",
    "Attendance",
    "AttendanceQuerySet",
    "Enrolment",
    "EnrolmentQuerySet",
    "Feedback",
    "FeedbackQuerySet",
    "MilestoneDate",
    "MilestoneDateQuerySet",
    "MilestoneKind",
    "MilestoneKindQuerySet",
    "Organisation",
    "Programme",
    "ProgrammeQuerySet",
    "Seat",
    "SeatQuerySet",
    "Session",
    "SessionQuerySet",
    "Speaker",
    "records_visible_to",
]
