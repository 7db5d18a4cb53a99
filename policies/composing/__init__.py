"""From answers and facts to a first draft, and what is to be said about a text. Touches no database."""

from .answers import clean_answers, is_asked
from .checks import Place, Problem, Severity, Statement, checklist, placeholders, problems
from .drafting import Draft, DraftParagraph, DraftSection, Facts, compose

__all__ = [
    "Draft",
    "DraftParagraph",
    "DraftSection",
    "Facts",
    "Place",
    "Problem",
    "Severity",
    "Statement",
    "checklist",
    "clean_answers",
    "compose",
    "is_asked",
    "placeholders",
    "problems",
]
