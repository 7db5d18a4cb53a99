"""The sheet of one session's outcome: the figures of the report and the rows behind them, as XLSX and as CSV.

No text of it can be taken for a formula. The CSV begins with a byte order mark, by which Excel knows its encoding.
"""

import csv
import datetime
import io
from collections.abc import Iterable, Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook

from programmes.enums import Mode
from programmes.models import Attendance, Session
from programmes.queries.outcome import Outcome
from programmes.rendering.outcome import names

from .sheet import Page, harmless

BOM = "\ufeff"


def _heads() -> list[str]:
    return [
        _("Company"),
        _("Name"),
        _("Name (kana)"),
        _("Job title"),
        _("Registration"),
        _("Planned"),
        _("Attendance"),
        _("How they took part"),
        _("Arrived"),
        _("Came late"),
        _("Left early"),
        _("Minutes online"),
        _("Where it comes from"),
        _("Reason for the entry by hand"),
    ]


def _row(row: Attendance) -> list:
    came = {True: pgettext("report", "yes"), False: pgettext("report", "no"), None: ""}
    return [
        row.company.name,
        row.person.name,
        row.person.name_kana,
        row.person.title,
        str(row.get_registration_display()),
        str(Mode(row.planned_mode).label),
        came[row.attended],
        str(Mode(row.actual_mode).label) if row.actual_mode else "",
        f"{timezone.localtime(row.arrived_at):%H:%M}" if row.arrived_at else "",
        came[True] if row.is_late else "",
        came[True] if row.left_early else "",
        row.minutes_online,
        str(row.get_source_display()),
        row.note,
    ]


def _figures(session: Session, outcome: Outcome) -> Iterator[tuple]:
    yield (_("Session"), session.title)
    yield (_("Code"), session.code)
    yield (_("Day"), timezone.localdate(session.starts_at))
    yield (_("Took part"), outcome.people)
    yield (_("Companies"), outcome.companies)
    for key, label in names().items():
        if key != "present":
            yield (label, outcome.rows[key])
    yield (pgettext("report", "Comments"), outcome.comments)


def session_workbook(
    session: Session, outcome: Outcome, rows: Iterable[Attendance], *, now: datetime.datetime
) -> bytes:
    """Return the XLSX in the active language."""
    book = Workbook(write_only=True)
    book.properties.title, book.properties.creator = harmless(session.title), "SPP portal"
    # The format has no zones.
    book.properties.created = book.properties.modified = now.astimezone(datetime.UTC).replace(tzinfo=None)
    figures = Page(book, pgettext("report", "Figures"), [34, 40])
    figures.heads(pgettext("report", "Figure"), pgettext("report", "Value"))
    for line in _figures(session, outcome):
        figures.row(*line)
    people = Page(book, pgettext("how many", "People"), [34, 20, 24, 24, 18, 12, 12, 14, 10, 10, 10, 12, 26, 40])
    people.heads(*_heads())
    for row in rows:
        people.row(*_row(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def session_csv(rows: Iterable[Attendance]) -> str:
    """Return the rows as CSV with a byte order mark."""
    target = io.StringIO()
    target.write(BOM)
    writer = csv.writer(target)
    writer.writerow([harmless(head) for head in _heads()])
    for row in rows:
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in _row(row)])
    return target.getvalue()
