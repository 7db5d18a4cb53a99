"""People who are not in the portal yet, entered on the page of registration: by their company and by the secretariat."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from companies.models import Person
from programmes.models import Attendance
from tests.factories import make_attendance, make_person, make_session
from tests.reading import words

TYPED = {"name": "望月  玲子", "kana": "もちづき れいこ", "title": "品質保証部", "email": "", "mode": "onsite"}


@pytest.fixture
def session(cast):
    return make_session(
        cast.programme,
        starts_at=timezone.now() + timedelta(days=10),
        capacity_onsite=1,
        audience="management",
    )


@pytest.fixture
def client(cast, sign_in):
    return sign_in(cast.people["staff"])


@pytest.fixture
def desk(cast, sign_in):
    return sign_in(cast.people["secretariat"])


def own_page(cast, session) -> str:
    return reverse("programmes:register", args=[cast.company.pk, session.pk])


def desk_page(cast, session) -> str:
    page = reverse("programmes:register_for", args=[cast.programme.pk, session.pk])
    return f"{page}?company={cast.company.pk}"


def enter(client, url, **typed):
    return client.post(url, {"newcomer": "yes", "id": uuid4()} | TYPED | typed)


def said(response) -> str:
    [text] = words(response, "main")
    return text


def entered() -> list[Person]:
    return list(Person.objects.filter(name_kana="モチヅキ レイコ"))


@pytest.mark.parametrize(("who", "page"), [("staff", own_page), ("secretariat", desk_page)])
def test_somebody_is_entered_and_registered_in_one_go(cast, session, sign_in, who, page):
    client, url = sign_in(cast.people[who]), page(cast, session)
    assert 'name="kana"' in client.get(url).content.decode()
    response = enter(client, url)
    (person,) = entered()
    assert (response.status_code, response["Location"]) == (302, f"{url}#p-{session.pk}-{person.pk}")
    assert (person.name_ja, person.name_en, person.title, person.email, person.level) == (
        "望月 玲子",
        "",
        "品質保証部",
        "",
        "management",
    )
    row = Attendance.objects.get(person=person)
    assert (row.registration, row.planned_mode, row.company_id) == ("registered", "onsite", cast.company.pk)
    assert row.source == ("company" if who == "staff" else "secretariat")
    assert "望月 玲子さんを登録し、申し込みました。" in said(client.get(url))
    assert Event.objects.get(verb="person.entered").company_id == cast.company.pk


def test_what_others_have_chosen_stays(cast, session, client):
    other = make_person(cast.company, name_ja="髙橋 陽子")
    url = own_page(cast, session)
    client.post(url, {"person": other.pk, "choice": "onsite"})
    enter(client, url, name="")
    enter(client, url)
    assert "望月 玲子さんを登録しました。キャンセル待ちです。" in said(client.get(url))
    standings = Attendance.objects.filter(session=session).values_list("person__name_ja", "registration")
    assert set(standings) == {("髙橋 陽子", "registered"), ("望月 玲子", "waiting")}


@pytest.mark.parametrize("name", ["Anh Nguyen", "Nguyễn Anh"])
def test_a_name_in_latin_letters_is_the_english_one_and_needs_no_kana(cast, session, client, name):
    enter(client, own_page(cast, session), name=name, kana="", email="anh@example.com")
    person = Person.objects.get(name_en=name)
    assert (person.name_ja, person.name_kana, person.email) == ("", "", "anh@example.com")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "「お名前」を入力してください"),
        ({"kana": ""}, "ふりがなを入力してください。"),
        ({"kana": "望月"}, "ふりがなは、かなで入力してください。"),
        ({"email": "nobody"}, "有効なメールアドレスを入力してください。"),
        ({"mode": ""}, "「参加方法」を選んでください"),
        ({"mode": "by telephone"}, "by telephone"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(cast, session, client, typed, sentence):
    response = enter(client, own_page(cast, session), **typed)
    text, body = said(response), response.content.decode()
    assert sentence in text
    assert 'value="品質保証部"' in body
    assert entered() == []
    assert not Attendance.objects.filter(session=session).exists()


@pytest.mark.parametrize("typed", ["望月玲子", "望月　玲子", "モチヅキ レイコ", "MOCHIZUKI REIKO"])
def test_who_is_listed_is_said_and_not_doubled(cast, session, client, typed):
    make_person(
        cast.company, name_ja="望月 玲子", name_en="Mochizuki Reiko", name_kana="モチヅキ レイコ", title="総務課"
    )
    text = said(enter(client, own_page(cast, session), name=typed))
    assert "すでに一覧にあります: 望月 玲子(総務課)。" in text
    assert "同姓同名の別の方です" in text
    assert len(entered()) == 1
    assert not Attendance.objects.filter(session=session).exists()


def test_somebody_else_of_the_same_name_is_entered_once_that_is_said(cast, session, client):
    make_person(cast.company, name_ja="望月 玲子", name_kana="モチヅキ レイコ")
    url = own_page(cast, session)
    assert "is_another" not in client.get(url).content.decode()
    enter(client, url, is_another="on")
    assert len(entered()) == 2
    assert Attendance.objects.filter(session=session).count() == 1


def test_of_another_company_with_the_same_name_nothing_is_said(cast, session, client):
    make_person(cast.neighbour.company, name_ja="望月 玲子", name_kana="モチヅキ レイコ")
    enter(client, own_page(cast, session))
    assert {person.company for person in entered()} == {cast.company, cast.neighbour.company}


def test_pressed_twice_it_is_one_person(cast, session, client):
    url, id = own_page(cast, session), uuid4()
    first, second = enter(client, url, id=id), enter(client, url, id=id)
    assert first["Location"] == second["Location"]
    assert [person.pk for person in entered()] == [id]
    assert Attendance.objects.filter(session=session).count() == 1


def test_the_id_of_another_company_s_person_takes_nobody(cast, session, client):
    theirs = make_person(cast.neighbour.company, name_ja="隣 太郎")
    enter(client, own_page(cast, session), id=theirs.pk)
    theirs.refresh_from_db()
    assert (theirs.name_ja, theirs.company) == ("隣 太郎", cast.neighbour.company)
    assert [person.company for person in entered()] == [cast.company]
    assert enter(client, own_page(cast, session), id="nonsense").status_code == 200


def test_after_the_deadline_the_company_is_told_and_the_secretariat_still_can(cast, session, client, desk):
    session.registration_ends_at = timezone.now() - timedelta(hours=1)
    session.save()
    url = own_page(cast, session)
    assert 'id="newcomer"' not in client.get(url).content.decode()
    text = said(enter(client, url))
    assert "受付は終了しました" in text or "締め切" in text
    assert entered() == []
    enter(desk, desk_page(cast, session))
    assert len(entered()) == 1


def test_advisers_and_others_enter_nobody(cast, session, sign_in):
    expected = {"adviser": 403, "unassigned_adviser": 404, "neighbour": 404, "stranger": 404, "other_secretariat": 404}
    for who, status in expected.items():
        assert enter(sign_in(cast.people[who]), own_page(cast, session)).status_code == status
    assert enter(sign_in(cast.people["manager"]), desk_page(cast, session)).status_code == 403
    desk = sign_in(cast.people["secretariat"])
    page = reverse("programmes:register_for", args=[cast.programme.pk, session.pk])
    for company in ("", f"?company={cast.stranger.company.pk}", "?company=nonsense"):
        assert enter(desk, page + company).status_code == 404
    assert entered() == []


def test_the_list_of_sessions_leads_there(cast, session, client):
    make_attendance(session, make_person(cast.company), attended=None)
    body = client.get(reverse("programmes:company_sessions", args=[cast.company.pk])).content.decode()
    assert re.findall(r'href="([^"]*#newcomer)"', body) == [f"{own_page(cast, session)}#newcomer"]
