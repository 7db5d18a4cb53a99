"""How long a session lasts, who needs a second factor, and the language of a page."""

import time
from urllib.parse import urlencode

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone, translation

from .enums import SessionKey
from .permissions import must_set_up_second_factor, own_page
from .queries import NOTE_SECONDS
from .services import keep_interrupted


class SessionLimitsMiddleware:
    """End a session that nobody used for an hour, or that is twelve hours old, and remember what was interrupted.

    Asks nothing but the session, which the request has loaded; writes once in five minutes of use. What a page asks by
    itself while nobody is there (the state of a job) is no use.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user_id = request.user.pk if request.user.is_authenticated else None
        ended = self._end_when_over(request) if user_id else ""
        response = self.get_response(request)
        if ended and request.method == "POST" and _leads_to_sign_in(response):
            # Refused by the view, so that the check of the form's token has passed.
            wanted = _back_to(request, user_id)
            response["Location"] = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({REDIRECT_FIELD_NAME: wanted})}"
        return response

    @staticmethod
    def _end_when_over(request) -> str:
        """Return why the session is over, and sign out; "" while it lasts."""
        now, session = int(time.time()), request.session
        began = session.setdefault(SessionKey.SIGNED_IN_AT, now)
        seen = session.setdefault(SessionKey.SEEN_AT, now)
        idle, old = now - seen > settings.SESSION_IDLE_SECONDS, now - began > settings.SESSION_LONGEST_SECONDS
        if idle or old:
            why = "idle" if idle else "longest"
            request.session_over = why
            logout(request)
            request.session[SessionKey.SIGNED_OUT] = why
            return why
        asked_by_page = request.method == "GET" and request.headers.get("HX-Request")
        if now - seen > NOTE_SECONDS and not asked_by_page:
            session[SessionKey.SEEN_AT] = now
            UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())
        return ""


def _leads_to_sign_in(response) -> bool:
    return response.status_code == 302 and response["Location"].startswith(resolve_url(settings.LOGIN_URL))


def _back_to(request, user_id) -> str:
    """Return where to go after signing in: to what was sent, or, when that is not kept, to the page it was sent from."""
    if keep_interrupted(request=request, user_id=user_id):
        return reverse("accounts:continue")
    return own_page(request, request.headers.get("Referer", "")) or "/"


class SecondFactorMiddleware:
    """Lead whoever has a seat that needs a second factor to setting one up, or to using it, before anything else.

    Looked at on every request, and without a query: the session says what was shown, and whether it is needed came with
    the person. What asks for no sign-in stays open, and so do the pages on which this is put right.
    """

    open_to_all = ("account_", "mfa_", "accounts:")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not must_set_up_second_factor(request) or not self._is_guarded(request, view_func):
            return None
        address = reverse("mfa_reauthenticate" if is_mfa_enabled(request.user) else "mfa_index")
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": address})
        wanted = request.get_full_path() if request.method == "GET" else "/"
        request.session[SessionKey.GOING_TO] = wanted
        return redirect(f"{address}?{urlencode({REDIRECT_FIELD_NAME: wanted})}")

    def _is_guarded(self, request, view_func) -> bool:
        """False for pages that anybody may open: those behind the sign-in say so by their class."""
        if request.resolver_match.view_name.startswith(self.open_to_all):
            return False
        return issubclass(getattr(view_func, "view_class", object), LoginRequiredMixin)


class LanguageMiddleware:
    """The language of a page: the person's choice, else the browser's cookie, else the browser's wish."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user = request.user
        cookie_or_wish = translation.get_language_from_request(request)
        language = user.language if user.is_authenticated else cookie_or_wish
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
