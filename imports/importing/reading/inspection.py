"""The whole reading of a workbook, without the portal: file in, records and findings out."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from . import limits
from .checks import check_workbook
from .findings import ERROR, GAP, NOTICE, Finding
from .gaps import find_gaps
from .parsing import parse_workbook
from .reader import RawWorkbook, read_workbook
from .records import WorkbookData


@dataclass
class Inspection:
    """What a workbook holds and what is remarkable in it.

    `counts` counts every finding; of each level only the first `limits.FINDINGS_KEPT` are kept.
    """

    raw: RawWorkbook
    data: WorkbookData = field(default_factory=WorkbookData)
    findings: list[Finding] = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)

    def add(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.counts[finding.level] += 1
            if self.counts[finding.level] <= limits.FINDINGS_KEPT:
                self.findings.append(finding)

    def sort(self) -> None:
        """In the order in which one walks through the file."""
        order = {sheet.title: position for position, sheet in enumerate(self.raw.sheets)}
        self.findings.sort(
            key=lambda finding: (order.get(finding.sheet, len(order)), finding.row, len(finding.column), finding.column)
        )

    def of(self, level: str) -> list[Finding]:
        return [finding for finding in self.findings if finding.level == level]

    @property
    def has_errors(self) -> bool:
        return self.counts[ERROR] > 0


def inspect_workbook(
    source: bytes | BinaryIO, *, today: date, progress: Callable[[str, int], None] | None = None
) -> Inspection:
    """Read and check a workbook; raises `WorkbookRefused` when it is not read at all."""
    return inspect_raw(read_workbook(source, progress=progress), today=today)


def inspect_raw(raw: RawWorkbook, *, today: date) -> Inspection:
    inspection = Inspection(raw)
    inspection.add(parse_workbook(raw, inspection.data))
    inspection.add(check_workbook(inspection.data, today=today))
    inspection.add(find_gaps(inspection.data))
    inspection.add(unknown_parts(inspection.data))
    inspection.sort()
    return inspection


def unknown_parts(data: WorkbookData) -> Iterable[Finding]:
    for title in data.unknown_sheets:
        yield Finding(NOTICE, "unknown_sheet", title)
    for title, letter, words in data.unknown_columns:
        yield Finding(NOTICE, "unknown_column", title, column=letter, header=words)


__all__ = ["ERROR", "GAP", "NOTICE", "Inspection", "inspect_raw", "inspect_workbook"]
