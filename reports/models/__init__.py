from .issuing import MAX_NOTE, TAKEN_BACK, IssuedReport, IssuedReportQuerySet
from .reports import MAX_PLANS, Report, ReportQuerySet

__all__ = ["MAX_NOTE", "MAX_PLANS", "TAKEN_BACK", "IssuedReport", "IssuedReportQuerySet", "Report", "ReportQuerySet"]
