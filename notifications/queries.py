"""How people want to be told, who is to be reminded, and the demo's mailbox, read from the files that MailboxBackend writes."""

import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from email import message_from_bytes, policy
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from .catalogue import TOPICS, Topic
from .enums import Channel
from .models import Message, Preference, Reminder


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is to be reminded of something: an account or an address, and in whose name that is done."""

    user_id: UUID | None
    address: str
    host_id: UUID | None

    @property
    def label(self) -> str:
        return str(self.user_id or self.address)


def reminders_due(day: date) -> list[Recipient]:
    """Return whom to remind on `day`; not those who were reminded on it already. Asked by nobody, who sees no row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id, address, host_id FROM app.reminders_due(%s)", [day])
        return [Recipient(*row) for row in cursor.fetchall()]


def channel_of(user, topic: Topic) -> Channel:
    """Return how somebody wants to be told of a topic. Whoever tells them may ask; nobody sees the rows of others."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.channel_of(%s, %s)", [user.pk, topic.code])
        chosen = cursor.fetchone()[0]
    return Channel(chosen) if chosen in topic.channels else topic.default


def channels_of(user) -> dict[str, Channel]:
    """Return by topic how somebody, who acts in this transaction, wants to be told."""
    chosen = dict(Preference.objects.filter(user_id=user.pk).values_list("topic", "channel"))
    return {
        topic.code: Channel(chosen[topic.code]) if chosen.get(topic.code) in topic.channels else topic.default
        for topic in TOPICS
    }


def is_mine(label: str) -> bool:
    """Whether this transaction is the one that reminds the recipient; until it ends another gets False."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"digest:{label}"])
        return cursor.fetchone()[0]


def inbox(user, *, unread_only: bool = False) -> QuerySet[Message]:
    """What was said to the person, the newest first."""
    found = Message.objects.inbox_of(user).order_by("-created_at", "pk")
    return found.unread() if unread_only else found


def reminders_of_days(user, days: Iterable[date]) -> dict[date, list[Reminder]]:
    """Return what a person was reminded of by the day on which it was said."""
    found = defaultdict(list)
    wanted = set(days)
    if wanted:
        for reminder in Reminder.objects.filter(to_user_id=user.pk, sent_on__in=wanted):
            found[reminder.sent_on].append(reminder)
    return found


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as the mailbox page shows it; `text` is the plain part."""

    subject: str
    to: str
    at: datetime | None
    text: str


def letter_files() -> list[Path]:
    """Return the files of the mailbox, the newest first."""
    try:
        entries = [entry for entry in os.scandir(settings.EMAIL_FILE_PATH) if entry.name.endswith(".eml")]
    except FileNotFoundError:
        return []
    return [Path(entry.path) for entry in sorted(entries, key=lambda entry: entry.stat().st_mtime_ns, reverse=True)]


def read_letter(path: Path) -> Letter:
    """Return one mail of the mailbox."""
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = mail.get_body(preferencelist=("plain",))
    return Letter(
        subject=str(mail["Subject"] or ""),
        to=str(mail["To"] or ""),
        at=mail["Date"].datetime if mail["Date"] else None,
        text=body.get_content() if body else "",
    )
