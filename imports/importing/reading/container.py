"""The look at the container before anything unpacks it.

Only the first bytes and the directory of the ZIP are read, so that a bomb costs nothing.
"""

import re
import zipfile
from typing import BinaryIO

from common.archives import OLE_MAGIC, ZIP_MAGICS, check_entries, is_encrypted_office

from . import limits
from .refusals import WorkbookRefused

HTML_START = re.compile(rb"^\s*(<!doctype|<html|<head|<body|<table|<meta|<\?xml)", re.IGNORECASE)
NESTED_ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".xlsx", ".xlsm", ".docx", ".jar")
STRICT_NAMESPACE = b"purl.oclc.org/ooxml/spreadsheetml"


def check_container(file: BinaryIO) -> None:
    """Raise `WorkbookRefused` unless `file` is a modest, plain .xlsx; leaves the position at the start."""
    size = file.seek(0, 2)
    file.seek(0)
    if size == 0:
        raise WorkbookRefused("empty_file")
    if size > limits.FILE_BYTES:
        raise WorkbookRefused("file_too_large", megabytes=limits.FILE_BYTES // (1024 * 1024))
    head = file.read(4096)
    file.seek(0)
    if not head.startswith(ZIP_MAGICS):
        raise WorkbookRefused(_what_it_is(file, head))
    _check_archive(file)
    file.seek(0)


def _what_it_is(file: BinaryIO, head: bytes) -> str:
    """The refusal code for a file that is no ZIP at all, so that the reader learns what to do instead."""
    if head.startswith(OLE_MAGIC):
        return "encrypted" if is_encrypted_office(file) else "old_excel"
    if head.startswith(b"%PDF"):
        return "pdf"
    if HTML_START.match(head.removeprefix(b"\xef\xbb\xbf")):
        return "html"
    if _looks_like_text(head):
        return "csv"
    return "not_a_workbook"


def _looks_like_text(head: bytes) -> bool:
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    for encoding in ("utf-8", "cp932", "utf-16"):
        try:
            # The last character may be cut in two by the end of the sample.
            text = head[: len(head) // 4 * 4].decode(encoding, errors="strict" if len(head) < 4096 else "ignore")
        except UnicodeDecodeError:
            continue
        if text and sum(character.isprintable() or character in "\r\n\t" for character in text) > 0.95 * len(text):
            return True
    return False


def _check_archive(file: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            check_entries(entries, limits.ARCHIVE)
            for entry in entries:
                _check_part(entry)
            names = {entry.filename for entry in entries}
            _check_kind(archive, names)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, ValueError, OSError) as error:
        raise WorkbookRefused("damaged") from error


def _check_part(entry: zipfile.ZipInfo) -> None:
    name = entry.filename.lower()
    if "vbaproject" in name or name.startswith(("xl/macrosheets", "xl/dialogsheets")):
        raise WorkbookRefused("macros")
    if name.startswith("xl/externallinks/"):
        raise WorkbookRefused("external_links")
    if name.startswith(("xl/embeddings/", "xl/activex/", "xl/ctrlprops/")) or name.endswith(NESTED_ARCHIVES):
        raise WorkbookRefused("embedded_files")


def _check_kind(archive: zipfile.ZipFile, names: set[str]) -> None:
    """Tell other documents that are also ZIP files from a workbook."""
    if "mimetype" in names:
        raise WorkbookRefused("open_document")
    if "xl/workbook.bin" in names:
        raise WorkbookRefused("binary_workbook")
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise WorkbookRefused("other_document")
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise WorkbookRefused("not_a_workbook")
    if b"macroEnabled" in archive.read("[Content_Types].xml"):
        raise WorkbookRefused("macros")
    if "xl/workbook.xml" in names and STRICT_NAMESPACE in archive.read("xl/workbook.xml"):
        raise WorkbookRefused("strict_workbook")
