"""The secretariat's list of registrations, registering for a company, and observers."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programmes.models import Attendance, Observer, Session
from tests.counting import queries_of
from tests.factories import make_attendance, make_person, make_session
from tests.reading import rows, words


@pytest.fixture
def session(cast):
    return make_session(
        cast.programme, starts_at=timezone.now() + timedelta(days=10), capacity_onsite=2, capacity_online=5
    )


@pytest.fixture
def client(cast, sign_in):
    return sign_in(cast.people["secretariat"])


def address(name, session, *more) -> str:
    return reverse(f"programmes:{name}", args=[session.programme_id, session.pk, *more])


def names(response) -> list[str]:
    return [row[0] for row in rows(response)]


@pytest.fixture
def people(cast, session):
    """Two on site, one online, one who waits, one who sent an apology."""
    made = {}
    for key, company, mode, registration in (
        ("髙橋 陽子", cast.company, "onsite", "registered"),
        ("小谷 みのり", cast.company, "online", "registered"),
        ("隣 太郎", cast.neighbour.company, "onsite", "registered"),
        ("待田 守", cast.neighbour.company, "onsite", "waiting"),
        ("休野 忍", cast.company, "onsite", "apologised"),
    ):
        person = make_person(company, name_ja=key, name_kana="タカハシ ヨウコ" if key == "髙橋 陽子" else "")
        row = make_attendance(session, person, mode=mode, attended=None)
        row.registration = registration
        row.waiting_since = timezone.now() if registration == "waiting" else None
        row.apology = "出張" if registration == "apologised" else ""
        row.save()
        made[key] = person
    return made


def test_the_list_has_everybody_with_what_they_said(session, people, client):
    response = client.get(address("registrations", session))
    found = {row[0]: row[2:4] for row in rows(response)}
    assert found == {
        "髙橋 陽子": ["申し込み済み 会場", "–"],
        "小谷 みのり": ["申し込み済み オンライン", "–"],
        "隣 太郎": ["申し込み済み 会場", "–"],
        "待田 守": ["キャンセル待ち 会場", "キャンセル待ち1番目"],
        "休野 忍": ["欠席の連絡あり", "理由: 出張"],
    }
    assert [(figure.value, figure.total) for figure in response.context["figures"]] == [
        (2, 2),
        (1, None),
        (1, 5),
        (0, None),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=たかはし", set()),
        ("q=タカハシ", {"髙橋 陽子"}),
        ("q=髙橋", {"髙橋 陽子"}),
        ("standing=waiting", {"待田 守"}),
        ("standing=registered&mode=online", {"小谷 みのり"}),
        ("standing=nonsense", {"髙橋 陽子", "小谷 みのり", "隣 太郎", "待田 守", "休野 忍"}),
        ("q=だれもいない", set()),
    ],
)
def test_search_and_filters(session, people, client, query, expected):
    assert set(names(client.get(f"{address('registrations', session)}?{query}"))) == expected


def test_an_empty_list_says_what_comes_here(session, client):
    [text] = words(client.get(address("registrations", session)), "main")
    assert "申し込みはまだありません" in text


def test_one_and_thirty_and_the_second_page(cast, session, client):
    make_attendance(session, make_person(cast.company), attended=None)
    one = len(queries_of(client, address("registrations", session)))
    for _ in range(50):
        make_attendance(session, make_person(cast.neighbour.company), attended=None)
    assert len(queries_of(client, address("registrations", session))) == one
    assert len(names(client.get(address("registrations", session)))) == 50
    assert len(names(client.get(f"{address('registrations', session)}?page=2"))) == 1


def test_the_secretariat_registers_for_a_company_as_it_would_itself(cast, session, client):
    person = make_person(cast.neighbour.company, name_ja="隣 花子")
    [found] = list(rows(client.get(f"{address('register_for', session)}?q={cast.neighbour.company.name_ja}")))
    assert found[0] == cast.neighbour.company.name_ja
    page = client.get(f"{address('register_for', session)}?company={cast.neighbour.company_id}")
    assert "隣 花子" in words(page, "main")[0]
    response = client.post(address("register_for", session), {"person": person.pk, "choice": "onsite"})
    assert response["Location"].startswith(f"{address('register_for', session)}?company={cast.neighbour.company_id}#p-")
    row = Attendance.objects.get(person=person)
    assert (row.registration, row.source) == ("registered", "secretariat")
    response = client.post(address("apologise_for", session, person.pk), {"reason": "電話で連絡あり"})
    assert response.status_code == 302
    row.refresh_from_db()
    assert (row.registration, row.apology) == ("apologised", "電話で連絡あり")


def test_companies_of_another_programme_are_not_there(cast, session, client):
    for company in (cast.stranger.company_id, "x"):
        assert client.get(f"{address('register_for', session)}?company={company}").status_code == 404
    person = make_person(cast.stranger.company)
    response = client.post(address("register_for", session), {"person": person.pk, "choice": "onsite"})
    assert response.status_code == 404
    assert not Attendance.objects.exists()


def test_a_draft_takes_no_registrations(session, client):
    Session.objects.update(state="draft")
    assert client.get(address("registrations", session)).status_code == 404


def test_observers_are_added_changed_and_taken_off(session, client):
    client.post(address("observers", session), {"kind": "ilo", "name_en": "A. Observer", "mode": "online"})
    observer = Observer.objects.get()
    assert (observer.kind, observer.mode, observer.programme_id) == ("ilo", "online", session.programme_id)
    assert names(client.get(address("observers", session))) == ["A. Observer"]
    url = address("observer", session, observer.pk)
    client.post(url, {"kind": "government", "name_ja": "観察 太郎", "name_en": "", "mode": "onsite"})
    observer.refresh_from_db()
    assert (observer.kind, observer.name_ja, observer.mode) == ("government", "観察 太郎", "onsite")
    assert client.get(address("registrations", session)).context["figures"][0].value == 0
    client.post(url, {"remove": "yes"})
    assert not Observer.objects.exists()


def test_an_observer_without_a_name_is_refused(session, client):
    response = client.post(address("observers", session), {"kind": "ilo", "mode": "online"})
    assert response.status_code == 200
    assert response.context["form"].errors.keys() == {"name_ja"}
    assert not Observer.objects.exists()
