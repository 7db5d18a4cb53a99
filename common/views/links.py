"""Pages that open without signing in, by a word that only its holder knows."""

from allauth.core.internal import ratelimit
from django.shortcuts import render
from django.views import View

HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
    # The address is the key: not even our own style sheets are asked for with it. (`no-referrer` would spoil the check of
    # the form's origin.)
    "Referrer-Policy": "strict-origin",
}
GONE = 410


def is_too_often(request, action: str, *, key: str | None = None) -> bool:
    """Count this request against the limits that stand beside those of signing in (ACCOUNT_RATE_LIMITS)."""
    return not ratelimit.consume(request, app="allauth.account", action=action, key=key, limit_get=True)


class LinkView(View):
    """Finds the row behind the link. An unknown word, a malformed one and a closed door are answered alike.

    limit             the name of the limit that answers count against
    unknown_template  what is said of a word that opens nothing
    """

    http_method_names = ("get", "head", "post", "options")
    limit = ""
    unknown_template = ""

    def find(self, token: str):
        """Return the row behind the word, and set `hash`; None where it opens nothing."""
        raise NotImplementedError

    def limit_key(self) -> str | None:
        """Return whose answers are counted together; None for those of one network address."""
        return self.hash

    def dispatch(self, request, *args, **kwargs):
        self.door = self.find(kwargs["token"])
        response = self.refusal() or super().dispatch(request, *args, **kwargs)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    def refusal(self):
        """Return the answer to a word that opens nothing, and to one that is used too often; None to let the view answer."""
        if self.request.method == "OPTIONS":
            return None
        if self.door is None:
            is_guessing = is_too_often(self.request, "unknown_link")
            return self.answer("429.html", {}, 429) if is_guessing else self.unknown()
        if self.request.method == "POST" and is_too_often(self.request, self.limit, key=self.limit_key()):
            return self.answer("429.html", {}, 429)
        return None

    def answer(self, template: str, context: dict, status: int = 200):
        return render(self.request, template, context, status=status)

    def unknown(self):
        return self.answer(self.unknown_template, {}, 404)
