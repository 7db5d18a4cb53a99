from .reports import render_now, request_report, retry_report

__all__ = ["render_now", "request_report", "retry_report"]
