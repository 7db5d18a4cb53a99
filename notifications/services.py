"""Telling people: a row in the transaction of the deed, and a mail that leaves when that is committed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from accounts.models import User
from common.tenancy import acting_as
from jobs.models import Job
from jobs.services import tell

from .delivery import proof_of
from .models import Message, OutgoingMail, Reminder
from .queries import Recipient, is_mine, reminders_due
from .rendering import Item, render_item, render_message

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
    not_before: datetime | None = None,
) -> Message | None:
    """Tell `to`, in their language, in the present transaction; the mail leaves after its commit.

    The words are the templates `notifications/mail/<kind>.txt` and `<kind>_subject.txt` with `params` (ids, names,
    dates, counts; never a text that somebody wrote), `to` and `url`, the address of `path` in the portal. What stands in
    `mail_only` is for the mail and is not kept with the message (a joining link, the way to a room). Answers go to
    `reply_to`, when given; the mail leaves at once, or `not_before` a moment. With `key` the same person is told once for
    ever. Returns None when there was nothing to tell: the account is closed, or the key is spent.
    """
    if not to.is_active:
        return None
    message = Message(
        to_user=to,
        kind=kind,
        params=params or {},
        language=to.language,
        key=key,
        path=path,
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
    (message.mail_id,) = queue_mail(mail, actor=actor, message=message, not_before=not_before)
    return message


def read_messages(*, ids: Iterable[UUID], actor) -> int:
    """Mark messages to `actor`, who acts in this transaction, as read; return how many were not. Others' stay as they are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.read_messages(%s::uuid[])", [[str(each) for each in ids]])
        return cursor.fetchone()[0]


@dataclass(frozen=True)
class Reader:
    """Somebody without an account: what they are called, and in which language they are written to."""

    name: str
    address: str
    language: str = "ja"

    def __str__(self):
        return self.name


def write_to(
    *,
    to: Reader,
    kind: str,
    actor,
    params: dict | None = None,
    path: str = "",
    reply_to: str = "",
    not_before: datetime | None = None,
) -> UUID:
    """Write the mail of `kind` to somebody without an account; return the mail's id.

    No message is kept, because there is nobody to show it to.
    """
    subject, body = render_message(kind, to=to, params=params or {}, path=path)
    mail = EmailMessage(subject=subject, body=body, to=[to.address], reply_to=[reply_to] if reply_to else [])
    return queue_mail(mail, actor=actor, not_before=not_before)[0]


