"""A policy written in Word: what is read of it, where it is proposed to go, and files that are not to be trusted."""

import io
import struct
import zipfile
import zlib

import docx
import pytest
from django.utils.translation import override
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt

from policies.catalogue import LATEST, catalogue
from policies.importing import FileRefused, place_parts, read_document, refusal_message, remark_messages
from policies.importing.word import Block, limits
from policies.importing.word.messages import REFUSALS

CATALOGUE = catalogue(LATEST)
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def saved(document) -> io.BytesIO:
    file = io.BytesIO()
    document.save(file)
    file.seek(0)
    return file


def word_file(*lines):
    """A Word file of lines; (level, text) is a heading."""
    document = docx.Document()
    for line in lines:
        if isinstance(line, tuple):
            document.add_heading(line[1], line[0])
        else:
            document.add_paragraph(line)
    return saved(document)


def repacked(*, replace=None, add=None, remove=()):
    """A good Word file with parts changed."""
    source, target = zipfile.ZipFile(word_file("当社は人権を尊重します。")), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in source.infolist():
            if entry.filename not in remove:
                archive.writestr(entry.filename, (replace or {}).get(entry.filename, source.read(entry.filename)))
        for name, content in (add or {}).items():
            archive.writestr(name, content)
    target.seek(0)
    return target


def body(xml: str) -> io.BytesIO:
    """A Word file with this body."""
    return repacked(replace={"word/document.xml": f"<w:document {W}><w:body>{xml}</w:body></w:document>"})


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def texts(file):
    return [block.text for block in read_document(file).blocks]


def refusal(file) -> str:
    with pytest.raises(FileRefused) as refused:
        read_document(file)
    assert refusal_message(refused.value)
    return refused.value.code


# --- Reading -----------------------------------------------------------------------------------------------------------------


def test_headings_and_paragraphs():
    document = read_document(
        word_file((0, "人権方針"), (1, "適用範囲"), "すべての役員と従業員です。", (2, "派遣の方"), "同じです。")
    )
    assert document.blocks == (
        Block("人権方針", 0),
        Block("適用範囲", 1),
        Block("すべての役員と従業員です。"),
        Block("派遣の方", 2),
        Block("同じです。"),
    )
    assert document.remarks == ()


def test_a_style_that_is_based_on_a_heading_is_one():
    document = docx.Document()
    style = document.styles.add_style("会社の見出し", 1)
    style.base_style = document.styles["Heading 2"]
    document.add_paragraph("適用範囲", style=style)
    assert read_document(saved(document)).blocks == (Block("適用範囲", 2),)


def test_styles_that_are_based_on_each_other_end():
    styles = f"""<w:styles {W}><w:style w:styleId="A"><w:name w:val="A"/><w:basedOn w:val="B"/></w:style>
        <w:style w:styleId="B"><w:name w:val="B"/><w:basedOn w:val="A"/></w:style></w:styles>"""
    text = '<w:p><w:pPr><w:pStyle w:val="A"/></w:pPr><w:r><w:t>範囲</w:t></w:r></w:p>'
    file = repacked(
        replace={
            "word/styles.xml": styles,
            "word/document.xml": f"<w:document {W}><w:body>{text}</w:body></w:document>",
        }
    )
    assert read_document(file).blocks == (Block("範囲"),)


def test_line_breaks_stay_in_their_paragraph():
    document = docx.Document()
    document.add_paragraph("山田精密株式会社\n代表取締役\t山田 太郎").add_run().add_break()
    assert texts(saved(document)) == ["山田精密株式会社\n代表取締役　山田 太郎"]


