"""A policy as a Word file with real styles, and the changes between two texts as true tracked changes.

A tracked change is a property of runs (`w:ins`, `w:del`) and of paragraph marks, so that accepting all of them gives
the new text and rejecting all of them the old one. Both come from the same pieces as the redline on the page.
"""

import datetime
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count

from django.utils.translation import gettext, override
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from common.comparing import ADDED, KEPT, REMOVED, Op
from jobs.rendering import printable

from .contents import Content, read
from .facts import Facts, fact_lines, fingerprint_line, state_word, version_name
from .redlines import Comparison, Fate, compare_contents

MINCHO, GOTHIC = "游明朝", "游ゴシック"
TAGS = {"ja": "ja-JP", "en": "en-US"}
INK, TEAL = RGBColor(0x22, 0x22, 0x22), RGBColor(0x00, 0x61, 0x73)
GREY = RGBColor(0x62, 0x62, 0x64)

FACTS_STYLE = "Policy Facts"


def policy_word(content: Mapping, *, languages: Sequence[str], facts: Facts) -> bytes:
    """Return a text as a Word file, in one language or one after the other."""
    text = read(content)
    file = _File(text, languages, facts)
    for place, language in enumerate(languages):
        file.open_language(language, is_first=place == 0)
        file.title([(KEPT, text.name(language))], text.owner(language))
        file.facts(fact_lines(facts, language=language))
        for part in text.parts:
            blocks = part.written(language)
            if blocks:
                file.heading([(KEPT, part.heading(language))], restarts=place > 0)
            for block in blocks:
                file.paragraph([(KEPT, block.text(language))])
        file.closing(fingerprint_line(facts, language=language))
    return file.saved()


def tracked_word(
    old: Mapping, new: Mapping, *, languages: Sequence[str], before: Facts, after: Facts, author: str
) -> bytes:
    """Return the new text as tracked changes of the old one, made by `author` when the new text was kept."""
    text = read(new)
    file = _File(text, languages, after, author=author)
    for place, language in enumerate(languages):
        comparison = compare_contents(old, new, language=language)
        file.open_language(language, is_first=place == 0)
        file.title(comparison.title_ops, text.owner(language))
        file.facts(_changes_lines(before, after, language))
        _track(file, comparison, restarts=place > 0)
        file.closing(fingerprint_line(after, language=language))
    return file.saved()


def _changes_lines(before: Facts, after: Facts, language: str) -> list[str]:
    versions = {"old": version_name(before, language=language), "new": version_name(after, language=language)}
    with override(language):
        return [gettext("Changes from %(old)s to %(new)s, as tracked changes") % versions]


def _track(file: "_File", comparison: Comparison, *, restarts: bool) -> None:
    marks = {Fate.ADDED: ADDED, Fate.MOVED: ADDED, Fate.REMOVED: REMOVED, Fate.LEFT: REMOVED}
    for part in comparison.parts:
        file.heading(part.heading_ops, mark=marks.get(part.fate, KEPT), restarts=restarts)
        for block in part.blocks:
            mark = marks.get(block.fate, KEPT)
            ops = {ADDED: ((ADDED, block.new),), REMOVED: ((REMOVED, block.old),), KEPT: block.ops}[mark]
            file.paragraph(ops, mark=mark)


# --- The file -------------------------------------------------------------------------------------------------------------


