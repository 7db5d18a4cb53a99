"""Deeds of weight ask once more who one is when signing in was a while ago, and carry on where one was."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.core.cache import cache
from django.urls import get_resolver, reverse

from accounts.enums import SessionKey
from accounts.views import ConfirmedMixin
from jobs.models import Job
from tests.accounts.test_needed_factor import views
from tests.factories import make_seat

PASSWORD = "a long enough passphrase"
CONFIRM, CONTINUE = "/accounts/reauthenticate/", "/accounts/continue/"
# What the rulings call sensitive and the portal has: taking everything out, bringing a workbook in, issuing, closing.
SENSITIVE = {
    "imports:export",
    "imports:new",
    "imports:confirm",
    "reports:issue",
    "reports:withdraw_issue",
    "programmes:close",
    "programmes:reopen",
}


@pytest.fixture(autouse=True)
def _no_memory_of_attempts(db):
    cache.clear()


@pytest.fixture
def leader(cast):
    user = cast.people["secretariat"]
    user.set_password(PASSWORD)
    user.save()
    return user


def a_while_later(client) -> None:
    session = client.session
    for proof in session["account_authentication_methods"]:
        proof["at"] -= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT + 1
    session.save()


@pytest.fixture
def desk(leader, sign_in):
    """The client of a leader who signed in a while ago."""
    client = sign_in(leader)
    a_while_later(client)
    return client


@pytest.fixture
def export(cast) -> str:
    return reverse("imports:export", args=[cast.programme.pk])


def exports() -> int:
    return Job.objects.filter(kind="imports.export").count()


def test_which_deeds_ask():
    asking = {
        name for name, view in views(get_resolver()) if issubclass(getattr(view, "view_class", object), ConfirmedMixin)
    }
    assert asking >= SENSITIVE


def test_right_after_signing_in_nobody_is_asked(leader, sign_in, export):
    client = sign_in(leader)
    assert client.get(export).status_code == 200
    assert client.post(export)["Location"] == export


def test_the_page_is_there_after_the_password(desk, export):
    answer = desk.get(export)
    assert (answer.status_code, answer["Location"]) == (302, f"{CONFIRM}?next={export.replace('/', '%2F')}")
    page = desk.get(answer["Location"]).content.decode()
    assert "続ける前にご本人であることを確認" in page
    wrong = desk.post(CONFIRM, {"password": "wrong", "next": export})
    assert "パスワードが正しくありません" in wrong.content.decode()
    assert desk.get(export).status_code == 302
    assert desk.post(CONFIRM, {"password": PASSWORD, "next": export})["Location"] == export
    assert desk.get(export).status_code == 200


def test_a_code_of_the_app_confirms_as_well(leader, desk, export, monkeypatch):
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.yield_hotp_counters_from_time", lambda: iter([60_000_000]))
    secret = generate_totp_secret()
    TOTP.activate(leader, secret)
    page = desk.get(f"{CONFIRM}?next={export}").content.decode()
    other = re.search(r'href="([^"]+)"[^>]*>認証アプリかリカバリーコードで確認する', page)[1]
    code = format_hotp_value(hotp_value(secret, 60_000_000))
    assert desk.post(other.split("?")[0], {"code": code, "next": export})["Location"] == export
    assert desk.get(export).status_code == 200


def test_what_was_sent_waits_and_is_done_once_it_is_sent_again(desk, export):
    before = exports()
    answer = desk.post(export)
    assert answer["Location"] == f"{CONFIRM}?next=%2Faccounts%2Fcontinue%2F"
    assert exports() == before
    assert desk.post(CONFIRM, {"password": PASSWORD, "next": CONTINUE})["Location"] == CONTINUE
    page = desk.get(CONTINUE).content.decode()
    assert f'action="{export}"' in page
    assert "入力内容は失われていません" in page
    assert desk.post(export)["Location"] == export
    assert exports() == before + 1


def test_a_fragment_leads_the_whole_page_there(desk, export):
    answer = desk.get(export, headers={"HX-Request": "true", "Referer": f"http://testserver{export}"})
    assert answer["HX-Redirect"] == f"{CONFIRM}?next={export.replace('/', '%2F')}"


def test_without_anything_to_confirm_with_one_signs_in_again(cast, sign_in, export):
    user = make_seat(cast.programme, role="leader").user
    client = sign_in(user)
    a_while_later(client)
    page = client.get(export, follow=True)
    assert page.redirect_chain == [(f"/accounts/login/?next={export.replace('/', '%2F')}", 302)]
    assert "ご本人の確認のため" in page.content.decode()
    assert SessionKey.SIGNED_OUT in client.session


@pytest.mark.parametrize(("role", "status"), [("manager", 403), ("other_secretariat", 404)])
def test_whoever_may_not_be_there_is_told_so_first(cast, sign_in, export, role, status):
    client = sign_in(cast.people[role])
    a_while_later(client)
    assert (client.get(export).status_code, client.post(export).status_code) == (status, status)