def test_lists_keep_a_mark():
    document = docx.Document()
    document.add_paragraph("強制労働を認めません。", style="List Bullet")
    marked = document.add_paragraph("差別を認めません。")
    marked._p.get_or_add_pPr().append(parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="1"/></w:numPr>'))
    assert texts(saved(document)) == ["強制労働を認めません。", "・差別を認めません。"]


def test_rare_characters_and_markup_are_text():
    assert texts(word_file("髙橋﨑 ㈱① <script>alert(1)</script> &amp;")) == [
        "髙橋﨑 ㈱① <script>alert(1)</script> &amp;"
    ]


def test_empty_paragraphs_and_contents_are_left_out():
    xml = (
        '<w:p><w:pPr><w:pStyle w:val="TOC1"/></w:pPr><w:r><w:t>適用範囲 …… 1</w:t></w:r></w:p><w:p/>'
        + paragraph("  ")
        + paragraph("本文です。")
    )
    styles = f'<w:styles {W}><w:style w:styleId="TOC1"><w:name w:val="toc 1"/></w:style></w:styles>'
    file = repacked(
        replace={"word/styles.xml": styles, "word/document.xml": f"<w:document {W}><w:body>{xml}</w:body></w:document>"}
    )
    assert texts(file) == ["本文です。"]


def test_tracked_changes_are_read_as_accepted_and_said():
    xml = """<w:p><w:r><w:t>従業員に</w:t></w:r><w:ins w:id="1" w:author="a"><w:r><w:t>毎年</w:t></w:r></w:ins>
      <w:del w:id="2" w:author="a"><w:r><w:delText>ときどき</w:delText></w:r></w:del><w:r><w:t>研修をします。</w:t></w:r></w:p>
      <w:p><w:moveFrom w:id="3" w:author="a"><w:r><w:t>動いた文。</w:t></w:r></w:moveFrom></w:p>
      <w:p><w:moveTo w:id="4" w:author="a"><w:r><w:t>動いた文。</w:t></w:r></w:moveTo></w:p>"""
    document = read_document(body(xml))
    assert [block.text for block in document.blocks] == ["従業員に毎年研修をします。", "動いた文。"]
    assert document.remarks == ("tracked_changes",)
    with override("en"):
        assert "tracked changes" in remark_messages(document.remarks)[0]


def test_a_paragraph_whose_end_was_deleted_goes_on():
    xml = """<w:p><w:pPr><w:rPr><w:del w:id="1" w:author="a"/></w:rPr></w:pPr><w:r><w:t>当社は、</w:t></w:r></w:p>"""
    assert texts(body(xml + paragraph("人権を尊重します。"))) == ["当社は、人権を尊重します。"]
    assert texts(body(paragraph("はじめに") + xml)) == ["はじめに", "当社は、"]


def test_readings_above_kanji_are_not_text():
    xml = """<w:p><w:r><w:ruby><w:rt><w:r><w:t>じんけん</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>人権</w:t></w:r></w:rubyBase></w:ruby></w:r>
      <w:r><w:t>方針</w:t></w:r></w:p>"""
    assert texts(body(xml)) == ["人権方針"]


def test_hidden_text_is_left_out_and_said():
    xml = "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>秘密</w:t></w:r><w:r><w:t>公開の文。</w:t></w:r></w:p>"
    document = read_document(body(xml))
    assert ([block.text for block in document.blocks], document.remarks) == (["公開の文。"], ("hidden_text",))


def test_tables_are_read_cell_by_cell():
    document = docx.Document()
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "責任者", "総務部長"
    read = read_document(saved(document))
    assert ([block.text for block in read.blocks], read.remarks) == (["責任者", "総務部長"], ("tables",))


def test_text_boxes_are_read_once():
    xml = f"""<w:p xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:r><mc:AlternateContent>
      <mc:Choice Requires="wps"><w:txbxContent>{paragraph("箱の中")}</w:txbxContent></mc:Choice>
      <mc:Fallback><w:txbxContent>{paragraph("箱の中")}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>
      <w:r><w:t>箱の外</w:t></w:r></w:p>"""
    document = read_document(body(xml))
    assert ([block.text for block in document.blocks], document.remarks) == (["箱の中", "箱の外"], ("text_boxes",))


def test_strict_documents_are_read_too():
    xml = body(paragraph("本文です。"))
    source = zipfile.ZipFile(xml).read("word/document.xml").decode()
    strict = source.replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    assert texts(repacked(replace={"word/document.xml": strict})) == ["本文です。"]


# --- Files that are not to be trusted ----------------------------------------------------------------------------------------


def mislabelled(type_of_main: str) -> io.BytesIO:
    types = zipfile.ZipFile(word_file("x")).read("[Content_Types].xml").decode()
    assert MAIN_TYPE in types
    return repacked(replace={"[Content_Types].xml": types.replace(MAIN_TYPE, type_of_main)})


def old_office(content: bytes = b"") -> io.BytesIO:
    return io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504 + content)


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (lambda: io.BytesIO(b""), "empty_file"),
        (lambda: io.BytesIO(b"PK\x03\x04" + b"\x00" * limits.FILE_BYTES), "file_too_large"),
        (lambda: io.BytesIO("当社は人権を尊重します。".encode()), "not_a_document"),
        (lambda: io.BytesIO(b"%PDF-1.7\n"), "pdf"),
        (old_office, "old_word"),
        (lambda: old_office("EncryptedPackage".encode("utf-16-le")), "encrypted"),
        (lambda: io.BytesIO(b"PK\x03\x04 and nothing else"), "damaged"),
        (lambda: io.BytesIO(word_file("x").getvalue()[:-200]), "damaged"),
        (lambda: repacked(add={"word/vbaProject.bin": b"x"}), "macros"),
        (lambda: mislabelled("application/vnd.ms-word.document.macroEnabled.main+xml"), "macros"),
        (lambda: mislabelled(MAIN_TYPE.replace("document.main", "template.main")), "template"),
        (lambda: mislabelled("application/xml"), "not_a_document"),
        (lambda: repacked(remove=["[Content_Types].xml"]), "not_a_document"),
        (lambda: repacked(add={"mimetype": b"application/vnd.oasis.opendocument.text"}), "open_document"),
        (lambda: repacked(add={"xl/workbook.xml": b"<x/>"}), "other_document"),
        (lambda: repacked(add={"../../etc/passwd": b"x"}), "unsafe_part"),
        (lambda: repacked(add={"/etc/passwd": b"x"}), "unsafe_part"),
        (lambda: repacked(add={f"word/media/{n}.png": b"" for n in range(limits.ARCHIVE.entries)}), "too_many_parts"),
        (lambda: repacked(add={"word/media/a.bin": b"0" * (8 * 1024 * 1024)}), "unpacks_too_large"),
        (lambda: body(""), "no_text"),
        (lambda: body("<w:p>"), "damaged"),
        (
            lambda: body(paragraph("".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(limits.CHARACTERS + 1)))),
            "too_much_text",
        ),
        (lambda: body("<w:p/>" * (limits.ELEMENTS + 1)), "unpacks_too_large"),
        (lambda: body("<w:sdt>" * (limits.DEPTH + 1)), "too_complicated"),
        (lambda: body(paragraph("行") * (limits.PARAGRAPHS + 1)), "too_complicated"),
    ],
)
def test_refused_with_a_sentence(file, code):
    assert refusal(file()) == code


