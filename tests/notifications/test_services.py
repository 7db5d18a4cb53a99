"""Telling people: rows in the transaction, words in their language, subjects that are one line."""

import pytest
from django.core.mail import BadHeaderError, EmailMessage, EmailMultiAlternatives, send_mail
from django.db import transaction
from django.test import override_settings

from jobs.models import Job, Outbox
from notifications.models import Message, OutgoingMail
from notifications.rendering import one_line
from notifications.services import notify, queue_mail, tell_job_ended
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_a_message_is_a_row_a_mail_and_a_bell(settings):
    settings.PORTAL_URL = "https://portal.example"
    user = make_user(language="en")
    message = notify(to=user, kind="job_done", actor=user, params={"title": "Report <A>"}, path="/reports/1/")
    mail, bell = OutgoingMail.objects.get(), Outbox.objects.get()
    assert (message.state, message.language, message.params) == ("queued", "en", {"title": "Report <A>"})
    assert (mail.recipient, mail.to, mail.message_id, mail.state) == (user.email, [user.email], message.pk, "queued")
    assert mail.subject == "[SPP] Ready: Report <A>"
    assert "Report <A>" in mail.body.splitlines()
    assert "https://portal.example/reports/1/" in mail.body.splitlines()
    assert (bell.key, bell.task, bell.args, bell.actor_id) == (
        f"mail:{mail.pk}",
        "notifications.deliver_mail",
        [str(mail.pk)],
        None,
    )


def test_nothing_is_told_about_a_deed_that_is_rolled_back():
    user = make_user()
    with transaction.atomic():
        notify(to=user, kind="job_done", actor=user, params={"title": "T"})
        transaction.set_rollback(True)
    assert (Message.objects.count(), OutgoingMail.objects.count(), Outbox.objects.count()) == (0, 0, 0)


def test_the_same_key_tells_the_same_person_once():
    one, other = make_user(), make_user()
    told = [notify(to=user, kind="job_done", actor=one, key="k") for user in (one, one, other)]
    assert [message is None for message in told] == [False, True, False]
    assert (Message.objects.count(), OutgoingMail.objects.count()) == (2, 2)
    assert notify(to=one, kind="job_done", actor=one)
    assert notify(to=one, kind="job_done", actor=one)


def test_a_closed_account_is_told_nothing():
    user = make_user()
    user.is_active = False
    user.save()
    assert notify(to=user, kind="job_done", actor=user) is None
    assert OutgoingMail.objects.count() == 0


@pytest.mark.parametrize(("state", "kind"), [("done", "job_done"), ("failed", "job_failed")])
def test_the_end_of_a_job_is_told_once_a_round(state, kind):
    user = make_user(language="en")
    job = Job.objects.create(
        kind="test",
        title="Report of %(name)s",
        title_params={"name": {"ja": "甲社", "en": "A"}},
        requested_by=user,
        state=state,
        error="There are no figures." if state == "failed" else "",
        error_kind="refused",
        result_url="",
    )
    for _again in range(2):
        tell_job_ended(job=job, actor=user)
    message, mail = Message.objects.get(), OutgoingMail.objects.get()
    assert message.kind == kind
    assert "Report of A" in mail.subject
    assert f"/jobs/{job.pk}/" in mail.body
    assert ("There are no figures." in mail.body) is (state == "failed")
    job.round = 2
    tell_job_ended(job=job, actor=user)
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  a\r\nBcc: x@example.com\n", "a Bcc: x@example.com"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("a\x00b\x07c", "abc"),
        ("全角\u3000空白", "全角 空白"),
        ("長" * 300, "長" * 200),
    ],
)
def test_subjects_are_one_line(text, line):
    assert one_line(text) == line


# --- Everybody else's mail --------------------------------------------------------------------------------------------


def test_djangos_own_mail_is_written_not_sent(own_backend, mailoutbox):
    assert send_mail("Code", "123456", None, ["a@example.com", "b@example.com"]) == 1
    rows = OutgoingMail.objects.order_by("recipient")
    assert [row.recipient for row in rows] == ["a@example.com", "b@example.com"]
    assert {tuple(row.to) for row in rows} == {("a@example.com", "b@example.com")}
    assert Outbox.objects.count() == 2
    assert mailoutbox == []


def test_copies_stay_out_of_the_head(own_backend):
    EmailMessage("S", "B", to=["a@example.com"], bcc=["b@example.com"]).send()
    assert {(row.recipient, tuple(row.to)) for row in OutgoingMail.objects.all()} == {
        ("a@example.com", ("a@example.com",)),
        ("b@example.com", ("a@example.com",)),
    }


def test_both_parts_of_a_mail_are_kept(own_backend):
    mail = EmailMultiAlternatives("S", "plain", to=["a@example.com"], reply_to=["r@example.com"], headers={"X-A": "1"})
    mail.attach_alternative("<p>html</p>", "text/html")
    mail.send()
    row = OutgoingMail.objects.get()
    assert (row.body, row.alternatives, row.reply_to, row.headers) == (
        "plain",
        [["<p>html</p>", "text/html"]],
        ["r@example.com"],
        {"X-A": "1"},
    )


def test_files_and_broken_heads_are_refused_while_somebody_hears_it():
    mail = EmailMessage("S", "B", to=["a@example.com"])
    mail.attach("a.txt", "x", "text/plain")
    with pytest.raises(ValueError, match="no files"):
        queue_mail(mail, actor=None)
    with pytest.raises(BadHeaderError):
        queue_mail(EmailMessage("a\nBcc: x@example.com", "B", to=["a@example.com"]), actor=None)
    assert OutgoingMail.objects.count() == 0


def test_the_settings_send_everything_through_the_outbox():
    from spp_portal import settings as portal

    assert portal.EMAIL_BACKEND == "notifications.backends.OutboxBackend"


def test_a_sign_in_code_comes_as_a_row(own_backend, client):
    """allauth's own mail, through the real page."""
    user = make_user(language="en")
    with override_settings(ACCOUNT_RATE_LIMITS={}):
        response = client.post("/accounts/login/code/", {"email": user.email})
    assert response.status_code == 302
    row = OutgoingMail.objects.get()
    assert row.recipient == user.email
    assert row.body
