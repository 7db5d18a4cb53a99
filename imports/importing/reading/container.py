"""The look at the container before anything unpacks it.

Only the first bytes and the directory of the ZIP are read, so that a bomb costs nothing. What a directory declares is what
can come out: `zipfile` never hands out more of an entry than its declared size.
"""

import re
import zipfile
from typing import BinaryIO

from . import limits
from .refusals import WorkbookRefused

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
ZIP_MAGIC = b"PK\x03\x04"
EMPTY_ZIP_MAGIC = b"PK\x05\x06"
HTML_START = re.compile(rb"^\s*(<!doctype|<html|<head|<body|<table|<meta|<\?xml)", re.IGNORECASE)
NESTED_ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".xlsx", ".xlsm", ".docx", ".jar")
STRICT_NAMESPACE = b"purl.oclc.org/ooxml/spreadsheetml"
ENCRYPTED_FLAG = 0x1


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
    if not head.startswith((ZIP_MAGIC, EMPTY_ZIP_MAGIC)):
        raise WorkbookRefused(_what_it_is(file, head))
    _check_archive(file)
    file.seek(0)


def _what_it_is(file: BinaryIO, head: bytes) -> str:
    """The refusal code for a file that is no ZIP at all, so that the reader learns what to do instead."""
    if head.startswith(OLE_MAGIC):
        content = file.read()
        return "encrypted" if ENCRYPTED_STREAM in content else "old_excel"
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
            _check_entries(entries)
            names = {entry.filename for entry in entries}
            _check_kind(archive, names)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, ValueError, OSError) as error:
        raise WorkbookRefused("damaged") from error


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > limits.ZIP_ENTRIES:
        raise WorkbookRefused("too_many_parts", limit=limits.ZIP_ENTRIES)
    if len({entry.filename.lower() for entry in entries}) != len(entries):
        raise WorkbookRefused("damaged")
    if sum(entry.file_size for entry in entries) > limits.ZIP_UNPACKED_BYTES:
        raise WorkbookRefused("unpacks_too_large", megabytes=limits.ZIP_UNPACKED_BYTES // (1024 * 1024))
    for entry in entries:
        _check_entry(entry)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename.lower()
    if entry.flag_bits & ENCRYPTED_FLAG:
        raise WorkbookRefused("encrypted")
    if name.startswith(("/", "\\")) or ":" in name or ".." in re.split(r"[/\\]", name):
        raise WorkbookRefused("unsafe_part")
    if (entry.external_attr >> 16) & 0o170000 == 0o120000:
        raise WorkbookRefused("unsafe_part")
    if "vbaproject" in name or name.startswith(("xl/macrosheets", "xl/dialogsheets")):
        raise WorkbookRefused("macros")
    if name.startswith("xl/externallinks/"):
        raise WorkbookRefused("external_links")
    if name.startswith(("xl/embeddings/", "xl/activex/", "xl/ctrlprops/")) or name.endswith(NESTED_ARCHIVES):
        raise WorkbookRefused("embedded_files")
    big = entry.file_size > limits.ZIP_RATIO_FROM_BYTES
    if big and entry.file_size > limits.ZIP_RATIO * max(entry.compress_size, 1):
        raise WorkbookRefused("unpacks_too_large", megabytes=limits.ZIP_UNPACKED_BYTES // (1024 * 1024))


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
