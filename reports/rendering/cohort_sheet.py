"""The cohort matrix as a file: exactly the list that was filtered, all pages of it, as XLSX and as CSV.

Both say first of which day and by which filters the list is. No text can be taken for a formula, and the CSV begins with
a byte order mark, by which Excel knows its encoding.
"""

import csv
import datetime
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook

from common import dates
from policies.queries.cohort import Standing, Step, days, standing
from policies.rendering import state_label
from policies.rendering.cohort import Names, due_note
from programmes.models import Programme

from .session_sheet import BOM
from .sheet import Page, harmless


@dataclass(frozen=True)
class Listing:
    """A filtered list: its programme, day, words for what narrows it, columns and rows."""

    programme: Programme
    day: datetime.date
    made_at: datetime.datetime
    narrowed_by: Sequence[tuple[str, str]]
    steps: Sequence[Step]
    rows: Iterable

    def about(self) -> list[tuple[str, object]]:
        """Return what the file says of itself."""
        filters = self.narrowed_by or [(_("Filters"), pgettext("filters", "none"))]
        return [
            (pgettext("report", "Programme"), self.programme.name),
            (_("As of"), self.day),
            (_("Made at"), dates.date_and_time(self.made_at)),
            *filters,
        ]

    def heads(self) -> list[str]:
        own = [_("Company"), _("Name (kana)"), _("Code"), _("Policy"), _("Adviser"), _("In charge")]
        noted = (f"{step.name} ({note})" if (note := due_note(step)) else step.name for step in self.steps)
        return [*own, pgettext("milestones", "Reached"), *noted]

    def lines(self) -> Iterable[list]:
        day, names = self.day.isoformat(), Names()
        for row in self.rows:
            reached, extended = days(row.reached), days(row.extended)
            at = [standing(step, reached, extended, day=day) for step in self.steps]
            withdrawn = row.withdrawn_on and row.withdrawn_on <= self.day
            yield [
                names.company(row),
                row.company__name_kana,
                row.code,
                pgettext("status", "Withdrawn") if withdrawn else state_label(row.state),
                names.people(row.advisers),
                names.in_charge(row.in_charge),
                sum(bool(each.reached_on) for each in at),
                *map(_cell, at),
            ]


def _cell(at: Standing) -> datetime.date | str:
    """Return a day, which a sheet can reckon with, or the word of the page."""
    if at.reached_on:
        return datetime.date.fromisoformat(at.reached_on)
    if at.is_overdue:
        return pgettext("milestone", "overdue")
    if at.is_missed:
        return pgettext("milestone", "missed")
    if at.own_due_on:
        return _("until %(day)s") % {"day": dates.short_date(datetime.date.fromisoformat(at.own_due_on))}
    return pgettext("milestone", "open")


def cohort_workbook(listing: Listing) -> bytes:
    """Return the XLSX in the active language: a page that says what it is, and the list."""
    book = Workbook(write_only=True)
    book.properties.title, book.properties.creator = harmless(listing.programme.name), "SPP portal"
    # The format has no zones.
    made_at = listing.made_at.astimezone(datetime.UTC).replace(tzinfo=None)
    book.properties.created = book.properties.modified = made_at
    companies = Page(book, _("Companies and milestones"), [34, 24, 12, 24, 24, 20, 10] + [14] * len(listing.steps))
    companies.heads(*listing.heads())
    for line in listing.lines():
        companies.row(*line)
    about = Page(book, _("About this sheet"), [30, 60])
    for name, value in listing.about():
        about.row(name, value)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def cohort_csv(listing: Listing) -> str:
    """Return the list as CSV; its first lines say what it is, an empty one ends them."""
    target = io.StringIO()
    target.write(BOM)
    writer = csv.writer(target)
    for line in (*listing.about(), (), listing.heads(), *listing.lines()):
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in line])
    return target.getvalue()
