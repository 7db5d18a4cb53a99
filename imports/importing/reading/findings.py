"""What was found in a workbook: stored as codes and values, put into words when it is shown."""

import dataclasses

ERROR = "error"
GAP = "gap"
NOTICE = "notice"
VALUE_SHOWN = 120


@dataclasses.dataclass(frozen=True)
class Finding:
    """One remark on one cell (or row, or sheet, when the rest is empty).

    `level` is error (nothing is imported), gap (something is not known yet) or notice (worth a look). `sheet` is the title as
    it stands in the file, `name` the sheet's name in the schema; `column` is the letter, `header` the words above it.
    """

    level: str
    code: str
    sheet: str = ""
    name: str = ""
    row: int = 0
    column: str = ""
    field: str = ""
    header: str = ""
    value: str = ""
    params: dict = dataclasses.field(default_factory=dict)

    def as_json(self) -> dict:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: dict) -> "Finding":
        return cls(**data)

    @property
    def cell(self) -> str:
        """The address as Excel writes it, e.g. C7; empty when the remark is on a whole sheet."""
        return f"{self.column}{self.row}" if self.row else ""


def shown(value) -> str:
    """A value as the remark quotes it: one line of at most VALUE_SHOWN characters."""
    text = " ".join(str("" if value is None else value).split())
    return text if len(text) <= VALUE_SHOWN else text[: VALUE_SHOWN - 1] + "…"
