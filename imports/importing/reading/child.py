"""The process that opens the workbook: `python -m imports.importing.reading.child < FILE.xlsx`.

It sets its own limits of memory, time and files before it looks at the file, knows neither Django nor the database, and
writes one JSON array a line: `["sheet", title]`, `["row", number, [[column, kind, value], …]]`, at the end
`["end", {"epoch": 1900}]` or `["refused", code, params]`.

Kinds: s text, n number, b yes/no, d date and time (ISO 8601), t time, f formula, e error of Excel, x text that is too long
(its first characters).
"""

import json
import math
import os
import resource
import sys
import warnings
import zipfile
from datetime import date, datetime, time, timedelta

from common.archives import check_document_types

from . import limits
from .container import check_container
from .refusals import WorkbookRefused

# Beyond this a float no longer holds every integer; such a number is nobody's head count.
LARGEST_NUMBER = 10**15
SAMPLE = 80
BALLAST_BYTES = 8 * 1024 * 1024


def set_limits() -> None:
    """Limits of this process; whoever exceeds them gets MemoryError or is stopped by the kernel."""
    for limit, value in (
        (resource.RLIMIT_AS, limits.CHILD_MEMORY_BYTES),
        (resource.RLIMIT_CPU, limits.CHILD_CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(limit, (value, value))


def emit(*item) -> None:
    sys.stdout.write(json.dumps(item, ensure_ascii=True, separators=(",", ":")))
    sys.stdout.write("\n")


class Budget:
    """Counts cells and characters over the whole workbook and stops the reading when there are too many."""

    def __init__(self):
        self.cells = 0
        self.characters = 0

    def spend(self, cells: int, characters: int) -> None:
        self.cells += cells
        self.characters += characters
        if self.cells > limits.CELLS:
            raise WorkbookRefused("too_many_cells", limit=limits.CELLS)
        if self.characters > limits.TEXT_CHARACTERS:
            raise WorkbookRefused("too_much_text", limit=limits.TEXT_CHARACTERS)


def read_cells(file) -> None:
    """Emit every row of every sheet that holds a value."""
    check_container(file)
    with zipfile.ZipFile(file) as archive:
        check_document_types(archive)
    file.seek(0)
    openpyxl = load_openpyxl()
    workbook = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
    if len(workbook.sheetnames) > limits.SHEETS:
        raise WorkbookRefused("too_many_sheets", limit=limits.SHEETS)
    budget = Budget()
    for sheet in workbook.worksheets:
        emit("sheet", sheet.title)
        for number, cells in rows_with_values(workbook, sheet):
            emit("row", number, cells)
            budget.spend(len(cells), sum(len(value) for _, _, value in cells if isinstance(value, str)))
    emit("end", {"epoch": workbook.epoch.year})


def load_openpyxl():
    """openpyxl, set up for reading fast: only after the limits are set and the file has been looked at.

    defusedxml refuses what a document type defines. There is none left, so its parser, written in Python and three times
    as slow, is not needed. Sheets are not asked for their size, which would read them twice.
    """
    os.environ["OPENPYXL_LXML"] = os.environ["OPENPYXL_DEFUSEDXML"] = "False"
    # An optional helper of openpyxl that reading does not need: without it the process is half the size.
    sys.modules["numpy"] = None
    import openpyxl  # noqa: PLC0415
    from openpyxl.reader import strings  # noqa: PLC0415
    from openpyxl.worksheet import _read_only, _reader  # noqa: PLC0415

    _read_only.ReadOnlyWorksheet._get_size = lambda sheet: None
    _reader.Text = strings.Text = PlainText
    return openpyxl


class PlainText:
    """A text of a cell without its fonts and, as in openpyxl, without the readings that Japanese Excel adds."""

    __slots__ = ("content",)

    def __init__(self, content: str):
        self.content = content

    @classmethod
    def from_tree(cls, node) -> "PlainText":
        return cls("".join(part.text or "" for path in ("{*}t", "{*}r/{*}t") for part in node.iterfind(path)))


def rows_with_values(workbook, sheet):
    """(row number, cells) of the rows that hold a value.

    openpyxl's own `iter_rows` fills every gap up to the last cell (a million rows for one cell at the far corner), so its
    parser of the sheet is used directly: it yields the rows that are in the file and nothing else.
    """
    from openpyxl.worksheet._reader import WorkSheetParser  # noqa: PLC0415

    rows = 0
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=False,
            epoch=workbook.epoch,
            date_formats=workbook._date_formats,
            timedelta_formats=workbook._timedelta_formats,
        )
        for number, cells in parser.parse():
            parser.row_dimensions.clear()
            row = [plain(cell) for cell in cells if has_value(cell)]
            if not row:
                continue
            rows += 1
            if rows > limits.ROWS_PER_SHEET + 1 or number > limits.ROWS_PER_SHEET + 1:
                raise WorkbookRefused("too_many_rows", sheet=sheet.title, row=number, limit=limits.ROWS_PER_SHEET)
            if row[-1][0] > limits.COLUMNS or max(column for column, _, _ in row) > limits.COLUMNS:
                raise WorkbookRefused("too_many_columns", sheet=sheet.title, row=number, limit=limits.COLUMNS)
            yield number, row


def has_value(cell: dict) -> bool:
    value = cell["value"]
    return value is not None and not (isinstance(value, str) and not value.strip())


def plain(cell: dict) -> list:
    """[column, kind, value] with a value that JSON can carry."""
    kind, value = plain_value(cell["data_type"], cell["value"])
    return [cell["column"], kind, value]


def plain_value(kind: str, value) -> tuple[str, object]:
    if kind == "f":
        return "f", formula_text(value)[:SAMPLE]
    if kind == "e":
        return "e", str(value)[:SAMPLE]
    if isinstance(value, bool):
        return "b", value
    if isinstance(value, int | float):
        return plain_number(value)
    if isinstance(value, timedelta):
        return "t", str(value)
    if isinstance(value, datetime):
        return "d", nearest_second(value).isoformat()
    if isinstance(value, date):
        return "d", datetime.combine(value, time.min).isoformat()
    if isinstance(value, time):
        return "t", value.isoformat()
    text = str(value)
    return ("s", text) if len(text) <= limits.CELL_CHARACTERS else ("x", text[:SAMPLE])


def plain_number(value: int | float) -> tuple[str, object]:
    if isinstance(value, float):
        if math.isnan(value) or math.isinf(value):
            return "e", "#NUM!"
        if value.is_integer() and abs(value) <= LARGEST_NUMBER:
            value = int(value)
    if abs(value) > LARGEST_NUMBER:
        return "s", f"{float(value):.6E}" if abs(value) < 10**300 else "#"
    return "n", value


def nearest_second(value: datetime) -> datetime:
    """Excel keeps a time as a fraction of a day: 15:30 may arrive as 15:29:59.999999."""
    if value.microsecond >= 500_000:
        value += timedelta(seconds=1)
    return value.replace(microsecond=0, tzinfo=None)


def formula_text(value) -> str:
    text = value if isinstance(value, str) else getattr(value, "text", None)
    return text or "="


def refusal_of(error: BaseException) -> WorkbookRefused:
    """What stopped the reading, as a refusal: openpyxl raises nearly anything on a damaged file."""
    if isinstance(error, WorkbookRefused):
        return error
    out_of_memory_in_expat = getattr(error, "code", None) == 1
    if isinstance(error, MemoryError | RecursionError) or out_of_memory_in_expat:
        return WorkbookRefused("needs_too_much_memory", megabytes=limits.CHILD_MEMORY_BYTES // (1024 * 1024))
    return WorkbookRefused("damaged")


def main() -> None:
    set_limits()
    warnings.simplefilter("ignore")
    # Given back when memory runs out, so that there is room to say so.
    ballast = bytearray(BALLAST_BYTES)
    refusal = None
    try:
        read_cells(sys.stdin.buffer)
    except BrokenPipeError:
        return
    except Exception as error:  # noqa: BLE001 - see refusal_of
        ballast.clear()
        refusal = refusal_of(error)
    if refusal is not None:
        emit("refused", refusal.code, refusal.params)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
