"""Individual consultations: when advisers have time, who meets whom, and what came of it."""

from .availability import Absence, AdviserRowQuerySet, DayException, Practice, WeeklyHours
from .entitlement import LedgerEntry, LedgerEntryQuerySet, SlotWish
from .handing_over import HandOverNote, HandOverNoteQuerySet
from .meetings import (
    BookingDraft,
    BookingDraftQuerySet,
    Change,
    MeetingRowQuerySet,
    Participant,
    Topics,
    TopicsQuerySet,
)
from .records import (
    Consultation,
    ConsultationQuerySet,
    Minutes,
    MinutesQuerySet,
    PrivateNote,
    PrivateNoteQuerySet,
    Task,
)
from .rounds import Offer, Round, RoundQuerySet

__all__ = [
    "Absence",
    "AdviserRowQuerySet",
    "BookingDraft",
    "BookingDraftQuerySet",
    "Change",
    "Consultation",
    "ConsultationQuerySet",
    "DayException",
    "HandOverNote",
    "HandOverNoteQuerySet",
    "LedgerEntry",
    "LedgerEntryQuerySet",
    "MeetingRowQuerySet",
    "Minutes",
    "MinutesQuerySet",
    "Offer",
    "Participant",
    "Practice",
    "PrivateNote",
    "PrivateNoteQuerySet",
    "Round",
    "RoundQuerySet",
    "SlotWish",
    "Task",
    "Topics",
    "TopicsQuerySet",
    "WeeklyHours",
]