def test_many_small_elements_end_early():
    """Elements that no ratio gives away: numbers make the bytes hard to press."""
    xml = "".join(f'<w:b w:i="{zlib.crc32(bytes(str(n), "ascii"))}"/>' for n in range(limits.ELEMENTS + 1))
    assert refusal(body(xml)) in ("too_complicated", "too_much_text")


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "[Content_Types].xml", "docProps/core.xml"])
@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE d SYSTEM "http://127.0.0.1:1/evil.dtd">',
    ],
)
def test_document_types_are_refused_in_every_part(part, doctype):
    content = zipfile.ZipFile(word_file("x")).read(part).decode()
    declaration, _, rest = content.partition("?>")
    assert refusal(repacked(replace={part: f"{declaration}?>{doctype}{rest}"})) == "unsafe_part"


def test_a_directory_that_lies_about_sizes_gets_nothing_more_out():
    """The declared size is what comes out at most, so a false one cannot unpack more than was checked."""
    good = bytearray(body(paragraph("長い文。" * 2000)).getvalue())
    entry = good.rindex(b"word/document.xml") - 46
    assert good[entry : entry + 4] == b"PK\x01\x02"
    struct.pack_into("<I", good, entry + 24, 64)
    assert refusal(io.BytesIO(bytes(good))) == "damaged"


def test_encrypted_entries_are_refused():
    good = bytearray(word_file("x").getvalue())
    place = good.index(b"PK\x01\x02")
    while place != -1:
        struct.pack_into("<H", good, place + 8, struct.unpack_from("<H", good, place + 8)[0] | 1)
        place = good.find(b"PK\x01\x02", place + 4)
    assert refusal(io.BytesIO(bytes(good))) == "encrypted"


