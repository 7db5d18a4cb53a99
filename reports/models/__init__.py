from .builder import (
    MAX_REASON,
    MAX_TEXT,
    BlockSave,
    BlockText,
    DraftBlock,
    DraftPick,
    FigureOverride,
    ReportDraft,
)
from .issuing import MAX_NOTE, TAKEN_BACK, IssuedReport, IssuedReportQuerySet
from .reports import MAX_PLANS, Report, ReportQuerySet

__all__ = [
    "MAX_NOTE",
    "MAX_PLANS",
    "MAX_REASON",
    "MAX_TEXT",
    "TAKEN_BACK",
    "BlockSave",
    "BlockText",
    "DraftBlock",
    "DraftPick",
    "FigureOverride",
    "IssuedReport",
    "IssuedReportQuerySet",
    "Report",
    "ReportDraft",
    "ReportQuerySet",
]
