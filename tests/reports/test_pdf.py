"""The finished PDF of the pilot: the published figures, in both languages, in a file that every reader can use."""

import re
from datetime import date
from itertools import pairwise

import pytest

from .reading import opened, pages_of, rendered, squeezed, structure, text_of

pytestmark = pytest.mark.django_db

SESSIONS = {
    "ja": [
        (
            "2024年11月7日(木) 15:30〜17:00",
            "併用（対面を中心に）",
            "AP東京丸の内 E+Fルーム",
            "16社から22名（会場13名、オンライン9名）",
        ),
        (
            "2024年11月15日(金) 15:00〜17:00",
            "併用（対面を中心に）",
            "全国社会保険労務士会連合会 10階会議室",
            "15社から16名（会場14名、オンライン2名）",
        ),
        ("2024年12月4日(水) 13:00〜16:00", "オンライン", "", "16社から18名（全員がオンライン）"),
        (
            "2024年12月18日(水) 13:00〜16:30",
            "併用（対面を中心に）",
            "大手町ファーストスクエアカンファレンス Room D",
            "16社から19名（会場10名、オンライン9名）",
        ),
        ("2025年4月22日(火) 13:00〜14:30", "オンライン", "", "15社から35名（全員がオンライン）"),
    ],
    "en": [
        (
            "7 November 2024 (Thu) 15:30–17:00",
            "Mixed (mainly face-to-face)",
            "Room E + F, AP Tokyo Marunouchi",
            "22 people from 16 companies (on site: 13, online: 9)",
        ),
        (
            "15 November 2024 (Fri) 15:00–17:00",
            "Mixed (mainly face-to-face)",
            "Conference Room, 10F, JFLSSA",
            "16 people from 15 companies (on site: 14, online: 2)",
        ),
        ("4 December 2024 (Wed) 13:00–16:00", "Online", "", "18 people from 16 companies (all online)"),
        (
            "18 December 2024 (Wed) 13:00–16:30",
            "Mixed (mainly face-to-face)",
            "Room D, Otemachi First Square Conference",
            "19 people from 16 companies (on site: 10, online: 9)",
        ),
        ("22 April 2025 (Tue) 13:00–14:30", "Online", "", "35 people from 15 companies (all online)"),
    ],
}
SPEAKERS = ["Motoko Ogawa", "Toshinao Hirano", "Taku Kawamura", "Mami Kamoshita", "Ryusuke Tanaka", "Mr. Kiuchi"]
CHAPTERS = {
    "ja": [
        ["1 事業の概要", "(1) 背景と目的", "(2) 実施体制と期間", "(3) 活動の概要", "(4) 結果と今後"],
        ["2 活動ごとの概要", "(1) 経営者サロン", "(2) 実務担当者教育", "(3) 個別相談", "(4) 修了報告会"],
        ["3 実施結果", "(1) 経営者サロン", "(2) 実務担当者教育", "(3) 個別相談", "(4) 修了報告会", "(5) 参加の一覧"],
        ["資料", "資料1 数字の数え方", "資料2 達成項目", "資料3 企業ごとの達成項目"],
    ],
    "en": [
        [
            "1 Outline of business",
            "(1) Background and purpose",
            "(2) Implementing structure and period",
            "(3) Outline of activities",
            "(4) Results and future plans",
        ],
        [
            "2 Brief summary",
            "(1) Management Study Meeting",
            "(2) Education for working-level personnel",
            "(3) Individual consultations",
            "(4) Closing meeting",
        ],
        [
            "3 Outcome of events",
            "(1) Management Study Meeting",
            "(2) Education for working-level personnel",
            "(3) Individual consultations",
            "(4) Closing meeting",
            "(5) Attendance at a glance",
        ],
        ["Appendix", "A1 What the figures count", "A2 Milestones", "A3 Milestones by company"],
    ],
}
both = pytest.mark.parametrize("language", ["ja", "en"])


