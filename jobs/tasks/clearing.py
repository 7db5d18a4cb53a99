"""Bytes that nobody needs any more: rows of files go with the deed that ends them, what lies on the disk by the clock.

Bytes lie under a name made of their content, so several rows may name the same, and a deed may still be rolled back.
What is on the disk is therefore cleared by itself, a day after it was last written, and only where no row names it.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import connection

# So long a transaction that has written bytes may take until its row is there. Far longer than any does.
REST = timedelta(days=1)
AT_ONCE = 500


def clear_bytes(*, now: datetime) -> int:
    """Take from the disk what no row names, and drafts of writers that were killed; return how many files."""
    root = Path(settings.MEDIA_ROOT)
    cleared = 0
    for folder in sorted((root / "t").glob("*/")):
        old = _old(folder, now)
        while files := list(islice(old, AT_ONCE)):
            named = _named([str(file.relative_to(root)) for file in files])
            cleared += sum(_clear(file, now) for file in files if str(file.relative_to(root)) not in named)
    return cleared


def _old(folder: Path, now: datetime) -> Iterator[Path]:
    return (file for file in sorted(folder.iterdir()) if file.is_file() and _is_old(file, now))


def _is_old(file: Path, now: datetime) -> bool:
    try:
        return file.stat().st_mtime < (now - REST).timestamp()
    except FileNotFoundError:
        return False


def _named(paths: list[str]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.named_paths(%s::text[])", [paths])
        return set(cursor.fetchone()[0])


def _clear(file: Path, now: datetime) -> bool:
    """Unlink the file unless somebody has kept the same content again since it was looked at."""
    with folder_held(file.parent, fcntl.LOCK_EX):
        if not _is_old(file, now):
            return False
        file.unlink(missing_ok=True)
        return True


@contextlib.contextmanager
def folder_held(folder: Path, how: int) -> Iterator[None]:
    """Hold a folder of files: shared by those who write, alone for who clears."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
