"""What the uploaded file is, judged by its first bytes and the directory of the ZIP, before anything is unpacked."""

import zipfile
from typing import BinaryIO
from xml.parsers import expat

from common.archives import (
    OLE_MAGIC,
    ZIP_MAGICS,
    FileRefused,
    check_document_types,
    check_entries,
    is_encrypted_office,
)

from . import limits

CONTENT_TYPES = "[Content_Types].xml"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
STYLES = "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"
TEMPLATE = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"


def check_outside(file: BinaryIO) -> None:
    """Raise FileRefused unless `file` is a ZIP of a modest size; the position is at the start afterwards."""
    size = file.seek(0, 2)
    file.seek(0)
    if size == 0:
        raise FileRefused("empty_file")
    if size > limits.FILE_BYTES:
        raise FileRefused("file_too_large", megabytes=limits.FILE_BYTES // (1024 * 1024))
    head = file.read(1024)
    if not head.startswith(ZIP_MAGICS):
        raise FileRefused(_what_it_is(file, head))
    file.seek(0)


def _what_it_is(file: BinaryIO, head: bytes) -> str:
    if head.startswith(OLE_MAGIC):
        return "encrypted" if is_encrypted_office(file) else "old_word"
    if head.startswith(b"%PDF"):
        return "pdf"
    return "not_a_document"


def find_parts(archive: zipfile.ZipFile) -> tuple[str, str]:
    """Return the names of the parts with the text and with the styles ("" without any); raise FileRefused."""
    entries = archive.infolist()
    check_entries(entries, limits.ARCHIVE)
    names = {entry.filename for entry in entries}
    if any("vbaproject" in name.lower() for name in names):
        raise FileRefused("macros")
    if "mimetype" in names:
        raise FileRefused("open_document")
    if any(name.startswith(("xl/", "ppt/")) for name in names):
        raise FileRefused("other_document")
    if CONTENT_TYPES not in names:
        raise FileRefused("not_a_document")
    check_document_types(archive, [CONTENT_TYPES])
    types = _content_types(_read(archive, CONTENT_TYPES))
    if any("macroEnabled" in kind for kind in types.values()):
        raise FileRefused("macros")
    main = _part_of(types, MAIN, names)
    if not main:
        raise FileRefused("template" if TEMPLATE in types.values() else "not_a_document")
    check_document_types(archive)
    return main, _part_of(types, STYLES, names)


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > limits.PART_BYTES:
        raise FileRefused("too_much_text", limit=limits.CHARACTERS)
    return archive.read(name)


def read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return the bytes of a part; raise FileRefused when it is larger than any policy."""
    return _read(archive, name)


def _part_of(types: dict[str, str], kind: str, names: set[str]) -> str:
    return next((name for name, its_kind in types.items() if its_kind == kind and name in names), "")


def _content_types(content: bytes) -> dict[str, str]:
    """Return the kind of each part that is named by itself."""
    types: dict[str, str] = {}

    def start(tag, attributes):
        if tag.rpartition(" ")[2] == "Override" and len(types) <= limits.ARCHIVE.entries:
            types[attributes.get("PartName", "").lstrip("/")] = attributes.get("ContentType", "")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.Parse(content, True)
    return types
