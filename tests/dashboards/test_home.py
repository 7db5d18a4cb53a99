"""The first page, and the choice of a place."""

import pytest
from django.urls import reverse

from tests.counting import queries_of
from tests.factories import make_company, make_member, make_programme, make_seat
from tests.reading import words


def place_of(cast, who) -> str:
    return {
        "manager": reverse("dashboards:company_home", args=[cast.company.pk]),
        "staff": reverse("dashboards:company_home", args=[cast.company.pk]),
        "stranger": reverse("dashboards:company_home", args=[cast.stranger.company_id]),
        "adviser": reverse("dashboards:advising", args=[cast.programme.pk]),
        "former_adviser": reverse("dashboards:advising", args=[cast.programme.pk]),
        "secretariat": reverse("dashboards:programme", args=[cast.programme.pk]),
        "nobody": reverse("dashboards:places"),
    }[who]


@pytest.mark.parametrize("who", ["manager", "staff", "stranger", "adviser", "former_adviser", "secretariat", "nobody"])
def test_the_first_page_is_the_one_place_somebody_has(cast, sign_in, who):
    client = sign_in(cast.people[who])
    response = client.get("/")
    assert (response.status_code, response["Location"]) == (302, place_of(cast, who))
    assert client.get(response["Location"]).status_code == 200


def test_whoever_is_not_signed_in_signs_in_first(client, db):
    answers = {url: client.get(url) for url in ("/", "/places/", "/help/", "/programmes/")}
    assert {url: (a.status_code, a["Location"]) for url, a in answers.items()} == {
        url: (302, f"/accounts/login/?next={url}") for url in answers
    }


@pytest.fixture
def with_two(cast):
    """The manager of a company, who is also an adviser in another programme."""
    make_seat(cast.other_programme, role="adviser", user=cast.people["manager"])
    return cast.people["manager"]


def test_whoever_has_several_places_chooses_and_keeps_the_choice(cast, sign_in, with_two):
    client = sign_in(with_two)
    assert client.get("/")["Location"] == "/places/"
    page = client.get("/places/")
    assert sorted(words(page, "button", "title")) == sorted([cast.company.name_ja, cast.other_programme.name_ja])
    advising = reverse("dashboards:advising", args=[cast.other_programme.pk])
    chosen = client.post("/places/", {"place": f"adviser:{cast.other_programme.pk}"})
    assert (chosen.status_code, chosen["Location"]) == (302, advising)
    assert client.get("/")["Location"] == advising


@pytest.mark.parametrize(
    "place", ["", "member:00000000-0000-0000-0000-000000000000", "secretariat:{other}", "member:{foreign}"]
)
def test_nobody_chooses_a_place_of_others(cast, sign_in, with_two, place):
    client = sign_in(with_two)
    wanted = place.format(other=cast.other_programme.pk, foreign=cast.neighbour.company_id)
    response = client.post("/places/", {"place": wanted})
    assert (response.status_code, client.session.get("place")) == (200, None)
    assert len(words(response, "div", "errors")) == 1


def test_a_chosen_place_that_was_lost_is_forgotten(cast, sign_in, with_two):
    client = sign_in(with_two)
    client.post("/places/", {"place": f"adviser:{cast.other_programme.pk}"})
    cast.other_programme.seats.filter(user=with_two).update(ended_at="2024-12-01T00:00:00Z")
    assert client.get("/")["Location"] == reverse("dashboards:company_home", args=[cast.company.pk])


def test_looking_at_the_choice_chooses_nothing(cast, sign_in, with_two):
    client = sign_in(with_two)
    before = dict(client.session)
    client.get("/")
    client.get("/places/")
    assert dict(client.session) == before


def test_an_account_without_a_place_is_told_what_to_do(cast, sign_in):
    response = sign_in(cast.people["nobody"]).get("/places/")
    assert words(response, "h2")[0] == "このアカウントはどの企業にもプログラムにも属していません"
    assert cast.people["nobody"].email in response.content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_the_choice_asks_the_same_however_many_places_there_are(cast, sign_in, count):
    user = cast.people["manager"]
    for _ in range(count):
        programme = make_programme()
        make_seat(programme, role="member", user=user)
        make_member(make_company(programme).company, user=user)
    assert len(queries_of(sign_in(user), "/places/")) == 4


@pytest.mark.parametrize(
    ("who", "heading"),
    [
        ("staff", ["ここでできること", "だれが何を見られるか", "方針案から公表まで"]),
        ("adviser", ["ここでできること", "確認の進め方", "だれが何を見られるか"]),
        ("secretariat", ["ここでできること", "数字の意味", "事務局に見えないもの"]),
        ("nobody", []),
    ],
)
def test_help_is_that_of_the_role(cast, sign_in, who, heading):
    response = sign_in(cast.people[who]).get("/help/")
    assert words(response, "h2")[: len(heading) + 2] == [*heading, "サインイン", "問い合わせ先"]
