"""Which styles of a document are headings, and of what level."""

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from common.archives import FileRefused

from . import limits

# Word writes the names of its own styles in English whatever its language; other programs may not.
HEADING = re.compile(r"^(?:heading|見出し|標題)\s*([1-9１-９])$", re.IGNORECASE)
TITLE = re.compile(r"^(title|subtitle|表題|副題|タイトル)$", re.IGNORECASE)
CONTENTS = re.compile(r"^(toc|table of contents|目次)", re.IGNORECASE)


@dataclass
class Style:
    name: str = ""
    based_on: str = ""
    # 0 is a title, 1 to 9 are headings; None is text.
    level: int | None = None
    is_contents: bool = False


@dataclass
class Styles:
    """Styles by their id."""

    styles: dict[str, Style] = field(default_factory=dict)

    def level(self, style_id: str) -> int | None:
        """Return the level of a heading, 0 of a title, None of text; a style has that of the one it is based on."""
        for style in self._line(style_id):
            if style.level is not None:
                return style.level
        return None

    def is_contents(self, style_id: str) -> bool:
        """Is it a line of a table of contents?"""
        return any(style.is_contents for style in self._line(style_id))

    def _line(self, style_id: str):
        seen: set[str] = set()
        while style_id in self.styles and style_id not in seen:
            seen.add(style_id)
            yield self.styles[style_id]
            style_id = self.styles[style_id].based_on


def read_styles(content: bytes) -> Styles:
    """Read the part with the styles. A broken one is as good as none: headings are then known by their words."""
    found: dict[str, Style] = {}
    current: list[Style] = []
    counted = 0

    def start(name, attributes):
        nonlocal counted
        counted += 1
        if counted > limits.ELEMENTS or len(found) > limits.STYLES:
            raise FileRefused("too_many_parts", limit=limits.STYLES)
        tag, values = local(name), local_attributes(attributes)
        if tag == "style":
            current[:] = [found.setdefault(values.get("styleId", ""), Style())]
        elif current:
            _learn(current[0], tag, values.get("val", ""))

    def end(name):
        if local(name) == "style":
            current.clear()

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        return Styles()
    return Styles(found)


def _learn(style: Style, tag: str, value: str) -> None:
    if tag == "name":
        style.name = value
        heading = HEADING.match(value)
        if heading:
            style.level = int(heading[1])
        elif TITLE.match(value):
            style.level = 0
        style.is_contents = bool(CONTENTS.match(value))
    elif tag == "basedOn":
        style.based_on = value
    elif tag == "outlineLvl" and value.isdecimal() and int(value) < 9 and style.level is None:
        style.level = int(value) + 1


def local(name: str) -> str:
    """The name of an element without its namespace."""
    return name.rpartition(" ")[2]


def local_attributes(attributes: dict[str, str]) -> dict[str, str]:
    return {local(name): value for name, value in attributes.items()}