def test_addresses_in_the_file_are_never_opened(monkeypatch):
    """A remote template, picture or hyperlink is data: reading opens no connection and no file."""
    rels = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1"
      Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" TargetMode="External"
      Target="http://127.0.0.1:1/evil.dotm"/></Relationships>"""
    file = repacked(add={"word/_rels/settings.xml.rels": rels})

    def opened(*args, **kwargs):
        raise AssertionError(args)

    monkeypatch.setattr("socket.socket.connect", opened)
    monkeypatch.setattr("builtins.open", opened)
    assert texts(file) == ["当社は人権を尊重します。"]


def outcome(content: bytes) -> str:
    """The refusal of a file, or "" when it was read."""
    try:
        read_document(io.BytesIO(content))
    except FileRefused as refused:
        return refused.code
    return ""


def test_any_damage_is_a_refusal_or_a_text():
    good = word_file((1, "適用範囲"), "すべての役員と従業員です。").getvalue()
    outcomes = set()
    for place in range(0, len(good), 499):
        broken = bytearray(good)
        broken[place] ^= 0xFF
        outcomes.add(outcome(bytes(broken)))
    assert {"", "damaged"} <= outcomes <= {"", *REFUSALS}


def test_every_refusal_has_its_sentence():
    refusals = {
        "limit": 1, "megabytes": 10,
    }  # fmt: skip
    for code in REFUSALS:
        assert "%(" not in refusal_message(FileRefused(code, **refusals))


# --- Placing -------------------------------------------------------------------------------------------------------------------


def placed(*lines):
    return [
        (part.heading, part.section, list(part.texts))
        for part in place_parts(CATALOGUE, read_document(word_file(*lines)).blocks)
    ]


def test_a_policy_with_styled_headings_finds_its_places():
    assert placed(
        (0, "山田精密株式会社 人権方針"),
        "当社は、人を大切にする会社です。",
        (1, "１．適用範囲"),
        "すべての役員と従業員です。",
        (1, "2. 国際規範の尊重"),
        "世界人権宣言を支持します。",
        (2, "（1）児童労働"),
        "認めません。",
        (1, "3 人権デュー・ディリジェンス"),
        "影響を調べます。",
        (1, "4 相談窓口"),
        "総務部です。",
        (1, "5 沿革"),
        "1950年に創業しました。",
    ) == [
        ("山田精密株式会社 人権方針", "positioning", ["当社は、人を大切にする会社です。"]),
        ("１．適用範囲", "scope", ["すべての役員と従業員です。"]),
        ("2. 国際規範の尊重", "commitment", ["世界人権宣言を支持します。", "（1）児童労働", "認めません。"]),
        ("3 人権デュー・ディリジェンス", "implementation", ["影響を調べます。"]),
        ("4 相談窓口", "contact", ["総務部です。"]),
        ("5 沿革", "", ["1950年に創業しました。"]),
    ]


def test_a_policy_without_styles_finds_its_places_by_numbers_and_signs():
    assert placed(
        "人権方針",
        "当社は、人を大切にします。",
        "第1条（適用範囲）",
        "すべての役員と従業員です。",
        "【重点課題】",
        "1. 労働安全衛生",
        "けがを防ぎます。",
        "■ 取引先の皆さまへのお願い",
        "ともに取り組んでください。",
    ) == [
        ("", "positioning", ["人権方針", "当社は、人を大切にします。"]),
        ("第1条（適用範囲）", "scope", ["すべての役員と従業員です。"]),
        ("【重点課題】", "salient", ["1. 労働安全衛生", "けがを防ぎます。"]),
        ("■ 取引先の皆さまへのお願い", "expectations", ["ともに取り組んでください。"]),
    ]


def test_bold_lines_are_headings():
    document = docx.Document()
    document.add_paragraph().add_run("適用範囲").bold = True
    document.add_paragraph("すべての役員と従業員です。").runs[0].font.size = Pt(11)
    parts = place_parts(CATALOGUE, read_document(saved(document)).blocks)
    assert [(part.heading, part.section) for part in parts] == [("適用範囲", "scope")]


def test_english_headings():
    assert [(heading, section) for heading, section, _ in placed(
        (0, "Human Rights Policy"), (1, "1. Scope"), "All.", (1, "Human Rights Due Diligence"), "We check.",
        (1, "Business Partners"), "We ask.", (1, "Grievance Mechanism"), "Tell us.", (1, "History"), "1950.",
    )] == [
        ("Human Rights Policy", ""), ("1. Scope", "scope"), ("Human Rights Due Diligence", "implementation"),
        ("Business Partners", "expectations"), ("Grievance Mechanism", "contact"), ("History", ""),
    ]  # fmt: skip


def test_without_any_known_heading_nothing_is_placed():
    assert placed("拝啓", "当社の歴史は長いものです。", "敬具") == [
        ("", "", ["拝啓", "当社の歴史は長いものです。", "敬具"])
    ]


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("基本的な考え方", "positioning"),
        ("適用範囲", "scope"),
        ("対象となる人", "scope"),
        ("人権尊重へのコミットメント", "commitment"),
        ("関係法令の遵守", "law"),
        ("ビジネスパートナーへの期待", "expectations"),
        ("人権に関する重点課題", "salient"),
        ("推進体制", "implementation"),
        ("教育・研修", "implementation"),
        ("救済・相談窓口", "contact"),
        ("内部通報制度", "contact"),
        ("方針の見直し", "closing"),
        ("情報開示", "closing"),
        ("第３条　適用範囲", "scope"),
        ("(2) 適用範囲：", "scope"),
        ("Ⅱ．重点課題", "salient"),
        ("沿革", ""),
        ("会社概要", ""),
    ],
)
def test_words_of_headings(heading, section):
    assert [part[1] for part in placed((1, heading), "本文です。")] == [section]


def test_every_section_is_found_by_its_own_titles():
    for section in CATALOGUE.sections:
        for title in (section.title_ja, section.title_en):
            assert [part[1] for part in placed((1, title), "本文です。")] == [section.code], title


def test_nothing_gets_lost_between_reading_and_placing():
    lines = [(1, "適用範囲"), "一。", (1, "沿革"), "二。", (3, "細目"), "三。", (1, "窓口"), "四。"]
    found = [text for part in placed(*lines) for text in (part[0], *part[2])]
    assert found == ["適用範囲", "一。", "沿革", "二。", "細目", "三。", "窓口", "四。"]
