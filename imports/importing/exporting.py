"""A whole programme as a workbook in the form that the importer reads: imported again, it changes nothing.

The rows are those that `portal` compares a workbook with, so that the two sides cannot drift apart.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook

from common.models import in_language
from companies.models import Person
from programmes.enums import Registration
from programmes.models import Attendance, Enrolment, Feedback, Programme, Session

from .portal import Portal, load_portal
from .reading import limits
from .reading.blank import FORMATS, title, write_sheet
from .reading.checks import STAGES, STATUS_RANK
from .reading.schema import SHEETS, Column, Sheet
from .reading.writing import BOLD, TITLE, WRAPPED, set_text

Tell = Callable[[str], None]
"""Called with the name of each sheet before it is written."""


class TooManyRows(Exception):
    """A sheet would hold more rows than the importer reads."""


@dataclass
class Export:
    """The rows of a programme by sheet, and how much of the portal has no place in them."""

    programme: Programme
    rows: dict[str, list[dict]] = field(default_factory=dict)
    left_out: Counter = field(default_factory=Counter)


# --- What is written ----------------------------------------------------------------------------------------------------


_OF_SESSIONS = {
    "Sessions": "code",
    "Agenda": "session",
    "Speakers": "session",
    "Attendance": "session",
    "Feedback": "session",
}


def collect(programme: Programme, *, actor, now: datetime) -> Export:
    """Read the programme as `actor` sees it, in a constant number of statements.

    Left out and counted: what the format has no row for, and what it would say wrongly.
    """
    portal = load_portal(programme, actor)
    export = Export(programme)
    sessions = _sessions(portal, export)
    unsettled = _unsettled(portal, sessions, now=now)
    nobody = {(values["email"], values["company"]) for values in _people_without_role(portal)}
    export.left_out["people_without_role"] = len(nobody)
    export.left_out["people_without_address"] = _without_address(portal)
    export.left_out["nameless_feedback"] = Feedback.objects.filter(programme=programme, person=None).count()
    for sheet in SHEETS:
        kept = []
        for key, existing in sorted(portal.rows[sheet.name].items(), key=lambda item: _order(item[0])):
            values = existing.values
            if sheet.name in _OF_SESSIONS and values[_OF_SESSIONS[sheet.name]] not in sessions:
                continue
            if _company_person(sheet, key) in nobody:
                continue
            if sheet.name == "Attendance" and existing.object.pk in unsettled:
                export.left_out["open_registrations"] += 1
                continue
            if sheet.name == "Feedback" and not (values["comment_en"] or values["comment_ja"]):
                export.left_out["feedback_without_words"] += 1
                continue
            kept.append(_settled(values) if sheet.name == "Policies" else values)
        if len(kept) > limits.ROWS_PER_SHEET:
            raise TooManyRows(sheet.name)
        export.rows[sheet.name] = kept
    return export


def _order(key: tuple) -> tuple:
    """Sort by the key; parts are numbers or texts, in one place always the same kind."""
    return (len(key), *((0, part, "") if isinstance(part, int) else (1, 0, part or "") for part in key))


def _company_person(sheet: Sheet, key: tuple) -> tuple | None:
    """Return address and company of the person whom a row is about, if it is about one of a company."""
    if sheet.name == "People":
        return key if len(key) == 2 else None
    return key[1:] if sheet.name in ("Attendance", "Feedback") else None


def _settled(values: dict) -> dict:
    """Return a policy's row without what an earlier round left: days of stages that it is not at, and its old address."""
    rank = STATUS_RANK[values["status"]]
    beyond = {f"{stage}_on" for stage in STAGES if STATUS_RANK[stage] > max(rank, STATUS_RANK["submitted"])}
    if rank < STATUS_RANK["published"]:
        beyond.add("published_url")
    return {name: None if name in beyond else value for name, value in values.items()}


def _sessions(portal: Portal, export: Export) -> set[str]:
    """Return the codes of announced sessions. A draft would be announced by the next import, and a cancelled one held."""
    standing = set(Session.objects.standing().filter(programme=portal.programme).values_list("code", flat=True))
    export.left_out["other_sessions"] = len(portal.rows["Sessions"]) - len(standing)
    return standing


