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
from .reading import MAX_COMMENT, ReadingComment, ReportReader
from .reports import MAX_PLANS, Report, ReportQuerySet

__all__ = [
    "MAX_COMMENT",
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
    "ReadingComment",
    "Report",
    "ReportDraft",
    "ReportQuerySet",
    "ReportReader",
]