@both
def test_every_session_is_told_as_it_was_published(pilot, language):
    text = text_of(rendered(pilot.figures(), language))
    for facts in SESSIONS[language]:
        assert [fact for fact in facts if squeezed(fact) not in text] == []
    assert [name for name in SPEAKERS if squeezed(name) not in text] == []


@both
def test_every_item_of_every_programme_is_printed(pilot, language):
    figures = pilot.figures()
    text = text_of(rendered(figures, language))
    titles = [item[f"title_{language}"] for session in figures["sessions"] for item in session["agenda"]]
    assert len(titles) == 21
    marks = str.maketrans("「」", "『』") if language == "ja" else {}
    missing = [t for t in titles if squeezed(t) not in text and squeezed(t).translate(marks) not in text]
    assert missing == []


@pytest.mark.parametrize(
    ("language", "day", "sentence"),
    [
        ("ja", date(2025, 4, 30), "2025年4月30日現在、16社のうち13社（81.3％）が方針を策定しました。"),
        ("ja", date(2025, 3, 31), "2025年3月31日現在、16社のうち9社（56.3％）が方針を策定しました。"),
        ("en", date(2025, 4, 30), "As of 30 April 2025, 13 of 16 companies have formulated their policies"),
        ("en", date(2025, 3, 31), "As of 31 March 2025, 9 of 16 companies have formulated their policies"),
    ],
)
def test_policies_are_counted_as_of_the_day(pilot, language, day, sentence):
    assert squeezed(sentence) in text_of(rendered(pilot.figures(as_of=day), language))


@both
def test_consultations_are_told_with_what_is_not_known(pilot, language):
    text = text_of(rendered(pilot.figures(), language))
    told = {
        "ja": [
            "計28回（16社）",
            "32回（16社×2回）のうち28回を利用。",
            "未利用で、理由の記録がないもの：4回。",
            "BHR推進社労士（3名）",
        ],
        "en": [
            "28 times in total",
            "28 of 32 (16 companies × 2 times).",
            "Unused, reason not recorded: 4.",
            "BHR Promoting Sharoshi (3 people)",
        ],
    }[language]
    assert [sentence for sentence in told if squeezed(sentence) not in text] == []


@both
def test_every_figure_bears_its_day(pilot, language):
    pages = pages_of(rendered(pilot.figures(), language))
    source = {
        "ja": "出典：SPPポータルの記録（2025年4月30日現在）",
        "en": "Source: records of the SPP portal, as of 30 April 2025",
    }
    tables = sum(len(re.findall(r"表 ?\d+|Table \d+", page)) for page in pages)
    sources = sum(squeezed(page).count(squeezed(source[language])) for page in pages)
    # The table of definitions says the day in its own first row, and the colophon in one of its rows.
    assert (tables, sources) == (15, 14)
    computed = {"ja": "2026年11月22日(日)14:04に集計", "en": "computed on 22 November 2026 (Sun) 14:04"}[language]
    assert squeezed(computed) in squeezed(pages[1])


@both
def test_the_contents_name_the_pages_on_which_the_headings_are(pilot, language):
    pdf = rendered(pilot.figures(), language)
    pages = pages_of(pdf)
    listed = [heading for chapter in CHAPTERS[language] for heading in chapter]
    entries = re.findall(r"((?:[^.]|\.(?! ?\.))+?)\s*(?:\. ?){3,}\s*(\d+)", pages[1])
    found = [(squeezed(name), int(number)) for name, number in entries]
    assert len(found) == len(listed)
    for heading, (name, number) in zip(listed, found, strict=True):
        assert name.endswith(squeezed(heading))
        assert squeezed(heading) in squeezed(pages[number - 1])


@both
def test_bookmarks_follow_the_chapters(pilot, language):
    with opened(rendered(pilot.figures(), language)).open_outline() as outline:
        chapters = [[top.title, *(child.title for child in top.children)] for top in outline.root]
    assert chapters == CHAPTERS[language]


