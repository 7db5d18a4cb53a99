from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from consultations.models import Minutes
from tests.counting import queries_of
from tests.factories import make_assignment, make_company, make_consultation, make_seat
from tests.reading import rows, words

MORNING = datetime(2025, 2, 3, 1, tzinfo=UTC)


def list_page(programme) -> str:
    return reverse("consultations:programme", args=[programme.pk])


def own_page(company) -> str:
    return reverse("consultations:company", args=[company.pk])


@pytest.fixture
def adviser(cast):
    return cast.programme.seats.get(user=cast.people["adviser"])


@pytest.fixture
def held(cast, adviser):
    consultation = make_consultation(cast.enrolment, adviser, starts_at=MORNING)
    Minutes.objects.create(
        consultation=consultation,
        company=cast.company,
        programme=cast.programme,
        text="適用範囲を話し合った。",
        shared_at=MORNING,
    )
    make_consultation(cast.neighbour, adviser, starts_at=MORNING + timedelta(days=1), state="cancelled")
    return consultation


@pytest.mark.parametrize(
    ("who", "of_company", "of_programme"),
    [
        ("manager", 200, 403),
        ("neighbour", 404, 403),
        ("stranger", 404, 404),
        ("adviser", 200, 200),
        ("unassigned_adviser", 404, 200),
        ("former_adviser", 404, 200),
        ("secretariat", 200, 200),
        ("other_secretariat", 404, 404),
        ("nobody", 404, 404),
    ],
)
def test_who_may_see_consultations(cast, held, sign_in, who, of_company, of_programme):
    client = sign_in(cast.people[who])
    found = (client.get(own_page(cast.company)).status_code, client.get(list_page(cast.programme)).status_code)
    assert found == (of_company, of_programme)


@pytest.mark.parametrize(
    ("who", "reads"), [("manager", True), ("staff", True), ("adviser", True), ("secretariat", False)]
)
def test_minutes_stand_on_the_page_of_the_company_and_its_adviser_only(cast, held, sign_in, who, reads):
    response = sign_in(cast.people[who]).get(own_page(cast.company))
    assert ("適用範囲を話し合った。" in response.content.decode()) is reads
    assert words(response, "h3") == ["2025年2月3日(月) 10:00〜11:00 実施済み"]


def test_an_advisers_look_at_minutes_is_told_and_the_companys_own_is_not(cast, held, sign_in):
    for who in ("manager", "secretariat"):
        sign_in(cast.people[who]).get(own_page(cast.company))
    assert list(Event.objects.filter(verb="content.looked_at")) == []
    for _ in range(2):
        sign_in(cast.people["adviser"]).get(own_page(cast.company))
    event = Event.objects.get(verb="content.looked_at")
    assert (event.actor_id, event.company_id) == (cast.people["adviser"].pk, cast.company.pk)


def test_a_company_reads_its_ledger_with_the_day(cast, held, sign_in):
    response = sign_in(cast.people["staff"]).get(own_page(cast.company))
    assert [year["line"] for year in response.context["years"]] == [
        "2回のうち1回を実施しました。1回は未使用です(理由の記録なし)。"
    ]
    assert response.context["as_of"] in response.content.decode()


def test_the_secretariat_reads_the_ledger_of_all(cast, held, sign_in):
    response = sign_in(cast.people["secretariat"]).get(list_page(cast.programme))
    assert [(figure.label, figure.value, figure.total) for figure in response.context["figures"]] == [
        ("実施済み", 1, 4),
        ("予約済み", 0, None),
        ("取りやめ", 1, None),
        ("利用なし", 3, None),
    ]
    assert rows(response) == [
        [
            cast.company.name_ja,
            "2025年2月3日(月) 10:00〜11:00",
            cast.people["adviser"].name_ja,
            "オンライン",
            "実施済み",
        ],
        [
            cast.neighbour.company.name_ja,
            "2025年2月4日(火) 10:00〜11:00",
            cast.people["adviser"].name_ja,
            "オンライン",
            "取りやめ",
        ],
    ]


def test_an_adviser_lists_the_assigned_companies_only(cast, held, sign_in):
    found = {
        who: [row[0] for row in rows(sign_in(cast.people[who]).get(list_page(cast.programme)))]
        for who in ("adviser", "unassigned_adviser")
    }
    assert found == {"adviser": [cast.company.name_ja], "unassigned_adviser": []}


def test_one_that_is_over_and_was_never_recorded_says_so(cast, adviser, sign_in):
    make_consultation(cast.enrolment, adviser, starts_at=MORNING, state="booked")
    response = sign_in(cast.people["secretariat"]).get(list_page(cast.programme))
    assert rows(response)[0][4] == "未対応 実施の記録がありません"


@pytest.mark.parametrize(
    ("query", "expected"),
    [("", [0, 1]), ("state=held", [0]), ("state=cancelled", [1]), ("sort=-when", [1, 0]), ("state=lost", [0, 1])],
)
def test_filter_and_order_stand_in_the_address(cast, held, sign_in, query, expected):
    names = [cast.company.name_ja, cast.neighbour.company.name_ja]
    response = sign_in(cast.people["secretariat"]).get(f"{list_page(cast.programme)}?{query}")
    assert [row[0] for row in rows(response)] == [names[number] for number in expected]


def test_without_consultations_the_pages_say_what_they_are(cast, sign_in):
    own = sign_in(cast.people["staff"]).get(own_page(cast.company))
    every = sign_in(cast.people["secretariat"]).get(list_page(cast.programme))
    assert (words(own, "h2")[1], words(every, "h2")[0]) == ("個別相談の予約はまだありません",) * 2


@pytest.mark.parametrize("count", [1, 30])
def test_pages_ask_the_same_whatever_they_hold(cast, adviser, sign_in, count):
    start = timezone.now() - timedelta(days=100)
    for number in range(count):
        other = make_company(cast.programme)
        make_assignment(other, make_seat(cast.programme, role="adviser"))
        for enrolment in (cast.enrolment, other):
            day = start + timedelta(days=number, hours=2 * (enrolment == other))
            consultation = make_consultation(enrolment, adviser, starts_at=day)
            Minutes.objects.create(
                consultation=consultation,
                company=enrolment.company,
                programme=cast.programme,
                text="記録",
                shared_at=start,
            )
    assert len(queries_of(sign_in(cast.people["secretariat"]), list_page(cast.programme))) == 8
    assert len(queries_of(sign_in(cast.people["staff"]), own_page(cast.company))) == 9
    assert len(queries_of(sign_in(cast.people["adviser"]), own_page(cast.company))) == 10
