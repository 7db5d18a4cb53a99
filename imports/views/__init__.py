"""The importer's pages, for secretariats: upload, look, choose, confirm; and the files that go with it."""

from .files import FileView, RemarksView, TemplateView
from .pages import CheckView, ConfirmView, ImportsView, ImportView, UploadView

__all__ = [
    "CheckView",
    "ConfirmView",
    "FileView",
    "ImportView",
    "ImportsView",
    "RemarksView",
    "TemplateView",
    "UploadView",
]
