"""Sending what was written into the outgoing mail."""

import logging

from celery import shared_task
from django.db import connection, transaction

from jobs.models import Outbox
from jobs.tasks import told
from jobs.tasks.bells import put_off

from .delivery import CLAIM_SECONDS, FINAL, MailFailed, carry, finish_mail, next_pause, settle_mail, take_mail
from .models import State

logger = logging.getLogger("notifications")


@shared_task(name="notifications.deliver_mail")
def deliver_mail(mail_id: str, bell: str | None = None) -> None:
    """Make one attempt at a mail: claim it, hand it over, settle it; each a transaction or outside of one.

    A worker killed between the server's "taken" and our "sent" leaves the claim; when it has run out the mail goes out
    once more, under the same Message-ID, so that mailboxes can tell. SMTP offers nothing better, and losing a mail is
    worse than showing it twice.
    """
    row, secret = take_mail(mail_id)
    if row is None or (not row["taken"] and row["state"] in FINAL):
        Outbox.objects.filter(pk=bell).done()
        return
    key = f"mail:{mail_id}"
    put_off(key, seconds=CLAIM_SECONDS + 5)
    if not row["taken"]:
        return
    try:
        carry(row)
    except MailFailed as failure:
        _settle_failure(row, secret, failure, bell=bell)
    else:
        finish_mail(mail_id, secret, state=State.SENT, bell=bell)


def _settle_failure(row: dict, secret: str, failure: MailFailed, *, bell: str | None) -> None:
    mail_id, pause = row["id"], next_pause(row["attempts"])
    if failure.is_final:
        logger.warning("Mail %s was refused for good: %s", mail_id, failure.reason)
        finish_mail(mail_id, secret, state=State.REFUSED, reason=failure.reason, bell=bell)
    elif pause is None:
        logger.error("Mail %s was given up after %s attempts: %s", mail_id, row["attempts"], failure.reason)
        finish_mail(mail_id, secret, state=State.GIVEN_UP, reason=failure.reason, bell=bell)
    else:
        logger.warning("Mail %s waits %s s for its next attempt: %s", mail_id, pause, failure.reason)
        with transaction.atomic():
            settle_mail(mail_id, secret, state=State.QUEUED, reason=failure.reason, pause=pause)
            put_off(f"mail:{mail_id}", seconds=pause + 1)


@told("notifications.erase_old_mail")
def erase_old_mail() -> None:
    """Erase the text of mails a day after they went out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.erase_old_mail()")
