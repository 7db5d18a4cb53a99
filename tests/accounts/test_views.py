"""The language of the pages: the person's choice, else the browser's cookie, else the browser's wish."""

import pytest
from django.urls import reverse

from tests.factories import make_user


def switch(client, language, next_url="/help/"):
    return client.post(reverse("accounts:set_language"), {"language": language, "next": next_url})


def language_of(client, **headers) -> str:
    return client.get(reverse("account_login"), headers=headers)["Content-Language"]


@pytest.mark.parametrize(("wish", "language"), [("en-GB,en;q=0.9", "en"), ("ja-JP", "ja"), ("fr-FR", "ja"), ("", "ja")])
def test_the_browsers_wish_is_followed_at_first(client, wish, language):
    assert language_of(client, accept_language=wish) == language


def test_the_choice_is_kept_in_the_browser(client):
    response = switch(client, "en")
    assert (response.status_code, response["Location"]) == (302, "/help/")
    assert client.cookies["language"]["httponly"] is True
    assert language_of(client, accept_language="ja") == "en"


def test_the_choice_is_kept_with_the_account(sign_in):
    user = make_user()
    switch(sign_in(user), "en")
    user.refresh_from_db()
    assert user.language == "en"
    assert sign_in(user).get(reverse("dashboards:help"))["Content-Language"] == "en"


@pytest.mark.parametrize("language", ["", "xx", "en-gb", "../ja", "JA"])
def test_a_language_that_there_is_not_changes_nothing(sign_in, language):
    user = make_user()
    client = sign_in(user)
    assert switch(client, language).status_code == 302
    user.refresh_from_db()
    assert user.language == "ja"
    assert "language" not in client.cookies


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example", "help/", ""]
)
def test_one_stays_in_the_portal(client, address):
    assert switch(client, "en", address)["Location"] == "/"


def test_looking_does_not_choose(client):
    assert client.get(reverse("accounts:set_language")).status_code == 405
