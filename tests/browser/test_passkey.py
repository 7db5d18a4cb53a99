"""Passkeys with a real Chromium and a virtual authenticator: set up, sign in with nothing else, confirm, remove."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import Argon2PasswordHasher
from playwright.sync_api import expect

from accounts.models import User
from accounts.services import open_account

PASSWORD = "a long enough passphrase"


@pytest.fixture
def person(running) -> User:
    """Somebody without a role, so that the demo stays as it is."""
    with running.portal():
        user = open_account(email="passkey@example.com", name_ja="鍵野 守", name_en="Mamoru Kagino")
        # The portal that runs knows only its own way of hashing, not the quick one of the tests.
        user.password = Argon2PasswordHasher().encode(PASSWORD, "some-salt")
        user.save()
    yield user
    with running.portal():
        user.authenticator_set.all().delete()


def give_device(page) -> None:
    """Put a telephone into the browser that says yes whenever it is asked for a finger."""
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    line.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_set_up_and_opens_the_portal_alone(running, open_page, person):
    page = open_page("/accounts/login/?next=/accounts/2fa/webauthn/add/", language="en", width=360)
    give_device(page)
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    # Whoever has just signed in is not asked again.
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Add a passkey|パスキーを追加する"))
    page.locator("#id_name").fill("My telephone")
    expect(page.locator("#id_passwordless")).to_be_checked()
    page.locator("#mfa_webauthn_add").click()
    expect(page).to_have_url(re.compile("/recovery-codes/"))
    with running.portal():
        assert sorted(person.authenticator_set.values_list("type", flat=True)) == ["recovery_codes", "webauthn"]
        assert str(Authenticator.objects.get(user=person, type="webauthn")) == "My telephone"

    page.context.clear_cookies(name="session")
    page.goto("/accounts/login/?next=/accounts/2fa/")
    page.locator("#passkey_login").click()
    expect(page).to_have_url(re.compile(r"^http://[^/]+/accounts/2fa/$"))
    with running.portal():
        assert Authenticator.objects.get(user=person, type="webauthn").last_used_at is not None


def test_a_device_that_knows_no_passkey_is_told_beside_the_button(open_page):
    page = open_page("/accounts/login/", language="en")
    give_device(page)
    page.locator("#passkey_login").click()
    expect(page.locator("#passkey-failed")).to_be_visible()
