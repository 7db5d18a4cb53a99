"""Where the parts of a document seem to belong, by the words of their headings. Only a proposal: a person decides."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from policies.catalogue import Catalogue, Section

from .reading import Block

HEADING_CHARACTERS = 60
# 第1条, 第一章, 1., 1.2, (1), １　, ①, a), 【…】, ■: what stands before the words of a heading.
NUMBER = re.compile(
    r"^\s*(第\s*[0-9一二三四五六七八九十百]+\s*[条章節項部]|[\[【〈《「(]?\s*[0-9]+([.\-‐－][0-9]+)*\s*[)\].．、:：】〉》」]?|"
    r"[①-⑳]|[ⅰ-ⅹⅠ-Ⅹ]+[.．)]?|[一二三四五六七八九十]+[、.．)]|[a-zA-Z][.)]|[■□◆◇●○◎▼▶*#・§]+)\s*"
)
ORNAMENTS = re.compile(r"^[\s【〈《「『(\[]+|[\s】〉》」』)\]:：。.]+$")
SENTENCE_END = re.compile(r"[。．.!?！？、,;；]$")
# The title of the whole document leads nowhere.
WHOLE = re.compile(
    r"^(.{0,40})?(人権方針|人権に関する(基本)?方針|人権ポリシー|人権基本方針|human rights policy)(\s*[(（].{0,20})?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Part:
    """A heading with the texts under it. `section` is the proposal; empty when nothing is known."""

    heading: str
    texts: tuple[str, ...]
    section: str = ""


def place_parts(catalogue: Catalogue, blocks: Iterable[Block]) -> tuple[Part, ...]:
    """Return the document in parts, in its order; every block is in one of them.

    A heading that names no section stays a line of the text of the section it is in, unless its style says that a new part
    begins. What stands before the first recognised heading is proposed for the first section, if there is any such heading.
    """
    blocks = tuple(blocks)
    # Where styles tell the headings, a short or numbered line is only that.
    by_style = any(block.level and find_section(catalogue, block.text) for block in blocks)
    parts: list[_Growing] = [_Growing("", "", 0)]
    for block in blocks:
        if (block.level is None) if by_style else not is_heading(block):
            parts[-1].texts.append(block.text)
        else:
            _begin(catalogue, parts, block)
    return tuple(part.done() for part in _with_opening(catalogue, parts) if part.heading or part.texts)


def _begin(catalogue: Catalogue, parts: list["_Growing"], block: Block) -> None:
    current, level = parts[-1], block.level or 1
    is_whole = bool(WHOLE.match(_words(block.text)))
    section = None if is_whole else find_section(catalogue, block.text)
    if section:
        parts.append(_Growing(block.text, section.code, level))
    elif is_whole:
        parts.append(_Growing(block.text, "", 0))
    elif current.section and (block.level is None or level > current.level):
        current.texts.append(block.text)
    else:
        parts.append(_Growing(block.text, "", level))


class _Growing:
    """A part while blocks are added to it."""

    def __init__(self, heading: str, section: str, level: int):
        self.heading, self.section, self.level = heading, section, level
        self.texts: list[str] = []

    def done(self) -> Part:
        return Part(self.heading, tuple(self.texts), self.section)


def _with_opening(catalogue: Catalogue, parts: list[_Growing]) -> list[_Growing]:
    """Propose the first section for sentences that come before every recognised heading."""
    first = next((number for number, part in enumerate(parts) if part.section), None)
    opening = catalogue.sections[0].code
    if first is None or any(part.section == opening for part in parts):
        return parts
    for part in parts[:first]:
        if part.level == 0 and any(SENTENCE_END.search(text) for text in part.texts):
            part.section = opening
    return parts


def is_heading(block: Block) -> bool:
    """Is it a heading by its style, or, without one, a short line that is bold, numbered or marked as one?"""
    if block.level is not None:
        return True
    text = block.text.strip()
    if "\n" in text or len(text) > HEADING_CHARACTERS or SENTENCE_END.search(text) or text.startswith("・"):
        return False
    folded = fold(text)
    return block.is_bold or bool(NUMBER.match(folded)) or folded.startswith(("【", "〈", "《", "["))


def find_section(catalogue: Catalogue, heading: str) -> Section | None:
    """Return the section whose words the heading has; of several the longest words count, then the earlier section."""
    words = _words(heading)
    best: tuple[int, Section] | None = None
    for section in catalogue.sections:
        for known in (section.title_ja, section.title_en, *section.headings_ja, *section.headings_en):
            weight = _fit(fold(known), words)
            if weight and (best is None or weight > best[0]):
                best = (weight, section)
    return best[1] if best else None


def _fit(known: str, words: str) -> int:
    """How well known words fit a heading: the whole of it beats any part, a longer part beats a shorter."""
    if known == words:
        return 1000
    is_latin = known.isascii()
    found = re.search(rf"\b{re.escape(known)}\b", words) if is_latin else known in words
    return len(known) * (1 if is_latin else 2) if found else 0


def fold(text: str) -> str:
    """Return the text as it is compared: compatible forms, small letters, one space."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().lower()


def _words(heading: str) -> str:
    """The words of a heading, without its number and the signs around it."""
    words = fold(heading)
    without = NUMBER.sub("", words, count=1)
    return ORNAMENTS.sub("", ORNAMENTS.sub("", without or words))
