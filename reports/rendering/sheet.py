"""The sheet that comes with a report: all its figures with what they count, a row a session, a row a company.

Written row by row, so that 1,600 companies cost no more memory than 16. Every text is stored as a text and none can be
taken for a formula, neither here nor when somebody saves the sheet as CSV.
"""

import datetime
import html
import io
import re
from collections.abc import Mapping

from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from . import document, narrative
from . import wording as w

# What a spreadsheet takes for the beginning of a formula, full-width forms included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# Control characters that the format cannot hold.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_HEAD = PatternFill("solid", fgColor="EEF3F4")
_TOP = Alignment(vertical="top", wrap_text=True)


def harmless(text: str) -> str:
    """Return the text as a cell may hold it: never a formula, no control characters, at most 32,767 characters."""
    text = _UNSTORABLE.sub("", text)[:32000]
    return f"'{text}" if text.startswith(_FORMULA) else text


def _plain(text: str) -> str:
    """Return safe HTML of the report's wording as plain text; other text as it is."""
    return html.unescape(strip_tags(text)) if isinstance(text, SafeString) else text


def workbook(figures: Mapping, *, numbered: document.Numbered | None = None) -> bytes:
    """Return the sheet as XLSX in the active language, with the number under which it is given out."""
    book = Workbook(write_only=True)
    created = datetime.datetime.fromisoformat(figures["computed_at"]).replace(tzinfo=None)
    book.properties.title, book.properties.creator = harmless(document.title(figures)), "SPP portal"
    book.properties.created = book.properties.modified = created
    _figures(Page(book, pgettext("report", "Figures"), [28, 46, 18, 14, 70]), figures, numbered)
    _sessions(
        Page(book, pgettext("report", "Sessions"), [10, 34, 44, 14, 10, 10, 24, 40, 12, 12, 12, 12, 12, 12]), figures
    )
    _milestones(Page(book, pgettext("report", "Milestones"), [8, 36, 14, 14, 14, 60]), figures)
    _companies(Page(book, _("Companies and milestones"), [12, 40] + [14] * len(figures["milestones"])), figures)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


class Page:
    """A sheet of the workbook that is written row by row."""

    def __init__(self, book: Workbook, title: str, widths: list[int]):
        # Excel allows 31 characters and none of these in the name of a sheet.
        self.sheet = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", title)[:31])
        for index, width in enumerate(widths, start=1):
            self.sheet.column_dimensions[get_column_letter(index)].width = width

    def heads(self, *titles: str) -> None:
        """Write the head; it stays in sight when the sheet is scrolled."""
        self.sheet.freeze_panes = "A2"
        self.row(*titles, head=True)

    def row(self, *values, head: bool = False) -> None:
        self.sheet.append([self._cell(value, head) for value in values])

    def _cell(self, value, head: bool) -> WriteOnlyCell:
        is_text = isinstance(value, str)
        cell = WriteOnlyCell(self.sheet, harmless(_plain(value)) if is_text else value)
        if is_text:
            cell.data_type = "s"
            cell.alignment = _TOP
        if isinstance(value, datetime.date):
            cell.number_format = "yyyy-mm-dd"
        if head:
            cell.font, cell.fill = Font(bold=True), _HEAD
        return cell


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def _figures(page: Page, figures: Mapping, numbered: document.Numbered | None) -> None:
    programme, enrolled = figures["programme"], figures["companies"]["enrolled"]
    page.heads(
        pgettext("report", "Group"),
        pgettext("report", "Figure"),
        pgettext("report", "Value"),
        pgettext("report", "Of"),
        _("What it counts"),
    )
    meanings = dict(document.definitions(figures))
    about = _("About this sheet")
    page.row(about, pgettext("report", "Programme"), w.plain(programme, "name"), None, w.plain(programme, "theme"))
    if numbered:
        page.row(about, pgettext("issue", "Number"), numbered.number, None, numbered.check_url)
        page.row(about, pgettext("report", "Issued on"), numbered.issued_on, None, None)
    page.row(about, _("Figures as of"), _day(figures["as_of"]), None, narrative.computed(figures))
    if programme["is_sample"]:
        page.row(
            about,
            pgettext("report", "Sample"),
            "",
            None,
            _("The participating companies and people in this report are made up."),
        )
    group = pgettext("report", "Participating companies")
    page.row(group, pgettext("report", "Enrolled"), enrolled, None, meanings[group])
    page.row(
        group,
        pgettext("report", "Withdrawn"),
        figures["companies"]["withdrawn"],
        None,
        _("Companies that had withdrawn by that day."),
    )
    if figures["policies"]:
        _policy_figures(page, figures, meanings)
    _consultation_figures(page, figures, meanings)
    group = pgettext("report", "Sessions")
    for name, key in (
        (_("Attendances in all"), "people"),
        (pgettext("chart", "On site"), "onsite"),
        (pgettext("chart", "Online"), "online"),
    ):
        total = sum(session[key] for session in figures["sessions"])
        page.row(group, name, total, None, meanings[_("Attendances in all")])
    group = _("Values entered by hand")
    for entered in document.overrides(figures):
        said = _("In place of the computed value {computed}. Reason: {reason}")
        meaning = said.format(computed=entered["computed"], reason=_plain(entered["reason"]))
        page.row(group, f"{entered['number']} {entered['name']}", entered["amount"], None, meaning)


