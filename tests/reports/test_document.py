"""The words of a report: every state that a programme's data can be in has its own, in both languages."""

import re
from html import unescape

import pytest

from reports.rendering.document import PRINTED_COMPANIES

from .reading import html_of, opened, pages_of, rendered, squeezed
from .samples import (
    no_consultations,
    sample_consultations,
    sample_figures,
    sample_item,
    sample_policies,
    sample_session,
)


def words(figures: dict, language: str, **more) -> str:
    """Return the page's text without tags, white space as one space."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html_of(figures, language, **more))).split())


def says(figures: dict, **expected: str | tuple) -> None:
    """Assert that the report says these sentences; a tuple (sentence, False) that it does not."""
    for language, given in expected.items():
        sentence, wanted = given if isinstance(given, tuple) else (given, True)
        assert (sentence in words(figures, language)) is wanted, words(figures, language)


def test_a_programme_without_consultations_has_no_chapter_on_them():
    figures = sample_figures(**no_consultations())
    says(figures, ja=("個別相談の実施結果", False), en=("Individual consultations – outcome", False))
    assert words(figures, "en").count("(2) Attendance at a glance") == 1


def test_a_programme_without_sessions_has_no_attendance():
    figures = sample_figures(sessions=[])
    says(figures, ja="開催の記録はありません。", en="No session is on record.")
    assert "asset:attendance.svg" not in html_of(figures, "ja")


def test_a_programme_without_any_activity_says_so():
    figures = sample_figures(sessions=[], **no_consultations())
    says(figures, ja="2025年4月30日現在、活動の記録はありません。", en="No activity is on record as of 30 April 2025.")


def test_a_programme_of_no_companies_has_neither_chart_nor_list():
    figures = sample_figures(enrolled=0, sessions=[], **no_consultations())
    says(figures, ja="2025年4月30日現在、参加企業はありません。", en="No company is enrolled as of 30 April 2025.")
    assert "asset:" not in html_of(figures, "en")
    assert "企業ごとの達成項目" not in words(figures, "ja")


@pytest.mark.parametrize(
    ("policies", "ja", "en"),
    [
        (
            {"drafting": 4},
            "4社のうち、方針を策定した企業はまだありません。",
            "none of 4 companies has formulated its policy yet.",
        ),
        (
            {"drafting": 3, "approved": 1},
            "4社のうち1社（25.0％）が方針を策定しました。",
            "1 of 4 companies has formulated its policy, that is, approved or published it (25.0%).",
        ),
        (
            {"approved": 1, "published": 3},
            "4社のすべてが方針を策定し、目標を達成しました。",
            "all of 4 companies have formulated their policies: the target is reached. 3 of these policies are published.",
        ),
        ({"published": 4}, "策定した企業は、すべて方針を公表しています。", "All of these policies are published."),
        (
            {"submitted": 1, "endorsed": 2, "published": 1},
            "そのほかの3社の段階は、アドバイザー確認済み（2社）、案を提出済み（1社）です。",
            "Where the other 3 companies stand: Endorsed by an adviser (2 companies) and Draft submitted (1 company).",
        ),
    ],
)
def test_how_far_the_policies_are(policies, ja, en):
    says(sample_figures(policies=sample_policies(by_due=0, **policies)), ja=ja, en=en)


def test_one_company_is_told_in_the_singular():
    figures = sample_figures(enrolled=1, policies=sample_policies(published=1))
    says(figures, ja="1社のすべてが方針を策定し", en="1 company has formulated its policy: the target is reached.")
    assert "1 companies" not in words(figures, "en")


@pytest.mark.parametrize(
    ("due", "by_due", "ja", "en"),
    [
        (
            "2025-03-31",
            1,
            "目標の期限である2025年3月31日までに策定した企業は、4社のうち1社です。",
            "By the target date, 31 March 2025, it was 1 of 4 companies.",
        ),
        (
            "2025-06-30",
            None,
            "目標の期限である2025年6月30日は、まだ来ていません。",
            "The target date, 30 June 2025, is still to come.",
        ),
        (None, None, ("目標の期限である", False), ("target date", False)),
    ],
)
def test_the_target_date_is_past_to_come_or_none(due, by_due, ja, en):
    policies = sample_policies(drafting=3, published=1, by_due=by_due)
    says(sample_figures(programme={"target_due_on": due}, policies=policies), ja=ja, en=en)


def test_a_programme_that_counts_no_policies_leaves_them_out():
    figures = sample_figures(policies=None)
    says(figures, ja=("方針の段階", False), en=("Stage of the policies", False))
    assert "asset:stages.svg" not in html_of(figures, "ja")


@pytest.mark.parametrize(
    ("counts", "ja", "en"),
    [
        ((3, 3, 0), "2社から3名（全員が会場）", "3 people from 2 companies (all on site)"),
        ((3, 0, 3), "2社から3名（全員がオンライン）", "3 people from 2 companies (all online)"),
        ((3, 1, 2), "2社から3名（会場1名、オンライン2名）", "3 people from 2 companies (on site: 1, online: 2)"),
        (
            (3, 1, 1),
            "2社から3名（会場1名、オンライン1名、記録なし1名）",
            "3 people from 2 companies (on site: 1, online: 1, not recorded: 1)",
        ),
        ((0, 0, 0), "出席の記録なし", "No attendance on record"),
    ],
)
def test_how_people_took_part(counts, ja, en):
    people, onsite, online = counts
    session = sample_session(people=people, onsite=onsite, online=online)
    says(sample_figures(sessions=[session]), ja=ja, en=en)


def test_a_session_to_come_is_announced_without_numbers():
    empty = {"held": False, "people": 0, "companies": 0, "onsite": 0, "online": 0}
    session = sample_session(starts_at="2025-06-04T04:00:00+00:00", ends_at="2025-06-04T06:00:00+00:00", **empty)
    figures = sample_figures(sessions=[session])
    says(
        figures,
        ja="2025年6月4日(水)に、セミナーを開催する予定です。",
        en="The seminar is planned for 4 June 2025 (Wed), method: Mixed.",
    )
    says(figures, ja="2025年4月30日現在、開催前", en="Not yet held as of 30 April 2025")
    says(
        figures,
        ja="実務担当者教育は、2025年4月30日の時点では開催していません。",
        en="had not been held by 30 April 2025.",
    )


@pytest.mark.parametrize(
    ("fields", "ja", "en"),
    [
        (
            {"comments": 2},
            "2件の感想が寄せられましたが、引用に同意のあったものはありません。",
            "2 comments were received; none",
        ),
        ({"comments": 1}, "1件の感想", "1 comment was received; its author did not agree to be quoted."),
        (
            {"comments": 9, "quotable": 8, "quotes": [{"comment_ja": "よかった。", "comment_en": "Good."}]},
            "よかった。 （引用に同意のあった感想は、ほかに7件あります。）",
            "A participant's comment, quoted with consent: Good. (7 further comments may be quoted.)",
        ),
        ({}, ("感想", False), ("comment", False)),
    ],
)
def test_comments_are_quoted_only_with_consent(fields, ja, en):
    says(sample_figures(sessions=[sample_session(**fields)]), ja=ja, en=en)


@pytest.mark.parametrize(
    ("fields", "ja", "en"),
    [
        ({"unused": 5}, "未利用で、理由の記録がないもの：5回。", "Unused, reason not recorded: 5."),
        ({"later": 2}, "この日より後に行うもの：2回。", "Held or booked for after that day: 2."),
        ({"unmarked": 1}, "予約後、実施の記録がないもの：1回。", "Booked, outcome not recorded: 1."),
        ({"held": 4}, "参加を取りやめた企業によるもの：1回。", "or by companies that have left: 1."),
        ({"cancelled_late": 2}, "企業が期限後に取り消したもの：2回。", "after the deadline: 2."),
        ({"missed": 1}, "企業が来なかったもの：1回。", "The company did not come: 1."),
        ({"forfeited": 1}, "理由を記録のうえ失効としたもの：1回。", "Forfeited, with a recorded reason: 1."),
        ({"extra": 1}, "追加1回を加えたもの）のうち、3回。", "4 companies × 2 times, and 1 granted in addition"),
    ],
)
def test_what_became_of_the_consultations(fields, ja, en):
    counts = {"held": 3, "used": 3, "entitled": 8, "companies": 2} | fields
    says(sample_figures(consultations=sample_consultations(**counts)), ja=ja, en=en)


def test_consultations_are_not_called_unused_while_their_period_lasts():
    figures = sample_figures(
        as_of="2025-02-28", consultations=sample_consultations(held=1, used=1, entitled=8, unused=7, companies=1)
    )
    says(figures, ja="まだ予約のないもの：7回。", en="Not booked yet: 7.")
    says(figures, ja=("未利用", False), en=("Unused", False))


def test_text_of_the_other_language_is_marked_with_it():
    speaker = {"name_ja": "", "name_en": "Ms. Motoko Ogawa", "title_ja": "", "title_en": "Director"}
    figures = sample_figures(sessions=[sample_session(agenda=[sample_item(speakers=[speaker])], venue_en="")])
    assert '<span lang="en">Ms. Motoko Ogawa, Director</span>' in html_of(figures, "ja")
    assert "Ms. Motoko Ogawa, Director" in html_of(figures, "en")
    assert '<span lang="ja">会議室</span>' in html_of(figures, "en")


@pytest.mark.parametrize(
    ("name", "title", "printed"),
    [
        ("小川 素子", "室長", "室長　小川 素子 氏"),
        ("小川 素子 氏", "", "小川 素子 氏"),
        ("川村 先生", "社労士", "社労士　川村 先生"),
    ],
)
def test_japanese_speakers_are_named_politely_once(name, title, printed):
    speaker = {"name_ja": name, "name_en": "", "title_ja": title, "title_en": ""}
    figures = sample_figures(sessions=[sample_session(agenda=[sample_item(speakers=[speaker])])])
    assert f'<p class="speaker">{printed}</p>' in html_of(figures, "ja")


def test_items_of_one_kind_are_numbered_and_self_explaining_ones_stand_alone():
    agenda = [
        sample_item("lecture"),
        sample_item("group_work", title_en="First"),
        sample_item("group_work", title_en="Second"),
        sample_item("sharing", title_en="Sharing participants' views"),
        sample_item("lecture", title_en="Last"),
    ]
    text = words(sample_figures(sessions=[sample_session(agenda=agenda)]), "en")
    assert "Lecture Title of the lecture Group work 1)First 2)Second Sharing participants' views Lecture Last" in text


def test_marks_inside_a_quotation_become_the_inner_kind():
    agenda = [sample_item(title_ja="「ビジネスと人権」に取り組む意義", title_en="What “rights” are")]
    figures = sample_figures(sessions=[sample_session(agenda=agenda)])
    says(figures, ja="講演「『ビジネスと人権』に取り組む意義」", en="lecture “What ‘rights’ are”")


def test_what_the_secretariat_wrote_about_the_future_is_printed_as_text():
    plans = "人権DDを支援します。\n\n<script>alert(1)</script> & 予定"
    html = html_of(sample_figures(), "ja", plans=plans)
    assert "<p>人権DDを支援します。</p>" in html
    assert "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; 予定</p>" in html
    assert "これからの取り組みとして" not in html


HOSTILE = '<img src="file:///etc/passwd"><style>@import url(http://192.0.2.1/x)</style>"\'&{{ 7*7 }}%(x)s{0}'


@pytest.mark.parametrize("language", ["ja", "en"])
def test_markup_in_any_text_is_printed_as_text(language):
    """The renderer stops at any address but an asset, so a single tag that got through would fail this."""
    pair = {
        f"{name}_{code}": HOSTILE
        for name in ("name", "title", "comment", "venue", "method_note")
        for code in ("ja", "en")
    }
    session = sample_session(
        agenda=[sample_item(**pair, speakers=[pair])], **pair, comments=1, quotable=1, quotes=[pair]
    )
    figures = sample_figures(
        edition="internal",
        sessions=[session],
        organisations=[{"role": "organiser", **pair}, {"role": "<b>", **pair}],
        programme={**pair, "theme_ja": HOSTILE, "theme_en": HOSTILE, "target_ja": HOSTILE, "target_en": HOSTILE},
        milestones=[{**sample_figures()["milestones"][0], **pair, "definition_ja": HOSTILE, "definition_en": HOSTILE}],
        rows=[{"code": HOSTILE, "reached": {}, **pair}],
        consultations=sample_consultations(held=1, advisers=[{**pair, "people": 1}]),
    )
    pdf = rendered(figures, language, plans=HOSTILE)
    text = squeezed("".join(pages_of(pdf)))
    assert text.count(squeezed(HOSTILE)) > 15
    assert "root:" not in text
    with opened(pdf) as document:
        assert "/EmbeddedFiles" not in document.Root.get("/Names", {})


def test_too_many_companies_are_left_to_the_sheet():
    figures = sample_figures(enrolled=PRINTED_COMPANIES + 1)
    says(
        figures,
        ja="この一覧は201社に及びます。200社を超えるため印刷せず",
        en="This list would hold 201 companies; beyond 200 companies",
    )
    assert "C150" not in words(figures, "ja")
    assert "C150" in words(sample_figures(enrolled=PRINTED_COMPANIES), "ja")


def test_many_milestones_continue_in_a_further_table():
    kind = sample_figures()["milestones"][0]
    figures = sample_figures(milestones=[{**kind, "code": f"m{number}"} for number in range(16)])
    html = html_of(figures, "en")
    assert html.count('<table class="matrix">') == 2
    assert html.count('<tr><th scope="row">C01</th>') == 2


def test_numbers_have_separators_in_thousands():
    figures = sample_figures(enrolled=1600, policies=sample_policies(drafting=100, published=1500))
    says(figures, ja="1,600社のうち1,500社（93.8％）", en="1,500 of 1,600 companies")


@pytest.mark.parametrize(("is_sample", "count"), [(True, 1), (False, 0)])
def test_made_up_companies_are_called_so_on_the_cover(is_sample, count):
    figures = sample_figures(programme={"is_sample": is_sample})
    assert words(figures, "ja").count("この報告書の参加企業と参加者は、架空のものです。") == count


@pytest.mark.parametrize(
    ("year", "ja"), [(2024, "令和6年度(2024年度)"), (2019, "令和元年度(2019年度)"), (2018, "平成30年度(2018年度)")]
)
def test_the_cover_names_the_fiscal_year_in_its_era(year, ja):
    says(sample_figures(programme={"fiscal_year": year}), ja=ja, en=f"FY{year}")
