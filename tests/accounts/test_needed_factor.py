"""Secretariat, advisers and managers get nowhere without a second factor; everybody else may do without."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.cache import cache
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from companies.models import Membership
from programmes.models import Seat
from tests.counting import queries_of
from tests.roles import WebClient
from tests.security.access_table import GATES

SET_UP = "/accounts/2fa/"
NEED_IT = {"manager", "neighbour", "stranger", "adviser", "unassigned_adviser", "former_adviser", "secretariat"} | {
    "other_secretariat"
}


@pytest.fixture(autouse=True)
def _no_memory_of_attempts(db):
    cache.clear()


def by_password_alone(user) -> WebClient:
    client = WebClient()
    client.force_login(user, second_factor=False)
    return client


def views(resolver, namespaces=()):
    """Yield each address with its name and what answers it."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield ":".join([*namespaces, pattern.name or ""]), pattern.callback
        else:
            yield from views(pattern, (*namespaces, *filter(None, [pattern.namespace])))


def test_who_needs_one(cast):
    led = {
        role: by_password_alone(user).get("/help/").get("Location", "").startswith(SET_UP)
        for role, user in cast.people.items()
    }
    assert {role for role, is_led in led.items() if is_led} == NEED_IT


def test_every_page_behind_the_sign_in_can_be_told_by_its_class():
    """What the middleware goes by: else a page would be open to somebody who has shown a password alone."""
    behind = {name: view for name, view in views(get_resolver()) if name not in GATES}
    assert len(behind) > 100
    assert [
        name for name, view in behind.items() if not issubclass(getattr(view, "view_class", object), LoginRequiredMixin)
    ] == []


def test_nothing_is_shown_and_nothing_done_before(cast):
    client = by_password_alone(cast.people["secretariat"])
    home = reverse("dashboards:programme", args=[cast.programme.pk])
    answer = client.get(home)
    assert (answer.status_code, answer["Location"]) == (302, f"{SET_UP}?next={home.replace('/', '%2F')}")
    assert client.post(reverse("imports:export", args=[cast.programme.pk]))["Location"].startswith(SET_UP)
    fragment = client.get(home, headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"], fragment.content) == (200, SET_UP, b"")
    page = client.get(SET_UP).content.decode()
    assert "先に2段階目の確認を設定してください" in page
    # What needs no sign-in stays open, and so does the way out.
    assert client.get(reverse("policies:register")).status_code == 200
    assert client.post(reverse("account_logout")).status_code == 302


def test_setting_one_up_leads_back_to_where_one_was_going(cast, monkeypatch):
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.yield_hotp_counters_from_time", lambda: iter([60_000_000]))
    client = by_password_alone(cast.people["manager"])
    home = reverse("dashboards:company_home", args=[cast.company.pk])
    client.get(home)
    secret = re.search(r'class="secret">(\w+)<', client.get(reverse("mfa_activate_totp")).content.decode())[1]
    code = format_hotp_value(hotp_value(secret, 60_000_000))
    page = client.post(reverse("mfa_activate_totp"), {"code": code}, follow=True).content.decode()
    assert re.search(rf'<a [^>]*href="{home}"[^>]*>開こうとしていたページに進む', page)
    assert client.get(home).status_code == 200


def test_a_session_that_has_not_used_the_factor_is_asked_for_it(cast):
    user = cast.people["manager"]
    client = by_password_alone(user)
    TOTP.activate(user, generate_totp_secret())
    assert client.get("/help/")["Location"].startswith(reverse("mfa_reauthenticate"))


def test_a_seat_counts_from_the_next_request_and_so_does_its_end(cast):
    staff, manager = (by_password_alone(cast.people[role]) for role in ("staff", "manager"))
    assert (staff.get("/help/").status_code, manager.get("/help/").status_code) == (200, 302)
    Membership.objects.filter(person__user=cast.people["staff"]).update(role="manager")
    Membership.objects.filter(person__user=cast.people["manager"]).update(ended_at=timezone.now())
    assert (staff.get("/help/").status_code, manager.get("/help/").status_code) == (302, 200)
    adviser = by_password_alone(cast.people["adviser"])
    Seat.objects.filter(user=cast.people["adviser"]).update(ended_at=timezone.now())
    assert adviser.get("/help/").status_code == 200


def test_it_costs_no_query(cast, sign_in):
    for role in ("staff", "manager"):
        asked = queries_of(sign_in(cast.people[role]), "/help/")
        assert [query for query in asked if "needs_second_factor" in query] == [
            query for query in asked if 'FROM "accounts_user"' in query and "LIMIT 1" in query
        ]
        assert not [query for query in asked if "mfa_authenticator" in query]


@pytest.mark.parametrize(("role", "left"), [("manager", 1), ("staff", 0)])
def test_the_only_factor_stays_with_whoever_needs_one(cast, sign_in, role, left):
    user = cast.people[role]
    TOTP.activate(user, generate_totp_secret())
    client = sign_in(user)
    page = client.get(reverse("mfa_deactivate_totp")).content.decode()
    assert ("登録されているのはこれだけです" in page) is bool(left)
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=user).count() == left


@pytest.mark.parametrize(("role", "left"), [("manager", 1), ("staff", 0)])
def test_the_only_passkey_stays_with_whoever_needs_one(cast, sign_in, role, left):
    user = cast.people[role]
    key = Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "鍵", "credential": {}}
    )
    answer = sign_in(user).post(reverse("mfa_remove_webauthn", args=[key.pk]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_list_webauthn"))
    assert Authenticator.objects.filter(user=user).count() == left
