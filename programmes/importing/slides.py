"""Slides that a company uploads, looked at from outside: what kind of file it really is, and that it is no trap.

Nothing is drawn, and unpacked only what says how many pages there are: the file is handed out again as it came, as an
attachment.
"""

import contextlib
import io
import re
import zipfile
import zlib
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
MOST_PAGES = 300
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_SLIDE = re.compile(r"ppt/slides/slide\d+\.xml")
_PACKED = re.compile(rb"/Type\s*/ObjStm(?![A-Za-z])")
_STREAM = re.compile(rb"stream\r?\n")
# So much of a PDF's packed lists of objects is opened to count its pages; those of 300 pages are far smaller.
MOST_UNPACKED = 32 * 1024 * 1024
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
    if _pages(content) > MOST_PAGES:
        raise FileRefused("too_many_pages", limit=MOST_PAGES)


def _pages(content: bytes) -> int:
    """Count what says that it is a page, in the file and in its packed lists of objects; nothing else of it is read.

    A page that was changed after the first save counts again. Stops where there are too many.
    """
    count, left = len(_PAGE.findall(content)), MOST_UNPACKED
    for packed in _PACKED.finditer(content):
        start = _STREAM.search(content, packed.end(), packed.end() + 1024)
        if start is None:
            continue
        # Lists that are packed in another way than all programs do it are left alone.
        with contextlib.suppress(zlib.error):
            unpacked = zlib.decompressobj().decompress(content[start.end() :], left)
            count, left = count + len(_PAGE.findall(unpacked)), left - len(unpacked)
        if left <= 0:
            raise FileRefused("too_many_pages", limit=MOST_PAGES)
        if count > MOST_PAGES:
            break
    return count


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
    if sum(bool(_SLIDE.fullmatch(name)) for name in names) > MOST_PAGES:
        raise FileRefused("too_many_pages", limit=MOST_PAGES)
    check_document_types(archive)
