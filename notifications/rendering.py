"""The words of a message, from its templates, in the language of who is told."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language, pgettext

from accounts.models import User

from .catalogue import DIGEST, topic_of
from .models import Message, Reminder


def render_message(kind: str, *, to, params: dict, path: str) -> tuple[str, str]:
    """Return subject and text of a message of `kind` to `to`; `url` in the templates is the address of `path`, if any.

    `to` is somebody with a `language`, whose words are the name: an account, or a `Reader` without one.
    """
    context = {
        **params,
        "to": to,
        "url": f"{settings.PORTAL_URL}{path}" if path else "",
        "portal_url": settings.PORTAL_URL,
        "settings_url": _settings_url(kind, to),
    }
    with translation.override(to.language):
        subject = render_to_string(f"notifications/mail/{kind}_subject.txt", context)
        text = render_to_string(f"notifications/mail/{kind}.txt", context)
    return one_line(subject), text.strip() + "\n"


def _settings_url(kind: str, to) -> str:
    """Return where to choose how mails like this one arrive; "" where nobody chooses."""
    chooses = kind == DIGEST or topic_of(kind) is not None
    return f"{settings.PORTAL_URL}{reverse('notifications:settings')}" if chooses and isinstance(to, User) else ""


# From so many on a mail greets all together instead of each by name.
MANY = 3


def addressed(names: Sequence[str], language: str) -> str:
    """Return how a mail greets people who share an address: each by name, three and more together."""
    if language == "ja":
        return "ご担当者各位" if len(names) >= MANY else "、".join(f"{name} 様" for name in names)
    return "Dear all," if len(names) >= MANY else f"Dear {' and '.join(names)},"


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


def message_item(message: Message, user) -> Item:
    """Return a message as a digest tells it: its subject and its sentences, in the language in which it was said.

    What stands in a mail of its own alone is not there: the way leads to the portal.
    """
    url = f"{settings.PORTAL_URL}{message.path}" if message.path else ""
    with translation.override(message.language):
        context = message.params | {"to": user, "url": url, "bare": True}
        text = render_to_string(f"notifications/mail/{message.kind}.txt", context)
    return Item(subject_of(message, user), _without_gaps(text), url)


def _without_gaps(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if line.strip())


def one_line(text: str) -> str:
    """Return `text` fit for a subject: one line, no control and no direction characters, of a length people read."""
    text = "".join(char for char in text if unicodedata.category(char) not in {"Cc", "Cf"} or char.isspace())
    return " ".join(text.split())[:200]


# --- The inbox --------------------------------------------------------------------------------------------------------

# What stands before every subject of a mail, where nobody would know otherwise who writes: in English, in Japanese.
MARKS = ("[SPP]", "【SPP】")


@dataclass(frozen=True)
class InboxItem:
    """A message as its reader's list shows it: kind, subject in the language it was said in, when, and whether it leads on."""

    id: UUID
    kind: str
    subject: str
    language: str
    at: datetime
    is_new: bool
    leads: bool
    # What a digest reminded of.
    headlines: tuple[str, ...] = ()


def inbox_items(messages: Iterable[Message], reminders: Mapping[date, Iterable[Reminder]], *, user) -> list[InboxItem]:
    """Return messages as their reader sees them; `reminders` are the reader's own by the day on which they were sent.

    A subject is drawn anew from what was kept, in the language in which the person was told: names and days in it are of
    that language, too. Headlines of a digest were kept in both, and are in the reader's present one.
    """
    return [_inbox_item(message, reminders, user) for message in messages]


def _inbox_item(message: Message, reminders: Mapping[date, Iterable[Reminder]], user) -> InboxItem:
    kind = kind_label(message.kind)
    found = reminders.get(timezone.localdate(message.created_at), ()) if message.kind == DIGEST else ()
    present = "ja" if (get_language() or "ja").startswith("ja") else "en"
    headlines = tuple(filter(None, (headline_of(reminder, present) for reminder in found)))
    subject, language = (kind, present) if message.kind == DIGEST else (subject_of(message, user), message.language)
    return InboxItem(
        id=message.pk,
        kind=kind,
        subject=subject or kind,
        language=language if subject else present,
        at=message.created_at,
        is_new=message.read_at is None,
        leads=bool(message.path),
        headlines=headlines,
    )


def subject_of(message: Message, user) -> str:
    """Return the subject of the mail, without the mark that mails have; "" for a kind that has no words any more."""
    with translation.override(message.language):
        try:
            subject = render_to_string(
                f"notifications/mail/{message.kind}_subject.txt", message.params | {"to": user, "url": message.path}
            )
        except TemplateDoesNotExist:
            return ""
    subject = one_line(subject)
    for mark in MARKS:
        subject = subject.removeprefix(mark).strip()
    return subject


def headline_of(reminder: Reminder, language: str) -> str:
    """Return the headline of a reminder; "" for a kind that has no words any more."""
    params = reminder.params.get(language) or {}
    try:
        return render_item(reminder.kind, params=params, path="", language=language).headline
    except TemplateDoesNotExist:
        return ""


def kind_label(kind: str) -> str:
    """Return what a message is about, in a word; every kind belongs to one of these."""
    first = kind.partition("_")[0]
    return {
        "adviser": pgettext("inbox", "Advisers"),
        "digest": pgettext("inbox", "Reminders"),
        "invitation": pgettext("inbox", "Invitation"),
        "profile": pgettext("inbox", "Company's profile"),
        "mailing": pgettext("inbox", "Letter from the secretariat"),
        "notice": pgettext("inbox", "Announcement"),
        "enquiry": pgettext("inbox", "Enquiry"),
        "job": pgettext("inbox", "Work in the background"),
        "session": pgettext("inbox", "Sessions"),
        "survey": pgettext("inbox", "Sessions"),
        "certificates": pgettext("inbox", "Sessions"),
        "certificate": pgettext("inbox", "Sessions"),
        "consultation": pgettext("inbox", "Consultations"),
        "minutes": pgettext("inbox", "Consultations"),
        "round": pgettext("inbox", "Consultations"),
        "policy": pgettext("inbox", "Policy"),
        "approval": pgettext("inbox", "Policy"),
        "review": pgettext("inbox", "Policy"),
        "submission": pgettext("inbox", "Policy"),
        "report": pgettext("inbox", "Reports"),
    }.get(first, pgettext("inbox", "Other"))
