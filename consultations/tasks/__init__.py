"""What a worker does about consultations."""

from .drafts import keep_draft, keep_draft_for_adviser
from .minutes import make_pdf

__all__ = ["keep_draft", "keep_draft_for_adviser", "make_pdf"]
