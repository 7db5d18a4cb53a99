"""Deeds on consultations. Every change of state is a move of `workflow`; the database refuses double booking."""

from .arranging import NotAssigned, book_consultation, note_privately, write_minutes
from .availability import (
    add_times,
    declare_conflict,
    practice_of,
    remove_times,
    set_practice,
    withdraw_conflict,
)
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
from .drafts import keep_booking, keep_time, read_operation, why_not_offered
from .entitlement import record_entry, settle_wish, wish_for_slot
from .refusals import BookingRefused
from .rounds import RoundRefused, change_offer, discard_round, left_by_enrolment, propose_round, send_round

__all__ = [
    "BookingRefused",
    "Matters",
    "NotAssigned",
    "RoundRefused",
    "add_times",
    "book",
    "book_consultation",
    "cancel",
    "change_offer",
    "deadline",
    "declare_conflict",
    "discard_round",
    "has_own_say",
    "keep_booking",
    "keep_time",
    "left_by_enrolment",
    "note_privately",
    "practice_of",
    "propose_round",
    "put_off",
    "read_operation",
    "record_entry",
    "refresh_draft",
    "remove_times",
    "send_round",
    "set_matters",
    "set_participants",
    "set_practice",
    "settle_wish",
    "why_not_offered",
    "wish_for_slot",
    "withdraw_conflict",
    "write_minutes",
]
