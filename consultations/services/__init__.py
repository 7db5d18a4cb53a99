"""Deeds on consultations. Every change of state is a move of `workflow`; the database refuses double booking."""

from .arranging import NotAssigned, book_consultation, note_privately, write_minutes

__all__ = [
    "NotAssigned",
    "book_consultation",
    "note_privately",
    "write_minutes",
]
