"""The text of a Word file, paragraph by paragraph, as it reads with all tracked changes accepted.

The parts are read by expat as a stream: no tree is built, no address is opened, and the work ends at the limits. Text that
was deleted or moved away, hidden text, readings above kanji and the table of contents are left out.
"""

import zipfile
import zlib
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from common.archives import FileRefused

from . import limits
from .container import check_outside, find_parts, read_part
from .styles import Styles, local, local_attributes, read_styles

# What is inside does not belong to the text: deleted or moved away, a reading above kanji, a second version of a drawing.
SKIPPED = {"del", "moveFrom", "rt", "Fallback", "delText", "instrText", "delInstrText"}
TRACKED = {"ins", "del", "moveFrom", "moveTo"}
REMARKS = {"tbl": "tables", "txbxContent": "text_boxes", "footnoteReference": "notes", "endnoteReference": "notes"}
OFF = {"0", "false", "off", "none"}


@dataclass(frozen=True)
class Block:
    """A paragraph of the document. `level`: 0 title, 1 to 9 heading, None text."""

    text: str
    level: int | None = None
    is_bold: bool = False


@dataclass(frozen=True)
class Document:
    """What was read. `remarks` are codes of `messages`: what the reader should know about how it was read."""

    blocks: tuple[Block, ...]
    remarks: tuple[str, ...] = ()


@dataclass
class _Paragraph:
    """A paragraph while it is being read."""

    style: str = ""
    outline: int | None = None
    is_list: bool = False
    # Its end was deleted: it goes on in the next one.
    goes_on: bool = False
    pieces: list[str] = field(default_factory=list)
    bold: int = 0
    plain: int = 0


def read_document(file: BinaryIO) -> Document:
    """Return the text of a .docx; raise FileRefused, whatever is the matter with the file."""
    check_outside(file)
    try:
        with zipfile.ZipFile(file) as archive:
            main, styles = find_parts(archive)
            known = read_styles(read_part(archive, styles)) if styles else Styles()
            return _Reader(known).read(read_part(archive, main))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, expat.ExpatError, zlib.error) as error:
        raise FileRefused("damaged") from error
    except (NotImplementedError, EOFError, ValueError, OSError, LookupError, RuntimeError) as error:
        raise FileRefused("damaged") from error


