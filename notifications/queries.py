"""The demo's mailbox, read from the files that MailboxBackend writes."""

import os
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

from django.conf import settings


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
