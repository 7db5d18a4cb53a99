"""The report as files: PDF and accompanying sheet, both from the same frozen figures."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils import translation

from jobs.rendering import Progress, render_pdf

from . import document, sheet
from .document import PRINTED_COMPANIES

__all__ = ["PRINTED_COMPANIES", "report_pdf", "report_sheet", "report_title", "template_version"]

HERE = Path(__file__).resolve().parent
STYLESHEET = HERE.parent / "assets" / "report.css"


@cache
def template_version() -> str:
    """Return a fingerprint of everything but the figures that decides how a report looks: page, style, code and words.

    A report is rendered anew when any of them changed since it was stored.
    """
    templates = Path(settings.BASE_DIR) / "templates" / "reports" / "document"
    words = Path(settings.BASE_DIR) / "locale" / "ja" / "LC_MESSAGES" / "django.mo"
    files = [*sorted(HERE.glob("*.py")), *sorted(templates.glob("*.html")), STYLESHEET, words]
    digest = hashlib.sha256()
    for path in files:
        if path.exists():
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def report_pdf(figures: Mapping, *, language: str, plans: str = "", progress: Progress | None = None) -> bytes:
    """Return the report as tagged PDF. Raises what `jobs.rendering.render_pdf` raises."""
    with translation.override(language):
        html, assets = document.page(figures, plans=plans)
    return render_pdf(html, stylesheets=[STYLESHEET.read_text()], assets=assets, progress=progress)


def report_sheet(figures: Mapping, *, language: str) -> bytes:
    """Return the accompanying sheet as XLSX."""
    with translation.override(language):
        return sheet.workbook(figures)


def report_title(figures: Mapping, *, language: str) -> str:
    """Return the report's name as plain text, which its files are called by."""
    with translation.override(language):
        return document.title(figures)
