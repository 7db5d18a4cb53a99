"""One company: its home for its people, its page for everybody who may see it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from companies.models import Access, Company
from consultations.models import LedgerEntry
from programmes.models import Enrolment
from tests.counting import queries_of
from tests.factories import (
    make_assignment,
    make_attendance,
    make_consultation,
    make_member,
    make_person,
    make_programme,
    make_seat,
    make_session,
)
from tests.policies.test_queries import APPROVED, put
from tests.reading import rows, words


def home(company) -> str:
    return reverse("dashboards:company_home", args=[company.pk])


def page(company) -> str:
    return reverse("dashboards:company", args=[company.pk])


@pytest.mark.parametrize(
    ("who", "of_home", "of_page"),
    [
        ("manager", 200, 200),
        ("staff", 200, 200),
        ("neighbour", 404, 404),
        ("stranger", 404, 404),
        ("adviser", 403, 200),
        ("unassigned_adviser", 404, 404),
        ("former_adviser", 404, 404),
        ("secretariat", 403, 200),
        ("other_secretariat", 404, 404),
        ("nobody", 404, 404),
    ],
)
def test_who_may_open_the_pages_of_a_company(cast, sign_in, who, of_home, of_page):
    client = sign_in(cast.people[who])
    assert (client.get(home(cast.company)).status_code, client.get(page(cast.company)).status_code) == (
        of_home,
        of_page,
    )


def test_access_that_was_taken_holds_no_longer_at_the_next_request(cast, sign_in):
    client = sign_in(cast.people["staff"])
    before = client.get(home(cast.company)).status_code
    Access.objects.filter(user=cast.people["staff"]).update(revoked_at=timezone.now())
    assert (before, client.get(home(cast.company)).status_code) == (200, 404)


# --- Home -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def running(cast):
    """The programme runs: it ends in sixty days, policies are due in ten."""
    today = timezone.localdate()
    cast.programme.ends_on, cast.programme.target_due_on = today + timedelta(days=60), today + timedelta(days=10)
    cast.programme.save()
    return cast


def next_of(client, company):
    return client.get(home(company)).context["next"]


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("drafting", "かんたんな質問に答える"),
        ("submitted", "アドバイザーが方針案を読んでいます"),
        ("endorsed", "代表者の承認をもらう"),
        ("approved", "人権方針を公表する"),
        ("published", "人権方針は公表済みです"),
    ],
)
def test_the_next_thing_follows_from_the_state(running, sign_in, state, title):
    put(running.enrolment, state)
    assert next_of(sign_in(running.people["staff"]), running.company).title == title


def test_the_next_date_comes_first_unless_the_policy_asks_for_something(running, sign_in):
    client = sign_in(running.people["staff"])
    put(running.enrolment, "submitted")
    session = make_session(running.programme, title_ja="ワークショップ", starts_at=timezone.now() + timedelta(days=3))
    url = reverse("programmes:session", args=[running.programme.pk, session.pk])
    found = next_of(client, running.company)
    assert (found.title, found.url, found.eyebrow) == ("ワークショップ", url, "次の予定")
    put(running.enrolment, "endorsed")
    assert next_of(client, running.company).title == "代表者の承認をもらう"


def test_after_the_programme_an_unfinished_policy_is_the_secretariats_to_answer(cast, sign_in):
    assert next_of(sign_in(cast.people["staff"]), cast.company).title == "プログラムは終了しました"


def test_the_lead_says_until_when_and_that_nothing_was_submitted(running, sign_in):
    lead = words(sign_in(running.people["staff"]).get(home(running.company)), "p", "lead-line")[0]
    assert lead.startswith(f"{running.programme.name_ja} · 策定の目標 ")
    assert lead.endswith("(あと10日) · まだ提出していません")
    put(running.enrolment, "published", **APPROVED, published_on=date(2025, 3, 17))
    assert sign_in(running.people["staff"]).get(home(running.company)).context["lead"] == running.programme.name_ja


def test_home_shows_the_companys_own_dates_only(running, sign_in):
    now, adviser = timezone.now(), running.programme.seats.get(user=running.people["adviser"])
    make_consultation(running.enrolment, adviser, starts_at=now + timedelta(days=2), state="booked")
    make_consultation(running.neighbour, adviser, starts_at=now + timedelta(days=1), state="booked")
    make_consultation(running.enrolment, adviser, starts_at=now - timedelta(days=2), state="held")
    make_session(running.other_programme, starts_at=now + timedelta(days=1))
    response = sign_in(running.people["staff"]).get(home(running.company))
    assert [card.title for card in response.context["coming"]] == ["個別相談"]
    assert response.context["ledger"] == "2回のうち1回を実施しました。ほかに1回の予約があります。"
    assert response.context["advisers"] == running.people["adviser"].name_ja


def test_extra_and_forfeited_consultations_count_on_the_home_as_on_their_own_page(running, sign_in):
    for kind in ("extra", "extra", "forfeited"):
        LedgerEntry.objects.create(
            enrolment=running.enrolment, company=running.company, programme=running.programme, kind=kind, reason="R",
            recorded_by_id=running.people["secretariat"].pk,
        )  # fmt: skip
    client = sign_in(running.people["staff"])
    own_page = client.get(reverse("consultations:company", args=[running.company.pk]))
    line = client.get(home(running.company)).context["ledger"]
    assert line == own_page.context["years"][0]["line"]
    assert line.endswith("3回はまだ利用されておらず、これから予約できます。")
    seen = sign_in(running.people["secretariat"]).get(
        reverse("dashboards:seen_as", args=[running.programme.pk, running.company.pk])
    )
    assert seen.context["ledger"] == line


def test_home_names_what_the_company_owes_soon_and_not_its_advisers_review(running, sign_in):
    today = timezone.localdate()
    for code, days in (("submitted", -1), ("endorsed", 3), ("approved", 10), ("published", 40)):
        running.programme.milestone_kinds.filter(code=code).update(due_on=today + timedelta(days=days))
    client = sign_in(running.people["staff"])
    found = client.get(home(running.company)).context["deadlines"]
    policy = reverse("policies:company", args=[running.company.pk])
    assert [(task.title, task.status, task.url) for task in found] == [
        ("SUBMITTED", "late", policy),
        ("APPROVED", "open", policy),
    ]
    put(running.enrolment, "published", **APPROVED, published_on=date(2025, 3, 17))
    answer = client.get(home(running.company))
    assert (answer.context["deadlines"], answer.context["tasks"]) == ([], [])
    assert "これから30日以内の期限と、個別相談での宿題はありません。" in answer.content.decode()


def test_milestones_stand_with_their_day_or_as_overdue(running, sign_in):
    running.programme.milestone_kinds.filter(code="submitted").update(due_on=timezone.localdate() - timedelta(days=1))
    running.programme.milestone_kinds.filter(code="approved").update(due_on=timezone.localdate() + timedelta(days=1))
    found = rows(sign_in(running.people["staff"]).get(home(running.company)))
    assert [row[:2] for row in found] == [
        ["JOINED", "2024/11/1"],
        ["SUBMITTED", "期限超過"],
        ["ENDORSED", "–"],
        ["APPROVED", "–"],
        ["PUBLISHED", "–"],
    ]


def test_home_is_of_the_newest_programme(cast, sign_in):
    newer = make_programme(starts_on=date(2025, 11, 1), ends_on=date(2026, 4, 30), target_due_on=date(2026, 3, 31))
    Enrolment.objects.create(company=cast.company, programme=newer, code="N01", joined_on=newer.starts_on)
    response = sign_in(cast.people["staff"]).get(home(cast.company))
    assert response.context["programme"] == newer


def test_a_company_without_a_programme_is_told_what_comes(cast, sign_in):
    company = Company.objects.create(name_ja="単独株式会社")
    user = make_member_of_alone(company, cast)
    response = sign_in(user).get(home(company))
    assert words(response, "h2")[0] == "参加しているプログラムはまだありません"


def make_member_of_alone(company, cast):
    """A member of a company that no programme knows: the access is written as the database's owner would."""
    user = cast.people["nobody"]
    person = make_person(company, user=user)
    Access.objects.create(
        user=user, company=company, kind="member", source_id=person.pk, starts_at=timezone.now() - timedelta(days=1)
    )
    return user


