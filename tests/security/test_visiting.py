"""What the sweep and the tampering rely on: a request that leaves nothing behind, and a true note of what it looked at."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.urls import reverse

from accounts.models import User
from tests.security.access_table import PAGES
from tests.security.doors import address
from tests.security.sweeping import ask, client_of
from tests.security.test_sweep import Swept, doors_of
from tests.security.visiting import ALL, Watched, visit


@pytest.mark.parametrize(
    ("look", "noted"),
    [
        (lambda sent: sent["name"], {"name"}),
        (lambda sent: sent.get("absent"), {"absent"}),
        (lambda sent: sent.getlist("name"), {"name"}),
        (lambda sent: "absent" in sent, {"absent"}),
        (lambda sent: [sent.get("name"), sent.getlist("other")], {"name", "other"}),
        (bool, {ALL}),
        (list, {ALL}),
        (dict, {ALL}),
        (lambda sent: {**sent}, {ALL}),
        (lambda sent: sent.dict(), {ALL}),
        (lambda sent: sent.copy(), {ALL}),
        (lambda sent: list(sent.items()), {ALL}),
        (lambda sent: list(sent.lists()), {ALL}),
        (lambda sent: list(sent.values()), {ALL}),
        (lambda sent: sent.keys(), {ALL}),
        (lambda sent: sent.urlencode(), {ALL}),
        (lambda sent: sent == {}, {ALL}),
        (str, {ALL}),
    ],
)
def test_every_look_is_noted(look, noted):
    looked_at = set()
    look(Watched(QueryDict("name=1&other=2&other=3"), looked_at))
    assert looked_at - {"name", "other"} <= noted <= looked_at


def test_what_is_read_is_what_was_sent():
    sent = QueryDict("name=1&other=2&other=3")
    watched = Watched(sent, set())
    assert watched.dict() == {"name": "1", "other": "3"}
    assert (watched.getlist("other"), watched.copy(), watched.urlencode()) == (["2", "3"], sent, sent.urlencode())
    assert watched.get("absent", "nothing") == "nothing"


class Visits(Swept):
    def language(self):
        return User.objects.values_list("language", flat=True).get(pk=self.world.people["manager"].pk)

    def choose(self, **data):
        return visit(client_of(self.cookies, "manager"), "POST", "/accounts/language/", data)

    def test_what_a_request_wrote_is_told_and_undone(self):
        told, before = [], self.language()
        other = "en" if before == "ja" else "ja"
        for _ in range(2):
            response, wrote = visit(
                client_of(self.cookies, "manager"),
                "POST",
                "/accounts/language/",
                {"language": other, "next": "/"},
                then=lambda wrote: told.append((wrote, self.language())),
            )
            assert response.status_code == 302
            assert "accounts_user" in wrote
            assert self.language() == before
        assert [language for _, language in told] == [other, other]

    def test_it_runs_as_the_web_role_and_gives_the_role_back(self):
        def role():
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_user")
                return cursor.fetchone()[0]

        owner, inside = role(), []
        client = client_of(self.cookies, "manager")
        whole = client.handler.get_response
        client.handler.get_response = lambda request: inside.append(role()) or whole(request)
        self.addCleanup(client.handler.__dict__.pop, "get_response")
        visit(client, "GET", "/")
        assert (inside, role()) == (["portal_web"], owner)

    def test_who_has_signed_in_is_somebody_and_who_has_not_is_nobody(self):
        page, _ = visit(client_of(self.cookies, "manager"), "GET", "/accounts/email/")
        assert (page.status_code, page.wsgi_request.user.pk) == (200, self.world.people["manager"].pk)
        page, _ = visit(client_of(self.cookies, "anonymous"), "GET", "/accounts/email/")
        assert (page.status_code, page.wsgi_request.user.is_authenticated) == (302, False)

    def test_the_view_s_looks_are_noted_and_not_the_middleware_s(self):
        response, _ = self.choose(language="en", next="/", more="1")
        assert {"language", "next"} <= response.wsgi_request.looked_at <= {"language", "next", "csrfmiddlewaretoken"}
        response, _ = visit(client_of(self.cookies, "manager"), "GET", "/accounts/email/?more=1")
        assert "more" not in response.wsgi_request.looked_at

    def test_a_refusal_before_the_method_is_told_from_one_after_it(self):
        theirs = reverse("consultations:company", args=[self.world["company", "stranger"].pk])
        page, _ = visit(client_of(self.cookies, "manager"), "GET", theirs)
        assert (page.status_code, page.wsgi_request.refused_any_method) == (404, True)
        own = reverse("consultations:company", args=[self.world["company", "company"].pk])
        for method, status in (("GET", 200), ("POST", 405)):
            page, _ = visit(client_of(self.cookies, "manager"), method, own)
            assert (page.status_code, page.wsgi_request.refused_any_method) == (status, False)

    def test_what_is_refused_alike_is_refused_alike_when_it_is_sent(self):
        """What the sweep leaves out, sent after all."""
        client = client_of(self.cookies, "neighbour")
        sent = 0
        for door, page in doors_of(PAGES):
            if door.kwargs and page.post and ("neighbour", "company") not in page.known_to:
                about = {"door": door.name, "role": "neighbour", "owner": "company", "exists": True}
                url = address(door, self.world, "company", named=page.named)
                first, second = (ask(client, method, url, **about) for method in ("GET", "POST"))
                if first.refused_any_method:
                    sent += 1
                    assert (first.status, first.body, first.wrote) == (second.status, second.body, second.wrote), url
        assert sent > 20
