"""The cohort matrix as a file: exactly what is filtered, all pages, in the same order and of the same day."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from programmes.services import following
from tests.counting import queries_of
from tests.factories import make_assignment, make_company, make_programme, make_seat
from tests.policies.test_queries import APPROVED, put
from tests.reading import rows


@pytest.fixture
def listing(db, sign_in):
    """Sixty companies, more than a page; the first is published, the second has longer. Returns page and file of a query."""
    programme = make_programme(target_due_on=date(2025, 3, 31))
    programme.milestone_kinds.filter(code="approved").update(due_on=date(2025, 3, 31))
    enrolments = [make_company(programme) for _ in range(60)]
    leader, adviser = make_seat(programme, role="leader"), make_seat(programme, role="adviser")
    put(enrolments[0], "published", **APPROVED, published_on=date(2025, 3, 17))
    make_assignment(enrolments[1], adviser, ends_on=date(2025, 3, 1))
    following.extend_deadline(
        enrolment=enrolments[1], kind=programme.milestone_kinds.get(code="approved"), due_on=date(2025, 5, 1), reason="R",
        actor=leader.user, today=date(2025, 4, 1),
    )  # fmt: skip
    client = sign_in(leader.user)

    def get(query="", name="reports:cohort_sheet"):
        return client.get(f"{reverse(name, args=[programme.pk])}?{query}")

    get.programme, get.enrolments, get.adviser, get.client = programme, enrolments, adviser, client
    return get


def lines(response) -> tuple[list[list[str]], list[list[str]]]:
    """Return what a CSV says of itself, and the list with its head."""
    text = response.content.decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(text)))
    empty = found.index([])
    return found[:empty], found[empty + 1 :]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "as_of=2025-04-10&show=late&sort=-code",
        "milestone=approved&reached=overdue&sort=m-submitted",
        "q=会社1&view=policy",
    ],
)
def test_the_file_holds_the_whole_list_as_the_page_orders_it(listing, query):
    pages, number = [], 1
    while (page := listing(f"{query}&page={number}", "dashboards:companies")).status_code == 200:
        pages += rows(page)
        number += 1
    for answer in (lines(listing(f"{query}&as=csv"))[1], _sheet(listing(query))[1]):
        assert [line[2] for line in answer[1:]] == [row[1] for row in pages]
    assert len(pages) > 1


def _sheet(response) -> tuple[dict, list[list]]:
    book = load_workbook(io.BytesIO(response.content))
    companies, about = book.worksheets
    found = {row[0].value: _value(row[1]) for row in about.iter_rows()}
    return found, [[_value(cell) for cell in row] for row in companies.iter_rows()]


def _value(cell):
    """Return what a cell holds; its days have no time."""
    return cell.value.date() if cell.is_date else cell.value


def test_a_line_says_what_the_page_says_of_the_day(listing):
    first, second = listing.enrolments[:2]
    about, table = _sheet(listing("as_of=2025-04-10&q=会社"))
    assert table[0][2:7] == ["コード", "人権方針", "アドバイザー", "事務局の担当", "達成"]
    assert table[1][2:] == [
        first.code, "公表済み", None, None, 4,
        date(2024, 11, 1), date(2025, 2, 10), "未", date(2025, 3, 14), date(2025, 3, 17),
    ]  # fmt: skip
    until = "2025/5/1まで延長"
    assert table[2][2:] == [second.code, "未着手", None, None, 1, date(2024, 11, 1), "未", "未", until, "未"]
    assert table[3][10] == "期限超過"
    earlier = _sheet(listing("as_of=2025-02-20"))[1]
    assert earlier[2][4] == listing.adviser.name
    assert about["基準日"] == date(2025, 4, 10)
    assert about["会社名"] == "会社"


def test_both_files_say_filter_and_day(listing):
    query = f"as_of=2025-04-10&show=late&milestone=approved&reached=no&adviser={listing.adviser.pk}&charge=none"
    about = dict(lines(listing(f"{query}&as=csv"))[0])
    found, _table = _sheet(listing(query))
    narrowed = {
        "絞り込み": "期限超過", "アドバイザー": listing.adviser.name, "事務局の担当": "担当なし",
        "達成項目": "APPROVED: まだ達成していない",
    }  # fmt: skip
    assert {name: about[name] for name in narrowed} == narrowed
    assert {name: found[name] for name in narrowed} == narrowed
    assert about["基準日"] == "2025-04-10"
    assert dict(lines(listing("as=csv"))[0])["絞り込み"] == "なし"


def test_no_name_can_be_a_formula(listing):
    company = listing.enrolments[5].company
    company.name_ja = '=HYPERLINK("https://example.org")'
    company.save()
    written = "'" + company.name_ja
    assert written in [line[0] for line in lines(listing("as=csv"))[1]]
    assert written in [line[0] for line in _sheet(listing())[1]]


def test_the_csv_is_known_to_excel(listing):
    response = listing("as=csv&as_of=2025-04-10")
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="{listing.programme.code}-2025-04-10.csv"' in response["Content-Disposition"]


@pytest.mark.parametrize("count", [1, 30])
def test_the_file_asks_the_same_whatever_it_holds(listing, count):
    for number in range(count):
        make_company(listing.programme, joined_on=date(2024, 11, 1) + timedelta(days=number))
    url = reverse("reports:cohort_sheet", args=[listing.programme.pk])
    assert len(queries_of(listing.client, f"{url}?as=csv")) == 8
