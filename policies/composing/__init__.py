"""From answers and facts to a first draft, and what is to be said about a text. Touches no database."""

from .answers import clean_answers, is_asked
from .checks import Place, Problem, Severity, Statement, checklist, placeholders, problems
from .drafting import Draft, DraftParagraph, DraftSection, Facts, compose
from .recomposing import Change, Kind, Standing, changes

__all__ = [
    "Change",
    "Draft",
    "DraftParagraph",
    "DraftSection",
    "Facts",
    "Kind",
    "Place",
    "Problem",
    "Severity",
    "Standing",
    "Statement",
    "changes",
    "checklist",
    "clean_answers",
    "compose",
    "is_asked",
    "placeholders",
    "problems",
]
