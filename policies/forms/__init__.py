"""Shapes of input on the pages of policies, by subject."""

from .approval import AnswerForm, ApprovalRequestForm, PaperForm, answer_initial
from .evidence import AnnouncementForm, EvidenceForm, ReceiptForm
from .lists import PolicyListForm
from .reviews import (
    CapacityForm,
    CommentForm,
    HandOverForm,
    JudgementForm,
    PhraseForm,
    ReassignForm,
    ReturnForm,
    SuggestionForm,
)
from .submission import SubmissionForm

__all__ = [
    "AnnouncementForm",
    "AnswerForm",
    "ApprovalRequestForm",
    "CapacityForm",
    "CommentForm",
    "EvidenceForm",
    "HandOverForm",
    "JudgementForm",
    "PaperForm",
    "PhraseForm",
    "PolicyListForm",
    "ReassignForm",
    "ReceiptForm",
    "ReturnForm",
    "SubmissionForm",
    "SuggestionForm",
    "answer_initial",
]
