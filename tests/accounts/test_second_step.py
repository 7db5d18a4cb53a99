"""The second step of signing in: codes of an app, recovery codes and passkeys, and what a session knows of it."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.usersessions.models import UserSession
from cryptography.fernet import InvalidToken
from django.core.cache import cache
from django.test import override_settings
from django.urls import reverse

from accounts.adapter import SecondFactorAdapter
from accounts.services import open_account
from audit.models import Event
from tests.roles import WebClient

PASSWORD = "a long enough passphrase"


@pytest.fixture(autouse=True)
def _no_memory_of_attempts(db):
    cache.clear()


@pytest.fixture
def person(db):
    return open_account(email="yoko@example.com", name_ja="高橋 陽子", password=PASSWORD)


@pytest.fixture
def now(monkeypatch):
    """A clock of the codes that a test can put on, in steps of one code."""
    clock = {"counter": 60_000_000}
    monkeypatch.setattr(
        "allauth.mfa.totp.internal.auth.yield_hotp_counters_from_time", lambda: iter([clock["counter"]])
    )
    return clock


def code_of(secret: str, now: dict) -> str:
    return format_hotp_value(hotp_value(secret, now["counter"]))


def by_password(client, person, **more):
    return client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD, **more})


def ways(client) -> list[str]:
    return [proof.get("type") or proof["method"] for proof in client.session["account_authentication_methods"]]


@pytest.fixture
def secret(person) -> str:
    """The secret of the person's app."""
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def trail(person) -> list[tuple[str, dict]]:
    events = Event.objects.filter(object_id=person.pk).order_by("at")
    return [(event.verb.removeprefix("account."), event.detail) for event in events]


# --- The app ------------------------------------------------------------------------------------------------------------


def test_an_app_set_up_right_after_signing_in_counts_at_once(client, person, now):
    by_password(client, person)
    page = client.get(reverse("mfa_activate_totp"))
    secret = re.search(r'class="secret">(\w+)<', page.content.decode())[1]
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret, now)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert ways(client) == ["password", "totp"]
    assert Authenticator.objects.filter(user=person).count() == 2


def test_the_password_alone_opens_nothing_once_there_is_an_app(client, person, secret, now):
    answer = by_password(client, person, next="/help/")
    assert answer["Location"].startswith(reverse("mfa_authenticate"))
    assert client.get("/help/")["Location"].startswith(reverse("account_login"))
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "このコードは正しくないか" in wrong.content.decode()
    # Full-width digits and the space that an app shows in the middle are understood.
    shown = code_of(secret, now)
    wide = shown[:3].translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"}) + " " + shown[3:]
    right = client.post(reverse("mfa_authenticate"), {"code": wide})
    assert right["Location"] == "/help/"
    assert ways(client) == ["password", "totp"]


def test_a_code_works_once(person, secret, now):
    shown = code_of(secret, now)
    signed_in = []
    for _turn in range(2):
        client = WebClient()
        by_password(client, person)
        client.post(reverse("mfa_authenticate"), {"code": shown})
        signed_in.append("_auth_user_id" in client.session)
    assert signed_in == [True, False]


def test_the_mailed_code_does_not_get_around_the_app(client, person, secret, mailoutbox):
    client.post(reverse("account_request_login_code"), {"email": person.email})
    code = re.search(r"^[A-Z0-9]{3,}-?[A-Z0-9]{3,}$", mailoutbox[-1].body, re.MULTILINE)[0]
    answer = client.post(reverse("account_confirm_login_code"), {"code": code})
    assert answer["Location"].startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in client.session


def test_setting_a_new_password_by_mail_does_not_get_around_the_app(client, person, secret, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": person.email})
    link = re.search(r"https?://\S+(/accounts/\S+)", mailoutbox[-1].body)[1]
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "quite another passphrase", "password2": "quite another passphrase"})
    assert "_auth_user_id" not in client.session
    answer = client.post(reverse("account_login"), {"login": person.email, "password": "quite another passphrase"})
    assert answer["Location"].startswith(reverse("mfa_authenticate"))


