from .reports import MAX_PLANS, Report, ReportQuerySet

__all__ = ["MAX_PLANS", "Report", "ReportQuerySet"]
