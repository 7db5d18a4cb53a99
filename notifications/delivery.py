"""Carrying one mail away, and reading the answer of the server that takes it."""

import hashlib
import json
import smtplib
from datetime import UTC, datetime
from email.utils import format_datetime, parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from jobs.models import Outbox

from .models import State

# Minutes until the next attempt after the first failure, the second, …; then it is given up.
PAUSES = (1, 5, 15, 60, 180, 360, 720, 1440)
# Longer than one attempt can last: EMAIL_TIMEOUT bounds each word of the server.
CLAIM_SECONDS = 120


class MailFailed(Exception):
    """It did not go out. `is_final` when trying again would not help; `reason` names no address and no text."""

    def __init__(self, reason: str, *, is_final: bool):
        super().__init__(reason)
        self.reason, self.is_final = reason, is_final


def proof_secret(mail_id: UUID | str, key: str | None = None) -> str:
    """Return the secret that opens the mail. It is made from SECRET_KEY, so it cannot be read in the database."""
    return salted_hmac(
        "notifications.mail", str(mail_id), secret=key or settings.SECRET_KEY, algorithm="sha256"
    ).hexdigest()


def proof_of(mail_id: UUID | str) -> str:
    """Return what the row keeps of the secret."""
    return hashlib.sha256(proof_secret(mail_id).encode()).hexdigest()


def take_mail(mail_id: str) -> tuple[dict | None, str]:
    """Claim the mail for one attempt; return its row, with `taken`, and the secret that settles it. None: no such mail."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        secret = proof_secret(mail_id, key)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT app.take_mail(%s, %s, %s)::text", [mail_id, secret, CLAIM_SECONDS])
            found = cursor.fetchone()[0]
        if found is not None:
            return json.loads(found), secret
    return None, ""


def settle_mail(mail_id: str, secret: str, *, state: str, reason: str = "", pause: int = 0) -> None:
    """Record how the attempt ended, in the caller's transaction; a mail that is queued again waits `pause` seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.settle_mail(%s, %s, %s, %s, %s)", [mail_id, secret, state, reason, pause])


def finish_mail(mail_id: str, secret: str, *, state: str, reason: str = "", bell: str | None) -> None:
    """Record the end of a mail, and that its bell is answered."""
    with transaction.atomic():
        settle_mail(mail_id, secret, state=state, reason=reason)
        Outbox.objects.filter(pk=bell).done()


def carry(row: dict) -> None:
    """Hand the mail to DELIVERY_EMAIL_BACKEND. The same row gives the same bytes. Raises MailFailed."""
    mail = _built(row)
    try:
        line = get_connection(settings.DELIVERY_EMAIL_BACKEND, fail_silently=False)
        line.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise MailFailed(f"recipient refused ({code})", is_final=code >= 500) from None
    except smtplib.SMTPDataError as error:
        raise MailFailed(f"mail refused ({error.smtp_code})", is_final=error.smtp_code >= 500) from None
    except smtplib.SMTPResponseException as error:
        # The server refuses us, not the address: a setting to be mended, so that trying again helps.
        raise MailFailed(f"{type(error).__name__} ({error.smtp_code})", is_final=False) from None
    except OSError as error:
        raise MailFailed(type(error).__name__, is_final=False) from None


def _built(row: dict) -> EmailMultiAlternatives:
    created = datetime.fromisoformat(row["created_at"]).astimezone(UTC)
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    mail = EmailMultiAlternatives(
        subject=row["subject"],
        body=row["body"],
        from_email=row["from_email"],
        to=row["to"],
        reply_to=row["reply_to"],
        alternatives=[tuple(pair) for pair in row["alternatives"]],
        headers={
            **row["headers"],
            "Message-ID": f"<{row['id']}@{domain}>",
            "Date": format_datetime(created),
            # Asks answering machines not to answer (RFC 3834).
            "Auto-Submitted": "auto-generated",
        },
    )
    # The envelope names one address; the To line may name more, who have rows of their own.
    mail.recipients = lambda: [row["recipient"]]
    return mail


def next_pause(attempts: int) -> int | None:
    """Return the seconds until the next attempt after `attempts` failures, or None when it is to be given up."""
    return PAUSES[attempts - 1] * 60 if attempts <= len(PAUSES) else None


FINAL = (State.SENT, State.REFUSED, State.GIVEN_UP)
