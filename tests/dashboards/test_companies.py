"""The secretariat's list of companies: search, filters, order, day and pages."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from tests.counting import queries_of
from tests.factories import make_assignment, make_company, make_programme, make_seat
from tests.policies.test_queries import APPROVED, put
from tests.reading import rows, words


@pytest.fixture
def cohort(db):
    """Four companies by kana ア, イ, ウ, エ: published, late and drafting, submitted, withdrawn. The target was 31 March 2025."""
    programme = make_programme(target_due_on=date(2025, 3, 31))
    kana = ("アオバ", "イズミ", "ウミ", "エダ")
    enrolments = [make_company(programme, name_ja=name, name_en=f"Company {name}", name_kana=name) for name in kana[:3]]
    enrolments.append(make_company(programme, name_ja="エダ", name_kana="エダ", withdrawn_on=date(2025, 1, 10)))
    put(enrolments[0], "published", **APPROVED, published_on=date(2025, 3, 17))
    put(enrolments[2], "submitted", submitted_on=date(2025, 1, 20))
    adviser = make_seat(programme, role="adviser")
    make_assignment(enrolments[0], adviser, ends_on=programme.ends_on)
    return programme, enrolments, make_seat(programme, role="leader").user


@pytest.fixture
def listed(cohort, sign_in):
    """Return a function that gives the list for a query."""
    programme, _enrolments, user = cohort
    client, url = sign_in(user), reverse("dashboards:companies", args=[programme.pk])
    return lambda query="": client.get(f"{url}?{query}")


def names(response) -> list[str]:
    return [row[0] for row in rows(response)]


def test_each_row_has_stage_adviser_and_the_day_of_each_milestone(listed, cohort):
    programme, enrolments, _user = cohort
    response = listed()
    assert [head.label for head in response.context["matrix"].heads] == [
        "企業", "コード", "人権方針", "アドバイザー", "事務局の担当", "達成", "未達成",
        "JOINED", "SUBMITTED", "ENDORSED", "APPROVED", "PUBLISHED",
    ]  # fmt: skip
    adviser = programme.seats.get(role="adviser").name_ja
    late = "提出済み（確認待ち） 期限超過"
    assert rows(response) == [
        ["アオバ", enrolments[0].code, "公表済み", adviser, "–", "4", "ENDORSED",
         "2024/11/1", "2025/2/10", "未", "2025/3/14", "2025/3/17"],
        ["イズミ", enrolments[1].code, "入力中 期限超過", "–", "–", "1", "SUBMITTED ENDORSED APPROVED ほか1件",
         "2024/11/1", "未", "未", "未", "未"],
        ["ウミ", enrolments[2].code, late, "–", "–", "2", "ENDORSED APPROVED PUBLISHED",
         "2024/11/1", "2025/1/20", "未", "未", "未"],
    ]  # fmt: skip


def test_an_earlier_day_shows_what_was_reached_by_it(listed, cohort):
    response = listed("as_of=2025-03-14")
    assert {row[0]: row[8:] for row in rows(response)} == {
        "アオバ": ["2025/2/10", "未", "2025/3/14", "未"],
        "イズミ": ["未", "未", "未", "未"],
        "ウミ": ["2025/1/20", "未", "未", "未"],
    }
    assert [row[2] for row in rows(response)] == ["承認済み", "未着手", "提出済み（確認待ち）"]
    assert words(response, "p", "lead-line") == [f"{cohort[0].name_ja} · 2025年3月14日(金)現在"]


def test_a_company_stands_in_the_list_until_the_day_it_withdrew(listed):
    assert [names(listed(f"as_of=2025-01-{day}")) for day in ("09", "10")] == [
        ["アオバ", "イズミ", "ウミ", "エダ"],
        ["アオバ", "イズミ", "ウミ"],
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("show=published", ["アオバ"]),
        ("show=drafting", ["イズミ"]),
        ("show=late", ["イズミ", "ウミ"]),
        ("show=late&as_of=2025-03-31", []),
        ("show=unassigned", ["イズミ", "ウミ"]),
        ("show=unassigned&as_of=2025-04-30", ["イズミ", "ウミ"]),
        ("show=withdrawn", ["エダ"]),
        ("show=none", []),
        ("show=nonsense", ["アオバ", "イズミ", "ウミ"]),
        ("q=うみ", ["ウミ"]),
        ("q=company", ["アオバ", "イズミ", "ウミ"]),
        ("q=イ&show=late", ["イズミ"]),
        ("sort=-name", ["ウミ", "イズミ", "アオバ"]),
        ("sort=m-submitted", ["ウミ", "アオバ", "イズミ"]),
        ("sort=-m-submitted", ["アオバ", "ウミ", "イズミ"]),
        ("sort=m-nothing", ["アオバ", "イズミ", "ウミ"]),
    ],
)
def test_search_filter_and_order_stand_in_the_address(listed, query, found):
    assert names(listed(query)) == found


def test_every_chip_counts_what_it_leaves(listed):
    response = listed()
    chips = response.context["chips"]
    assert [(chip.label, chip.count) for chip in chips] == [
        ("すべて", 3),
        ("入力中", 1),
        ("提出済み（確認待ち）", 1),
        ("公表済み", 1),
        ("期限超過", 2),
        ("アドバイザー未定", 2),
        ("参加取りやめ", 1),
    ]
    assert [len(rows(listed(chip.url.removeprefix("?")))) for chip in chips] == [chip.count for chip in chips]


def test_chips_count_within_the_search(listed):
    assert [(chip.label, chip.count) for chip in listed("q=イズミ").context["chips"]] == [
        ("すべて", 1),
        ("入力中", 1),
        ("期限超過", 1),
        ("アドバイザー未定", 1),
    ]


def test_filters_keep_order_and_day_and_go_back_to_the_first_page(listed):
    chip = next(
        chip for chip in listed("sort=-name&as_of=2025-04-30&page=1").context["chips"] if chip.label == "期限超過"
    )
    assert chip.url == "?sort=-name&as_of=2025-04-30&show=late"


def test_a_search_without_result_offers_the_whole_list(listed):
    response = listed("q=ない会社&sort=-name")
    assert words(response, "h2")[0] == "条件に合う企業はありません"
    assert 'href="?sort=-name"' in response.content.decode()


def test_a_programme_without_companies_says_so(db, sign_in):
    programme = make_programme()
    response = sign_in(make_seat(programme, role="leader").user).get(
        reverse("dashboards:companies", args=[programme.pk])
    )
    assert words(response, "h2")[0] == "参加企業はまだありません"


def test_the_companies_of_another_programme_never_show(cast, sign_in):
    response = sign_in(cast.people["secretariat"]).get(reverse("dashboards:companies", args=[cast.programme.pk]))
    assert names(response) == [cast.company.name_ja, cast.neighbour.company.name_ja]


def test_a_company_in_two_programmes_shows_the_milestones_of_this_one(cast, sign_in):
    user = make_seat(cast.other_programme, role="member", user=cast.people["secretariat"]).user
    put(cast.enrolment, "approved", **APPROVED)
    response = sign_in(user).get(reverse("dashboards:companies", args=[cast.other_programme.pk]))
    assert names(response) == [cast.stranger.company.name_ja]
    assert rows(response)[0][7:] == ["2024/11/1", "未", "未", "未", "未"]


def test_a_page_has_fifty_companies(cast, sign_in):
    for _ in range(49):
        make_company(cast.programme)
    client, url = sign_in(cast.people["secretariat"]), reverse("dashboards:companies", args=[cast.programme.pk])
    pages = [client.get(f"{url}?page={number}") for number in (1, 2, 3)]
    assert [page.status_code for page in pages] == [200, 200, 404]
    assert [len(rows(page)) for page in pages[:2]] == [50, 1]


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("query", ["", "?show=approved&q=company&sort=m-approved&as_of=2025-04-30"])
def test_the_list_asks_the_same_whatever_it_holds(cast, sign_in, count, query):
    adviser = cast.programme.seats.get(user=cast.people["adviser"])
    for number in range(count):
        enrolment = make_company(cast.programme, joined_on=date(2024, 11, 1) + timedelta(days=number))
        put(enrolment, "approved", **APPROVED)
        make_assignment(enrolment, adviser)
    url = reverse("dashboards:companies", args=[cast.programme.pk])
    assert len(queries_of(sign_in(cast.people["secretariat"]), url + query)) == 8
