"""Pages of policies, by subject."""

from .advice import AdviceFileView, AdviceItemView, AdvicePdfView, AdviceView
from .advising import CapacityView, NextReviewView, PhrasesView
from .approval import ApprovalView, CancelApprovalView, PaperView, ProofView, RequestApprovalView, SheetView
from .evidence import (
    AddEvidenceView,
    AnnouncementView,
    AnnounceView,
    CancelEvidenceView,
    CloseAnnouncementView,
    EvidenceView,
    RenewAnnouncementView,
)
from .exports import ExportFileView, ExportPollView, ExportProgressView, ExportRetryView, ExportView
from .links import ApproveView, ReadView
from .overseeing import (
    ReviewCourseView,
)
from .progress import CompanyPolicyView, ProgrammePoliciesView
from .questions import QuestionsView
from .returning import (
    HandOverView,
    ReturnReviewView,
)
from .reviews import (
    BeginView,
    CommentView,
    NoteView,
    ReviewView,
    VerdictView,
    WordingView,
)
from .submission import CheckView, SubmittedView, WithdrawView
from .talk import DiscussionView, SuggestionView, ThreadView, UseAllView
from .versions import CompareView, RestoreView, ShareView, VersionsView, VersionView, WorkingView

__all__ = [
    "AddEvidenceView",
    "AdviceFileView",
    "AdviceItemView",
    "AdvicePdfView",
    "AdviceView",
    "AnnounceView",
    "AnnouncementView",
    "ApprovalView",
    "ApproveView",
    "BeginView",
    "CancelApprovalView",
    "CancelEvidenceView",
    "CapacityView",
    "CheckView",
    "CloseAnnouncementView",
    "CommentView",
    "CompanyPolicyView",
    "CompareView",
    "DiscussionView",
    "EvidenceView",
    "ExportFileView",
    "ExportPollView",
    "ExportProgressView",
    "ExportRetryView",
    "ExportView",
    "HandOverView",
    "NextReviewView",
    "NoteView",
    "PaperView",
    "PhrasesView",
    "ProgrammePoliciesView",
    "ProofView",
    "QuestionsView",
    "ReadView",
    "RenewAnnouncementView",
    "RequestApprovalView",
    "RestoreView",
    "ReturnReviewView",
    "ReviewCourseView",
    "ReviewView",
    "ShareView",
    "SheetView",
    "SubmittedView",
    "SuggestionView",
    "ThreadView",
    "UseAllView",
    "VerdictView",
    "VersionView",
    "VersionsView",
    "WithdrawView",
    "WordingView",
    "WorkingView",
]
