"""What a policy has to say, as versioned data with its sources. Knows no models.

`catalogue(version)` gives a version; a cycle keeps the one it started with, so a published version never changes: a new
year gets a new folder under `data/`.
"""

from .entries import (
    Catalogue,
    Choice,
    Clause,
    Convention,
    Group,
    Kind,
    Question,
    QuestionKind,
    Requirement,
    Section,
    Source,
    StatementRule,
)
from .loading import LATEST, CatalogueError, catalogue, fingerprint, versions

__all__ = [
    "LATEST",
    "Catalogue",
    "CatalogueError",
    "Choice",
    "Clause",
    "Convention",
    "Group",
    "Kind",
    "Question",
    "QuestionKind",
    "Requirement",
    "Section",
    "Source",
    "StatementRule",
    "catalogue",
    "fingerprint",
    "versions",
]
