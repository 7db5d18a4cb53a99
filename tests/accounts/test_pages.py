"""The pages of signing in and of one's own account: ours in look and words, in both languages, and they work."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.urls import reverse

from tests.factories import make_user

PASSWORD = "a long enough passphrase"
HEADINGS = {
    "account_login": {"en": "Sign in", "ja": "サインイン"},
    "account_signup": {"en": "Accounts are by invitation", "ja": "アカウントは招待制です"},
    "account_request_login_code": {"en": "Sign in with a code", "ja": "コードでサインイン"},
    "account_reset_password": {"en": "Set a new password", "ja": "パスワードの再設定"},
    "account_reset_password_done": {"en": "Please look at your e-mail", "ja": "メールをご確認ください"},
    "account_inactive": {"en": "This account is closed", "ja": "このアカウントは停止されています"},
}
OWN_HEADINGS = {
    "account_email": {"en": "E-mail addresses", "ja": "メールアドレス"},
    "account_change_password": {"en": "Change the password", "ja": "パスワードを変更する"},
    "account_logout": {"en": "Do you want to sign out?", "ja": "サインアウトしますか"},
    "account_reauthenticate": {"en": "Please confirm that it is you", "ja": "ご本人の確認をお願いします"},
    "mfa_index": {"en": "Safer sign-in", "ja": "安全なサインイン"},
    "mfa_list_webauthn": {"en": "Passkeys and security keys", "ja": "パスキーとセキュリティキー"},
    "mfa_add_webauthn": {"en": "Add a passkey", "ja": "パスキーを追加する"},
    "mfa_activate_totp": {"en": "Set up an authenticator app", "ja": "認証アプリを設定する"},
}


@pytest.fixture(autouse=True)
def no_memory_of_attempts(db):
    cache.clear()


def heading(response) -> str:
    return re.search(r"<h1[^>]*>(.*?)</h1>", response.content.decode(), re.DOTALL)[1].strip()


@pytest.fixture
def person(client):
    """Someone who has just signed in with a password and proved it once more."""
    user = make_user("高橋 陽子")
    user.set_password(PASSWORD)
    user.save()
    user.emailaddress_set.update_or_create(email=user.email, defaults={"verified": True, "primary": True})
    answer = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302
    return user


def speak(client, language):
    client.cookies["language"] = language


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", HEADINGS)
def test_pages_before_signing_in(client, name, language):
    speak(client, language)
    assert heading(client.get(reverse(name))) == HEADINGS[name][language]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", OWN_HEADINGS)
def test_pages_of_ones_own_account(client, person, name, language):
    client.post(reverse("accounts:set_language"), {"language": language})
    assert heading(client.get(reverse(name))) == OWN_HEADINGS[name][language]


def test_a_wrong_password_is_said_above_the_heading_and_keeps_the_address(client):
    speak(client, "en")
    page = client.post(reverse("account_login"), {"login": "nobody@example.com", "password": "x"}).content.decode()
    assert "<title>Error: Sign in" in page
    assert page.index('class="errors"') < page.index("<h1")
    assert 'value="nobody@example.com"' in page


def test_the_code_that_was_mailed_signs_in(client, person, mailoutbox):
    client.logout()
    speak(client, "en")
    page = client.post(reverse("account_request_login_code"), {"email": person.email}, follow=True)
    assert heading(page) == "Enter the sign-in code"
    code = re.search(r"\n\n(\S+-\S+|\w{6,})\n\n", mailoutbox[-1].body)[1]
    assert client.post(reverse("account_confirm_login_code"), {"code": code}).status_code == 302
    assert client.get(reverse("account_email")).status_code == 200


def current_code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_an_app_is_set_up_and_gives_recovery_codes(client, person):
    client.post(reverse("accounts:set_language"), {"language": "en"})
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'class="secret">(\w+)<', page)[1]
    assert 'src="data:image/svg+xml' in page
    page = client.post(reverse("mfa_activate_totp"), {"code": current_code(secret)}, follow=True)
    assert heading(page) == "Recovery codes"
    assert len(re.findall(r"<li>\w+</li>", page.content.decode())) == 10
    assert "Stop using the app" in client.get(reverse("mfa_index")).content.decode()
    assert heading(client.get(reverse("mfa_deactivate_totp"))) == "Stop using the authenticator app?"
    assert heading(client.get(reverse("mfa_generate_recovery_codes"))) == "Make new recovery codes?"


def test_the_second_step_is_asked_for(client, person):
    client.post(reverse("accounts:set_language"), {"language": "en"})
    secret = re.search(r'class="secret">(\w+)<', client.get(reverse("mfa_activate_totp")).content.decode())[1]
    client.post(reverse("mfa_activate_totp"), {"code": current_code(secret)})
    client.post(reverse("account_logout"))
    page = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD}, follow=True)
    assert heading(page) == "Second step of signing in"