def _policy_figures(page: Page, figures: Mapping, meanings: Mapping) -> None:
    policies, enrolled = figures["policies"], figures["companies"]["enrolled"]
    group = _("Stage of the policies")
    for code in w.STAGES:
        page.row(
            group, w.stage(code), narrative.stage_count(figures, code), enrolled, meanings[pgettext("report", "Stage")]
        )
    page.row(
        group,
        pgettext("report", "Formulated"),
        policies["formulated"],
        enrolled,
        meanings[pgettext("report", "Formulated")],
    )
    if policies["formulated_by_due"] is not None:
        due = _plain(w.day(figures["programme"]["target_due_on"]))
        meaning = _("As above, by the target date: {day}.").format(day=due)
        page.row(group, _("Formulated by the target date"), policies["formulated_by_due"], enrolled, meaning)


def _consultation_figures(page: Page, figures: Mapping, meanings: Mapping) -> None:
    consultations, group = figures["consultations"], pgettext("report", "Individual consultations")
    modes, entitled = meanings[pgettext("report", "On site and online")], consultations["entitled"] or None
    rows = [
        (pgettext("report", "Held"), "held", None, meanings[group]),
        (
            pgettext("report", "Companies"),
            "companies",
            None,
            _("Different companies with at least one consultation."),
        ),
        (pgettext("chart", "On site"), "onsite", consultations["held"], modes),
        (pgettext("chart", "Online"), "online", consultations["held"], modes),
        (pgettext("report", "Cancelled"), "cancelled", None, _("Bookings that were called off.")),
        (
            pgettext("report", "Used"),
            "used",
            entitled,
            _("Held, up to what each enrolled company is entitled to."),
        ),
        (
            _("Granted in addition"),
            "extra",
            None,
            _("Beyond the entitlement, each with a recorded reason; they add to it."),
        ),
        (
            _("Cancelled too late"),
            "cancelled_late",
            entitled,
            _("Called off by the company after the deadline, so that they count."),
        ),
        (_("The company did not come"), "missed", entitled, _("Booked, and nobody of the company came.")),
        (_("Forfeited"), "forfeited", entitled, _("Taken from the entitlement, each with a recorded reason.")),
        (pgettext("report", "Later"), "later", entitled, _("Held or booked for after that day.")),
        (
            pgettext("report", "Outcome not recorded"),
            "unmarked",
            entitled,
            _("Booked for a time that is over, and never marked as held."),
        ),
        (
            pgettext("report", "Unused"),
            "unused",
            entitled,
            _("Neither used nor booked; no reason is recorded."),
        ),
    ]
    for name, key, whole, meaning in rows:
        page.row(group, name, consultations.get(key, 0), whole, meaning)


def _sessions(page: Page, figures: Mapping) -> None:
    page.heads(
        pgettext("report", "Code"),
        pgettext("report", "Activity"),
        pgettext("report", "Session"),
        pgettext("report", "Day"),
        pgettext("report", "Starts"),
        pgettext("report", "Ends"),
        pgettext("report", "Method"),
        pgettext("report", "Venue"),
        pgettext("report", "Held"),
        pgettext("report", "Companies"),
        pgettext("report", "People"),
        pgettext("chart", "On site"),
        pgettext("chart", "Online"),
        pgettext("report", "Comments"),
    )
    for session in figures["sessions"]:
        page.row(*_session(session))


def _session(session: Mapping) -> list:
    """Return a session's row; what is counted stays empty until it was held."""
    starts, ends = (
        timezone.localtime(datetime.datetime.fromisoformat(session[key])) for key in ("starts_at", "ends_at")
    )
    counted = ("companies", "people", "onsite", "online", "comments")
    return [
        session["code"],
        w.strand(session["strand"]),
        w.plain(session, "title"),
        starts.date(),
        f"{starts:%H:%M}",
        f"{ends:%H:%M}",
        w.method_with_note(session),
        w.plain(session, "venue"),
        pgettext("report", "yes") if session["held"] else pgettext("report", "no"),
        *(session[key] if session["held"] else None for key in counted),
    ]


def _milestones(page: Page, figures: Mapping) -> None:
    page.heads(
        pgettext("report", "No."),
        pgettext("report", "Milestone"),
        pgettext("report", "Due"),
        pgettext("report", "Companies"),
        pgettext("report", "By the due date"),
        _("What it counts"),
    )
    for index, kind in enumerate(figures["milestones"], start=1):
        name, meaning = w.plain(kind, "name"), w.plain(kind, "definition")
        page.row(index, name, _day(kind["due_on"]), kind["companies"], kind["by_due"], meaning)


def _companies(page: Page, figures: Mapping) -> None:
    """Write every company, however many; the printed report stops at `document.PRINTED_COMPANIES`."""
    kinds = figures["milestones"]
    page.heads(pgettext("report", "Company"), pgettext("report", "Name"), *(w.plain(kind, "name") for kind in kinds))
    for row in figures["rows"]:
        reached = row["reached"]
        marks = [(_day(reached[kind["code"]]) or "●") if kind["code"] in reached else None for kind in kinds]
        page.row(row["code"], w.plain(row, "name") or None, *marks)
