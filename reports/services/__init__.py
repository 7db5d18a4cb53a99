from .reports import cancel_report, render_now, request_report, retry_report

__all__ = ["cancel_report", "render_now", "request_report", "retry_report"]
