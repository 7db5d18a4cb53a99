"""The language switch, one's sessions, and deeds that need a fresh proof of who one is. The rest of signing in is allauth's."""

from datetime import datetime
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, get_language, ngettext
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from . import queries, rendering, services
from .catalogue import EDITIONS
from .enums import SessionKey
from .permissions import own_page, was_confirmed_lately


class SetLanguageView(View):
    """Keep the chosen language, on the account and in the browser, and stay on the same page."""

    http_method_names = ["post", "options"]

    def post(self, request):
        response = HttpResponseRedirect(self._here(request))
        language = request.POST.get("language", "")
        if language in dict(settings.LANGUAGES) and check_for_language(language):
            if request.user.is_authenticated:
                services.choose_language(user=request.user, language=language)
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                language,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                samesite=settings.LANGUAGE_COOKIE_SAMESITE,
                httponly=True,
            )
        return response

    @staticmethod
    def _here(request) -> str:
        wanted = request.POST.get("next", "")
        safe = url_has_allowed_host_and_scheme(
            wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
        return wanted if safe and wanted.startswith("/") else "/"


class DocumentView(TemplateView):
    """What one agrees to before the first use: the present version, in the reader's language. Everybody may read it."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.edition = EDITIONS.get(kwargs["document"])

    def dispatch(self, request, *args, **kwargs):
        if self.edition is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_template_names(self):
        return ["accounts/document.html"]

    def get_context_data(self, **kwargs):
        language = "en" if get_language() == "en" else "ja"
        return super().get_context_data(
            title=self.edition.document.label,
            version=self.edition.version,
            text=f"{self.edition.templates}_{language}.html",
            **kwargs,
        )


class ConfirmedMixin:
    """A page whose deed needs to know that the person is still the one who signed in.

    Stands to the right of what guards the page, so that whoever may not be here is told so first. Whoever signed in or
    confirmed longer ago than `ACCOUNT_REAUTHENTICATION_TIMEOUT` is asked when they come; a form that was sent too late
    waits until they have confirmed. Without password, app and passkey the mailed code is the only proof: they sign in
    again.
    """

    def dispatch(self, request, *args, **kwargs):
        if was_confirmed_lately(request):
            return super().dispatch(request, *args, **kwargs)
        user = request.user._wrapped if hasattr(request.user, "_wrapped") else request.user
        page = own_page(request, request.headers.get("Referer", ""))
        here = request.get_full_path() if request.method in ("GET", "HEAD") else page or "/"
        ways = get_adapter().get_reauthentication_methods(user)
        if not ways:
            logout(request)
            request.session[SessionKey.SIGNED_OUT] = "confirm"
        if request.method == "POST" and services.keep_interrupted(request=request, user_id=user.pk):
            here = reverse("accounts:continue")
        door = ways[0]["url"] if ways else resolve_url(settings.LOGIN_URL)
        address = f"{door}?{urlencode({REDIRECT_FIELD_NAME: here})}"
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": address})
        return HttpResponseRedirect(address)


class ContinueView(LoginRequiredMixin, TemplateView):
    """What somebody sent when they had to sign in or confirm first: here they send it, or leave it."""

    template_name = "account/continue.html"

    def get(self, request, *args, **kwargs):
        kept = request.session.get(SessionKey.INTERRUPTED)
        if not kept or kept["user"] != str(request.user.pk):
            return redirect("/")
        at, back = datetime.fromisoformat(kept["at"]), own_page(request, kept["back"]) or "/"
        return self.render_to_response(self.get_context_data(kept=kept, at=at, back=back))


class RemovePasskeyView(RemoveWebAuthnView):
    """allauth's, which would take the only second factor from somebody whose seats need one."""

    def form_valid(self, form):
        adapter = get_factor_adapter()
        if adapter.can_delete_authenticator(self.object):
            return super().form_valid(form)
        messages.error(self.request, adapter.error_messages["cannot_delete_authenticator"])
        return redirect("mfa_list_webauthn")


class SessionsView(LoginRequiredMixin, TemplateView):
    """Where the person is signed in, and the way to end it there."""

    template_name = "account/sessions.html"

    def get_context_data(self, **kwargs):
        here = self.request.session.session_key
        sessions = [
            (session, rendering.device(session.user_agent), session.session_key == here)
            for session in queries.open_sessions(self.request.user)
        ]
        return super().get_context_data(sessions=sessions, others=sum(not own for *_parts, own in sessions), **kwargs)


class EndSessionView(LoginRequiredMixin, View):
    """End one session of one's own."""

    http_method_names = ["post", "options"]

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.session = get_object_or_404(UserSession, pk=kwargs["pk"], user=request.user)

    def post(self, request, *args, **kwargs):
        services.end_sessions(user=request.user, sessions=[self.session], actor=request.user)
        messages.success(request, _("Signed out there."))
        return redirect("accounts:sessions")


class EndOtherSessionsView(LoginRequiredMixin, View):
    """End all sessions of one's own but this one."""

    http_method_names = ["post", "options"]

    def post(self, request):
        ended = services.end_other_sessions(user=request.user, keep=request.session.session_key)
        messages.success(
            request, ngettext("Signed out in %(n)d place.", "Signed out in %(n)d places.", ended) % {"n": ended}
        )
        return redirect("accounts:sessions")