class _File:
    """A Word file that is being written: A4, own styles, header and footer."""

    def __init__(self, text: Content, languages: Sequence[str], facts: Facts, *, author: str = ""):
        self.document = Document()
        self.author = printable(author)
        self.moment = facts.at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.ids = count(1)
        self.language = languages[0]
        self.numbering: dict[str, int] = {}
        _set_styles(self.document)
        _set_settings(self.document)
        _set_page(self.document, text, facts, languages[0])
        _set_properties(self.document, text, facts, languages)

    def saved(self) -> bytes:
        buffer = io.BytesIO()
        self.document.save(buffer)
        return buffer.getvalue()

    # Parts of the text, from top to bottom.

    def open_language(self, language: str, *, is_first: bool) -> None:
        """Write in this language from here on; each after the first begins a page."""
        self.language = language
        self.breaks_page = not is_first

    def title(self, ops: Iterable[Op], owner: str) -> None:
        element = self.write("Title", ops)
        if self.breaks_page:
            _properties(element).insert(1, OxmlElement("w:pageBreakBefore"))
        if owner:
            self.write("Subtitle", [(KEPT, owner)])

    def facts(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(FACTS_STYLE, [(KEPT, line)])

    def heading(self, ops: Iterable[Op], *, mark: int = KEPT, restarts: bool = False) -> None:
        element = self.write("Heading 1", ops, mark=mark)
        if restarts:
            self._number_anew(element)

    def paragraph(self, ops: Iterable[Op], *, mark: int = KEPT) -> None:
        self.write("Body Text", ops, mark=mark)

    def closing(self, line: str) -> None:
        """End with a line that no change touches: Word cannot take away the last paragraph mark of a text."""
        self.write(FACTS_STYLE, [(KEPT, line)])

    # Paragraphs and runs.

    def write(self, style: str, ops: Iterable[Op], *, mark: int = KEPT):
        """Add a paragraph of pieces; `mark` says whether its end, and so the paragraph itself, came or went."""
        element = self.document.add_paragraph(style=style)._p
        if mark != KEPT:
            properties = OxmlElement("w:rPr")
            properties.append(self._change(mark))
            _properties(element).append(properties)
        for op, text in ops:
            if not text:
                continue
            runs = list(_runs(printable(text), self.language, is_deleted=op == REMOVED))
            if op != KEPT:
                change = self._change(op)
                change.extend(runs)
                runs = [change]
            element.extend(runs)
        return element

    def _change(self, op: int):
        """Return an element that says who took out or put in, and when, under a number of its own."""
        element = OxmlElement("w:ins" if op == ADDED else "w:del")
        element.set(qn("w:id"), str(next(self.ids)))
        element.set(qn("w:author"), self.author)
        element.set(qn("w:date"), self.moment)
        return element

    def _number_anew(self, element) -> None:
        """Let the headings of a further language begin at 1 again."""
        if self.language not in self.numbering:
            self.numbering[self.language] = _add_numbering(self.document, restarts=True)
        _properties(element).insert(1, _numbering_reference(self.numbering[self.language]))


def _properties(element):
    """Return the properties of a paragraph; the style, their first child, is there already."""
    return element.get_or_add_pPr()


def _runs(text: str, language: str, *, is_deleted: bool) -> Iterator:
    """Yield the one run of a text, with line breaks and tabs as Word has them."""
    run = OxmlElement("w:r")
    run.append(_run_properties(language))
    for place, line in enumerate(text.split("\n")):
        if place:
            run.append(OxmlElement("w:br"))
        for column, words in enumerate(line.split("\t")):
            if column:
                run.append(OxmlElement("w:tab"))
            if words:
                element = OxmlElement("w:delText" if is_deleted else "w:t")
                element.text = words
                element.set(qn("xml:space"), "preserve")
                run.append(element)
    yield run


def _run_properties(language: str):
    """Return the properties of a run: fonts before language, as the schema has them.

    Signs that both scripts have (①, “”, …) are drawn from the East Asian font where the hint says so.
    """
    properties = OxmlElement("w:rPr")
    if language == "ja":
        fonts = OxmlElement("w:rFonts")
        fonts.set(qn("w:hint"), "eastAsia")
        properties.append(fonts)
    tag = OxmlElement("w:lang")
    tag.set(qn("w:val"), TAGS[language])
    if language == "ja":
        tag.set(qn("w:eastAsia"), TAGS["ja"])
    properties.append(tag)
    return properties


# --- Styles and settings ----------------------------------------------------------------------------------------------------


def _set_styles(document) -> None:
    styles = document.styles
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    _set_fonts(defaults, MINCHO)
    language = defaults.find(qn("w:lang"))
    language.set(qn("w:val"), TAGS["en"])
    language.set(qn("w:eastAsia"), TAGS["ja"])
    facts = styles.add_style(FACTS_STYLE, WD_STYLE_TYPE.PARAGRAPH)
    facts.base_style = styles["Normal"]
    for style, font, size, colour, before, after, bold in (
        (styles["Normal"], MINCHO, 10.5, INK, 0, 0, None),
        (styles["Body Text"], MINCHO, 10.5, INK, 0, 6, None),
        (styles["Title"], GOTHIC, 20, INK, 0, 6, True),
        (styles["Subtitle"], GOTHIC, 12, INK, 0, 10, False),
        (styles["Heading 1"], GOTHIC, 13, TEAL, 18, 6, True),
        (facts, GOTHIC, 9, GREY, 0, 2, None),
        (styles["Header"], GOTHIC, 8, GREY, 0, 0, None),
        (styles["Footer"], GOTHIC, 9, GREY, 0, 0, None),
    ):
        _set_style(style, font, size, colour, before, after, bold)
    rule = styles["Title"].element.pPr.find(qn("w:pBdr"))
    rule.find(qn("w:bottom")).attrib.clear()
    for name, value in (("val", "single"), ("sz", "8"), ("space", "6"), ("color", "006173")):
        rule.find(qn("w:bottom")).set(qn(f"w:{name}"), value)
    numbered = _numbering_reference(_add_numbering(document, style="Heading1"))
    properties = styles["Heading 1"].element.get_or_add_pPr()
    properties.insert_element_before(numbered, "w:spacing", "w:ind", "w:jc", "w:outlineLvl")


def _set_style(style, font: str, size: float, colour: RGBColor, before: int, after: int, bold: bool | None) -> None:
    properties = style.element.get_or_add_rPr()
    _set_fonts(properties, font)
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, None
    shade = properties.find(qn("w:color"))
    if shade is not None:  # a colour of the theme would win over ours
        properties.remove(shade)
    style.font.color.rgb = colour
    for name, value in (("w:szCs", str(int(size * 2))), ("w:bCs", None)):
        element = properties.find(qn(name))
        if element is not None and value:
            element.set(qn("w:val"), value)
        elif element is not None and not bold:
            properties.remove(element)
    spacing = style.paragraph_format
    spacing.space_before, spacing.space_after, spacing.line_spacing = Pt(before), Pt(after), 1.25


def _set_fonts(properties, font: str) -> None:
    """Name the fonts ourselves: where the theme decides, Word takes MS Mincho for Japanese."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), font)


def _add_numbering(document, *, style: str = "", restarts: bool = False) -> int:
    """Add "1.", "2.", … to the numbering and return its number; with `style` as what the style of that id counts by."""
    numbering = document.part.numbering_part.element
    if style:
        abstract = _abstract_numbering(numbering, style)
        numbering.insert(len(numbering.findall(qn("w:abstractNum"))), abstract)
        kind = abstract.get(qn("w:abstractNumId"))
    else:
        kind = numbering.find(f"./{qn('w:abstractNum')}[last()]").get(qn("w:abstractNumId"))
    number = 1 + max((int(each.get(qn("w:numId"))) for each in numbering.findall(qn("w:num"))), default=0)
    element = _with("w:num", numId=str(number))
    element.append(_with("w:abstractNumId", val=kind))
    if restarts:
        override_ = _with("w:lvlOverride", ilvl="0")
        override_.append(_with("w:startOverride", val="1"))
        element.append(override_)
    numbering.append(element)
    return number


def _abstract_numbering(numbering, style: str):
    ids = [int(each.get(qn("w:abstractNumId"))) for each in numbering.findall(qn("w:abstractNum"))]
    abstract = _with("w:abstractNum", abstractNumId=str(1 + max(ids, default=0)))
    abstract.append(_with("w:multiLevelType", val="multilevel"))
    level = _with("w:lvl", ilvl="0")
    for name, value in (
        ("start", "1"),
        ("numFmt", "decimal"),
        ("pStyle", style),
        ("lvlText", "%1."),
        ("lvlJc", "left"),
    ):
        level.append(_with(f"w:{name}", val=value))
    properties = OxmlElement("w:pPr")
    properties.append(_with("w:ind", left="425", hanging="425"))
    level.append(properties)
    abstract.append(level)
    return abstract


def _numbering_reference(number: int):
    reference = OxmlElement("w:numPr")
    reference.append(_with("w:ilvl", val="0"))
    reference.append(_with("w:numId", val=str(number)))
    return reference


def _with(name: str, **attributes: str):
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _set_settings(document) -> None:
    """Say that the file is of today's Word, so that it does not open in compatibility mode."""
    for setting in document.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")


def _set_page(document, text: Content, facts: Facts, language: str) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.top_margin = Mm(25)
    section.right_margin, section.bottom_margin = Mm(22), Mm(24)
    section.header_distance = section.footer_distance = Mm(12)
    section.different_first_page_header_footer = True
    header = section.header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    words = filter(None, [text.owner(language), text.name(language), state_word(facts, language=language)])
    header._p.extend(_runs(printable("　".join(words)), language, is_deleted=False))
    for footer in (section.footer, section.first_page_footer):
        _number_pages(footer.paragraphs[0])


def _number_pages(paragraph) -> None:
    """Write － 2 －, the number being a field that Word keeps."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = _with("w:fldSimple", instr=" PAGE ")
    field.extend(_runs("1", "ja", is_deleted=False))
    paragraph._p.extend([*_runs("－ ", "ja", is_deleted=False), field, *_runs(" －", "ja", is_deleted=False)])


def _set_properties(document, text: Content, facts: Facts, languages: Sequence[str]) -> None:
    language = languages[0]
    properties = document.core_properties
    properties.title = printable(text.name(language))[:255]
    properties.author = properties.last_modified_by = printable(text.owner(language))[:255]
    properties.subject = version_name(facts, language=language)
    properties.comments = fingerprint_line(facts, language=language)
    properties.keywords = ""
    properties.language = ", ".join(TAGS[code] for code in languages)
    properties.created = properties.modified = facts.at.astimezone(datetime.UTC).replace(tzinfo=None)
    properties.revision = facts.number or 1
