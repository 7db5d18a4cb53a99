"""A look at a ZIP file that somebody uploaded, before anything unpacks it: only its directory is read.

What a directory declares is what can come out: `zipfile` never hands out more of an entry than its declared size. Knows
neither Django nor what the file is for, so that a process without them can use it.
"""

import contextlib
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO
from xml.parsers import expat

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
ENCRYPTED_FLAG = 0x1
FILE_TYPE, SYMBOLIC_LINK = 0o170000, 0o120000


class FileRefused(Exception):
    """The whole file is refused; `code` names the sentence for people, `params` fill it."""

    def __init__(self, code: str, **params):
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, kw_only=True)
class ArchiveLimits:
    """How much a ZIP file may declare. Sizes are bytes; `ratio` counts from `ratio_from_bytes` of unpacked size on."""

    entries: int
    unpacked_bytes: int
    ratio: int
    # Small parts may compress better without meaning any harm (an empty style sheet does).
    ratio_from_bytes: int


def check_entries(entries: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    """Raise FileRefused for too many parts, too much to unpack, and names that lead out of the archive."""
    if len(entries) > limits.entries:
        raise FileRefused("too_many_parts", limit=limits.entries)
    if len({entry.filename.lower() for entry in entries}) != len(entries):
        raise FileRefused("damaged")
    if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
        raise _too_large(limits)
    for entry in entries:
        _check_entry(entry, limits)


def _check_entry(entry: zipfile.ZipInfo, limits: ArchiveLimits) -> None:
    name = entry.filename
    if entry.flag_bits & ENCRYPTED_FLAG:
        raise FileRefused("encrypted")
    if name.startswith(("/", "\\")) or ":" in name or ".." in re.split(r"[/\\]", name):
        raise FileRefused("unsafe_part")
    if (entry.external_attr >> 16) & FILE_TYPE == SYMBOLIC_LINK:
        raise FileRefused("unsafe_part")
    is_big = entry.file_size > limits.ratio_from_bytes
    if is_big and entry.file_size > limits.ratio * max(entry.compress_size, 1):
        raise _too_large(limits)


def _too_large(limits: ArchiveLimits) -> FileRefused:
    return FileRefused("unpacks_too_large", megabytes=limits.unpacked_bytes // (1024 * 1024))


def is_encrypted_office(file: BinaryIO) -> bool:
    """Is this, an OLE file, the wrapper of a modern Office document with a password?"""
    file.seek(0)
    return ENCRYPTED_STREAM in file.read()


class _RootReached(Exception):
    """The document's prologue is over."""


def check_document_types(archive: zipfile.ZipFile, names: Iterable[str] | None = None) -> None:
    """Refuse an XML part with a document type, the place where entities are defined: no Office document has one.

    The parser is stopped at the first element, so this costs nothing whatever the size of the part.
    """
    for name in archive.namelist() if names is None else names:
        if name.lower().endswith((".xml", ".rels", ".vml")):
            with archive.open(name) as part:
                _check_prologue(part)


def _check_prologue(part) -> None:
    def refuse(*doctype):
        raise FileRefused("unsafe_part")

    def stop(*element):
        raise _RootReached

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = stop
    # A part that cannot be parsed is its reader's to complain about, if it needs it at all.
    with contextlib.suppress(_RootReached, expat.ExpatError):
        parser.ParseFile(part)
