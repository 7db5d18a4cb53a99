"""Telling people: a row in the transaction of the deed, and a mail that leaves when that is committed."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from accounts.models import User
from jobs.models import Job
from jobs.services import tell

from .delivery import proof_of
from .models import Message, OutgoingMail
from .rendering import render_message

DELIVER = "notifications.deliver_mail"


@transaction.atomic
def notify(
    *,
    to: User,
    kind: str,
    actor,
    params: dict | None = None,
    path: str = "",
    reply_to: str = "",
    company_id: UUID | None = None,
    programme_id: UUID | None = None,
    key: str = "",
    mail_only: dict | None = None,
) -> Message | None:
    """Tell `to`, in their language, in the present transaction; the mail leaves after its commit.

    The words are the templates `notifications/mail/<kind>.txt` and `<kind>_subject.txt` with `params` (ids, names,
    dates, counts; never a text that somebody wrote), `to` and `url`, the address of `path` in the portal. What stands in
    `mail_only` is for the mail and is not kept with the message (a joining link, the way to a room). Answers go to
    `reply_to`, when given. With `key` the same person is told once for ever. Returns None when there was nothing to
    tell: the account is closed, or the key is spent.
    """
    if not to.is_active:
        return None
    message = Message(
        to_user=to,
        kind=kind,
        params=params or {},
        language=to.language,
        key=key,
        company_id=company_id,
        programme_id=programme_id,
    )
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        if not key:
            raise
        return None
    subject, body = render_message(kind, to=to, params=message.params | (mail_only or {}), path=path)
    mail = EmailMessage(subject=subject, body=body, to=[to.email], reply_to=[reply_to] if reply_to else [])
    queue_mail(mail, actor=actor, message=message)
    return message


@dataclass(frozen=True)
class Reader:
    """Somebody without an account: what they are called, and in which language they are written to."""

    name: str
    address: str
    language: str = "ja"

    def __str__(self):
        return self.name


def write_to(*, to: Reader, kind: str, actor, params: dict | None = None, path: str = "") -> None:
    """Write the mail of `kind` to somebody without an account. No message is kept, because there is nobody to show it to."""
    subject, body = render_message(kind, to=to, params=params or {}, path=path)
    queue_mail(EmailMessage(subject=subject, body=body, to=[to.address]), actor=actor)


def queue_mail(mail: EmailMessage, *, actor, message: Message | None = None) -> int:
    """Write a mail into the outgoing mail, one row for each address, and return how many.

    The address stands in the To line and in the envelope; copies are told by the envelope alone. Files are never sent:
    a mail says where to look. Raises BadHeaderError for a subject or address with a line break, ValueError for a file.
    """
    if mail.attachments:
        raise ValueError("Mails of the portal carry no files.")
    mail.message()  # finds what is wrong with it while there is somebody to tell
    now, rows = timezone.now(), []
    for recipient in mail.recipients():
        mail_id = uuid4()
        rows.append(
            OutgoingMail(
                id=mail_id,
                proof=proof_of(mail_id),
                message_id=message.pk if message else None,
                recipient=recipient,
                from_email=mail.from_email,
                to=list(mail.to),
                reply_to=list(mail.reply_to),
                subject=str(mail.subject),
                body=str(mail.body),
                alternatives=[list(pair) for pair in getattr(mail, "alternatives", ())],
                headers={name: str(value) for name, value in mail.extra_headers.items()},
                created_at=now,
            )
        )
    with transaction.atomic():
        OutgoingMail.objects.bulk_create(rows)
        for row in rows:
            tell(DELIVER, key=f"mail:{row.pk}", args=[row.pk], actor=None)
    return len(rows)


def tell_job_ended(*, job: Job, actor) -> Message | None:
    """Tell who asked for a job that it is ready, or why it failed, with the way there."""
    with translation.override(job.requested_by.language):
        params = {"title": job.title_text, "reason": job.error_text}
    return notify(
        to=job.requested_by,
        kind="job_failed" if job.state == Job.State.FAILED else "job_done",
        actor=actor,
        params=params,
        path=job.result_url or f"/jobs/{job.pk}/",
        company_id=job.company_id,
        programme_id=job.programme_id,
        key=f"job:{job.pk}:{job.round}",
    )
