from .reports import (
    ReportForm,
)

__all__ = [
    "ReportForm",
]
