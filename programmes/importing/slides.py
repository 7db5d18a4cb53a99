"""Slides that a company uploads, looked at from outside: what kind of file it really is, and that it is no trap.

Nothing is unpacked and nothing drawn: the file is handed out again as it came, as an attachment.
"""

import io
import zipfile
from pathlib import PurePath

from common.archives import (
    OLE_MAGIC,
    ZIP_MAGICS,
    ArchiveLimits,
    FileRefused,
    check_document_types,
    check_entries,
    is_encrypted_office,
)
from jobs.services import MAX_FILE_BYTES

SLIDE_TYPES = (".pdf", ".pptx")
# A deck of photographs has several hundred parts; none of them honestly unpacks to a hundred times its size.
ARCHIVE = ArchiveLimits(entries=3_000, unpacked_bytes=200 * 1024 * 1024, ratio=100, ratio_from_bytes=512 * 1024)
CONTENT_TYPES = "[Content_Types].xml"
PRESENTATION = "ppt/presentation.xml"
# Where a PDF says that it is one, and where it ends with the dictionary that names an encryption.
PDF_HEAD, PDF_TAIL = 1024, 64 * 1024


def check_slides(name: str, content: bytes) -> None:
    """Raise FileRefused unless `content` is what the ending of `name` says: a PDF, or slides without macros."""
    if not content:
        raise FileRefused("empty_file")
    if len(content) > MAX_FILE_BYTES:
        raise FileRefused("file_too_large", megabytes=MAX_FILE_BYTES // (1024 * 1024))
    suffix = PurePath(name).suffix.lower()
    if suffix == ".pdf":
        _check_pdf(content)
    elif suffix == ".pptx":
        _check_pptx(content)
    else:
        raise FileRefused("kind")


def _check_pdf(content: bytes) -> None:
    if b"%PDF-" not in content[:PDF_HEAD] or b"%%EOF" not in content[-PDF_TAIL:]:
        raise FileRefused("not_a_pdf")
    if b"/Encrypt" in content[-PDF_TAIL:]:
        raise FileRefused("encrypted")


def _check_pptx(content: bytes) -> None:
    file = io.BytesIO(content)
    if content.startswith(OLE_MAGIC):
        raise FileRefused("encrypted" if is_encrypted_office(file) else "old_slides")
    if not content.startswith(ZIP_MAGICS):
        raise FileRefused("not_slides")
    try:
        with zipfile.ZipFile(file) as archive:
            _check_parts(archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise FileRefused("damaged") from error


def _check_parts(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    check_entries(entries, ARCHIVE)
    names = {entry.filename for entry in entries}
    if any("vbaproject" in name.lower() for name in names):
        raise FileRefused("macros")
    if not {CONTENT_TYPES, PRESENTATION} <= names:
        raise FileRefused("not_slides")
    check_document_types(archive)
