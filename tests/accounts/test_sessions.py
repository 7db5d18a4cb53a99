"""How long a session lasts, what becomes of what was sent too late, and the list of one's own sessions."""

import re
from datetime import timedelta

import pytest
from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.test import RequestFactory, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.enums import SessionKey
from accounts.queries import NOTE_SECONDS, open_sessions
from accounts.services import LONGEST_FORM, open_account
from audit.models import Event
from policies.models import Phrase
from tests.counting import queries_of
from tests.roles import WebClient

PASSWORD = "a long enough passphrase"
LOGIN, CONTINUE, SESSIONS = "/accounts/login/", "/accounts/continue/", "/accounts/sessions/"
PHRASE = {"title": "日付", "text": "具体的な日付を\n<お書き>ください。", "requirement": ""}
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1"


@pytest.fixture(autouse=True)
def _no_memory_of_attempts(db):
    cache.clear()


@pytest.fixture
def person(db):
    return open_account(email="yoko@example.com", name_ja="高橋 陽子", password=PASSWORD)


@pytest.fixture
def adviser(cast, sign_in):
    """An adviser's client, signed in, who can sign in again by password."""
    user = cast.people["adviser"]
    user.set_password(PASSWORD)
    user.save()
    open_account(email=user.email)
    return user, sign_in(user)


def by_password(client, person, **more):
    return client.post(LOGIN, {"login": person.email, "password": PASSWORD, **more})


def let_pass(client, *, idle: int = 0, since_sign_in: int = 0) -> None:
    """Let seconds pass for a session, by its own notes."""
    session = client.session
    session[SessionKey.SEEN_AT] -= idle
    session[SessionKey.SIGNED_IN_AT] -= since_sign_in
    session.save()


# --- How long ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("passed", "status"),
    [
        ({"idle": settings.SESSION_IDLE_SECONDS - 60}, 200),
        ({"idle": settings.SESSION_IDLE_SECONDS + 1}, 302),
        ({"since_sign_in": settings.SESSION_LONGEST_SECONDS - 60}, 200),
        ({"since_sign_in": settings.SESSION_LONGEST_SECONDS + 1}, 302),
    ],
)
def test_a_session_ends_after_an_hour_without_use_and_after_twelve_hours(client, person, passed, status):
    by_password(client, person)
    let_pass(client, **passed)
    answer = client.get("/help/")
    assert answer.status_code == status
    assert answer.get("Location") == (None if status == 200 else f"{LOGIN}?next=/help/")


@pytest.mark.parametrize(
    ("passed", "sentence"),
    [({"idle": 3601}, "1時間操作がなかった"), ({"since_sign_in": 43201}, "12時間が過ぎた")],
)
def test_the_sign_in_page_says_why_and_leads_back(client, person, passed, sentence):
    by_password(client, person)
    let_pass(client, **passed)
    page = client.get("/help/", follow=True)
    assert sentence in page.content.decode()
    assert by_password(client, person, next="/help/")["Location"] == "/help/"
    client.post("/accounts/logout/")
    assert sentence not in client.get(LOGIN).content.decode()
    assert {"by": next(iter(passed)).replace("since_sign_in", "longest")} in [
        event.detail for event in Event.objects.filter(verb="account.signed_out")
    ]


def test_use_keeps_a_session_open_and_is_noted_once_in_five_minutes(client, person):
    by_password(client, person)
    began = client.session[SessionKey.SEEN_AT]
    assert [query for query in queries_of(client, "/help/") if query.startswith(("UPDATE", "INSERT", "DELETE"))] == []
    let_pass(client, idle=NOTE_SECONDS + 10)
    long_ago = timezone.now() - timedelta(days=1)
    UserSession.objects.update(last_seen_at=long_ago)
    # What a page asks by itself is no use.
    client.get("/help/", headers={"HX-Request": "true"})
    assert client.session[SessionKey.SEEN_AT] < began
    assert UserSession.objects.get().last_seen_at == long_ago
    client.get("/help/")
    assert client.session[SessionKey.SEEN_AT] >= began
    assert UserSession.objects.get().last_seen_at > long_ago


# --- What was sent too late ---------------------------------------------------------------------------------------------


def test_a_form_sent_after_the_session_ended_waits_until_its_sender_is_back(adviser):
    user, client = adviser
    let_pass(client, idle=4000)
    answer = client.post("/phrases/", PHRASE, headers={"Referer": "http://testserver/phrases/"})
    assert answer["Location"] == f"{LOGIN}?next=%2Faccounts%2Fcontinue%2F"
    assert not Phrase.objects.exists()
    assert by_password(client, user, next=CONTINUE)["Location"] == CONTINUE
    page = client.get(CONTINUE).content.decode()
    assert 'action="/phrases/"' in page
    assert 'href="/phrases/"' in page
    fields = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.split('action="/phrases/"')[1])
    )
    assert fields.pop("csrfmiddlewaretoken")
    assert fields == PHRASE | {"text": "具体的な日付を\n&lt;お書き&gt;ください。"}