@both
def test_the_file_is_tagged_and_written_as_pdf_ua_1(pilot, language):
    figures = pilot.figures()
    with opened(rendered(figures, language)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == language
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            title = {"ja": "SPPパイロット2024 実施報告書", "en": "SPP Pilot 2024: Implementation Report"}
            assert metadata["dc:title"] == title[language]
        elements = structure(pdf)
        kinds = [kind for kind, _element in elements]
        assert [kinds.count(kind) for kind in ("/H1", "/H2", "/H3", "/H4")] == [1, 5, 17, 12]
        # 15 tables and 3 figures; a table that goes on over a page is a second one in the tree.
        assert kinds.count("/Caption") == 18
        assert 15 <= kinds.count("/Table") <= 20
        assert kinds.count("/TH") > 60
        # Headings never skip a level on the way down.
        levels = [int(kind[2]) for kind in kinds if re.fullmatch(r"/H\d", kind)]
        assert all(after - before <= 1 for before, after in pairwise(levels))
        figures_alt = [str(element.Alt) for kind, element in elements if kind == "/Figure"]
        assert len(figures_alt) == 3
        assert all(len(alt) > 40 for alt in figures_alt)


@both
def test_fonts_are_embedded_and_rare_characters_drawn(pilot, language):
    figures = pilot.figures(edition="internal")
    figures["rows"][0]["name_ja"] = figures["rows"][0]["name_en"] = "㈱髙﨑①㎡"
    pdf = rendered(figures, language)
    assert "㈱髙﨑①㎡" in text_of(pdf)
    with opened(pdf) as document:
        fonts = [font for page in document.pages for font in page.Resources.Font.values()]
        assert {str(font.BaseFont).split("+")[1] for font in fonts} == {"Noto-Sans-CJK-JP", "Noto-Sans-CJK-JP-Bold"}
        for font in fonts:
            descendant = font.DescendantFonts[0]
            assert "/FontFile3" in descendant.FontDescriptor
            # Glyph 0 is what is drawn for a character that the font lacks.
            assert int(descendant.W[0]) > 0


def test_a_long_table_repeats_its_head_on_every_page(pilot):
    figures = pilot.figures(edition="internal")
    template = figures["rows"][0]
    figures["rows"] = [{**template, "code": f"X{number:03}"} for number in range(1, 121)]
    pages = [page for page in pages_of(rendered(figures, "ja")) if re.search(r"X\d{3}", page)]
    assert len(pages) > 2
    assert all(squeezed(page).count("企業1参加") == 1 for page in pages)
    assert sorted(re.findall(r"X\d{3}", "".join(pages))) == [f"X{number:03}" for number in range(1, 121)]


@both
def test_no_heading_stands_alone_at_the_foot_of_a_page(pilot, language):
    headings = {squeezed(heading) for chapter in CHAPTERS[language] for heading in chapter}
    titles = {squeezed(session[f"title_{language}"]) for session in pilot.figures()["sessions"]}
    for page in pages_of(rendered(pilot.figures(), language))[2:]:
        body = squeezed(page)
        body = re.sub(r"[－–]\d+[－–]$", "", body)
        assert not body.endswith(tuple(headings | {f"◆{title}" for title in titles}))
    # A footer that is not last in the text would make the check above vain.
    assert all(re.search(r"[－–] ?\d+ ?[－–]", page) for page in pages_of(rendered(pilot.figures(), language))[1:])


def test_the_public_edition_prints_codes_and_the_internal_one_names(pilot):
    names = [enrolment.company.name_ja for enrolment in pilot.companies.values()]
    public, internal = (text_of(rendered(pilot.figures(edition=e), "ja")) for e in ("public", "internal"))
    assert [name for name in names if squeezed(name) in public] == []
    assert [name for name in names if squeezed(name) not in internal] == []
    assert "内部版" in internal
    assert "内部版" not in public
    assert all(code in public for code in pilot.companies)
