"""The sheet of all figures of an issue, each with its definition and the issue's number, as XLSX."""

import datetime
import io
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook

from . import document, narrative
from . import wording as w
from .issuing_figures import entries
from .sheet import Page, harmless


@dataclass(frozen=True)
class Issued:
    """What the sheet says about the issue that its figures are of."""

    number: str
    edition: str
    issued_on: datetime.date
    replaced_by: str = ""
    withdrawn_on: datetime.date | None = None


def figures_workbook(figures: Mapping, issued: Issued) -> bytes:
    """Return the sheet in the active language: a page about the issue, and a row for each figure."""
    book = Workbook(write_only=True)
    book.properties.title = harmless(f"{issued.number} {document.title(figures)}")
    book.properties.creator = "SPP portal"
    computed_at = datetime.datetime.fromisoformat(figures["computed_at"])
    # The format has no zones.
    book.properties.created = book.properties.modified = computed_at.astimezone(datetime.UTC).replace(tzinfo=None)
    page = Page(book, pgettext("report", "Figures"), [16, 30, 40, 40, 12, 12, 70])
    page.heads(
        pgettext("issue", "Number"),
        _("Chapter"),
        pgettext("report", "Group"),
        pgettext("report", "Figure"),
        pgettext("report", "Value"),
        pgettext("report", "Of"),
        _("What it counts"),
    )
    for entry in entries(figures):
        page.row(issued.number, entry.chapter, entry.group, entry.name, entry.value, entry.whole, entry.meaning)
    about = Page(book, _("About this sheet"), [34, 90])
    about.heads(pgettext("issue", "What"), pgettext("issue", "Words"))
    for name, value in _about(figures, issued):
        about.row(name, value)
    for name, text in document.definitions(figures):
        about.row(name, text)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _about(figures: Mapping, issued: Issued) -> list[tuple]:
    rows = [
        (pgettext("issue", "Number"), issued.number),
        (pgettext("report", "Programme"), w.plain(figures["programme"], "name")),
        (_("Edition"), issued.edition),
        (_("Issued on"), issued.issued_on),
        (_("Figures as of"), datetime.date.fromisoformat(figures["as_of"])),
        (_("Figures computed"), narrative.computed(figures)),
    ]
    if figures["programme"]["is_sample"]:
        sample = _("The participating companies and people in this report are made up.")
        rows.append((pgettext("report", "Sample"), sample))
    if issued.replaced_by:
        rows.append((_("Replaced by"), issued.replaced_by))
    if issued.withdrawn_on:
        rows.append((_("Withdrawn on"), issued.withdrawn_on))
    return rows
