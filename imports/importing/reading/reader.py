"""Runs the reading process and gathers what it hands over."""

import json
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from . import limits
from .refusals import WorkbookRefused

TOP = Path(__file__).resolve().parents[3]
PROGRESS_EVERY = 1_000


class RawCell(NamedTuple):
    """A cell as it stands in the file; the kinds are those of `child`."""

    kind: str
    value: object


@dataclass
class RawSheet:
    """A sheet's rows that hold a value: (row number, {column number: cell}), both counted from 1."""

    title: str
    rows: list[tuple[int, dict[int, RawCell]]] = field(default_factory=list)


@dataclass
class RawWorkbook:
    sheets: list[RawSheet] = field(default_factory=list)
    epoch: int = 1899


def read_workbook(source: bytes | BinaryIO, *, progress: Callable[[str, int], None] | None = None) -> RawWorkbook:
    """The cells of the workbook, read by a process with limits; raises `WorkbookRefused`.

    `progress(sheet title, row number)` is called every thousand rows.
    """
    with tempfile.TemporaryFile() as file:
        _copy(source, file)
        return _run(file, progress or (lambda sheet, row: None))


def _copy(source: bytes | BinaryIO, target: BinaryIO) -> None:
    """At most one byte more than allowed: enough for the container check to refuse it."""
    content = source[: limits.FILE_BYTES + 1] if isinstance(source, bytes) else source.read(limits.FILE_BYTES + 1)
    target.write(content)
    target.flush()
    target.seek(0)


def _run(file: BinaryIO, progress: Callable[[str, int], None]) -> RawWorkbook:
    process = subprocess.Popen(
        [sys.executable, "-m", "imports.importing.reading.child"],
        cwd=TOP,
        # Nothing of ours is in its environment: it needs no database, no key and no address.
        env={"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(TOP), "PYTHONIOENCODING": "utf-8"},
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        close_fds=True,
    )
    watchdog = threading.Timer(limits.CHILD_WALL_SECONDS, process.kill)
    watchdog.daemon = True
    watchdog.start()
    try:
        workbook = _collect(process.stdout, progress)
    finally:
        watchdog.cancel()
        process.kill()
        process.stdout.close()
        code = process.wait()
    if workbook is None:
        raise WorkbookRefused(*_why_it_died(code))
    return workbook


def _why_it_died(code: int) -> tuple[str]:
    """The kernel stops a process at its limit of time by SIGXCPU or SIGKILL; the watchdog by SIGKILL."""
    return ("takes_too_long",) if code in (-signal.SIGXCPU, -signal.SIGKILL) else ("needs_too_much_memory",)


def _collect(lines, progress: Callable[[str, int], None]) -> RawWorkbook | None:
    """The workbook, or None when the process ended without saying that it was done."""
    workbook = RawWorkbook()
    received = 0
    for line in lines:
        received += len(line)
        if received > limits.CHILD_OUTPUT_BYTES:
            raise WorkbookRefused("too_much_text", limit=limits.TEXT_CHARACTERS)
        if not line.endswith(b"\n"):
            return None
        kind, *rest = json.loads(line)
        if kind == "refused":
            raise WorkbookRefused(rest[0], **rest[1])
        if kind == "end":
            workbook.epoch = rest[0]["epoch"]
            return workbook
        if kind == "sheet":
            workbook.sheets.append(RawSheet(rest[0]))
            continue
        number, cells = rest
        sheet = workbook.sheets[-1]
        sheet.rows.append((number, {column: RawCell(cell, value) for column, cell, value in cells}))
        if len(sheet.rows) % PROGRESS_EVERY == 0:
            progress(sheet.title, number)
    return None
