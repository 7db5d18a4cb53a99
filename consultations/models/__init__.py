"""Individual consultations: when advisers have time, who meets whom, and what came of it."""

from .records import Consultation, ConsultationQuerySet, Minutes, MinutesQuerySet, PrivateNote, PrivateNoteQuerySet

__all__ = [
    "Consultation",
    "ConsultationQuerySet",
    "Minutes",
    "MinutesQuerySet",
    "PrivateNote",
    "PrivateNoteQuerySet",
]
