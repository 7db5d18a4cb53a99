"""The uploaded workbook again, with every remark at its cell and a list of them all in front.

It is written anew from the cells that were read (nothing else of the upload survives), values only: what was a formula is
its text. Row and column numbers stay as they were, so that it can be mended and uploaded again.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time
from io import BytesIO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from . import messages
from .findings import ERROR, GAP, NOTICE, Finding
from .reader import RawCell, RawSheet, RawWorkbook
from .schema import OWN_SHEETS, spelling
from .writing import BOLD, ERROR_FILL, HEADER_FILL, HEADER_FONT, NOTICE_FILL, TITLE, WRAPPED, printable, set_text

COMMENT_AUTHOR = "SPP"
LIST_WIDTHS = (12, 18, 8, 24, 32, 80)
EARLIEST_YEAR = 1900
INVALID_IN_TITLES = re.compile(r"[\\*?:/\[\]\n\t]")
LONGEST_TITLE = 31


def annotate(raw: RawWorkbook, findings: Iterable[Finding]) -> bytes:
    """The workbook with remarks, in the language that is active."""
    findings = list(findings)
    workbook = Workbook(write_only=True)
    kept = [sheet for sheet in raw.sheets if spelling(sheet.title) not in OWN_SHEETS]
    listed = workbook.create_sheet(_("Remarks"))
    copies = {sheet.title: workbook.create_sheet(_title(sheet.title)) for sheet in kept}
    _write_list(listed, findings, {title: copy.title for title, copy in copies.items()})
    remarks = _by_place(findings)
    for sheet in kept:
        _write_sheet(copies[sheet.title], sheet, remarks[sheet.title])
    output = BytesIO()
    workbook.save(output)
    return output.getvalue()


def _level_text(level: str) -> str:
    return {ERROR: _("Error"), GAP: _("Not known yet"), NOTICE: _("Please check")}[level]


def _title(title: str) -> str:
    """A title that Excel allows: a workbook that was not made by Excel may bring any."""
    allowed = INVALID_IN_TITLES.sub("_", printable(title)).strip("'") or "_"
    # Shortened further than need be: openpyxl numbers titles that have become the same.
    return allowed if len(allowed) <= LONGEST_TITLE else allowed[: LONGEST_TITLE - 3]


def _write_list(sheet, findings: list[Finding], titles: dict[str, str]) -> None:
    for number, width in enumerate(LIST_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A3"
    sheet.append([_text(sheet, _("Remarks on this workbook: nothing of it is registered yet"), font=TITLE)])
    header = (_("Kind"), _("Sheet"), _("Cell"), _("Column"), _("Value"), _("Remark"))
    sheet.append([_text(sheet, words, font=HEADER_FONT, fill=HEADER_FILL) for words in header])
    for row, finding in enumerate(findings, 3):
        sheet.append(
            [
                _text(sheet, _level_text(finding.level), font=BOLD if finding.level == ERROR else None),
                _text(sheet, finding.sheet),
                _link(sheet, row, finding, titles),
                _text(sheet, finding.header),
                _text(sheet, finding.value),
                _text(sheet, messages.describe(finding), wrapped=True),
            ]
        )


def _text(sheet, text: str, *, font=None, fill=None, wrapped: bool = False) -> Cell:
    cell = WriteOnlyCell(sheet)
    set_text(cell, text)
    if font:
        cell.font = font
    if fill:
        cell.fill = fill
    if wrapped:
        cell.alignment = WRAPPED
    return cell


def _link(sheet, row: int, finding: Finding, titles: dict[str, str]) -> Cell:
    """The cell's address as a link to it; a real link, because a formula would carry the sheet's name."""
    cell = _text(sheet, finding.cell)
    if finding.cell and finding.column and finding.sheet in titles:
        cell.row, cell.column = row, 3
        title = titles[finding.sheet].replace("'", "''")
        cell.hyperlink = Hyperlink(ref="", location=f"'{title}'!{finding.cell}")
        cell.style = "Hyperlink"
    return cell


def _by_place(findings: list[Finding]) -> dict[str, dict[int, dict[int, list[Finding]]]]:
    """Remarks by sheet, row and column; one on a whole row is put at its first cell."""
    places = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for finding in findings:
        if finding.row:
            column = column_index_from_string(finding.column) if finding.column else 1
            places[finding.sheet][finding.row][column].append(finding)
    return places


def _write_sheet(sheet, raw: RawSheet, remarks: dict[int, dict[int, list[Finding]]]) -> None:
    sheet.freeze_panes = "A2"
    rows = dict(raw.rows)
    for row in range(1, max([0, *rows, *remarks]) + 1):
        cells, marked = rows.get(row, {}), remarks.get(row, {})
        last = max([0, *cells, *marked])
        sheet.append(
            [_cell(sheet, row, column, cells.get(column), marked.get(column)) for column in range(1, last + 1)]
        )


def _cell(sheet, row: int, column: int, raw: RawCell | None, remarks: list[Finding] | None) -> Cell | None:
    if raw is None and not remarks:
        return None
    cell = WriteOnlyCell(sheet)
    cell.row, cell.column = row, column
    if raw is not None:
        _set_value(cell, raw)
    if remarks:
        worst = any(finding.level == ERROR for finding in remarks)
        cell.fill = ERROR_FILL if worst else NOTICE_FILL
        text = "\n".join(messages.describe(finding) for finding in remarks)
        cell.comment = Comment(printable(text), COMMENT_AUTHOR, width=360, height=120)
    return cell


def _set_value(cell: Cell, raw: RawCell) -> None:
    if raw.kind in ("n", "b"):
        cell.value = raw.value
        return
    moment = datetime.fromisoformat(raw.value) if raw.kind == "d" else None
    if moment is None or moment.year < EARLIEST_YEAR:
        set_text(cell, str(raw.value))
        return
    cell.value = moment
    cell.number_format = "yyyy-mm-dd hh:mm" if moment.time() != time.min else "yyyy-mm-dd"
