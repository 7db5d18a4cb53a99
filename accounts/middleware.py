"""The language of a page: the person's choice, else the browser's cookie, else the browser's wish."""

from django.utils import translation


class LanguageMiddleware:
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
