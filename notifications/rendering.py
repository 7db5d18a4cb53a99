"""The words of a message, from its templates, in the language of who is told."""

import unicodedata
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Item:
    """One thing in a digest: a headline, a few sentences, and where to go."""

    headline: str
    text: str
    url: str


def render_item(kind: str, *, params: dict, path: str, language: str) -> Item:
    """Return what the templates `notifications/reminders/<kind>.txt` and `<kind>_headline.txt` say."""
    with translation.override(language):
        headline = render_to_string(f"notifications/reminders/{kind}_headline.txt", params)
        text = render_to_string(f"notifications/reminders/{kind}.txt", params)
    return Item(one_line(headline), text.strip(), f"{settings.PORTAL_URL}{path}" if path else "")


def one_line(text: str) -> str:
    """Return `text` fit for a subject: one line, no control and no direction characters, of a length people read."""
    text = "".join(char for char in text if unicodedata.category(char) not in {"Cc", "Cf"} or char.isspace())
    return " ".join(text.split())[:200]
