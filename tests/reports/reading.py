"""Reading a PDF as its reader would: text without line breaks, tags, fonts, bookmarks."""

import io
import json
from functools import cache

import pikepdf
from django.utils import translation
from pypdf import PdfReader

from reports import rendering
from reports.rendering import document


@cache
def _rendered(figures: str, language: str, plans: str) -> bytes:
    return rendering.report_pdf(json.loads(figures), language=language, plans=plans)


def rendered(figures: dict, language: str, *, plans: str = "") -> bytes:
    """Return the PDF; the same figures are set once a test run."""
    return _rendered(json.dumps(figures, sort_keys=True), language, plans)


def pages_of(pdf: bytes) -> list[str]:
    """Return each page's text with every run of white space as one space."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def squeezed(text: str) -> str:
    """Return the text without any white space: a line may break anywhere in Japanese."""
    return "".join(text.split())


def text_of(pdf: bytes) -> str:
    return squeezed("".join(pages_of(pdf)))


def html_of(figures: dict, language: str, *, plans: str = "") -> str:
    """Return the page before it is set, for everything that is about words alone."""
    with translation.override(language):
        return document.page(figures, plans=plans)[0]


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def structure(pdf: pikepdf.Pdf) -> list[tuple[str, pikepdf.Dictionary]]:
    """Return the elements of the structure tree in reading order as (type, element)."""
    found = []

    def walk(element) -> None:
        if isinstance(element, pikepdf.Array):
            for child in element:
                walk(child)
        elif isinstance(element, pikepdf.Dictionary):
            if "/S" in element:
                found.append((str(element.S), element))
            if "/K" in element:
                walk(element.K)

    walk(pdf.Root.StructTreeRoot.K)
    return found
