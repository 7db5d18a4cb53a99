"""What every request passes through."""

import logging

import pytest
from django.db import connection
from django.http import HttpResponse, HttpResponseNotAllowed
from django.urls import reverse

from audit.models import Event
from common import logs
from common.middleware import KnownMethodsMiddleware, RequestIdMiddleware, TenancyMiddleware, is_storable
from common.tenancy import current_user_id
from companies.models import Company
from tests.roles import web_role


def test_the_number_of_the_request_is_in_the_answer_and_in_the_log(rf, caplog):
    def view(request):
        logging.getLogger("portal").warning("seen")
        return HttpResponse(logs.request_id.get())

    response = RequestIdMiddleware(view)(rf.get("/"))
    assert response["X-Request-ID"] == response.content.decode()
    assert len(response["X-Request-ID"]) == 16
    assert logs.request_id.get() == "-"


def test_the_log_filter_gives_the_number_to_each_line():
    record = logging.makeLogRecord({"msg": "seen"})
    token = logs.request_id.set("abc")
    try:
        assert logs.RequestIdFilter().filter(record) is True
    finally:
        logs.request_id.reset(token)
    assert record.request_id == "abc"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_methods_that_no_page_has_reach_no_view(rf, method):
    def view(request):
        raise AssertionError("reached")

    assert isinstance(KnownMethodsMiddleware(view)(getattr(rf, method)("/")), HttpResponseNotAllowed)


@pytest.mark.parametrize("method", ["get", "head", "post", "options"])
def test_methods_of_pages_reach_the_view(rf, method):
    assert KnownMethodsMiddleware(lambda request: request.method.lower())(getattr(rf, method)("/")) == method


@pytest.mark.parametrize(
    ("text", "expected"), [("", True), ("髙﨑①㈱", True), ("😀", True), ("a\0b", False), ("\ud83d", False)]
)
def test_only_text_that_the_database_can_keep_is_storable(text, expected):
    assert is_storable(text) is expected


@pytest.mark.parametrize("address", ["/a%00b", "/?q=%00", "/?q=a&q=%00", "/?%00=a"])
def test_an_address_that_no_text_can_have_is_refused_in_words(client, address):
    response = client.get(address)
    assert response.status_code == 400
    assert "400" in response.content.decode()


def test_an_unknown_host_is_refused_in_words(client):
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()


def test_pages_of_signed_in_people_are_kept_by_nobody(cast, sign_in):
    response = sign_in(cast.people["nobody"]).get(reverse("dashboards:help"))
    assert response["Cache-Control"] == "private, no-store"


def test_the_strict_headers_are_on_every_answer(client):
    response = client.get(reverse("account_login"))
    policy = dict(part.split(" ", 1) for part in response["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert {policy["script-src"], policy["style-src"]} == {"'self'"}
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


# --- One transaction with the person's context ------------------------------------------------------------------------


def through_tenancy(rf, user, view, address="/"):
    request = rf.get(address)
    request.user, request.request_id = user, "test"
    with web_role():
        return TenancyMiddleware(view)(request)


def test_the_view_acts_as_the_person_and_nothing_is_left_behind(cast, rf):
    manager = cast.people["manager"]
    seen = {}

    def view(request):
        seen["user"], seen["companies"] = current_user_id(), list(Company.objects.values_list("pk", flat=True))
        return HttpResponse()

    through_tenancy(rf, manager, view)
    assert seen == {"user": manager.pk, "companies": [cast.company.pk]}


def test_an_answer_of_500_keeps_nothing(cast, rf):
    def view(request):
        Event.objects.create(verb="half.done", actor_id=request.user.pk)
        return HttpResponse(status=500)

    before = Event.objects.count()
    through_tenancy(rf, cast.people["manager"], view)
    assert Event.objects.count() == before


def test_a_refusal_keeps_what_was_recorded(cast, rf):
    def view(request):
        Event.objects.create(verb="was.refused", actor_id=request.user.pk)
        return HttpResponse(status=403)

    through_tenancy(rf, cast.people["manager"], view)
    assert Event.objects.filter(verb="was.refused").count() == 1


@pytest.mark.parametrize(("page", "seen"), [("dashboards:company", 1), ("dashboards:home", 2), (None, 2)])
def test_the_company_in_the_address_narrows_the_request(cast, rf, page, seen):
    """Two companies of one person never meet on a page about one of them."""
    named = [cast.neighbour.company_id] if page == "dashboards:company" else []
    address = reverse(page, args=named) if page else "/there/is/no/such/page/"

    def view(request):
        return HttpResponse(",".join(str(pk) for pk in Company.objects.values_list("pk", flat=True)))

    told = through_tenancy(rf, cast.people["secretariat"], view, address).content.decode().split(",")
    assert len(told) == seen
    assert str(cast.neighbour.company_id) in told


def test_templates_are_rendered_inside_the_transaction(cast, sign_in):
    """A lazy query that only the template evaluates still answers."""
    response = sign_in(cast.people["manager"]).get(reverse("dashboards:company", args=[cast.company.pk]))
    assert cast.company.name_ja in response.content.decode()
    assert not connection.needs_rollback
