"""Policies as prepared rows, steps and documents, by subject."""

from programmes.rendering.qr import qr_code

from .checking import (
    checked_parts,
    day_in_words,
    evidence_lines,
    place_url,
    reader_language,
    remark_items,
    stale_items,
    who_answers,
)
from .decision import (
    Gist,
    Outcome,
    Paper,
    decision_card,
    duties,
    gist,
    outcome_of,
    paper,
    paper_of,
    receipt_words,
    refusal_words,
    request_card,
    request_events,
)
from .evidence import announcement_terms, evidence_stages, proof_url, receipts_table
from .progress import cycles_table, day, journey_steps, move_events, state_badge, state_chips, state_label

__all__ = [
    "Gist",
    "Outcome",
    "Paper",
    "announcement_terms",
    "checked_parts",
    "cycles_table",
    "day",
    "day_in_words",
    "decision_card",
    "duties",
    "evidence_lines",
    "evidence_stages",
    "gist",
    "journey_steps",
    "move_events",
    "outcome_of",
    "paper",
    "paper_of",
    "place_url",
    "proof_url",
    "qr_code",
    "reader_language",
    "receipt_words",
    "receipts_table",
    "refusal_words",
    "remark_items",
    "request_card",
    "request_events",
    "stale_items",
    "state_badge",
    "state_chips",
    "state_label",
    "who_answers",
]
