"""The secretariat's home of a programme, what others read there, and the adviser's home."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from policies.models import Cycle
from tests.counting import queries_of
from tests.factories import (
    make_assignment,
    make_attendance,
    make_company,
    make_consultation,
    make_person,
    make_programme,
    make_seat,
    make_session,
)
from tests.policies.test_queries import APPROVED, put
from tests.reading import rows, words


def home(programme, query: str = "") -> str:
    return reverse("dashboards:programme", args=[programme.pk]) + query


def advising(programme) -> str:
    return reverse("dashboards:advising", args=[programme.pk])


def advised(programme) -> str:
    return reverse("dashboards:advised", args=[programme.pk])


@pytest.mark.parametrize(
    ("who", "programme", "companies", "adviser"),
    [
        ("manager", 200, 403, 403),
        ("staff", 200, 403, 403),
        ("neighbour", 200, 403, 403),
        ("stranger", 404, 404, 404),
        ("adviser", 200, 403, 200),
        ("unassigned_adviser", 200, 403, 200),
        ("former_adviser", 200, 403, 200),
        ("secretariat", 200, 200, 403),
        ("other_secretariat", 404, 404, 404),
        ("nobody", 404, 404, 404),
    ],
)
def test_who_may_open_the_pages_of_a_programme(cast, sign_in, who, programme, companies, adviser):
    client = sign_in(cast.people[who])
    urls = [home(cast.programme), reverse("dashboards:companies", args=[cast.programme.pk]), advising(cast.programme)]
    assert [client.get(url).status_code for url in urls] == [programme, companies, adviser]


@pytest.mark.parametrize("who", ["manager", "adviser"])
def test_others_read_what_the_programme_is_and_no_figure(cast, sign_in, who):
    make_session(cast.programme, title_ja="第1回")
    response = sign_in(cast.people[who]).get(home(cast.programme))
    assert "figures" not in response.context
    assert words(response, "h1") == [cast.programme.name_ja]
    assert words(response, "dd", "answer")[0] == "令和6年度(2024年度)"
    assert words(response, "h3") == ["第1回"]


# --- The secretariat's home -------------------------------------------------------------------------------------------


@pytest.fixture
def pilot(db):
    """A programme of the past: three companies, one formulated in March and one in April 2025, one never."""
    programme = make_programme(consultations_per_company=2)
    enrolments = [make_company(programme, joined_on=date(2024, 11, 1)) for _ in range(3)]
    put(enrolments[0], "published", **APPROVED, published_on=date(2025, 3, 17))
    put(enrolments[1], "approved", submitted_on=date(2025, 3, 1), approved_on=date(2025, 4, 10))
    adviser = make_seat(programme, role="adviser")
    for number, day in enumerate((3, 10, 17)):
        make_consultation(enrolments[number % 2], adviser, starts_at=datetime(2025, 2, day, 1, tzinfo=UTC))
    return programme, make_seat(programme, role="leader").user


def figures(response) -> list[tuple]:
    return [(figure.value, figure.total) for figure in response.context["figures"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?as_of=2024-10-31", [(0, None), (0, 0), (0, 0), (0, None)]),
        ("?as_of=2025-02-10", [(3, None), (1, 3), (0, 3), (2, 6)]),
        ("?as_of=2025-03-31", [(3, None), (2, 3), (1, 3), (3, 6)]),
        ("?as_of=2025-04-30", [(3, None), (2, 3), (2, 3), (3, 6)]),
        ("", [(3, None), (2, 3), (2, 3), (3, 6)]),
        ("?as_of=9999-12-31", [(3, None), (2, 3), (2, 3), (3, 6)]),
        ("?as_of=yesterday", [(3, None), (2, 3), (2, 3), (3, 6)]),
    ],
)
def test_the_figures_stand_for_the_day_that_the_page_names(pilot, sign_in, query, expected):
    programme, user = pilot
    assert figures(sign_in(user).get(home(programme, query))) == expected


def test_an_earlier_day_shows_no_work_of_today_and_leads_back(pilot, sign_in):
    programme, user = pilot
    response = sign_in(user).get(home(programme, "?as_of=2025-03-31"))
    assert "waiting" not in response.context
    assert words(response, "p", "lead-line") == ["2025年3月31日(月)現在"]
    assert 'href="?"' in response.content.decode()


def test_what_is_open_from_an_earlier_day_is_of_that_day(pilot, sign_in):
    programme, user = pilot
    client = sign_in(user)
    response = client.get(home(programme, "?as_of=2025-03-31"))
    url = reverse("dashboards:companies", args=[programme.pk])
    assert response.context["figures"][0].url == f"{url}?as_of=2025-03-31"
    assert f'href="{url}?milestone=approved&amp;reached=yes&amp;as_of=2025-03-31"' in response.content.decode()
    assert client.get(home(programme)).context["figures"][0].url == url


def test_milestones_are_counted_as_of_the_day(pilot, sign_in):
    programme, user = pilot
    found = rows(sign_in(user).get(home(programme, "?as_of=2025-03-31")))
    assert [(row[0], row[1]) for row in found] == [
        ("JOINED", "3 / 3"),
        ("SUBMITTED", "2 / 3"),
        ("ENDORSED", "0 / 3"),
        ("APPROVED", "1 / 3"),
        ("PUBLISHED", "1 / 3"),
    ]


def test_a_programme_that_is_over_says_who_is_late_and_asks_for_no_adviser(pilot, sign_in):
    programme, user = pilot
    waiting = sign_in(user).get(home(programme)).context["waiting"]
    assert [(task.title, task.status, task.detail) for task in waiting] == [
        ("目標日までに策定されていない人権方針", "late", "1社")
    ]


def test_what_waits_is_named_with_its_days(cast, sign_in):
    today = timezone.localdate()
    cast.programme.ends_on = today + timedelta(days=30)
    cast.programme.target_due_on = today + timedelta(days=10)
    cast.programme.save()
    put(cast.enrolment, "submitted", submitted_on=today - timedelta(days=4))
    adviser = cast.programme.seats.get(user=cast.people["adviser"])
    make_consultation(cast.enrolment, adviser, starts_at=timezone.now() - timedelta(days=2), state="booked")
    waiting = sign_in(cast.people["secretariat"]).get(home(cast.programme)).context["waiting"]
    assert [(task.title, task.status, task.hint, task.detail) for task in waiting] == [
        ("終了したのに実施の記録がない個別相談", "open", "", "1"),
        ("アドバイザーが決まっていない企業", "open", "", "1社"),
        (cast.company.name_ja, "submitted", "確認待ち 4日", ""),
    ]


def test_what_comes_stands_in_the_order_of_time(cast, sign_in):
    now = timezone.now()
    adviser = cast.programme.seats.get(user=cast.people["adviser"])
    make_session(cast.programme, title_ja="あさって", starts_at=now + timedelta(days=2))
    make_consultation(cast.enrolment, adviser, starts_at=now + timedelta(days=1), state="booked")
    make_session(cast.programme, title_ja="きのう", starts_at=now - timedelta(days=1))
    make_session(cast.other_programme, title_ja="よそ", starts_at=now + timedelta(days=1))
    coming = sign_in(cast.people["secretariat"]).get(home(cast.programme)).context["coming"]
    assert [card.title for card in coming] == [f"個別相談 {cast.company.name_ja}", "あさって"]


def test_an_empty_programme_asks_for_a_workbook(db, sign_in):
    programme = make_programme()
    response = sign_in(make_seat(programme, role="leader").user).get(home(programme))
    assert figures(response) == [(0, None), (0, 0), (0, 0), (0, None)]
    assert "参加企業はまだありません" in words(response, "h2")


@pytest.mark.parametrize("count", [1, 30])
def test_the_home_asks_the_same_whatever_it_holds(cast, sign_in, count):
    now = timezone.now()
    adviser = cast.programme.seats.get(user=cast.people["adviser"])
    for number in range(count):
        enrolment = make_company(cast.programme)
        put(enrolment, "submitted", submitted_on=date(2025, 2, 1))
        make_session(cast.programme, starts_at=now + timedelta(days=number + 1))
        make_consultation(enrolment, adviser, starts_at=now + timedelta(days=number + 1), state="booked")
    assert len(queries_of(sign_in(cast.people["secretariat"]), home(cast.programme))) == 13


# --- The adviser's home -----------------------------------------------------------------------------------------------


def test_an_adviser_sees_the_companies_assigned_today_and_no_other(cast, sign_in):
    found = {
        who: [row[0] for row in rows(sign_in(cast.people[who]).get(advised(cast.programme)))]
        for who in ("adviser", "unassigned_adviser", "former_adviser")
    }
    assert found == {"adviser": [cast.company.name_ja], "unassigned_adviser": [], "former_adviser": []}


def test_a_company_is_told_with_its_state_and_its_next_consultation(cast, sign_in):
    now = timezone.now().replace(hour=3, minute=0)
    adviser = cast.programme.seats.get(user=cast.people["adviser"])
    put(cast.enrolment, "submitted", submitted_on=date(2025, 2, 3))
    make_consultation(cast.enrolment, adviser, starts_at=now - timedelta(days=9), state="held")
    later, sooner = (
        make_consultation(cast.enrolment, adviser, starts_at=now + timedelta(days=d), state="booked") for d in (9, 2)
    )
    response = sign_in(cast.people["adviser"]).get(advised(cast.programme))
    row = rows(response)[0]
    assert row[:4] == [cast.company.name_ja, "提出済み（確認待ち）", "2025/2/3", "1"]
    day = timezone.localdate(sooner.starts_at)
    assert row[4].startswith(f"{day.year}年{day.month}月{day.day}日")
    coming = sign_in(cast.people["adviser"]).get(advising(cast.programme)).context["coming"]
    assert [card.at for card in coming] == [sooner.starts_at, later.starts_at]


def test_consultations_of_another_adviser_are_not_the_next_of_this_one(cast, sign_in):
    other = make_seat(cast.programme, role="adviser")
    make_assignment(cast.enrolment, other)
    make_consultation(cast.enrolment, other, starts_at=timezone.now() + timedelta(days=1), state="booked")
    response = sign_in(cast.people["adviser"]).get(advised(cast.programme))
    assert rows(response)[0][4] == "–"
    assert sign_in(cast.people["adviser"]).get(advising(cast.programme)).context["coming"] == []


def test_an_adviser_without_a_company_is_told_why(cast, sign_in):
    response = sign_in(cast.people["unassigned_adviser"]).get(advised(cast.programme))
    assert words(response, "h2")[0] == "いま担当している企業はありません"


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_of_companies_asks_the_same_whatever_it_holds(cast, sign_in, count):
    adviser = cast.programme.seats.get(user=cast.people["adviser"])
    for number in range(count):
        enrolment = make_company(cast.programme)
        make_assignment(enrolment, adviser)
        make_consultation(enrolment, adviser, starts_at=timezone.now() + timedelta(days=number + 1), state="booked")
        make_attendance(make_session(cast.programme), make_person(enrolment.company))
    assert len(queries_of(sign_in(cast.people["adviser"]), advised(cast.programme))) == 7


def test_the_state_that_a_cycle_lost_is_not_shown(cast, sign_in):
    Cycle.objects.filter(enrolment=cast.enrolment).delete()
    assert rows(sign_in(cast.people["adviser"]).get(advised(cast.programme)))[0][1] == "未着手"