@pytest.mark.parametrize("count", [1, 30])
def test_home_asks_the_same_whatever_it_holds(running, sign_in, count):
    adviser = running.programme.seats.get(user=running.people["adviser"])
    for number in range(count):
        start = timezone.now() + timedelta(days=number + 1)
        make_consultation(running.enrolment, adviser, starts_at=start, state="booked")
        make_attendance(make_session(running.programme, starts_at=start), make_person(running.company), attended=None)
    assert len(queries_of(sign_in(running.people["staff"]), home(running.company))) == 13


# --- The page of a company --------------------------------------------------------------------------------------------


@pytest.fixture
def full(cast):
    """The company with a session that two attended, a consultation, and a neighbour with the same."""
    session = make_session(cast.programme, title_ja="第1回", starts_at=datetime(2024, 11, 7, 6, 30, tzinfo=UTC))
    adviser = cast.programme.seats.get(user=cast.people["adviser"])
    for enrolment, name, hour in ((cast.enrolment, "髙橋 陽子", 1), (cast.neighbour, "隣 太郎", 3)):
        make_attendance(session, make_person(enrolment.company, name_ja=name), mode="online")
        make_consultation(enrolment, adviser, starts_at=datetime(2025, 2, 3, hour, tzinfo=UTC))
    Company.objects.filter(pk=cast.company.pk).update(
        industry="精密加工", employees=1234, corporate_number="7010705000725"
    )
    return cast


