import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from consultations.models import Minutes
from tests.counting import queries_of
from tests.factories import make_assignment, make_company, make_consultation, make_seat
from tests.reading import rows

MORNING = datetime(2025, 2, 3, 1, tzinfo=UTC)


def address(name, programme, query: str = "") -> str:
    app = "reports" if name == "hours_sheet" else "consultations"
    return reverse(f"{app}:{name}", args=[programme.pk]) + query


def lines(response) -> list[list[str]]:
    text = response.content.decode()
    assert text.startswith("\ufeff")
    assert "\r\n" in text
    return list(csv.reader(io.StringIO(text[1:])))


@pytest.fixture
def adviser(cast):
    return cast.programme.seats.get(user=cast.people["adviser"])


@pytest.fixture
def full(cast, adviser):
    """The cast's company was cancelled once in time, held once and forgot once; its neighbour has nothing."""
    make_consultation(cast.enrolment, adviser, starts_at=MORNING - timedelta(days=1), state="cancelled")
    first = make_consultation(cast.enrolment, adviser, starts_at=MORNING)
    make_consultation(cast.enrolment, adviser, starts_at=MORNING + timedelta(days=7), state="booked")
    tenant = {"company": cast.company, "programme": cast.programme}
    Minutes.objects.create(consultation=first, text="秘密の相談", shared_at=MORNING, **tenant)
    return cast


@pytest.mark.parametrize("name", ["overview", "overview_sheet", "hours_sheet"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("secretariat", 200), ("adviser", 403), ("manager", 403), ("other_secretariat", 404), ("nobody", 404)],
)
def test_the_overview_is_the_secretariats(cast, sign_in, name, who, status):
    assert sign_in(cast.people[who]).get(address(name, cast.programme)).status_code == status


def test_companies_by_rounds(full, sign_in):
    """What was cancelled in time takes no place in the order; what nobody recorded says so; nothing of what was said."""
    response = sign_in(full.people["secretariat"]).get(address("overview", full.programme))
    adviser = full.people["adviser"].name_ja
    company, neighbour = full.company.name_ja, full.neighbour.company.name_ja
    assert rows(response)[:2] == [
        [
            company,
            adviser,
            f"実施済み 2025/2/3 {adviser}",
            f"未対応 実施の記録がありません 2025/2/10 {adviser}",
        ],
        [neighbour, "–", "–", "–"],
    ]
    assert "秘密の相談" not in response.content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["company", "neighbour"]),
        ("?show=none", ["neighbour"]),
        ("?show=next", ["neighbour"]),
        ("?show=overdue", ["company"]),
        ("?show=unassigned", ["neighbour"]),
        ("?show=nonsense", ["company", "neighbour"]),
        ("?sort=-name", ["neighbour", "company"]),
    ],
)
def test_filter_and_export_show_the_same(full, sign_in, query, expected):
    client = sign_in(full.people["secretariat"])
    names = {"company": full.company.name_ja, "neighbour": full.neighbour.company.name_ja}
    page = client.get(address("overview", full.programme, query))
    sheet = client.get(address("overview_sheet", full.programme, query))
    assert [link for link, *_rest in rows(page)][: len(expected)] == [names[who] for who in expected]
    assert [line[1] for line in lines(sheet)[1:]] == [names[who] for who in expected]


def test_the_chips_count_what_they_show(full, sign_in):
    response = sign_in(full.people["secretariat"]).get(address("overview", full.programme))
    assert [chip.count for chip in response.context["chips"]] == [2, 1, 1, 1, 1]