def queue_mail(
    mail: EmailMessage, *, actor, message: Message | None = None, not_before: datetime | None = None
) -> list[UUID]:
    """Write a mail into the outgoing mail, one row for each address, and return their ids. It leaves `not_before`.

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
            tell(DELIVER, key=f"mail:{row.pk}", args=[row.pk], actor=None, run_after=not_before)
    return [row.pk for row in rows]


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


# --- Reminders --------------------------------------------------------------------------------------------------------

# Nobody is reminded at night: reminders leave from the first hour on and before the last, in the portal's time.
FIRST_HOUR, LAST_HOUR = 8, 19
DIGEST = "digest"


@dataclass(frozen=True)
class Due:
    """Something that somebody is to be reminded of on a day.

    The words are the templates `notifications/reminders/<kind>.txt` and `<kind>_headline.txt` with what `params` returns;
    it is called once in each language, because people may change theirs until the day. `path` is where to go; it has to be
    one that the recipient can open, so "" for an address without an account, unless it is open to everybody. With the same
    `key` the same recipient is reminded once for ever, and not at all after `last_on`. Reminders to an address name the
    programme that they are about.
    """

    to: User | Reader
    kind: str
    due_on: date
    key: str
    params: Callable[[], dict]
    path: str = ""
    last_on: date | None = None
    company_id: UUID | None = None
    programme_id: UUID | None = None


def remind(**due) -> None:
    """Write down that somebody is to be reminded on a day; see `Due`. Of several things on one day they get one mail."""
    remind_all([Due(**due)])


def remind_all(dues: Iterable[Due]) -> None:
    """The same of many, in one statement."""
    Reminder.objects.bulk_create([_reminder(due) for due in dues], ignore_conflicts=True)


def _reminder(due: Due) -> Reminder:
    words = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words[language] = due.params()
    is_account = isinstance(due.to, User)
    return Reminder(
        to_user=due.to if is_account else None,
        address="" if is_account else due.to.address.strip().lower(),
        name="" if is_account else due.to.name[:200],
        language="" if is_account else due.to.language,
        kind=due.kind,
        params=words,
        path=due.path,
        due_on=due.due_on,
        last_on=due.last_on,
        key=due.key,
        company_id=due.company_id,
        programme_id=due.programme_id,
    )


def forget_reminders(*, keys: Iterable[str]) -> None:
    """Take back reminders that were not sent yet, as far as who acts may see them; then they can be made again."""
    Reminder.objects.filter(key__in=list(keys), sent_on__isnull=True).delete()


def forget_reminders_of_programme(*, programme_id: UUID) -> None:
    """Take back everything that people of a programme were still to be reminded of."""
    Reminder.objects.filter(programme_id=programme_id, sent_on__isnull=True).delete()


def is_quiet(now: datetime) -> bool:
    """Whether it is a time of day at which nobody is reminded."""
    return not FIRST_HOUR <= timezone.localtime(now).hour < LAST_HOUR


def first_moment(now: datetime) -> datetime | None:
    """Return when a letter that is written now may leave: None is at once, by day."""
    if not is_quiet(now):
        return None
    local = timezone.localtime(now)
    day = local.date() + timedelta(days=local.hour >= LAST_HOUR)
    return timezone.make_aware(datetime.combine(day, time(FIRST_HOUR)))


def send_digests(*, now: datetime) -> int:
    """Send everybody who is to be reminded today one mail with all of it; return to how many. Does nothing at night.

    Each recipient is a transaction of their own, in which the reminders are marked and the mail is written, so that
    nothing is said twice and nothing is lost. What is written down after somebody's mail has left waits for tomorrow.
    """
    if is_quiet(now):
        return 0
    day = timezone.localdate(now)
    return sum(_send_digest(recipient, day) for recipient in reminders_due(day) if recipient.host_id)


def _send_digest(recipient: Recipient, day: date) -> bool:
    with acting_as(recipient.host_id):
        if not is_mine(recipient.label):
            return False
        own = Reminder.objects.filter(to_user_id=recipient.user_id, address=recipient.address)
        reminders = list(own.open(day))
        if not reminders or own.filter(sent_on=day).exists():
            return False
        own.filter(pk__in=[reminder.pk for reminder in reminders]).update(sent_on=day)
        if recipient.user_id:
            return _tell_account(User.objects.get(pk=recipient.user_id), reminders, day)
        _tell_address(recipient.address, reminders)
        return True


def _tell_account(user: User, reminders: list[Reminder], day: date) -> bool:
    message = notify(
        to=user,
        kind=DIGEST,
        actor=None,
        params={"count": len(reminders), "kinds": sorted({reminder.kind for reminder in reminders})},
        mail_only={"items": _items(reminders, user.language)},
        key=f"digest:{day.isoformat()}",
    )
    return message is not None


def _tell_address(address: str, reminders: list[Reminder]) -> None:
    """Several people may share an address: the mail greets all of them."""
    language = reminders[0].language or settings.LANGUAGE_CODE
    names = dict.fromkeys(reminder.name for reminder in reminders)
    reader = Reader(name="、".join(names) if language == "ja" else ", ".join(names), address=address, language=language)
    params = {"count": len(reminders), "items": _items(reminders, language)}
    write_to(to=reader, kind=DIGEST, actor=None, params=params)


def _items(reminders: list[Reminder], language: str) -> list[Item]:
    return [
        render_item(reminder.kind, params=reminder.params[language], path=reminder.path, language=language)
        for reminder in reminders
    ]