class _Reader:
    """Listens to expat. `skipping` is how deep one is inside something that does not belong to the text."""

    def __init__(self, styles: Styles):
        self.styles = styles
        self.blocks: list[Block] = []
        self.remarks: dict[str, None] = {}
        self.open: list[_Paragraph] = []
        self.path: list[str] = []
        self.skipping = 0
        self.elements = 0
        self.characters = 0
        self.is_text = False
        self.is_bold = self.is_hidden = False
        self.carried = ""

    def read(self, content: bytes) -> Document:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.CharacterDataHandler = self.hear
        parser.Parse(content, True)
        if self.carried.strip():
            self.blocks.append(Block(self.carried.strip()))
        if not self.blocks:
            raise FileRefused("no_text")
        return Document(tuple(self.blocks), tuple(self.remarks))

    # --- Events ---------------------------------------------------------------------------------------------------------

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        self.elements += 1
        self.path.append(tag)
        if self.elements > limits.ELEMENTS or len(self.path) > limits.DEPTH:
            raise FileRefused("too_complicated")
        if tag in TRACKED:
            self.remarks["tracked_changes"] = None
        if tag in REMARKS:
            self.remarks[REMARKS[tag]] = None
        # `del` within the properties of a paragraph's end says that the end was deleted; elsewhere it holds deleted text.
        if self.skipping or (tag in SKIPPED and not self._is_property()):
            self.skipping += 1
            return
        handler = getattr(self, f"_start_{tag}", None)
        if handler:
            handler(local_attributes(attributes))

    def end(self, name: str) -> None:
        tag = self.path.pop()
        if self.skipping:
            self.skipping -= 1
            return
        if tag == "t":
            self.is_text = False
        elif tag == "p" and self.open:
            self._close(self.open.pop())

    def hear(self, text: str) -> None:
        if self.is_text and not self.skipping and self.open and not self.is_hidden:
            self._add(text)

    def _is_property(self) -> bool:
        return len(self.path) > 1 and self.path[-2] in ("rPr", "pPr", "trPr", "tcPr", "numPr")

    # --- Elements -------------------------------------------------------------------------------------------------------

    def _start_p(self, attributes: dict[str, str]) -> None:
        self.open.append(_Paragraph())
        self.is_text = False

    def _start_r(self, attributes: dict[str, str]) -> None:
        self.is_bold = self.is_hidden = False

    def _start_t(self, attributes: dict[str, str]) -> None:
        # A formula and a drawing have texts of their own kind; both are read as they stand.
        self.is_text = True

    def _start_pStyle(self, attributes: dict[str, str]) -> None:
        if self.open:
            self.open[-1].style = attributes.get("val", "")

    def _start_outlineLvl(self, attributes: dict[str, str]) -> None:
        value = attributes.get("val", "")
        if self.open and value.isdecimal() and int(value) < 9:
            self.open[-1].outline = int(value) + 1

    def _start_numPr(self, attributes: dict[str, str]) -> None:
        if self.open:
            self.open[-1].is_list = True

    def _start_del(self, attributes: dict[str, str]) -> None:
        """Reached for properties only: the end of a paragraph was deleted."""
        if self.open and self.path[-3:-1] == ["pPr", "rPr"]:
            self.open[-1].goes_on = True

    def _start_b(self, attributes: dict[str, str]) -> None:
        if self.path[-3:-1] == ["r", "rPr"]:
            self.is_bold = attributes.get("val", "") not in OFF

    def _start_vanish(self, attributes: dict[str, str]) -> None:
        if self.path[-3:-1] == ["r", "rPr"] and attributes.get("val", "") not in OFF:
            self.is_hidden = True
            self.remarks["hidden_text"] = None

    def _start_br(self, attributes: dict[str, str]) -> None:
        if attributes.get("type", "textWrapping") == "textWrapping":
            self._add_mark("\n")

    def _start_cr(self, attributes: dict[str, str]) -> None:
        self._add_mark("\n")

    def _start_tab(self, attributes: dict[str, str]) -> None:
        if self.path[-2:-1] == ["r"]:
            self._add_mark("\N{IDEOGRAPHIC SPACE}")

    def _start_noBreakHyphen(self, attributes: dict[str, str]) -> None:
        self._add_mark("-")

    # --- Text -----------------------------------------------------------------------------------------------------------

    def _add(self, text: str) -> None:
        paragraph = self.open[-1]
        paragraph.pieces.append(text)
        if text.strip():
            if self.is_bold:
                paragraph.bold += len(text)
            else:
                paragraph.plain += len(text)
        self.characters += len(text)
        if self.characters > limits.CHARACTERS:
            raise FileRefused("too_much_text", limit=limits.CHARACTERS)

    def _add_mark(self, mark: str) -> None:
        if self.open and not self.is_hidden:
            self._add(mark)

    def _close(self, paragraph: _Paragraph) -> None:
        text = self.carried + "".join(paragraph.pieces)
        self.carried = ""
        if paragraph.goes_on:
            self.carried = text
            return
        text = "\n".join(line.strip() for line in text.split("\n")).strip()
        if not text or self.styles.is_contents(paragraph.style):
            return
        level = paragraph.outline if paragraph.outline is not None else self.styles.level(paragraph.style)
        if paragraph.is_list and level is None:
            text = f"・{text}"
        self.blocks.append(Block(text, level, is_bold=bool(paragraph.bold) and not paragraph.plain))
        if len(self.blocks) > limits.PARAGRAPHS:
            raise FileRefused("too_complicated")
