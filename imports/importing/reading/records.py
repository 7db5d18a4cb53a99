"""A workbook's content as plain records, each value at its row and column."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from .findings import Finding, shown
from .schema import BY_NAME, SHEETS, Sheet


@dataclass(slots=True)
class Record:
    """One row. `values` holds what could be read (None for an empty cell); `bad` the columns that could not."""

    row: int
    values: dict
    bad: frozenset = frozenset()
    rows: dict | None = None

    def get(self, name: str):
        return self.values.get(name)

    def __getitem__(self, name: str):
        return self.values.get(name)

    def row_of(self, name: str) -> int:
        """The sheet Programme has a row for each value."""
        return self.rows.get(name, self.row) if self.rows else self.row


@dataclass
class SheetData:
    """A sheet of the file: `headers` maps a column's name to (letter, words of the header)."""

    sheet: Sheet
    title: str
    headers: dict[str, tuple[str, str]] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    present: bool = True

    def finding(self, level: str, code: str, record: Record | None = None, name: str = "", **params) -> Finding:
        letter, header = self.headers.get(name, ("", ""))
        value = params.pop("value", record.get(name) if record and name else "")
        row = record.row_of(name) if record else 0
        return Finding(level, code, self.title, self.sheet.name, row, letter, name, header, shown(plain(value)), params)


@dataclass
class WorkbookData:
    """Everything that was read, with what nobody asked for (unknown sheets and columns)."""

    sheets: dict[str, SheetData] = field(default_factory=dict)
    unknown_sheets: list[str] = field(default_factory=list)
    unknown_columns: list[tuple[str, str, str]] = field(default_factory=list)

    def __getitem__(self, name: str) -> SheetData:
        if name not in self.sheets:
            self.sheets[name] = SheetData(BY_NAME[name], BY_NAME[name].name, present=False)
        return self.sheets[name]

    def records(self, name: str) -> list[Record]:
        return self[name].records

    @property
    def programme(self) -> Record:
        records = self.records("Programme")
        return records[0] if records else Record(0, {})

    def counts(self) -> dict[str, int]:
        return {sheet.name: len(self.records(sheet.name)) for sheet in SHEETS if self[sheet.name].present}


def key_of(sheet: Sheet, record: Record) -> tuple | None:
    """What a row is known by; None when a part of it could not be read."""
    parts = tuple(_key_part(record, name) for name in sheet.key)
    return None if any(part in (None, "") for part in parts) else parts


def _key_part(record: Record, name: str):
    if name == "name":
        value = record.get("name_en") or record.get("name_ja")
        return value.casefold() if value else None
    return record.get(name)


def plain(value):
    """A value as JSON carries it: dates as ISO 8601, times in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    return value


def key_text(key: tuple) -> str:
    """A key as one text, for storing."""
    return " / ".join(str(plain(part)) for part in key)
