"""Deeds of letters to many: drafting, trying out, sending, calling off."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext_noop

from audit import services as audit
from jobs.models import Job
from jobs.services import JobNotOpen, cancel_job, request_job
from notifications.services import queue_mail
from programmes import permissions
from programmes.enums import LetterOutcome
from programmes.models import Mailing, MailingRecipient
from programmes.queries.mailings import KIND, Candidate
from programmes.rendering.letters import draft_letter, reply_address, trial_subject

TITLE = gettext_noop("A letter to %(count)s addresses")


class NobodyToWriteTo(Exception):
    """Nobody is left to write to."""


class AlreadySent(Exception):
    """The letter has left: it is changed no more."""


def _check(programme_id: UUID, actor) -> None:
    if not permissions.can_manage(actor, programme_id):
        raise PermissionDenied


@transaction.atomic
def draft_mailing(*, mailing: Mailing, actor) -> Mailing:
    """Keep a letter that was begun. Nothing leaves."""
    _check(mailing.programme_id, actor)
    mailing.created_by = actor
    mailing.save(force_insert=True)
    return mailing


@transaction.atomic
def change_mailing(*, mailing: Mailing, values: dict, actor) -> Mailing:
    """Change what a draft asks, its tone or its words. Raises AlreadySent."""
    _check(mailing.programme_id, actor)
    row = _unsent(mailing)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


@transaction.atomic
def choose_people(*, mailing: Mailing, shown: Iterable[UUID], chosen: Iterable[UUID], actor) -> Mailing:
    """Leave out of the people shown those who were not chosen; who was not shown stays as they were. Raises AlreadySent."""
    _check(mailing.programme_id, actor)
    row = _unsent(mailing)
    shown, chosen = set(shown), set(chosen)
    row.left_out = sorted((set(row.left_out) - shown) | (shown - chosen))
    row.save(update_fields=["left_out"])
    return row


@transaction.atomic
def discard_mailing(*, mailing: Mailing, actor) -> None:
    """Throw a draft away. Raises AlreadySent."""
    _check(mailing.programme_id, actor)
    _unsent(mailing).delete()


def _unsent(mailing: Mailing) -> Mailing:
    row = Mailing.objects.select_for_update().get(pk=mailing.pk)
    if row.is_sent:
        raise AlreadySent
    return row


@transaction.atomic
def send_trial(*, mailing: Mailing, candidate: Candidate, actor) -> None:
    """Send to who acts the letter that a company would get, marked as a trial. The company hears nothing of it."""
    _check(mailing.programme_id, actor)
    subject, body = draft_letter(mailing, candidate, actor=actor)
    with translation.override(candidate.language):
        subject = trial_subject(subject)
    queue_mail(EmailMessage(subject=subject, body=body, to=[actor.email], reply_to=[reply_address(actor)]), actor=actor)


@transaction.atomic
def send_mailing(*, mailing: Mailing, letters: Sequence[Candidate], actor, now: datetime) -> Mailing:
    """Send the letter to these addresses, in the background; pressed again, it is the mailing that was sent first.

    Who is written to is settled here, for good: a letter a company and address. Raises PermissionDenied, NobodyToWriteTo.
    """
    _check(mailing.programme_id, actor)
    row = Mailing.objects.select_for_update().get(pk=mailing.pk)
    if row.is_sent:
        return row
    letters = [letter for letter in letters if letter.is_written_to]
    if not letters:
        raise NobodyToWriteTo
    MailingRecipient.objects.bulk_create([_recipient(row, letter) for letter in letters])
    row.job, _created = request_job(
        KIND,
        title=TITLE,
        title_params={"count": len(letters)},
        params={"mailing": str(row.pk)},
        actor=actor,
        programme_id=row.programme_id,
        dedupe=str(row.pk),
    )
    row.sent_at = now
    row.save(update_fields=["job", "sent_at"])
    _log("mailing.sent", row, actor, letters=len(letters))
    return row


def _recipient(mailing: Mailing, letter: Candidate) -> MailingRecipient:
    return MailingRecipient(
        mailing=mailing,
        programme_id=mailing.programme_id,
        company=letter.company,
        person=letter.person,
        others=[person.pk for person in letter.people[1:]],
        address=letter.address,
        language=letter.language,
        due_on=letter.owed.due_on,
        overdue_days=letter.owed.overdue_days,
    )


@transaction.atomic
def call_off(*, mailing: Mailing, actor, now: datetime) -> int:
    """Stop a letter that is on its way, and return to how many addresses it does not go: unwritten, or not yet carried.

    What the mail server has taken cannot be called back. Done twice, nothing happens the second time.
    """
    _check(mailing.programme_id, actor)
    row = Mailing.objects.select_for_update(of=("self",)).select_related("job").get(pk=mailing.pk)
    if not row.is_sent or row.called_off_at:
        return 0
    stopped = MailingRecipient.objects.waiting().filter(mailing=row).update(outcome=LetterOutcome.CALLED_OFF)
    with connection.cursor() as cursor:
        cursor.execute("SELECT recipient_id FROM app.call_back_mails(%s)", [row.pk])
        called_back = [each[0] for each in cursor.fetchall()]
    MailingRecipient.objects.filter(pk__in=called_back).update(outcome=LetterOutcome.CALLED_OFF)
    row.called_off_at = now
    row.save(update_fields=["called_off_at"])
    _end_job(row.job, actor)
    count = stopped + len(called_back)
    _log("mailing.called_off", row, actor, letters=count)
    return count


def _end_job(job: Job, actor) -> None:
    try:
        cancel_job(job=job, actor=actor)
    except JobNotOpen:
        return


def _log(verb: str, mailing: Mailing, actor, **detail) -> None:
    audit.log(
        actor=actor,
        verb=verb,
        obj=mailing,
        programme_id=mailing.programme_id,
        detail={"ask": mailing.ask, "tone": mailing.tone, **detail},
    )
