"""Who gets in, who does not, and what the answers tell: nothing about whether an address is known."""

import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import open_account, system_operator
from tests.factories import make_user
from tests.roles import WebClient

PASSWORD = "a long enough passphrase"
LOGIN, CODE, CONFIRM = "account_login", "account_request_login_code", "account_confirm_login_code"


@pytest.fixture(autouse=True)
def _no_memory_of_attempts(db):
    cache.clear()


@pytest.fixture
def person(db) -> User:
    return open_account(email="yoko@example.com", name_en="Yoko", password=PASSWORD)


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def words(response, *addresses: str) -> str:
    """The answer without the token of the form, the number of the request and the address that was typed."""
    text = re.sub(r"\b[A-Za-z0-9]{64}\b", "", response.content.decode())
    for part in (response["X-Request-ID"], *addresses):
        text = text.replace(part, "")
    return text


def sign_in(client, email: str, password: str = PASSWORD):
    return client.post(reverse(LOGIN), {"login": email, "password": password})


@pytest.mark.parametrize("email", ["yoko@example.com", "YOKO@example.com"])
def test_a_password_signs_in_whatever_the_case_of_the_address(client, person, email):
    response = sign_in(client, email)
    assert (response.status_code, response["Location"]) == (302, reverse("dashboards:home"))
    assert client.session["_auth_user_id"] == str(person.pk)


def test_the_session_is_a_new_one_after_signing_in(client, person):
    client.get(reverse(LOGIN))
    before = client.cookies.get("session")
    sign_in(client, person.email)
    assert client.cookies["session"].value != (before.value if before else None)


def test_the_cookie_of_the_session_is_out_of_reach_for_scripts(client, person):
    sign_in(client, person.email)
    cookie = client.cookies["session"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_a_mailed_code_signs_in_once(client, person):
    client.post(reverse(CODE), {"email": person.email})
    code = re.search(r"^[A-Z0-9]{3,}-?[A-Z0-9]{3,}$", delivered(person.email).body, re.MULTILINE)[0]
    assert client.post(reverse(CONFIRM), {"code": code}).status_code == 302
    assert is_signed_in(client)
    other = WebClient()
    other.post(reverse(CONFIRM), {"code": code})
    assert not is_signed_in(other)


def delivered(address: str) -> mail.EmailMessage:
    """The mail to the address, where the test run delivers it."""
    return next(message for message in reversed(mail.outbox) if address in message.recipients())


def test_wrong_codes_end_the_attempt(client, person):
    client.post(reverse(CODE), {"email": person.email})
    for _ in range(5):
        client.post(reverse(CONFIRM), {"code": "WRONG1"})
    assert not is_signed_in(client)
    assert client.get(reverse(CONFIRM))["Location"] == reverse(CODE)


# --- Known and unknown addresses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_wrong_password_and_an_unknown_address_are_answered_alike(person, language):
    answers = {}
    for email in (person.email, "nobody@example.com"):
        client = WebClient()
        client.cookies["language"] = language
        response = sign_in(client, email, "not the passphrase")
        answers[response.status_code, words(response, email)] = email
        assert not is_signed_in(client)
    assert len(answers) == 1


@pytest.mark.parametrize("name", [CODE, "account_reset_password"])
def test_asking_for_a_mail_is_answered_alike(person, name):
    answers = set()
    for email in (person.email, "nobody@example.com"):
        client = WebClient()
        response = client.post(reverse(name), {"email": email})
        following = client.get(response["Location"])
        answers.add((response.status_code, response["Location"], following.status_code, words(following, email)))
    assert len(answers) == 1


@pytest.mark.parametrize(("name", "field"), [(LOGIN, "login"), (CODE, "email"), ("account_reset_password", "email")])
def test_known_and_unknown_addresses_cost_the_same_work(person, monkeypatch, name, field):
    """Passwords hashed, rows written, mails sent: what takes time, and could tell by it whether an address is known."""
    hashed, encode = [], MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *given: hashed.append(1) or encode(*given))
    costs = []
    for email in (person.email, "nobody@example.com"):
        hashed.clear()
        sent = len(mail.outbox)
        with CaptureQueriesContext(connection) as asked:
            WebClient().post(reverse(name), {field: email, "password": "not the passphrase"})
        written = sorted(re.findall(r"^(?:INSERT INTO|UPDATE|DELETE FROM) .(\w+)", _each_a_line(asked), re.MULTILINE))
        costs.append((len(hashed), written, len(mail.outbox) - sent))
    assert costs[0] == costs[1]
    assert costs[0] != (0, [], 0)


def _each_a_line(asked) -> str:
    return "\n".join(query["sql"].replace("\n", " ") for query in asked.captured_queries)


def test_nobody_signs_up(client):
    response = client.post(
        reverse("account_signup"), {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert response.status_code == 200
    assert not User.objects.filter(email="new@example.com").exists()


# --- Who does not get in ------------------------------------------------------------------------------------------------


def test_the_system_operator_never_signs_in(client):
    operator = system_operator()
    operator.set_password(PASSWORD)
    operator.save()
    operator.emailaddress_set.create(email=operator.email, verified=True, primary=True)
    response = sign_in(client, operator.email)
    assert response["Location"] == reverse("account_inactive")
    assert not is_signed_in(client)


def test_a_closed_account_does_not_sign_in(client, person):
    User.objects.filter(pk=person.pk).update(is_active=False)
    sign_in(client, person.email)
    assert not is_signed_in(client)


def test_an_account_that_is_closed_is_out_at_the_next_request(client, person):
    sign_in(client, person.email)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get(reverse("dashboards:help"))["Location"].startswith(reverse(LOGIN))


def test_too_many_wrong_passwords_are_slowed_down(client, person):
    statuses = [sign_in(client, person.email, "wrong").status_code for _ in range(12)]
    assert statuses[0] == 200
    limited = sign_in(client, person.email)
    assert not is_signed_in(client)
    assert limited.status_code in (200, 429)


def test_after_signing_in_only_addresses_of_the_portal_are_gone_to(client, person):
    response = client.post(
        reverse(LOGIN), {"login": person.email, "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert response["Location"] == reverse("dashboards:home")


def test_signing_out_needs_a_post_and_ends_the_session(client, person):
    sign_in(client, person.email)
    client.get(reverse("account_logout"))
    assert is_signed_in(client)
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)


# --- Accounts -----------------------------------------------------------------------------------------------------------


def test_an_address_has_one_account_whatever_its_case(person):
    again = open_account(email=" YOKO@EXAMPLE.COM ", name_en="Other", password="another passphrase")
    assert (again, again.name_en, again.check_password(PASSWORD)) == (person, "Yoko", True)
    assert list(person.emailaddress_set.values_list("email", "verified", "primary")) == [
        ("yoko@example.com", True, True)
    ]


def test_without_a_password_no_password_is_right(db):
    user = open_account(email="code@example.com")
    assert user.has_usable_password() is False


def test_there_is_one_operator(db):
    assert system_operator() == system_operator()
    assert system_operator().has_usable_password() is False
    with pytest.raises(Exception, match="accounts_user_one_operator"):
        make_user(email="second@portal.invalid").__class__.objects.create_user("third@portal.invalid", is_operator=True)


def test_a_name_is_that_of_the_readers_language_or_the_other(person):
    person.name_ja = "高橋 陽子"
    assert str(person) == "高橋 陽子"
    person.name_ja = ""
    assert str(person) == "Yoko"
    person.name_en = ""
    assert str(person) == "yoko@example.com"
    assert person.created_at <= timezone.now()
