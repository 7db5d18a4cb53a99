"""What a worker does about consultations."""

from .drafts import keep_draft, keep_draft_for_adviser, pin_draft
from .minutes import make_pdf
from .rounds import invite

__all__ = ["invite", "keep_draft", "keep_draft_for_adviser", "make_pdf", "pin_draft"]