def _unsettled(portal: Portal, sessions: set[str], *, now: datetime) -> set:
    """Return the attendances of which a workbook cannot say yes or no: whoever gave up a seat that is still to be had,
    and whoever was registered for what is over, while nobody has said yet whether they came.
    """
    over = {
        code: existing.object.ends_at <= now
        for (code,), existing in portal.rows["Sessions"].items()
        if code in sessions
    }
    rows: list[Attendance] = [existing.object for existing in portal.rows["Attendance"].values()]
    codes = {existing.object.pk: code for (code,), existing in portal.rows["Sessions"].items()}
    return {
        row.pk
        for row in rows
        if row.attended is None
        and (over.get(codes[row.session_id], False) or row.registration != Registration.REGISTERED)
    }


def _people_without_role(portal: Portal) -> Iterator[dict]:
    return (
        existing.values
        for key, existing in portal.rows["People"].items()
        if len(key) == 2 and existing.values["role"] is None
    )


def _without_address(portal: Portal) -> int:
    companies = Enrolment.objects.filter(programme=portal.programme).values("company")
    return Person.objects.filter(company__in=companies, email="").count()


# --- How it is written --------------------------------------------------------------------------------------------------


def write_workbook(export: Export, *, tell: Tell = lambda sheet: None) -> bytes:
    """Return the workbook in the language that is active. Touches no database."""
    japanese = (get_language() or "").startswith("ja")
    workbook = Workbook()
    _write_remarks(workbook.active, export)
    for sheet in SHEETS:
        tell(title(sheet, japanese=japanese))
        target = workbook.create_sheet(title(sheet, japanese=japanese))
        write_sheet(target, sheet, japanese=japanese)
        rows = export.rows[sheet.name]
        if sheet.pairs:
            for number, column in enumerate(sheet.columns, 2):
                _write_value(target.cell(number, 2), column, rows[0][column.name], japanese=japanese)
            continue
        for number, values in enumerate(rows, 2):
            for place, column in enumerate(sheet.columns, 1):
                _write_value(target.cell(number, place), column, values.get(column.name), japanese=japanese)
    output = BytesIO()
    workbook.save(output)
    return output.getvalue()


def _write_value(cell, column: Column, value, *, japanese: bool) -> None:
    """Write a value as `portal.normal` has it: dates and times as ISO 8601, times in UTC; None leaves the cell empty."""
    if value is None:
        return
    if column.choices:
        code = {True: "yes", False: "no"}.get(value, value)
        choice = next(choice for choice in column.choices if choice.code == code)
        set_text(cell, choice.words[0] if japanese else choice.code)
    elif column.kind == "date":
        cell.value, cell.number_format = date.fromisoformat(value), FORMATS["date"]
    elif column.kind == "datetime":
        local = timezone.localtime(datetime.fromisoformat(value)).replace(tzinfo=None)
        cell.value, cell.number_format = local, FORMATS["datetime"]
    elif column.kind == "integer":
        cell.value = value
    else:
        set_text(cell, value)


def _write_remarks(sheet, export: Export) -> None:
    sheet.title = _("Remarks")
    sheet.column_dimensions["A"].width = 110
    set_text(sheet.cell(1, 1), in_language(export.programme, "name"))
    sheet.cell(1, 1).font = TITLE
    lines = [_("Uploaded again, this workbook changes nothing. It can be changed and uploaded, as the template can.")]
    left = left_out(export)
    for number, line in enumerate([*lines, *([_("Not in this workbook:")] if left else []), *left], 2):
        set_text(sheet.cell(number, 1), line)
        sheet.cell(number, 1).alignment = WRAPPED
    if left:
        sheet.cell(len(lines) + 2, 1).font = BOLD


def left_out(export: Export) -> list[str]:
    """Return what has no place in the workbook, a line each, in the active language."""
    words = {
        "other_sessions": _("Sessions that are drafts or were cancelled: %(count)s"),
        "people_without_address": _("People without an e-mail address, with their attendance: %(count)s"),
        "people_without_role": _("People who are not of the company (any more), with their attendance: %(count)s"),
        "nameless_feedback": _("Comments without a name: %(count)s"),
        "feedback_without_words": _("Answers to a survey without a comment: %(count)s"),
        "open_registrations": _(
            "Registrations of which it is not known whether the person came, or that were given up: %(count)s"
        ),
    }
    return [text % {"count": export.left_out[code]} for code, text in words.items() if export.left_out[code]]
