"""Pages of policies, by subject."""

from .advice import AdviceFileView, AdviceItemView, AdvicePdfView, AdviceView
from .approval import ApprovalView, CancelApprovalView, PaperView, ProofView, RequestApprovalView, SheetView
from .exports import ExportFileView, ExportPollView, ExportProgressView, ExportRetryView, ExportView
from .progress import CompanyPolicyView, ProgrammePoliciesView
from .questions import QuestionsView
from .submission import CheckView, SubmittedView, WithdrawView
from .talk import DiscussionView, SuggestionView, ThreadView, UseAllView
from .versions import CompareView, RestoreView, ShareView, VersionsView, VersionView, WorkingView

__all__ = [
    "AdviceFileView",
    "AdviceItemView",
    "AdvicePdfView",
    "AdviceView",
    "ApprovalView",
    "CancelApprovalView",
    "CheckView",
    "CompanyPolicyView",
    "CompareView",
    "DiscussionView",
    "ExportFileView",
    "ExportPollView",
    "ExportProgressView",
    "ExportRetryView",
    "ExportView",
    "PaperView",
    "ProgrammePoliciesView",
    "ProofView",
    "QuestionsView",
    "RequestApprovalView",
    "RestoreView",
    "ShareView",
    "SheetView",
    "SubmittedView",
    "SuggestionView",
    "ThreadView",
    "UseAllView",
    "VersionView",
    "VersionsView",
    "WithdrawView",
    "WorkingView",
]
