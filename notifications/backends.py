"""Django mail backends: the one that everything is written to, and the demo's mailbox."""

import contextlib
import os
import tempfile
from email.utils import parseaddr
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.text import get_valid_filename

from .services import queue_mail


class OutboxBackend(BaseEmailBackend):
    """Settings' EMAIL_BACKEND: a mail of anybody's, allauth's too, becomes a row of the present transaction.

    So no request waits for a mail server, and no mail leaves about a deed that was rolled back.
    """

    def send_messages(self, email_messages) -> int:
        return sum(1 for mail in email_messages if queue_mail(mail, actor=None))


class MailboxBackend(BaseEmailBackend):
    """The demo's DELIVERY_EMAIL_BACKEND: one `.eml` file for each mail, named by its Message-ID.

    A mail that is delivered a second time replaces itself, as a good mailbox would do.
    """

    def send_messages(self, email_messages) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for mail in email_messages:
            self._write(folder, mail)
        return len(email_messages)

    @staticmethod
    def _write(folder: Path, mail) -> None:
        message_id = parseaddr(mail.extra_headers.get("Message-ID", ""))[1].partition("@")[0] or str(uuid4())
        descriptor, draft = tempfile.mkstemp(dir=folder, prefix=".")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(mail.message().as_bytes())
            os.replace(draft, folder / f"{get_valid_filename(message_id)}.eml")
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(draft)
            raise
