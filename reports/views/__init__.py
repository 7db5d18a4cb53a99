from .cohort import CohortSheetView
from .reports import (
    CancelView,
    NewReportView,
    PdfView,
    ProgressView,
    ReportMixin,
    ReportsView,
    ReportView,
    RetryView,
    SecretariatMixin,
    SessionSheetView,
    SheetView,
    ThrowAwayView,
)

__all__ = [
    "CancelView",
    "CohortSheetView",
    "NewReportView",
    "PdfView",
    "ProgressView",
    "ReportMixin",
    "ReportView",
    "ReportsView",
    "RetryView",
    "SecretariatMixin",
    "SessionSheetView",
    "SheetView",
    "ThrowAwayView",
]
