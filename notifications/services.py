"""Telling people: a row in the transaction of the deed, and a mail that leaves when that is committed."""

from collections.abc import Callable, Iterable, Mapping
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

from .catalogue import DIGEST, REMINDERS, TOPICS, Topic, topic_of
from .delivery import proof_of
from .enums import Channel
from .models import Message, OutgoingMail, Preference, Reminder, State
from .queries import Recipient, channel_of, is_mine, reminders_due
from .rendering import Item, addressed, message_item, render_item, render_message

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
    """Tell `to`, in their language, in the present transaction; a mail leaves after its commit.

    The words are the templates `notifications/mail/<kind>.txt` and `<kind>_subject.txt` with `params` (ids, names,
    dates, counts; never a text that somebody wrote), `to` and `url`, the address of `path` in the portal. What stands in
    `mail_only` is for the mail and is not kept with the message (a joining link, the way to a room). Answers go to
    `reply_to`, when given. With `key` the same person is told once for ever. Returns None when there was nothing to tell:
    the account is closed, or the key is spent.

    `catalogue` says which kinds leave at once; of all others the person chooses whether the mail does, by day, or the
    message waits for the one mail of the day, or stands in the portal alone. No mail leaves before `not_before`.
    """
    if not to.is_active:
        return None
    channel, topic = _channel(to, kind)
    message = _keep(
        Message(
            to_user=to,
            kind=kind,
            params=params or {},
            language=to.language,
            key=key,
            path=path,
            company_id=company_id,
            programme_id=programme_id,
            channel=channel,
            state=_FIRST_STATE[channel],
        )
    )
    if message is None or channel != Channel.NOW:
        return message
    if topic and topic.keeps_quiet:
        not_before = not_before or first_moment(timezone.now())
    _mail_message(message, message.params | (mail_only or {}), actor=actor, reply_to=reply_to, not_before=not_before)
    return message


_FIRST_STATE = {Channel.NOW: State.QUEUED, Channel.DAILY: State.DAILY, Channel.PORTAL: State.PORTAL}


def _channel(to: User, kind: str) -> tuple[Channel, Topic | None]:
    """Return how a message of this kind is to reach somebody, and the topic for which they chose so, if any."""
    topic = topic_of(kind)
    return (Channel.NOW if topic is None else channel_of(to, topic)), topic


def _keep(message: Message) -> Message | None:
    """Write the message; return None where its key is spent."""
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        if not message.key:
            raise
        return None
    return message


def _mail_message(message: Message, params: dict, *, actor, reply_to: str = "", not_before: datetime | None = None):
    to = message.to_user
    subject, body = render_message(message.kind, to=to, params=params, path=message.path)
    mail = EmailMessage(subject=subject, body=body, to=[to.email], reply_to=[reply_to] if reply_to else [])
    (message.mail_id,) = queue_mail(mail, actor=actor, message=message, not_before=not_before)


@transaction.atomic
def choose_channels(*, user: User, chosen: Mapping[str, str]) -> None:
    """Remember how somebody, who acts in this transaction, wants to be told of topics, by their codes.

    Raises ValueError for a topic that there is not, or a way in which it does not come.
    """
    topics = {topic.code: topic for topic in TOPICS}
    for code, channel in chosen.items():
        if code not in topics or channel not in topics[code].channels:
            raise ValueError(f"{code} does not come by {channel}")
    Preference.objects.bulk_create(
        [Preference(user=user, topic=code, channel=channel) for code, channel in chosen.items()],
        update_conflicts=True,
        unique_fields=["user", "topic"],
        update_fields=["channel"],
    )


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
    """Give everybody the one mail of their day: what they are to be reminded of, and the messages that wait for it.

    Returns how many were given it; does nothing at night. Each recipient is a transaction of their own, in which all of it
    is marked and the mail is written, so that nothing is said twice and nothing is lost. What is written down after
    somebody's mail has left waits for tomorrow.
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
        user = User.objects.filter(pk=recipient.user_id).first() if recipient.user_id else None
        waiting = list(Message.objects.inbox_of(user).for_the_day().order_by("created_at", "pk")) if user else []
        if not (reminders or waiting) or own.filter(sent_on=day).exists() or (user and _had_digest(user, day)):
            return False
        own.filter(pk__in=[reminder.pk for reminder in reminders]).update(sent_on=day)
        if user:
            return _tell_account(user, reminders, waiting, day)
        _tell_address(recipient.address, reminders)
        return True


def _digest_key(day: date) -> str:
    return f"{DIGEST}:{day.isoformat()}"


def _had_digest(user: User, day: date) -> bool:
    return Message.objects.filter(to_user=user, key=_digest_key(day)).exists()


def _tell_account(user: User, reminders: list[Reminder], waiting: list[Message], day: date) -> bool:
    """Write the mail of somebody's day. Reminders of whoever wants none by mail stand in the inbox alone."""
    if not user.is_active:
        return False
    by_mail = reminders if channel_of(user, _topic(REMINDERS)) == Channel.DAILY else []
    items = _items(by_mail, user.language) + [message_item(message, user) for message in waiting]
    channel = Channel.NOW if items else Channel.PORTAL
    kinds = sorted({each.kind for each in (*reminders, *waiting)})
    digest = _keep(
        Message(
            to_user=user,
            kind=DIGEST,
            params={"count": len(reminders) + len(waiting), "kinds": kinds},
            language=user.language,
            key=_digest_key(day),
            channel=channel,
            state=_FIRST_STATE[channel],
        )
    )
    if digest is None:
        # Somebody else has given it meanwhile: what was marked here is taken back with the transaction.
        raise IntegrityError("The mail of the day was written twice.")
    if items:
        _carry(digest, waiting)
        words = {"count": len(items), "items": items, "only_reminders": not waiting}
        _mail_message(digest, digest.params | words, actor=None)
    return True


def _topic(code: str) -> Topic:
    return next(topic for topic in TOPICS if topic.code == code)


def _carry(digest: Message, waiting: list[Message]) -> None:
    """Note with each message that this digest has taken it along."""
    if waiting:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app.carry_messages(%s, %s::uuid[])", [digest.pk, [str(each.pk) for each in waiting]])


def _tell_address(address: str, reminders: list[Reminder]) -> None:
    """Several people may share an address: the mail greets all of them."""
    language = reminders[0].language or settings.LANGUAGE_CODE
    names = list(dict.fromkeys(reminder.name for reminder in reminders))
    reader = Reader(name=names[0], address=address, language=language)
    items = _items(reminders, language)
    params = {"count": len(items), "items": items, "only_reminders": True, "greeting": addressed(names, language)}
    write_to(to=reader, kind=DIGEST, actor=None, params=params)


def _items(reminders: list[Reminder], language: str) -> list[Item]:
    return [
        render_item(reminder.kind, params=reminder.params[language], path=reminder.path, language=language)
        for reminder in reminders
    ]
