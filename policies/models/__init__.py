"""What the portal keeps about policies: records of where they stand, texts, talk about them, reviews, decisions."""

from .actions import ActionItem
from .decisions import Announcement, ApprovalRequest, Evidence, ReadReceipt
from .discussion import MAX_POST_CHARACTERS, Post, Suggestion, Thread
from .incoming import WordImport
from .publication import CatalogueChoice, Publication, RegisterEntry, RegisterVersion
from .records import Cycle, Move, Policy, Revision
from .reviews import Capacity, Letter, Phrase, Review, ReviewNote, Submission, Verdict
from .settling import SettledSave
from .tenancy import content_visible_to, of_cycle
from .texts import (
    MAX_SECTION_CHARACTERS,
    Interview,
    Paragraph,
    ParagraphSave,
    ParagraphText,
    Section,
)

__all__ = [
    "MAX_POST_CHARACTERS",
    "MAX_SECTION_CHARACTERS",
    "ActionItem",
    "Announcement",
    "ApprovalRequest",
    "Capacity",
    "CatalogueChoice",
    "Cycle",
    "Evidence",
    "Interview",
    "Letter",
    "Move",
    "Paragraph",
    "ParagraphSave",
    "ParagraphText",
    "Phrase",
    "Policy",
    "Post",
    "Publication",
    "ReadReceipt",
    "RegisterEntry",
    "RegisterVersion",
    "Review",
    "ReviewNote",
    "Revision",
    "Section",
    "SettledSave",
    "Submission",
    "Suggestion",
    "Thread",
    "Verdict",
    "WordImport",
    "content_visible_to",
    "of_cycle",
]