def test_nobody_else_is_shown_what_was_sent(adviser, person):
    _user, client = adviser
    let_pass(client, idle=4000)
    client.post("/phrases/", PHRASE)
    by_password(client, person)
    assert client.get(CONTINUE)["Location"] == "/"
    assert SessionKey.INTERRUPTED not in client.session


@pytest.mark.parametrize(
    ("more", "headers"),
    [
        ({}, {"Sec-Fetch-Mode": "cors"}),
        ({}, {"HX-Request": "true"}),
        ({"new_password": "secret"}, {}),
        ({"text": "長" * (LONGEST_FORM + 1)}, {}),
    ],
)
def test_what_cannot_or_may_not_wait_leads_back_to_its_page(adviser, more, headers):
    _user, client = adviser
    let_pass(client, idle=4000)
    answer = client.post("/phrases/", PHRASE | more, headers={"Referer": "http://testserver/help/?a=1", **headers})
    assert answer["Location"] == f"{LOGIN}?next=%2Fhelp%2F%3Fa%3D1"
    assert SessionKey.INTERRUPTED not in client.session


def test_one_is_led_back_into_the_portal_only(adviser):
    _user, client = adviser
    let_pass(client, idle=4000)
    answer = client.post("/phrases/", {"password": "x"}, headers={"Referer": "http://testserver.evil.example/"})
    assert answer["Location"] == f"{LOGIN}?next=%2F"


# --- The list -----------------------------------------------------------------------------------------------------------


def two_places(person) -> tuple[WebClient, WebClient]:
    here, there = WebClient(headers={"User-Agent": CHROME}), WebClient(headers={"User-Agent": SAFARI})
    by_password(there, person)
    by_password(here, person)
    return here, there


def test_the_list_tells_this_browser_from_others_and_ends_one(person):
    here, there = two_places(person)
    page = here.get(SESSIONS).content.decode()
    assert [page.count(words) for words in ("WindowsのChrome", "iPhoneのSafari", "このブラウザ</span>")] == [1, 2, 1]
    other = UserSession.objects.get(session_key=there.session.session_key)
    assert here.post(reverse("accounts:end_session", args=[other.pk]))["Location"] == SESSIONS
    assert (here.get("/help/").status_code, there.get("/help/").status_code) == (200, 302)
    assert "iPhone" not in here.get(SESSIONS).content.decode()
    assert Event.objects.get(verb="account.sessions_ended").detail == {"sessions": 1}


def test_all_others_end_at_once(person):
    here, there = two_places(person)
    third = WebClient()
    by_password(third, person)
    assert "ほかのすべての端末" in here.get(SESSIONS).content.decode()
    here.post(reverse("accounts:end_other_sessions"))
    assert [client.get("/help/").status_code for client in (here, there, third)] == [200, 302, 302]


def test_nobody_ends_anothers_session(person, sign_in, cast):
    here, _there = two_places(person)
    own = UserSession.objects.get(session_key=here.session.session_key)
    stranger = sign_in(cast.people["manager"])
    assert stranger.post(reverse("accounts:end_session", args=[own.pk])).status_code == 404
    assert here.get("/help/").status_code == 200


def test_the_list_costs_the_same_for_many_and_leaves_out_what_is_over(person):
    here, there = two_places(person)
    few = len(queries_of(here, SESSIONS))
    for _place in range(5):
        by_password(WebClient(), person)
    assert len(queries_of(here, SESSIONS)) == few
    there.post("/accounts/logout/")
    assert open_sessions(person).count() == 6


def test_a_changed_password_ends_all_other_sessions(person):
    here, there = two_places(person)
    new = "quite another passphrase"
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert (here.get("/help/").status_code, there.get("/help/").status_code) == (200, 302)
    assert list(open_sessions(person).values_list("session_key", flat=True)) == [here.session.session_key]


# --- Whose attempts are counted --------------------------------------------------------------------------------------------


def test_trusted_proxies_tell_who_asks_and_nobody_else_does():
    request = RequestFactory().get(
        "/", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}, REMOTE_ADDR="10.0.0.1"
    )
    seen = []
    for count in (0, 1, 2):
        with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=count):
            seen.append(get_adapter().get_client_ip(request))
    assert seen == ["10.0.0.1", "198.51.100.7", "203.0.113.9"]
