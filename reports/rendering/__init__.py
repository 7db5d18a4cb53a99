"""The report as files: PDF and accompanying sheet, both from the same frozen figures."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from jobs.rendering import Progress, render_pdf

from . import document
from .document import PRINTED_COMPANIES, Numbered

__all__ = ["PRINTED_COMPANIES", "Numbered", "file_name", "report_pdf", "report_sheet", "template_version"]

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


def report_pdf(
    figures: Mapping,
    *,
    language: str,
    plans: str = "",
    written: Mapping | None = None,
    photos: Mapping[str, tuple[bytes, str]] | None = None,
    numbered: document.Numbered | None = None,
    progress: Progress | None = None,
) -> bytes:
    """Return the report as tagged PDF. Raises what `jobs.rendering.render_pdf` raises.

    `written` is what people put in place of the portal's sentences, `photos` the photographs that it names, by file,
    `numbered` what is printed of the number under which it is given out.
    """
    with translation.override(language):
        html, assets = document.page(figures, plans=plans, written=written, numbered=numbered)
    assets |= {f"photo-{key}": picture for key, picture in (photos or {}).items()}
    return render_pdf(html, stylesheets=[STYLESHEET.read_text()], assets=assets, progress=progress)


def report_sheet(figures: Mapping, *, language: str, numbered: document.Numbered | None = None) -> bytes:
    """Return the accompanying sheet as XLSX, which names the number as the report does."""
    from . import sheet  # noqa: PLC0415 - openpyxl is for the worker, not for each web process

    with translation.override(language):
        return sheet.workbook(figures, numbered=numbered)


def file_name(figures: Mapping, *, language: str) -> str:
    """Return what the report's files are called, without their endings: title, edition unless public, day."""
    with translation.override(language):
        edition = [_("Internal edition")] if figures["edition"] == "internal" else []
        return " ".join([document.title(figures), *edition, figures["as_of"]])
