"""The trail as a file: exactly what was filtered, all pages of it, as XLSX and as CSV.

Both say first whose trail it is and by which filters. No text can be taken for a formula, and the CSV begins with a byte
order mark, by which Excel knows its encoding.
"""

import csv
import datetime
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook

from audit.rendering import Line
from common import dates

from .session_sheet import BOM
from .sheet import Page, harmless


@dataclass(frozen=True)
class TrailListing:
    """A filtered trail: of whom, words for what narrows it, and its lines."""

    of: str
    made_at: datetime.datetime
    narrowed_by: Sequence[tuple[str, str]]
    with_company: bool
    lines: Iterable[Line]

    def about(self) -> list[tuple[str, str]]:
        filters = self.narrowed_by or [(_("Filters"), pgettext("filters", "none"))]
        return [(_("Record of deeds"), self.of), (_("Made at"), dates.date_and_time(self.made_at)), *filters]

    def heads(self) -> list[str]:
        company = [_("Company")] if self.with_company else []
        return [
            pgettext("trail", "Date"), _("Time"), pgettext("trail", "Who"), pgettext("trail", "As whom"), *company,
            pgettext("trail", "What"), pgettext("trail", "About"), pgettext("trail", "Number of the request"),
        ]  # fmt: skip

    def rows(self) -> Iterable[list]:
        for line in self.lines:
            at = timezone.localtime(line.at)
            company = [line.company] if self.with_company else []
            yield [
                at.date(), f"{at:%H:%M:%S}", line.who, line.role, *company, line.deed, line.about, line.request_id
            ]  # fmt: skip


def trail_workbook(listing: TrailListing) -> bytes:
    """Return the XLSX in the active language: the lines, and a page that says what they are."""
    book = Workbook(write_only=True)
    book.properties.title, book.properties.creator = harmless(listing.of), "SPP portal"
    # The format has no zones.
    made_at = listing.made_at.astimezone(datetime.UTC).replace(tzinfo=None)
    book.properties.created = book.properties.modified = made_at
    widths = [12, 10, 24, 20, *([34] if listing.with_company else []), 44, 44, 20]
    page = Page(book, _("Record of deeds"), widths)
    page.heads(*listing.heads())
    for row in listing.rows():
        page.row(*row)
    about = Page(book, _("About this sheet"), [30, 60])
    for name, value in listing.about():
        about.row(name, value)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def trail_csv(listing: TrailListing) -> str:
    """Return the lines as CSV; its first lines say what it is, an empty one ends them."""
    target = io.StringIO()
    target.write(BOM)
    writer = csv.writer(target)
    for row in (*listing.about(), (), listing.heads()):
        writer.writerow([harmless(cell) for cell in row])
    for row in listing.rows():
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return target.getvalue()
