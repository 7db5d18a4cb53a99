"""Keeping files: bytes first, safely on the disk, then the row. A row without its file cannot come to be."""

import contextlib
import fcntl
import hashlib
import os
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from jobs.models import StoredFile
from jobs.tasks.clearing import folder_held

# What the portal keeps and hands out, and as what. Nothing that a browser would run.
FILE_TYPES = {
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".txt": "text/plain",
    ".csv": "text/csv",
}
MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_COMPANY_BYTES = 2 * 1024**3
MAX_NAME = 150


class FileRefused(ValueError):
    """The file may not be kept; `code` is `type`, `size`, `empty` or `quota`."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


class StoredFileDamaged(Exception):
    """The bytes on the disk are not those that were kept. Restore them from the backup; the row says which."""


def store_file(
    *,
    name: str,
    content: bytes,
    actor,
    company_id: UUID | None = None,
    programme_id: UUID | None = None,
    is_content: bool = False,
) -> StoredFile:
    """Keep `content` for the company, else the programme, else `actor`, and return its row.

    The kind of file is told by the ending of `name`. When this returns the bytes are on the disk; the row comes with
    the commit of the caller. A rollback leaves bytes that no row names; nothing serves them, and they are cleared by the
    clock. Raises FileRefused, and OSError when the disk is full or read-only.
    """
    new = NewFile(name, content, company_id, programme_id)
    return store_files([new], actor=actor, is_content=is_content)[0]


@dataclass(frozen=True)
class NewFile:
    """A file to be kept, and whose it will be."""

    name: str
    content: bytes
    company_id: UUID | None = None
    programme_id: UUID | None = None


def store_files(files: Sequence[NewFile], *, actor, is_content: bool = False) -> list[StoredFile]:
    """Keep several files as `store_file` keeps one, in a constant number of statements; one that is refused refuses all."""
    rows = [_row(file, actor=actor, is_content=is_content) for file in files]
    _check_room(rows)
    for file, row in zip(files, rows, strict=True):
        _write_once(Path(settings.MEDIA_ROOT) / row.path, file.content)
    return StoredFile.objects.bulk_create(rows)


def _row(file: NewFile, *, actor, is_content: bool) -> StoredFile:
    """Return the row of a file, unsaved."""
    name = safe_name(file.name)
    suffix = Path(name).suffix.lower()
    if suffix not in FILE_TYPES:
        raise FileRefused("type", f"Files of the type {suffix or 'without an ending'} are not kept.")
    if not file.content:
        raise FileRefused("empty", "The file is empty.")
    if len(file.content) > MAX_FILE_BYTES:
        raise FileRefused("size", f"The file is larger than {MAX_FILE_BYTES} bytes.")
    digest = hashlib.sha256(file.content).hexdigest()
    return StoredFile(
        name=name,
        content_type=FILE_TYPES[suffix],
        size=len(file.content),
        sha256=digest,
        path=f"t/{file.company_id or file.programme_id or actor.pk}/{digest}",
        company_id=file.company_id,
        programme_id=file.programme_id,
        is_content=is_content,
        created_by=actor,
    )


def _check_room(rows: Sequence[StoredFile]) -> None:
    """Refuse what would not fit into the room of its company."""
    wanted = Counter()
    for row in rows:
        if row.company_id:
            wanted[row.company_id] += row.size
    if not wanted:
        return
    kept = StoredFile.objects.filter(company_id__in=wanted).order_by().values_list("company_id")
    used = dict(kept.annotate(total=Sum("size")))
    if any(used.get(company_id, 0) + size > MAX_COMPANY_BYTES for company_id, size in wanted.items()):
        raise FileRefused("quota", "The company's room for files is used up.")


def forget_files(file_ids: Iterable[UUID | None]) -> int:
    """Forget files that nothing names any more; return how many. For who takes away what they belonged to.

    What is not the actor's to forget stays, and so does a file that something else still names.
    """
    forgotten = 0
    for file_id in filter(None, file_ids):
        with contextlib.suppress(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT app.forget_file(%s)", [file_id])
            forgotten += cursor.fetchone()[0]
    return forgotten


def open_stored(stored: StoredFile) -> BinaryIO:
    """Open the file for reading; the caller closes it. Raises StoredFileDamaged when it is missing or cut short."""
    try:
        file = (Path(settings.MEDIA_ROOT) / stored.path).open("rb")
    except FileNotFoundError:
        raise StoredFileDamaged(f"{stored.path} of the file {stored.pk} is missing.") from None
    size = os.fstat(file.fileno()).st_size
    if size != stored.size:
        file.close()
        raise StoredFileDamaged(f"{stored.path} of the file {stored.pk} has {size} bytes instead of {stored.size}.")
    return file


def safe_name(name: str) -> str:
    """Return `name` without folders, control and direction characters, and not longer than a file name may be."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(char for char in name if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    stem, suffix = os.path.splitext(name.strip(" ."))
    return f"{stem[: MAX_NAME - len(suffix)] or 'file'}{suffix}"


def _write_once(path: Path, content: bytes) -> None:
    """Put the bytes under their final name in one step, on the disk before the name appears."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with folder_held(path.parent, fcntl.LOCK_SH):
        if not _is_there(path, len(content)):
            _write(path, content)


def _is_there(path: Path, size: int) -> bool:
    """Whether the bytes lie there already; then they are as new, so that nobody clears them before the row comes."""
    try:
        if path.stat().st_size != size:
            return False
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _write(path: Path, content: bytes) -> None:
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
        raise
    for folder in (path.parent, path.parent.parent):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
