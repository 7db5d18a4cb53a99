"""Consultations as the prepared rows and cards that the components take."""

from .cards import (
    Card,
    card,
    consultations_table,
    ledger_figures,
    ledger_line,
    state_badge,
    state_chips,
    times_unit,
    when,
)

__all__ = [
    "Card",
    "card",
    "consultations_table",
    "ledger_figures",
    "ledger_line",
    "state_badge",
    "state_chips",
    "times_unit",
    "when",
]
