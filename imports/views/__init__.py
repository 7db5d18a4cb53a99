"""The importer's pages, for secretariats: upload, look, choose, confirm; and the files that go with it; and a
programme taken out as a workbook.
"""

from .exports import ExportFileView, ExportView
from .files import FileView, RemarksView, TemplateView
from .pages import CheckView, ConfirmView, ImportsView, ImportView, UploadView

__all__ = [
    "CheckView",
    "ConfirmView",
    "ExportFileView",
    "ExportView",
    "FileView",
    "ImportView",
    "ImportsView",
    "RemarksView",
    "TemplateView",
    "UploadView",
]
