"""The frame of every page: the place one acts in, the role there, and the menu."""

import pytest
from django.test import override_settings
from django.urls import reverse

from programmes.models import Programme
from tests.factories import make_member, make_programme, make_seat, make_session
from tests.reading import menu, words

MEMBER = ["ホーム", "人権方針", "セミナー", "個別相談", "ヘルプ"]
ADVISER = ["ホーム", "人権方針", "セミナー", "個別相談", "ヘルプ"]


def frame_of(response) -> tuple[str, str]:
    frame = response.context["frame"]
    return frame["place"], frame["role"]


def menu_names(response) -> list[str]:
    return [item.url for item in response.context["frame"]["nav"]]


@pytest.mark.parametrize(
    ("who", "items"),
    [
        ("staff", MEMBER),
        ("adviser", ADVISER),
        ("nobody", ["ホーム", "ヘルプ"]),
    ],
)
def test_each_role_has_its_menu(cast, sign_in, who, items):
    assert menu(sign_in(cast.people[who]).get("/help/")) == items


def test_the_menu_of_the_secretariat_leads_to_the_pages_of_its_programme(cast, sign_in):
    response = sign_in(cast.people["secretariat"]).get("/help/")
    names = (
        "dashboards:programme",
        "dashboards:companies",
        "policies:programme",
        "programmes:sessions",
        "consultations:programme",
    )
    assert menu_names(response)[:5] == [reverse(name, args=[cast.programme.pk]) for name in names]
    assert menu_names(response)[-1] == reverse("dashboards:help")


@pytest.mark.parametrize(
    "who", ["manager", "staff", "adviser", "secretariat", "other_secretariat", "unassigned_adviser"]
)
def test_every_entry_of_a_menu_opens(cast, sign_in, who):
    client = sign_in(cast.people[who])
    urls = menu_names(client.get("/help/"))
    assert {url: client.get(url).status_code for url in urls} == dict.fromkeys(urls, 200)


def test_the_frame_says_place_role_and_person(cast, sign_in):
    company, programme = cast.company.name_ja, cast.programme.name_ja
    expected = {
        "manager": (company, "管理者"),
        "staff": (company, "担当者"),
        "adviser": (programme, "アドバイザー"),
        "secretariat": (programme, "事務局(責任者)"),
        "nobody": ("", ""),
    }
    assert {who: frame_of(sign_in(cast.people[who]).get("/help/")) for who in expected} == expected


def test_a_page_of_a_company_belongs_to_the_list_it_was_reached_from(cast, sign_in):
    url = reverse("dashboards:company", args=[cast.company.pk])
    current = {}
    for who in ("secretariat", "adviser", "staff"):
        nav = sign_in(cast.people[who]).get(url).context["frame"]["nav"]
        current[who] = [item.label for item in nav if item.current]
    assert current == {"secretariat": ["企業"], "adviser": ["ホーム"], "staff": ["ホーム"]}


def test_a_session_belongs_to_the_sessions(cast, sign_in):
    session = make_session(cast.programme)
    url = reverse("programmes:session", args=[cast.programme.pk, session.pk])
    for who in ("secretariat", "adviser", "staff"):
        nav = sign_in(cast.people[who]).get(url).context["frame"]["nav"]
        assert [item.label for item in nav if item.current] == ["セミナー"]


def test_the_address_decides_where_somebody_with_several_places_acts(cast, sign_in):
    user = make_member(cast.company, user=make_seat(cast.other_programme, role="member").user)
    client = sign_in(user)
    home = reverse("dashboards:company_home", args=[cast.company.pk])
    programme = reverse("dashboards:programme", args=[cast.other_programme.pk])
    assert [frame_of(client.get(url)) for url in (home, programme)] == [
        (cast.company.name_ja, "担当者"),
        (cast.other_programme.name_ja, "事務局"),
    ]


def test_the_role_chosen_last_counts_where_an_address_belongs_to_two(cast, sign_in):
    user = make_seat(cast.programme, role="adviser", user=cast.people["secretariat"]).user
    client, url = sign_in(user), reverse("programmes:sessions", args=[cast.programme.pk])
    before = frame_of(client.get(url))
    client.post("/places/", {"place": f"adviser:{cast.programme.pk}"})
    assert (before[1], frame_of(client.get(url))[1]) == ("事務局(責任者)", "アドバイザー")


def test_switching_is_offered_to_those_who_have_where_to_switch(cast, sign_in):
    make_seat(cast.other_programme, role="adviser", user=cast.people["staff"])
    found = {
        who: sign_in(cast.people[who]).get("/help/").context["frame"]["switch_url"] for who in ("staff", "manager")
    }
    assert found == {"staff": "/places/", "manager": ""}


def test_a_made_up_programme_says_so_on_every_page(cast, sign_in):
    sentence = "このプログラムの企業と人は架空です。"
    client = sign_in(cast.people["secretariat"])
    pages = [
        reverse("dashboards:programme", args=[cast.programme.pk]),
        reverse("dashboards:companies", args=[cast.programme.pk]),
        reverse("dashboards:company", args=[cast.company.pk]),
        reverse("policies:company", args=[cast.company.pk]),
        reverse("programmes:sessions", args=[cast.programme.pk]),
    ]
    before = [sentence in client.get(page).content.decode() for page in pages]
    Programme.objects.filter(pk=cast.programme.pk).update(is_sample=True)
    after = [sentence in client.get(page).content.decode() for page in pages]
    own_home = sign_in(cast.people["staff"]).get(reverse("dashboards:company_home", args=[cast.company.pk]))
    assert (before, after) == ([False] * 5, [True] * 5)
    assert sentence in own_home.content.decode()


def test_a_real_programme_says_nothing_of_the_kind_beside_a_made_up_one(cast, sign_in):
    other = make_programme(is_sample=True)
    make_seat(other, role="member", user=cast.people["secretariat"])
    response = sign_in(cast.people["secretariat"]).get(reverse("dashboards:programme", args=[cast.programme.pk]))
    assert response.context["frame"]["is_sample"] is False


def test_the_foot_says_how_to_reach_the_secretariat(cast, sign_in):
    contact = {"name": "SPP事務局", "phone": "03-0000-0000", "email": "office@example.com", "hours": "平日10〜17時"}
    with override_settings(SECRETARIAT=contact):
        foot = words(sign_in(cast.people["staff"]).get("/help/"), "address")
    assert foot == ["SPP事務局 · 03-0000-0000 · office@example.com · 平日10〜17時"]


def test_without_a_contact_the_foot_says_whom_to_ask(cast, sign_in):
    response = sign_in(cast.people["staff"]).get("/help/")
    assert words(response, "address") == []
    assert words(response, "footer")[0].startswith("ご不明な点は")


def test_an_address_of_somebody_else_has_a_frame_that_gives_nothing_away(cast, sign_in):
    response = sign_in(cast.people["stranger"]).get(reverse("dashboards:company", args=[cast.company.pk]))
    assert response.status_code == 404
    assert cast.company.name_ja not in response.content.decode()
    assert cast.programme.name_ja not in response.content.decode()
