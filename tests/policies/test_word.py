"""Word files: accepting every tracked change gives the new text, rejecting every one the old; text is text."""

import copy
import datetime
import io
import uuid
import zipfile

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from jobs.rendering import printable
from policies.rendering.contents import read
from policies.rendering.facts import Facts
from policies.rendering.word import FACTS_STYLE, policy_word, tracked_word

MOMENT = datetime.datetime(2026, 11, 22, 3, 0, tzinfo=datetime.UTC)
DRAFT = Facts(at=MOMENT)
SECOND = Facts(at=MOMENT, number=2, reason="submission", sha256="a" * 64)
THIRD = Facts(
    at=MOMENT,
    number=3,
    reason="approval",
    sha256="b" * 64,
    approved_on=datetime.date(2026, 11, 20),
    approver="髙﨑 花子",
    approver_title="代表取締役社長",
)

# The order in which the schema has the properties that we write; Word calls a file damaged that has another.
PARAGRAPH_ORDER = (
    *("pStyle", "keepNext", "keepLines", "pageBreakBefore", "widowControl", "numPr", "pBdr", "shd", "tabs"),
    *("spacing", "ind", "contextualSpacing", "jc", "outlineLvl", "rPr", "sectPr"),
)
RUN_ORDER = (
    *("ins", "del", "rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "color", "spacing", "w", "kern"),
    *("position", "sz", "szCs", "u", "lang"),
)


def content(*sections, title="人権方針", languages=("ja",)):
    """Return frozen JSON of sections given as (code, heading, [(id, text), …])."""
    return {
        "title": {"ja": title, "en": "Human Rights Policy"},
        "company": {"ja": "株式会社髙﨑製作所", "en": "Takasaki Works"},
        "languages": list(languages),
        "sections": [
            {
                "code": code,
                "title": {"ja": heading, "en": f"{heading} (en)"},
                "paragraphs": [{"id": id_, "ja": text, "en": f"EN {text}" if text else ""} for id_, text in paragraphs],
            }
            for code, heading, paragraphs in sections
        ],
    }


def body(file: bytes):
    return Document(io.BytesIO(file)).element.body


def settle(element, *, accept: bool) -> None:
    """Accept, or reject, every tracked change of a body, as Word does it."""
    gone, stays = ("del", "ins") if accept else ("ins", "del")
    for mark in list(element.iter(qn(f"w:{gone}"))):
        if mark.getparent().tag != qn("w:rPr"):
            mark.getparent().remove(mark)
    for mark in list(element.iter(qn(f"w:{stays}"))):
        if mark.getparent().tag == qn("w:rPr"):
            mark.getparent().remove(mark)
        else:
            for run in list(mark):
                mark.addprevious(run)
            mark.getparent().remove(mark)
    # A paragraph whose end is taken away runs on into the next one.
    for paragraph in list(element.iter(qn("w:p"))):
        if paragraph.find(f"{qn('w:pPr')}/{qn('w:rPr')}/{qn(f'w:{gone}')}") is not None:
            following = paragraph.getnext()
            properties = following.find(qn("w:pPr"))
            for run in reversed(paragraph.findall(qn("w:r"))):
                properties.addnext(run)
            element.remove(paragraph)


def lines(element) -> list[tuple[str, str]]:
    """Return every paragraph as its style and its words."""
    signs = {qn("w:br"): "\n", qn("w:tab"): "\t"}
    texts = (qn("w:t"), qn("w:delText"))
    return [
        (
            p.pPr.pStyle.val,
            "".join(
                node.text or "" if node.tag in texts else signs.get(node.tag, "")
                for run in p.iter(qn("w:r"))
                for node in run
            ),
        )
        for p in element.iter(qn("w:p"))
    ]


def written(source, language="ja") -> list[tuple[str, str]]:
    """Return headings and paragraphs as a Word file should have them."""
    found = []
    for part in read(source).parts:
        blocks = part.written(language)
        found += [("Heading1", printable(part.heading(language)))] if blocks else []
        found += [("BodyText", printable(block.text(language))) for block in blocks]
    return found


def text_of(file: bytes, *, accept: bool) -> list[tuple[str, str]]:
    element = body(file)
    settle(element, accept=accept)
    return [line for line in lines(element) if line[0] in ("Heading1", "BodyText")]


# --- The plain file -------------------------------------------------------------------------------------------------------


def test_a_policy_has_real_styles_and_its_words():
    source = content(("scope", "適用範囲", [("a", "第一行\n第二行\tここまで"), ("b", "髙﨑①㈱ & <b>太字</b>")]))
    document = Document(io.BytesIO(policy_word(source, languages=["ja"], facts=THIRD)))
    assert [(p.style.name, p.text) for p in document.paragraphs] == [
        ("Title", "人権方針"),
        ("Subtitle", "株式会社髙﨑製作所"),
        *[(FACTS_STYLE, p.text) for p in document.paragraphs if p.style.name == FACTS_STYLE][:-1],
        ("Heading 1", "適用範囲"),
        ("Body Text", "第一行\n第二行\tここまで"),
        ("Body Text", "髙﨑①㈱ & <b>太字</b>"),
        (FACTS_STYLE, document.paragraphs[-1].text),
    ]
    facts = " ".join(p.text for p in document.paragraphs if p.style.name == FACTS_STYLE)
    for word in ("3", "2026年11月20日", "髙﨑 花子", "代表取締役社長", "b" * 64):
        assert word in facts


def test_the_working_copy_says_that_it_is_no_version():
    source = content(("scope", "適用範囲", [("a", "当社は人権を尊重します。")]))
    element = body(policy_word(source, languages=["en"], facts=DRAFT))
    facts = [words for style, words in lines(element) if style == "PolicyFacts"]
    assert facts == [
        "Working copy, as of 22 November 2026 (Sun) 12:00",
        "Draft, not approved",
        "This is a working copy, which may change. Only a numbered version stays as it is.",
    ]


def test_page_fonts_and_languages():
    file = policy_word(
        content(("scope", "適用範囲", [("a", "当社")]), languages=("ja", "en")), languages=["ja", "en"], facts=THIRD
    )
    document = Document(io.BytesIO(file))
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert (round(section.left_margin.mm), round(section.right_margin.mm)) == (25, 22)
    for name in ("Normal", "Body Text", "Title", "Heading 1", "Header", "Footer"):
        fonts = document.styles[name].element.rPr.find(qn("w:rFonts"))
        assert fonts.get(qn("w:eastAsia")) in ("游明朝", "游ゴシック")
        assert not [key for key in fonts.attrib if "Theme" in key]
    tags = {run.find(f"{qn('w:rPr')}/{qn('w:lang')}").get(qn("w:val")) for run in document.element.body.iter(qn("w:r"))}
    assert tags == {"ja-JP", "en-US"}
    assert [p.text for p in document.paragraphs if p.style.name == "Title"] == ["人権方針", "Human Rights Policy"]
    breaks = [p for p in document.paragraphs if p._p.pPr.find(qn("w:pageBreakBefore")) is not None]
    assert [p.text for p in breaks] == ["Human Rights Policy"]
    numbers = [p._p.pPr.find(qn("w:numPr")) for p in document.paragraphs if p.style.name == "Heading 1"]
    assert [number is not None for number in numbers] == [False, True]  # the second language counts from 1 again


def test_header_footer_and_properties():
    document = Document(io.BytesIO(policy_word(content(), languages=["ja"], facts=SECOND)))
    section = document.sections[0]
    assert section.header.paragraphs[0].text.startswith("株式会社髙﨑製作所　人権方針　")
    assert section.first_page_header.is_linked_to_previous
    for footer in (section.footer, section.first_page_footer):
        (field,) = footer._element.iter(qn("w:fldSimple"))
        assert field.get(qn("w:instr")) == " PAGE "
    properties = document.core_properties
    assert (properties.title, properties.author, properties.language) == ("人権方針", "株式会社髙﨑製作所", "ja-JP")
    assert (properties.revision, properties.created.isoformat()) == (2, "2026-11-22T03:00:00+00:00")
    assert "a" * 64 in properties.comments


@pytest.mark.parametrize("odd", ["\x00", "\x0b", "\x1b[31m", "\x7f", "\ud800", "\ufffe", "]]>", "&lt;", "</w:t>"])
def test_markup_and_control_characters_show_as_text(odd):
    source = content(("scope", "適用範囲", [("a", f"前{odd}後")]), title=f"方針{odd}")
    words = [words for style, words in lines(body(policy_word(source, languages=["ja"], facts=DRAFT)))]
    assert f"前{printable(odd)}後" in words
    assert words[0] == f"方針{printable(odd)}"
    assert len(printable(odd)) == len(odd)


# --- Tracked changes ------------------------------------------------------------------------------------------------------

TEXTS = st.one_of(
    st.sampled_from(
        ["当社は人権を尊重します。", "当社は、すべての人の人権を尊重します。", "法令を守ります。\n差別をしません。", ""]
    ),
    st.text(alphabet=st.characters(), max_size=12),
)
IDS = st.sampled_from("abcdefgh")
PARAGRAPHS = st.lists(st.tuples(IDS, TEXTS), max_size=5, unique_by=lambda pair: pair[0])


@st.composite
def contents(draw):
    """Sections in any order, with paragraphs whose ids are theirs alone in a text but turn up again in the other."""
    codes = draw(st.permutations(["scope", "law", "contact"]))[: draw(st.integers(0, 3))]
    used, sections = set(), []
    for code in codes:
        paragraphs = [pair for pair in draw(PARAGRAPHS) if pair[0] not in used]
        used |= {id_ for id_, _text in paragraphs}
        sections.append((code, draw(st.sampled_from([f"見出し{code}", "新しい見出し"])), paragraphs))
    return content(*sections, title=draw(st.sampled_from(["人権方針", "人権基本方針"])))


@given(old=contents(), new=contents())
@settings(max_examples=150, deadline=None)
def test_accepting_all_gives_the_new_text_and_rejecting_all_the_old_one(old, new):
    file = tracked_word(old, new, languages=["ja"], before=SECOND, after=THIRD, author="山田 太郎")
    assert text_of(file, accept=True) == written(new)
    # Word keeps a section where it now stands, so a section that changed places is put back in the new order.
    rejected = text_of(file, accept=False)
    order = [section["code"] for section in old["sections"]]
    shared = [code for code in order if code in [section["code"] for section in new["sections"]]]
    if shared == [s["code"] for s in new["sections"] if s["code"] in order]:
        assert rejected == written(old)
    else:
        assert sorted(rejected) == sorted(written(old))


@given(old=contents(), new=contents())
@settings(max_examples=50, deadline=None)
def test_the_structure_is_what_word_expects(old, new):
    file = tracked_word(old, new, languages=["ja", "en"], before=SECOND, after=THIRD, author="山田 太郎")
    check_structure(file)


def check_structure(file: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        names = [name for name in parts.namelist() if name.startswith("word/") and name.endswith(".xml")]
        trees = {name: etree.fromstring(parts.read(name)) for name in names}
    tree = trees["word/document.xml"]
    changes = [*tree.iter(qn("w:ins")), *tree.iter(qn("w:del"))]
    ids = [change.get(qn("w:id")) for change in changes]
    assert len(set(ids)) == len(ids)
    assert all(change.get(qn("w:author")) == "山田 太郎" for change in changes)
    assert all(change.get(qn("w:date")) == "2026-11-22T03:00:00Z" for change in changes)
    for run in tree.iter(qn("w:r")):
        is_deleted = run.getparent().tag == qn("w:del")
        assert not list(run.iter(qn("w:t" if is_deleted else "w:delText")))
        assert run[0].tag == qn("w:rPr")
    for name in ("word/document.xml", "word/styles.xml"):
        for element, order in ((qn("w:pPr"), PARAGRAPH_ORDER), (qn("w:rPr"), RUN_ORDER)):
            for properties in trees[name].iter(element):
                found = [etree.QName(child).localname for child in properties]
                assert found == sorted(found, key=order.index), name
    kinds = [etree.QName(child).localname for child in trees["word/numbering.xml"]]
    assert kinds == sorted(kinds)  # abstractNum before num
    assert etree.QName(tree[0][-1]).localname == "sectPr"
    last = tree[0][-2]
    assert last.find(f"{qn('w:pPr')}/{qn('w:rPr')}") is None  # Word cannot take away the last paragraph's end


def test_only_what_changed_is_marked_with_author_and_date():
    old = content(("scope", "適用範囲", [("a", "従業員に対して研修を行います。"), ("b", "法令を守ります。")]))
    new = copy.deepcopy(old)
    new["sections"][0]["paragraphs"][0]["ja"] = "従業員に対し、毎年、研修を行います。"
    element = body(tracked_word(old, new, languages=["ja"], before=SECOND, after=THIRD, author="山田 太郎"))
    changes = [
        (etree.QName(change).localname, change.xpath("string()")) for change in element.iter(qn("w:ins"), qn("w:del"))
    ]
    assert changes == [("del", "て"), ("ins", "、毎年、")]


def test_a_paragraph_that_came_or_went_has_its_mark_tracked_too():
    old = content(("scope", "適用範囲", [("a", "一"), ("b", "二")]))
    new = content(("scope", "適用範囲", [("a", "一"), ("c", "三")]))
    element = body(tracked_word(old, new, languages=["ja"], before=SECOND, after=THIRD, author="山田"))
    marks = [
        (etree.QName(mark).localname, mark.getparent().getparent().getparent().xpath("string()"))
        for mark in element.iter(qn("w:ins"), qn("w:del"))
        if mark.getparent().tag == qn("w:rPr")
    ]
    assert marks == [("del", "二"), ("ins", "三")]


def test_a_long_text_of_many_paragraphs_is_written_whole():
    paragraphs = [(str(uuid.uuid4()), f"第{n}段落。" * 200) for n in range(60)]
    old = content(("scope", "適用範囲", paragraphs))
    new = content(("scope", "適用範囲", [(id_, text.replace("段落", "項")) for id_, text in paragraphs]))
    file = tracked_word(old, new, languages=["ja"], before=SECOND, after=THIRD, author="山田")
    assert text_of(file, accept=True) == written(new)
    assert text_of(file, accept=False) == written(old)
