from .reports import (
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
)

__all__ = [
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
]
