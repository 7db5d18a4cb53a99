"""Carrying mail to a real server that takes, refuses, stumbles and hangs up."""

import hashlib
import logging
from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMessage
from django.utils import timezone

from jobs.models import Outbox
from notifications import delivery
from notifications.delivery import PAUSES, proof_secret
from notifications.models import OutgoingMail
from notifications.services import notify, queue_mail
from notifications.tasks import deliver_mail, erase_old_mail
from tests.factories import make_user
from tests.roles import web_role

pytestmark = pytest.mark.django_db


def queue(to="someone@example.com", **fields) -> OutgoingMail:
    queue_mail(EmailMessage(subject="件名", body="本文\n", to=[to], **fields), actor=None)
    return OutgoingMail.objects.get(recipient=to)


def attempt(mail: OutgoingMail) -> tuple[OutgoingMail, Outbox]:
    """One attempt as the worker makes it: as the web role, acting for nobody."""
    bell = Outbox.objects.get(key=f"mail:{mail.pk}")
    with web_role():
        deliver_mail(str(mail.pk), bell=str(bell.pk))
    mail.refresh_from_db()
    bell.refresh_from_db()
    return mail, bell


def let_the_pause_pass(mail: OutgoingMail) -> None:
    OutgoingMail.objects.filter(pk=mail.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))


def test_a_mail_is_sent_once_however_often_the_bell_rings(server):
    mail = queue()
    for _ring in range(3):
        sent, bell = attempt(mail)
    assert (sent.state, sent.attempts, sent.error) == ("sent", 1, "")
    assert sent.settled_at
    assert bell.done_at
    assert [recipient for recipient, _content in server.letters] == ["someone@example.com"]


def test_the_mail_is_plain_readable_and_names_itself(server):
    mail = queue()
    attempt(mail)
    _recipient, content = server.letters[0]
    letter = server.parsed()[0]
    assert "本文".encode() in content
    assert (letter["Subject"], letter.get_content_type(), letter.get_content()) == ("件名", "text/plain", "本文\r\n")
    assert letter["Message-ID"].startswith(f"<{mail.pk}@")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert abs(letter["Date"].datetime - mail.created_at) < timedelta(seconds=1)


def test_an_address_that_does_not_exist_is_refused_for_good(server, caplog):
    server.answers["RCPT"] = "550 no such user"
    user = make_user()
    message = notify(to=user, kind="job_done", actor=user, params={"title": "T"})
    mail, bell = attempt(OutgoingMail.objects.get())
    message.refresh_from_db()
    assert (mail.state, mail.error, message.state, message.sent_at) == (
        "refused",
        "recipient refused (550)",
        "refused",
        None,
    )
    assert bell.done_at
    assert user.email not in caplog.text


def test_what_is_told_reaches_the_message_too(server):
    user = make_user()
    message = notify(to=user, kind="job_done", actor=user, params={"title": "T"})
    attempt(OutgoingMail.objects.get())
    message.refresh_from_db()
    assert message.state == "sent"
    assert message.sent_at


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"RCPT": "450 try later"}, "recipient refused (450)"),
        ({"QUEUED": "451 busy"}, "mail refused (451)"),
        ({"MAIL": "530 who are you"}, "SMTPSenderRefused (530)"),
        ({"QUEUED": "hang up"}, "SMTPServerDisconnected"),
    ],
)
def test_what_may_pass_is_tried_again_later(server, answers, reason):
    server.answers.update(answers)
    mail, bell = attempt(queue())
    assert (mail.state, mail.error, mail.attempts) == ("queued", reason, 1)
    assert bell.done_at is None
    assert timedelta(seconds=30) < bell.due_at - timezone.now() < timedelta(seconds=70)
    # A bell that is rung too early, by a relay that was killed, is not an attempt.
    attempt(mail)
    assert (mail.attempts, len(server.letters)) == (1, 0)
    server.answers.clear()
    let_the_pause_pass(mail)
    mail, bell = attempt(mail)
    assert (mail.state, mail.attempts, len(server.letters)) == ("sent", 2, 1)
    assert bell.done_at


def test_no_server_at_all_is_tried_again_later(server):
    server.close()
    mail, _bell = attempt(queue())
    assert (mail.state, mail.error) == ("queued", "ConnectionRefusedError")


def test_after_the_last_pause_it_is_given_up_and_somebody_is_told(server, caplog):
    server.answers["RCPT"] = "450 try later"
    mail, pauses = queue(), []
    for _attempt in range(len(PAUSES)):
        mail, bell = attempt(mail)
        pauses.append(round((bell.due_at - timezone.now()).total_seconds() / 60))
        let_the_pause_pass(mail)
    assert pauses == list(PAUSES)
    mail, bell = attempt(mail)
    assert (mail.state, mail.attempts) == ("given_up", len(PAUSES) + 1)
    assert bell.done_at
    assert caplog.records[-1].levelno == logging.ERROR


def test_the_worker_is_killed_between_the_servers_word_and_ours(server, monkeypatch):
    """Then the same mail goes out once more, byte for byte, when the claim has run out; not before."""
    mail = queue()

    class Killed(BaseException):
        pass

    def die(*args, **kwargs):
        raise Killed

    monkeypatch.setattr("notifications.tasks.finish_mail", die)
    with pytest.raises(Killed):
        deliver_mail(str(mail.pk))
    monkeypatch.undo()
    mail, bell = attempt(mail)
    assert (mail.state, len(server.letters), bell.done_at) == ("sending", 1, None)
    let_the_pause_pass(mail)
    mail, bell = attempt(mail)
    assert mail.state == "sent"
    assert server.letters[0] == server.letters[1]


def test_a_secret_key_that_was_replaced_still_opens_what_waits(server, settings):
    mail = queue()
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 10
    assert attempt(mail)[0].state == "sent"


def test_a_bell_without_its_mail_is_answered(server):
    mail = queue()
    OutgoingMail.objects.all().delete()
    bell = Outbox.objects.get()
    deliver_mail(str(mail.pk), bell=str(bell.pk))
    bell.refresh_from_db()
    assert bell.done_at


def test_texts_are_erased_a_day_after_they_went_out(server):
    old, recent, waiting = queue("a@example.com"), queue("b@example.com"), queue("c@example.com")
    attempt(old)
    attempt(recent)
    OutgoingMail.objects.filter(pk=old.pk).update(settled_at=timezone.now() - timedelta(hours=25))
    with web_role():
        erase_old_mail()
    assert {mail.recipient: bool(mail.body and mail.subject) for mail in OutgoingMail.objects.all()} == {
        "a@example.com": False,
        "b@example.com": True,
        "c@example.com": True,
    }
    old.refresh_from_db()
    assert (old.state, bool(old.erased_at)) == ("sent", True)
    assert waiting.state == "queued"


def test_the_row_keeps_only_the_hash_of_what_opens_it():
    mail = queue()
    assert mail.proof == hashlib.sha256(proof_secret(mail.pk).encode()).hexdigest()
    assert delivery.proof_of(mail.pk) == mail.proof
    assert django_mail.outbox == []
