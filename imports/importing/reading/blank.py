"""The workbook to fill in: instructions first, then a sheet for each table with its headers, formats and lists."""

from io import BytesIO

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from . import limits
from .cells import DATE_FORMATS, DATETIME_FORMATS
from .schema import SHEETS, Column, Sheet
from .writing import BOLD, HEADER_FILL, HEADER_FONT, OPTIONAL_FILL, TITLE, WRAPPED, set_text

FORMATS = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm", "integer": "0"}
KINDS = {
    "text": gettext_lazy("Text"),
    "code": gettext_lazy("Letters, digits, hyphens; the same in every sheet"),
    "slug": gettext_lazy("Latin letters, digits and hyphens, such as fy2025-pilot"),
    "kana": gettext_lazy("Reading in katakana or hiragana"),
    "email": gettext_lazy("E-mail address"),
    "url": gettext_lazy("Web address beginning with https://"),
    "integer": gettext_lazy("Whole number"),
    "corporate_number": gettext_lazy("13 digits, with or without hyphens"),
}
# Excel takes a list given in the sheet itself only up to this length.
LIST_CHARACTERS = 255


def blank_workbook() -> bytes:
    """The template, in the language that is active."""
    japanese = (get_language() or "").startswith("ja")
    workbook = Workbook()
    _write_instructions(workbook.active, japanese=japanese)
    for sheet in SHEETS:
        write_sheet(workbook.create_sheet(title(sheet, japanese=japanese)), sheet, japanese=japanese)
    output = BytesIO()
    workbook.save(output)
    return output.getvalue()


def title(sheet: Sheet, *, japanese: bool) -> str:
    return sheet.ja if japanese else sheet.name


def header(column: Column, *, japanese: bool) -> str:
    return column.ja if japanese else column.name


def expected(column: Column, *, japanese: bool) -> str:
    """What may stand in a column, for the instructions."""
    if column.choices:
        return ", ".join(choice.words[0] if japanese else choice.code for choice in column.choices)
    if column.kind == "date":
        return DATE_FORMATS
    if column.kind == "datetime":
        return DATETIME_FORMATS
    return str(KINDS[column.kind])


def _write_instructions(sheet, *, japanese: bool) -> None:
    sheet.title = _("How to fill in")
    lines = (
        _(
            "One record a row, from the second row on. Leave a cell empty when something is not known; please do not invent anything."
        ),
        _(
            "Times are those of Japan. Columns may be in any order; columns of your own are listed at the upload and not read."
        ),
        _("Nothing is registered by the upload itself: first you see what would change, then you confirm."),
        _("Please use values only, no formulas, and no password."),
    )
    _put(sheet, 1, 1, _("How to fill in this workbook"), font=TITLE)
    for row, line in enumerate(lines, 2):
        _put(sheet, row, 1, line)
    row = len(lines) + 3
    for number, words in enumerate((_("Sheet"), _("Column"), _("Needed"), _("What is expected")), 1):
        _put(sheet, row, number, words, font=HEADER_FONT, fill=HEADER_FILL)
    for described in SHEETS:
        for column in described.columns:
            row += 1
            _put(sheet, row, 1, title(described, japanese=japanese))
            _put(sheet, row, 2, header(column, japanese=japanese))
            _put(
                sheet, row, 3, _("needed") if column.required else _("if known"), font=BOLD if column.required else None
            )
            _put(sheet, row, 4, expected(column, japanese=japanese))
            sheet.cell(row, 4).alignment = WRAPPED
    for letter, width in zip("ABCD", (20, 26, 12, 90), strict=True):
        sheet.column_dimensions[letter].width = width


def _put(sheet, row: int, column: int, text: str, *, font=None, fill=None) -> None:
    cell = sheet.cell(row, column)
    set_text(cell, text)
    if font:
        cell.font = font
    if fill:
        cell.fill = fill


def write_sheet(target, sheet: Sheet, *, japanese: bool) -> None:
    if sheet.pairs:
        _write_pairs(target, sheet, japanese=japanese)
        return
    target.freeze_panes = "B2"
    for number, column in enumerate(sheet.columns, 1):
        words = header(column, japanese=japanese)
        _put(target, 1, number, f"{words} {_('(required)')}" if column.required else words)
        _style_header(target.cell(1, number), column)
        _style_column(target, get_column_letter(number), column)
        _add_list(
            target,
            f"{get_column_letter(number)}2:{get_column_letter(number)}{limits.ROWS_PER_SHEET + 1}",
            column,
            japanese=japanese,
        )


def _style_header(cell, column: Column) -> None:
    if column.required:
        cell.font, cell.fill = HEADER_FONT, HEADER_FILL
    else:
        cell.font, cell.fill = BOLD, OPTIONAL_FILL
    cell.alignment = WRAPPED


def _style_column(target, letter: str, column: Column) -> None:
    """The format of the whole column: formatted single cells would count as rows."""
    target.column_dimensions[letter].width = column.width
    target.column_dimensions[letter].number_format = FORMATS.get(column.kind, "@")


def _write_pairs(target, sheet: Sheet, *, japanese: bool) -> None:
    for number, words in enumerate(("項目", "内容") if japanese else ("key", "value"), 1):
        _put(target, 1, number, words, font=HEADER_FONT, fill=HEADER_FILL)
    for row, column in enumerate(sheet.columns, 2):
        words = header(column, japanese=japanese)
        _put(target, row, 1, f"{words} {_('(required)')}" if column.required else words, font=BOLD)
        target.cell(row, 2).number_format = FORMATS.get(column.kind, "@")
    target.column_dimensions["A"].width, target.column_dimensions["B"].width = 34, 60
    target.freeze_panes = "B2"


def _add_list(target, area: str, column: Column, *, japanese: bool) -> None:
    words = ",".join(choice.words[0] if japanese else choice.code for choice in column.choices)
    if not words or len(words) > LIST_CHARACTERS:
        return
    validation = DataValidation(type="list", formula1=f'"{words}"', allow_blank=not column.required)
    validation.errorTitle = _("Please choose from the list")
    validation.error = words
    target.add_data_validation(validation)
    validation.add(area)
