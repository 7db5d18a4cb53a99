from .figures import (
    DRAFTING,
    FORMULATED,
    QUOTES,
    SCHEMA,
    STEPS,
    Reached,
    fingerprint,
    one_moment,
    printed_words,
    report_figures,
    text_gaps,
)

__all__ = [
    "DRAFTING",
    "FORMULATED",
    "QUOTES",
    "SCHEMA",
    "STEPS",
    "Reached",
    "fingerprint",
    "one_moment",
    "printed_words",
    "report_figures",
    "text_gaps",
]
