"""The PDF of a policy, read back: tagged, in its languages, with its facts and hash; text is text."""

import datetime
import io

import pikepdf
import pytest
from pypdf import PdfReader

from jobs.rendering import drawable
from policies.rendering.document import file_name, policy_page, policy_pdf, template_version

from .test_word import DRAFT, SECOND, THIRD, content

LONG = "私たちは、事業活動が人権に与える影響を調べ、防ぎ、軽くする取り組みを続けます。" * 40
SOURCE = content(
    ("scope", "適用範囲", [("a", "髙﨑①㈱の方針です。\n二行目"), ("b", LONG), ("c", LONG)]),
    ("law", "法令", [("d", "<script>alert(1)</script> & \x0b ［会社の事業］")]),
    ("closing", "おわりに", []),
    languages=("ja", "en"),
)


@pytest.fixture(scope="module")
def pdf():
    return policy_pdf(SOURCE, languages=["ja", "en"], facts=THIRD)


@pytest.fixture(scope="module")
def pages(pdf):
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def test_it_is_tagged_has_a_language_a_title_and_embedded_fonts(pdf):
    document = pikepdf.open(io.BytesIO(pdf))
    assert document.Root.MarkInfo.Marked
    assert str(document.Root.Lang) == "ja"
    assert str(document.docinfo["/Title"]) == "人権方針 株式会社髙﨑製作所"
    fonts = [font for page in document.pages for font in page.Resources.Font.values()]
    assert fonts
    for font in fonts:
        descriptor = font.DescendantFonts[0].FontDescriptor
        assert "/FontFile3" in descriptor or "/FontFile2" in descriptor
    box = [float(side) for side in document.pages[0].MediaBox]
    assert [round(side / 72 * 25.4) for side in box] == [0, 0, 210, 297]


def test_bookmarks_lead_to_title_and_sections_of_each_language(pdf):
    with pikepdf.open(io.BytesIO(pdf)).open_outline() as outline:
        found = [(item.title, [child.title for child in item.children]) for item in outline.root]
    assert found == [
        ("人権方針", ["適用範囲", "法令"]),
        ("Human Rights Policy", ["適用範囲 (en)", "法令 (en)"]),
    ]


def test_every_page_says_whose_and_which_text_it_is(pages):
    assert len(pages) > 2
    for page in pages:
        assert "株式会社髙﨑製作所" in page
        assert "SHA-256 " + "b" * 16 in page


def test_the_facts_and_the_whole_hash_are_printed(pages):
    whole = "".join(pages).replace("\n", "")
    for word in ("2026年11月20日", "代表取締役社長", "髙﨑 花子", "b" * 64, "20 November 2026"):
        assert word in whole


def test_text_is_text(pages):
    whole = "".join(pages)
    assert "髙﨑①㈱の方針です。" in whole
    assert "<script>alert(1)</script> & 〓 ［会社の事業］" in whole


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("髙﨑①㈱㎡𠮷é", "髙﨑①㈱㎡𠮷é"),
        ("😀", "〓"),
        ("a\x00b", "a〓b"),
        ("葛\U000e0100", "葛\U000e0100"),
        ("一\n\t二", "一\n\t二"),
    ],
)
def test_what_the_fonts_do_not_have_is_printed_as_printers_do(text, drawn):
    assert drawable(text) == drawn


def test_a_draft_says_on_every_page_that_nobody_approved_it():
    source = content(("scope", "適用範囲", [("a", "当社は人権を尊重します。")]))
    page = policy_page(source, languages=["en"], facts=DRAFT)
    assert page.count("Draft, not approved") == 2  # below the title, and in the head of every page
    assert "Working copy" in page
    assert "SHA-256" not in page
    assert "Approved" not in page
    frozen = policy_page(source, languages=["en"], facts=SECOND)
    assert "Version 2 (Submitted)" in frozen


def test_a_text_without_words_says_so():
    page = policy_page(content(), languages=["en"], facts=DRAFT)
    assert "Nothing has been written yet." in page


def test_the_same_text_gives_the_same_bytes_and_another_one_others(pdf):
    assert policy_pdf(SOURCE, languages=["ja", "en"], facts=THIRD) == pdf
    assert policy_pdf(SOURCE, languages=["ja"], facts=THIRD) != pdf
    assert len(template_version()) == 16


def test_files_are_named_after_company_policy_and_version():
    assert file_name(SOURCE, facts=THIRD, language="en") == "Takasaki Works Human Rights Policy v3"
    assert file_name(SOURCE, facts=THIRD, language="en", before=SECOND) == (
        "Takasaki Works Human Rights Policy changes v2 to v3"
    )
    late = datetime.datetime(2026, 11, 22, 20, 0, tzinfo=datetime.UTC)  # the 23rd in Tokyo
    draft = type(DRAFT)(at=late)
    assert file_name(SOURCE, facts=draft, language="en") == "Takasaki Works Human Rights Policy Working copy 2026-11-23"