def test_hours_are_a_line_a_month_and_a_sum_an_adviser(full, adviser, sign_in):
    make_consultation(full.neighbour, adviser, starts_at=MORNING + timedelta(days=40), minutes=90)
    make_consultation(full.neighbour, adviser, starts_at=MORNING + timedelta(days=41), state="missed")
    other = make_seat(full.programme, role="adviser")
    for seat, kana in ((adviser, "ア"), (other, "イ")):
        seat.name_kana = kana
        seat.save()
    make_consultation(full.neighbour, other, starts_at=MORNING + timedelta(days=50), state="cancelled_late")
    client = sign_in(full.people["secretariat"])
    found = [line[1:] for line in lines(client.get(address("hours_sheet", full.programme, "?as=csv")))[1:]]
    assert found == [
        ["2025-02", "1", "1.0", "0", "0"],
        ["2025-03", "1", "1.5", "1", "0"],
        ["合計", "2", "2.5", "1", "0"],
        ["2025-03", "0", "0.0", "0", "1"],
        ["合計", "0", "0.0", "0", "1"],
    ]
    some = lines(client.get(address("hours_sheet", full.programme, "?as=csv&since=2025-02-01&until=2025-02-03")))
    assert [line[1:] for line in some[1:]] == [["2025-02", "1", "1.0", "0", "0"], ["合計", "1", "1.0", "0", "0"]]


def test_hours_as_a_workbook_are_numbers_with_the_consultations_behind_them(full, adviser, sign_in):
    """Who was met stands in it and nothing of what was said; no text is a formula; days are days."""
    full.company.name_ja = "=1+1"
    full.company.save()
    make_consultation(full.neighbour, adviser, starts_at=MORNING + timedelta(days=41), state="missed", minutes=90)
    client = sign_in(full.people["secretariat"])
    answer = client.get(address("hours_sheet", full.programme))
    assert answer.headers["Content-Disposition"].endswith('.xlsx"')
    book = load_workbook(io.BytesIO(answer.content))
    hours, single = ([[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] for sheet in book.worksheets)
    name = adviser.name_ja
    assert hours == [
        [name, "2025-02", 1, 1, 0, 0],
        [name, "2025-03", 0, 0, 1, 0],
        [name, "合計", 1, 1, 1, 0],
    ]
    assert [[row[1].date().isoformat(), *row[2:]] for row in single] == [
        ["2025-02-03", "10:00", "11:00", 1, "'=1+1", "実施済み"],
        ["2025-03-16", "10:00", "11:30", 1.5, full.neighbour.company.name_ja, "会社が欠席"],
    ]
    assert {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    assert "秘密の相談" not in str(hours) + str(single)
    some = client.get(address("hours_sheet", full.programme, "?since=2025-03-01"))
    assert len(list(load_workbook(io.BytesIO(some.content)).worksheets[1].iter_rows())) == 2


def test_the_sheet_of_hours_asks_the_same_whatever_it_holds(cast, adviser, sign_in):
    client, counts = sign_in(cast.people["secretariat"]), []
    for count in (1, 30):
        for number in range(count):
            start = MORNING + timedelta(days=count * 40 + number)
            make_consultation(make_company(cast.programme), adviser, starts_at=start)
        counts.append(len(queries_of(client, address("hours_sheet", cast.programme))))
    assert counts[0] == counts[1]


def test_a_name_that_begins_like_a_formula_is_no_formula(full, sign_in):
    full.company.name_ja = "=1+1"
    full.company.save()
    sheet = sign_in(full.people["secretariat"]).get(address("overview_sheet", full.programme))
    assert "'=1+1" in [line[1] for line in lines(sheet)]


@pytest.mark.parametrize("count", [1, 30])
def test_the_overview_asks_the_same_whatever_it_holds(cast, adviser, sign_in, count):
    start = timezone.now() - timedelta(days=200)
    for number in range(count):
        other = make_company(cast.programme)
        make_assignment(other, make_seat(cast.programme, role="adviser"))
        make_consultation(other, adviser, starts_at=start + timedelta(days=number))
    client = sign_in(cast.people["secretariat"])
    found = [len(queries_of(client, address(name, cast.programme))) for name in ("overview", "overview_sheet")]
    assert found == [11, 9]
