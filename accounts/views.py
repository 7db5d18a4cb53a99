"""The language switch. Everything about signing in is allauth's."""

from django.conf import settings
from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views import View

from . import services


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
