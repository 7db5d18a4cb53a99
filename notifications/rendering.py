"""The words of a message, from its templates, in the language of who is told."""

import unicodedata

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation


def render_message(kind: str, *, to, params: dict, path: str) -> tuple[str, str]:
    """Return subject and text of a message of `kind` to `to`; `url` in the templates is the address of `path`, if any.

    `to` is somebody with a `language`, whose words are the name: an account, or a `Reader` without one.
    """
    context = {
        **params,
        "to": to,
        "url": f"{settings.PORTAL_URL}{path}" if path else "",
        "portal_url": settings.PORTAL_URL,
    }
    with translation.override(to.language):
        subject = render_to_string(f"notifications/mail/{kind}_subject.txt", context)
        text = render_to_string(f"notifications/mail/{kind}.txt", context)
    return one_line(subject), text.strip() + "\n"


def one_line(text: str) -> str:
    """Return `text` fit for a subject: one line, no control and no direction characters, of a length people read."""
    text = "".join(char for char in text if unicodedata.category(char) not in {"Cc", "Cf"} or char.isspace())
    return " ".join(text.split())[:200]
