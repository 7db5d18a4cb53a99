"""Deeds on consultations. Every change of state is a move of `workflow`; the database refuses double booking."""

from .arranging import NotAssigned, book_consultation, note_privately, write_minutes
from .booking import (
    Matters,
    book,
    cancel,
    deadline,
    has_own_say,
    put_off,
    refresh_draft,
    set_matters,
    set_participants,
)
from .refusals import BookingRefused

__all__ = [
    "BookingRefused",
    "Matters",
    "NotAssigned",
    "book",
    "book_consultation",
    "cancel",
    "deadline",
    "has_own_say",
    "note_privately",
    "put_off",
    "refresh_draft",
    "set_matters",
    "set_participants",
    "write_minutes",
]