def test_guessing_codes_ends_soon(client, person, secret, now):
    by_password(client, person)
    for guess in range(6):
        client.post(reverse("mfa_authenticate"), {"code": f"00000{guess}"})
    page = client.post(reverse("mfa_authenticate"), {"code": code_of(secret, now)})
    assert "短い時間に何度も試された" in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_recovery_code_works_once_and_is_counted(person, now):
    client = WebClient()
    by_password(client, person)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'class="secret">(\w+)<', page)[1]
    page = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret, now)}, follow=True)
    codes = re.findall(r"<li>(\d{8})</li>", page.content.decode())
    assert len(codes) == len(set(codes)) == 10
    # Shown once: not again on the same page.
    assert codes[0] not in client.get(reverse("mfa_view_recovery_codes")).content.decode()
    signed_in = []
    for _turn in range(2):
        other = WebClient()
        by_password(other, person)
        other.post(reverse("mfa_authenticate"), {"code": codes[0]})
        signed_in.append("_auth_user_id" in other.session)
    assert signed_in == [True, False]


# --- The secrets --------------------------------------------------------------------------------------------------------


def test_a_copy_of_the_database_shows_no_secret(person, secret, now):
    kept = Authenticator.objects.get(user=person).data["secret"]
    assert secret not in kept
    assert SecondFactorAdapter().decrypt(kept) == secret


def test_a_key_of_the_portal_that_was_changed_still_opens_what_it_locked(person):
    with override_settings(SECRET_KEY="the older key", SECRET_KEY_FALLBACKS=[]):
        locked = SecondFactorAdapter().encrypt("a secret")
    with override_settings(SECRET_KEY="the newer key", SECRET_KEY_FALLBACKS=["the older key"]):
        assert SecondFactorAdapter().decrypt(locked) == "a secret"
    with override_settings(SECRET_KEY="the newer key", SECRET_KEY_FALLBACKS=[]), pytest.raises(InvalidToken):
        SecondFactorAdapter().decrypt(locked)


# --- Sessions -----------------------------------------------------------------------------------------------------------


def test_a_new_factor_ends_the_sessions_that_had_none(person, now):
    stolen, own = WebClient(), WebClient()
    by_password(stolen, person)
    by_password(own, person)
    page = own.get(reverse("mfa_activate_totp")).content.decode()
    own.post(reverse("mfa_activate_totp"), {"code": code_of(re.search(r'secret">(\w+)<', page)[1], now)})
    assert own.get("/help/").status_code == 200
    assert stolen.get("/help/").status_code == 302
    assert UserSession.objects.filter(user=person).count() == 1


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_sentence_of_the_pages_is_the_portals_own(person, now, language):
    person.language = language
    person.save()
    client = WebClient()
    by_password(client, person)
    page = client.get(reverse("mfa_activate_totp"))
    label = {"ja": "アプリに今表示されているコード", "en": "Code that the app shows now"}[language]
    assert label in page.content.decode()
    page = client.get(reverse("mfa_add_webauthn"))
    words = {
        "ja": ("パスワードなしで、これだけでサインインする", "パスキー1"),
        "en": ("without a password", "Passkey 1"),
    }
    assert all(word in page.content.decode() for word in words[language])


# --- The trail ----------------------------------------------------------------------------------------------------------


def test_the_trail_tells_of_signing_in_failing_and_factors(person, secret, now):
    client = WebClient()
    client.post(reverse("account_login"), {"login": person.email, "password": "wrong"})
    by_password(client, person)
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret, now)})
    client.post(reverse("mfa_deactivate_totp"))
    client.post(reverse("account_logout"))
    assert trail(person) == [
        ("factor_added", {"factor": "totp"}),
        ("sign_in_failed", {"by": "password"}),
        ("sign_in_failed", {"by": "totp"}),
        ("signed_in", {"by": ["password", "totp"]}),
        ("factor_removed", {"factor": "totp"}),
        ("signed_out", {"by": "person"}),
    ]


def test_a_failed_sign_in_keeps_no_address_that_is_nobodys(client, db):
    client.post(reverse("account_login"), {"login": "my-secret@example.com", "password": "wrong"})
    event = Event.objects.get(verb="account.sign_in_failed")
    assert (event.actor_id, event.object_id, event.object_label) == (None, None, "")
    assert "my-secret" not in str(event.__dict__)
