"""Questions about consultations."""

from .ledger import Ledger, ledger, minutes_of, own_ledger, state_counts, upcoming

__all__ = [
    "Ledger",
    "ledger",
    "minutes_of",
    "own_ledger",
    "state_counts",
    "upcoming",
]
