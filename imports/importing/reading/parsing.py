"""Raw cells into records; every cell that cannot be read becomes a finding, none stops the reading."""

from collections.abc import Iterator

from .cells import CellError, parse_cell
from .findings import ERROR, Finding, shown
from .reader import RawCell, RawSheet, RawWorkbook
from .records import Record, SheetData, WorkbookData
from .schema import OWN_SHEETS, PAIR_HEADERS, SHEETS, Column, Sheet, spelling

# Days between the two calendars that Excel counts from.
DAYS_FROM_1900_TO_1904 = 1462


def parse_workbook(raw: RawWorkbook, data: WorkbookData) -> Iterator[Finding]:
    """Fill `data` with the records of the known sheets and yield everything that is wrong with single cells."""
    shift = DAYS_FROM_1900_TO_1904 if raw.epoch == 1904 else 0
    for raw_sheet in raw.sheets:
        if spelling(raw_sheet.title) in OWN_SHEETS:
            continue
        sheet = _known_sheet(raw_sheet.title)
        if sheet is None:
            data.unknown_sheets.append(raw_sheet.title)
        elif sheet.name in data.sheets:
            title = data.sheets[sheet.name].title
            yield Finding(ERROR, "sheet_twice", raw_sheet.title, sheet.name, params={"other": title})
        else:
            yield from _parse_sheet(sheet, raw_sheet, data, shift)
    for sheet in SHEETS:
        if sheet.name not in data.sheets and not sheet.optional:
            yield Finding(ERROR, "sheet_missing", sheet.name, sheet.name, params={"ja": sheet.ja})


def _known_sheet(title: str) -> Sheet | None:
    return next((sheet for sheet in SHEETS if spelling(title) in sheet.spellings), None)


def _parse_sheet(sheet: Sheet, raw: RawSheet, data: WorkbookData, shift: int) -> Iterator[Finding]:
    content = SheetData(sheet, raw.title)
    data.sheets[sheet.name] = content
    if not raw.rows:
        yield content.finding(ERROR, "sheet_empty")
    elif sheet.pairs:
        yield from _parse_pairs(content, raw, data, shift)
    else:
        yield from _parse_table(content, raw, data, shift)


def _parse_table(content: SheetData, raw: RawSheet, data: WorkbookData, shift: int) -> Iterator[Finding]:
    header_row, header = raw.rows[0]
    columns, findings = _columns(content, header_row, header, data)
    yield from findings
    missing = [column for column in content.sheet.columns if column.name not in content.headers and not column.optional]
    for column in missing:
        yield Finding(
            ERROR,
            "column_missing",
            content.title,
            content.sheet.name,
            header_row,
            "",
            column.name,
            column.name,
            params={"ja": column.ja},
        )
    unread = frozenset(column.name for column in missing)
    for row, cells in raw.rows[1:]:
        record, findings = _parse_row(content, columns, row, cells, shift, unread)
        if record is not None:
            content.records.append(record)
        yield from findings


def _columns(
    content: SheetData, row: int, header: dict[int, RawCell], data: WorkbookData
) -> tuple[dict[int, Column], list[Finding]]:
    """Column number to column, from the header row; unknown ones are noted in `data`."""
    columns: dict[int, Column] = {}
    findings = []
    for number, cell in sorted(header.items()):
        words, letter = shown(cell.value), column_letter(number)
        column = _known_column(content.sheet, str(cell.value))
        if column is None:
            data.unknown_columns.append((content.title, letter, words))
        elif column.name in content.headers:
            findings.append(
                Finding(
                    ERROR,
                    "column_twice",
                    content.title,
                    content.sheet.name,
                    row,
                    letter,
                    column.name,
                    words,
                    words,
                    {"other": content.headers[column.name][0]},
                )
            )
        else:
            content.headers[column.name] = (letter, words)
            columns[number] = column
    return columns, findings


def _known_column(sheet: Sheet, header: str) -> Column | None:
    words = spelling(header)
    return next((column for column in sheet.columns if words in column.spellings), None)


def _parse_row(
    content: SheetData, columns: dict[int, Column], row: int, cells: dict[int, RawCell], shift: int, unread: frozenset
):
    """(record or None for a row without a value in any known column, findings)"""
    if not any(number in columns for number in cells):
        return None, []
    record = Record(row, dict.fromkeys(column.name for column in columns.values()))
    bad, findings = set(unread), []
    for number, column in columns.items():
        if number not in cells:
            continue
        try:
            value = _value(cells[number], column, shift)
        except CellError as error:
            findings.append(_cell_finding(content, record, column, cells.get(number), error))
            bad.add(column.name)
        else:
            record.values[column.name] = value
    if all(value is None for value in record.values.values()) and not findings:
        return None, []
    missing = [column for column in content.sheet.required if record.get(column.name) is None]
    if bad or missing:
        record.bad = frozenset(bad | {column.name for column in missing})
    return record, findings + list(_missing_values(content, record, bad))


def _value(cell: RawCell | None, column: Column, shift: int):
    if cell is None:
        return None
    if shift and cell.kind == "n" and column.kind in ("date", "datetime") and cell.value < 100_000:
        cell = RawCell("n", cell.value + shift)
    return parse_cell(cell, column)


def _cell_finding(
    content: SheetData, record: Record, column: Column, cell: RawCell | None, error: CellError
) -> Finding:
    value = cell.value if cell else ""
    return content.finding(ERROR, error.code, record, column.name, value=value, **error.params)


def _missing_values(content: SheetData, record: Record, bad: set[str]) -> Iterator[Finding]:
    for column in content.sheet.required:
        if column.name not in bad and record.get(column.name) is None:
            yield content.finding(ERROR, "value_missing", record, column.name)
    for first, second in content.sheet.one_of:
        if not record.get(first) and not record.get(second) and not {first, second} & bad:
            yield content.finding(
                ERROR, "one_of_missing", record, second, other=content.headers.get(first, ("", first))[1] or first
            )


def _parse_pairs(content: SheetData, raw: RawSheet, data: WorkbookData, shift: int) -> Iterator[Finding]:
    """The sheet Programme: a key in column A, its value in column B, in any order, under a header of its own."""
    sheet = content.sheet
    record = Record(raw.rows[0][0], dict.fromkeys(column.name for column in sheet.columns), rows={})
    bad: set[str] = set()
    for row, cells in raw.rows:
        key = cells.get(1)
        words = spelling(str(key.value)) if key else ""
        if not words or (row == raw.rows[0][0] and words in PAIR_HEADERS[0]):
            continue
        column = _known_column(sheet, str(key.value))
        if column is None:
            data.unknown_columns.append((content.title, f"A{row}", shown(key.value)))
            continue
        if column.name in record.rows:
            yield content.finding(ERROR, "key_twice", record, column.name, value=key.value, row=row)
            continue
        record.rows[column.name] = row
        content.headers[column.name] = ("B", shown(key.value))
        try:
            record.values[column.name] = _value(cells.get(2), column, shift)
        except CellError as error:
            bad.add(column.name)
            yield _cell_finding(content, record, column, cells.get(2), error)
    for column in sheet.columns:
        if column.name not in record.rows and not column.optional:
            bad.add(column.name)
            yield Finding(
                ERROR,
                "key_missing",
                content.title,
                sheet.name,
                raw.rows[-1][0],
                "A",
                column.name,
                column.name,
                params={"ja": column.ja},
            )
    record.bad = frozenset(bad | {column.name for column in sheet.required if record[column.name] is None})
    yield from _missing_values(content, record, bad)
    content.records.append(record)


def column_letter(number: int) -> str:
    """Return what a spreadsheet calls its column of this number: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters
