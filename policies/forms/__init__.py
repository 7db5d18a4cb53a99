"""Shapes of input on the pages of policies, by subject."""

from .approval import AnswerForm, ApprovalRequestForm, PaperForm, answer_initial
from .evidence import AnnouncementForm, EvidenceForm, ReceiptForm
from .lists import PolicyListForm
from .submission import SubmissionForm

__all__ = [
    "AnnouncementForm",
    "AnswerForm",
    "ApprovalRequestForm",
    "EvidenceForm",
    "PaperForm",
    "PolicyListForm",
    "ReceiptForm",
    "SubmissionForm",
    "answer_initial",
]