@pytest.mark.parametrize("who", ["manager", "adviser", "secretariat"])
def test_the_page_shows_profile_milestones_sessions_consultations_and_people(full, sign_in, who):
    response = sign_in(full.people[who]).get(page(full.company))
    answers = words(response, "dd", "answer")
    assert {"7 0107 0500 0725", "精密加工", "1,234", full.people["adviser"].name_ja} <= set(answers)
    year = response.context["years"][0]
    assert [row[2] for row in rows(response) if row[0] == "第1回"] == ["髙橋 陽子(オンライン)"]
    assert [card.when for card in year.consultations] == ["2025年2月3日(月) 10:00〜11:00"]
    assert [card.minutes for card in year.consultations] == [""]
    assert "隣 太郎" not in response.content.decode()


def test_people_stand_with_rights_and_whether_they_sign_in(full, sign_in):
    response = sign_in(full.people["secretariat"]).get(page(full.company))
    people = {row[0]: (row[3], row[5]) for row in rows(response) if len(row) == 6}
    assert people == {
        full.people["manager"].name_ja: ("管理者", "利用中"),
        full.people["staff"].name_ja: ("担当者", "利用中"),
        "髙橋 陽子": ("–", "未登録"),
    }


def test_somebody_from_outside_has_tabs_and_the_company_has_its_menu(cast, sign_in):
    labels = {
        who: [item.label for item in sign_in(cast.people[who]).get(page(cast.company)).context.get("tabs") or []]
        for who in ("secretariat", "adviser", "staff")
    }
    tabs = ["企業", "人権方針", "セミナー", "個別相談"]
    assert labels == {"secretariat": tabs, "adviser": tabs, "staff": []}


def test_every_tab_opens(cast, sign_in):
    for who in ("secretariat", "adviser"):
        client = sign_in(cast.people[who])
        tabs = client.get(page(cast.company)).context["tabs"]
        opened = [client.get(tab.url).context["tabs"] for tab in tabs]
        assert [[tab.current for tab in each].index(True) for each in opened] == [0, 1, 2, 3]


def test_a_part_in_a_programme_of_others_is_not_shown(cast, sign_in):
    """A company in two programmes: the secretariat of one reads its own part only."""
    Enrolment.objects.create(
        company=cast.company, programme=cast.other_programme, code="X1", joined_on=date(2024, 11, 1)
    )
    seat = make_seat(cast.other_programme, role="member")
    found = {
        who: [year.programme for year in sign_in(user).get(page(cast.company)).context["years"]]
        for who, user in (("theirs", seat.user), ("ours", cast.people["secretariat"]))
    }
    assert found == {"theirs": [cast.other_programme], "ours": [cast.programme]}


def test_an_adviser_of_two_companies_sees_one_at_a_time(cast, sign_in):
    make_assignment(cast.neighbour, cast.programme.seats.get(user=cast.people["adviser"]))
    other = make_member(cast.neighbour.company)
    content = sign_in(cast.people["adviser"]).get(page(cast.company)).content.decode()
    assert (cast.neighbour.company.name_ja in content, other.email in content) == (False, False)


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_asks_the_same_whatever_it_holds(full, sign_in, count):
    adviser = full.programme.seats.get(user=full.people["adviser"])
    for number in range(count):
        make_attendance(make_session(full.programme), make_person(full.company))
        start = datetime(2025, 3, 1, 1, tzinfo=UTC) + timedelta(days=number)
        make_consultation(full.enrolment, adviser, starts_at=start)
    found = {
        who: len(queries_of(sign_in(full.people[who]), page(full.company)))
        for who in ("manager", "adviser", "secretariat")
    }
    assert found == {"manager": 10, "adviser": 10, "secretariat": 10}
