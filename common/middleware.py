"""What every request passes through, outermost first."""

import logging
import secrets
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, get_urlconf, resolve
from django.utils.translation import gettext

from . import logs
from .tenancy import set_context
from .tenancy.closed import CLOSED, is_about_closed

logger = logging.getLogger(__name__)


class RequestIdMiddleware:
    """Number the request; the number is in the log, in the audit trail and on the error page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.request_id = secrets.token_hex(8)
        token = logs.request_id.set(request.request_id)
        try:
            response = self.get_response(request)
        finally:
            logs.request_id.reset(token)
        response["X-Request-ID"] = request.request_id
        return response


class KnownMethodsMiddleware:
    """Answer 405 to every method that no page has. Django's form views would take a PUT for a POST."""

    methods = ("GET", "HEAD", "POST", "OPTIONS")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in self.methods:
            return HttpResponseNotAllowed(self.methods)
        return self.get_response(request)


def is_storable(text: str) -> bool:
    """True unless the text holds a NUL byte or half a surrogate pair, which PostgreSQL cannot keep."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


class PlainTextMiddleware:
    """Refuse addresses and queries that PostgreSQL cannot keep. Form fields say so themselves, at the field."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not all(is_storable(text) for text in (request.path, *request.GET, *self._values(request))):
            raise BadRequest("The address holds characters that no text can have.")
        return self.get_response(request)

    @staticmethod
    def _values(request):
        return (value for values in request.GET.lists() for value in values[1])


class NoStoreMiddleware:
    """Keep pages of signed-in people out of every cache, so that "back" after signing out shows nothing."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.user.is_authenticated:
            response["Cache-Control"] = "private, no-store"
        return response


class TenancyMiddleware:
    """Wrap the request, template rendering included, in one transaction that acts as the person.

    The transaction is committed before the first byte of the answer leaves, so what was acknowledged is kept. An
    answer of 500 and above rolls back: half a request is never kept. A company in the address narrows the person's
    view to that company for the request.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with transaction.atomic():
            self._set_context(request)
            response = self.get_response(request)
            if response.status_code >= 500 or isinstance(response, _Closed):
                transaction.set_rollback(True)
        if isinstance(response, _Closed):
            with transaction.atomic():
                self._set_context(request)
                return _say_closed(request)
        return response

    @staticmethod
    def _set_context(request):
        user_id = request.user.pk if request.user.is_authenticated else None
        set_context(user_id, company_id=company_in(request.path_info), request_id=request.request_id)

    def process_exception(self, request, exception):
        """What the database refused because it is closed is no fault of the portal: it is said in words."""
        return _Closed() if is_about_closed(exception) else None


class _Closed(HttpResponse):
    """A mark that the transaction has to go before anything can be said: nothing can be asked in it any more."""


def _say_closed(request) -> HttpResponse:
    """Say that it is closed: as a page, as a part of one, or to a script."""
    if request.content_type == "application/json":
        return JsonResponse({"error": gettext(CLOSED)}, status=423)
    template = "components/_closed.html" if request.headers.get("HX-Request") else "409.html"
    return render(request, template, status=409)


def company_in(path: str) -> UUID | None:
    """Return the company that an address names; None for one that names none or is nobody's."""
    return _company_in(path, get_urlconf() or settings.ROOT_URLCONF)


@lru_cache(maxsize=1024)
def _company_in(path: str, urlconf: str) -> UUID | None:
    """The same, remembered: to look an address up in several hundred patterns takes as long as a small statement."""
    try:
        return resolve(path, urlconf).kwargs.get("company_id")
    except Resolver404:
        return None
