"""How messages reach people: at once, in the one mail of their day, or in the portal alone; and the page where they choose."""

import threading
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as conf
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from jobs.models import Outbox
from notifications import services
from notifications.catalogue import AT_ONCE, TOPICS, is_at_once, topic_of
from notifications.delivery import proof_secret, settle_mail, take_mail
from notifications.models import Message, OutgoingMail, Preference, Reminder
from notifications.services import choose_channels, notify, read_messages, remind, send_digests
from tests.factories import make_user
from tests.factories.settings import prefer
from tests.roles import seen_by, web_role

TOKYO = ZoneInfo("Asia/Tokyo")
DAY = timezone.localdate()

pytestmark = pytest.mark.django_db

# One of every kind that the portal tells accounts of, with what its words need.
KINDS = {
    "approval_decided": {"company": "C", "is_approved": True},
    "enquiry_answered": {"company": "C", "day": "D"},
    "enquiry_asked": {"company": "C"},
    "minutes_changed": {"company": "C", "adviser": "A", "when": "W"},
    "minutes_objected": {"company": "C", "adviser": "A", "when": "W"},
    "minutes_shared": {"company": "C", "adviser": "A", "when": "W", "tasks": 2},
    "notice": {"programme": "P", "title": "T"},
    "policy_link_lost": {"company": "C"},
    "policy_published": {"company": "C"},
    "policy_question": {"company": "C", "writer": "A"},
    "policy_reply": {"company": "C", "writer": "A"},
    "policy_review_due": {"company": "C", "published_on": "D", "review_on": "D"},
    "policy_submitted": {"company": "C", "due_on": "D", "reference": "R"},
    "profile_corrected": {"company": "C"},
    "report_read": {"reader": "R", "is_agreed": True},
    "review_assigned": {"company": "C", "due_on": "D"},
    "review_handed_over": {"company": "C", "due_on": "D"},
    "review_returned": {"company": "C", "decision": "changes", "reference": "R", "changed": 0},
    "submission_withdrawn": {"company": "C"},
    "survey_invitation": {"session": "S", "until": "D"},
}
REMINDERS = (
    "session_ahead", "consultation_ahead", "registration_closing", "survey", "certificate_ready", "report_reading",
    "report_unread",
)  # fmt: skip


def at(hour: int, minute: int = 5, *, days: int = 0) -> datetime:
    moment = datetime.combine(DAY + timedelta(days=days), datetime.min.time(), TOKYO)
    return moment.replace(hour=hour, minute=minute)


def send(now: datetime) -> int:
    """As the worker does, who is nobody and has the web's role."""
    with web_role():
        return send_digests(now=now)


def tell(user, kind="policy_reply", **more):
    with seen_by(user):
        return notify(to=user, kind=kind, actor=None, **({"params": KINDS.get(kind), "path": f"/{kind}/"} | more))


def write_down(user, kind="survey", *, on: date = DAY, key="k"):
    with seen_by(user):
        remind(to=user, kind=kind, due_on=on, key=key, params=lambda: {"session": "S", "days": 1, "until": "D"})


# --- The list -----------------------------------------------------------------------------------------------------------


def test_every_kind_of_mail_is_chosen_by_people_or_exempt_with_a_reason():
    folder = Path(conf.BASE_DIR) / "templates/notifications"
    kinds = {path.name.removesuffix("_subject.txt") for path in folder.glob("mail/*_subject.txt")}
    chosen = {kind for kind in kinds if topic_of(kind)}
    # A kind that nobody placed leaves at once, which is for the list alone to say.
    assert kinds - chosen - {kind for kind in kinds if is_at_once(kind)} == {"digest"}
    assert set(KINDS) < chosen
    assert all(exempt.label and exempt.reason for exempt in AT_ONCE)
    assert {path.name.removesuffix("_headline.txt") for path in folder.glob("reminders/*_headline.txt")} == set(
        REMINDERS
    )


# --- One mail a day -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ja", "en"])
def test_all_kinds_of_a_day_are_one_mail(language):
    user = make_user(language=language)
    for kind in KINDS:
        assert tell(user, kind).channel == "daily"
    for kind in REMINDERS:
        write_down(user, kind, key=kind)
    assert not OutgoingMail.objects.exists()
    assert [send(at(hour)) for hour in (8, 8, 12, 18)] == [1, 0, 0, 0]
    mail, digest = OutgoingMail.objects.get(), Message.objects.get(kind="digest")
    assert mail.body.count("■ ") == len(KINDS) + len(REMINDERS)
    assert all(f"{conf.PORTAL_URL}/{kind}/" in mail.body for kind in KINDS)
    # Each message is told by its sentences, with one greeting and one end for all.
    assert mail.body.count("\n--\n") == 1
    assert reverse("notifications:settings") in mail.body
    assert Message.objects.filter(digest_id=digest.pk, state="queued").count() == len(KINDS)
    assert not Reminder.objects.exclude(sent_on=DAY).exists()


def test_what_comes_after_the_mail_of_the_day_waits_for_the_next_through_the_night():
    user = make_user()
    tell(user)
    assert send(at(18, 35)) == 1
    tell(user, "report_read")
    write_down(user, on=DAY + timedelta(days=1))
    midnight = [at(18, 55), at(23, 59), at(0, 0, days=1), at(0, 1, days=1), at(7, 59, days=1)]
    assert [send(moment) for moment in midnight] == [0, 0, 0, 0, 0]
    assert [send(moment) for moment in (at(8, 0, days=1), at(8, 30, days=1))] == [1, 0]
    assert OutgoingMail.objects.count() == 2
    keys = Message.objects.filter(kind="digest").values_list("key", flat=True)
    assert set(keys) == {f"digest:{DAY}", f"digest:{DAY + timedelta(days=1)}"}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_give_one_mail_of_messages_and_reminders():
    user = make_user()
    for kind in KINDS:
        tell(user, kind)
    write_down(user)
    start, sent = threading.Barrier(2), []

    def work():
        start.wait()
        try:
            with transaction.atomic():
                sent.append(send(at(9)))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(sent) == [0, 1]
    assert (OutgoingMail.objects.count(), Message.objects.filter(kind="digest").count()) == (1, 1)


def test_a_run_that_dies_in_the_middle_has_said_nothing_and_is_made_good_once(monkeypatch):
    user = make_user()
    tell(user)
    write_down(user)

    def die(*_args, **_kwargs):
        raise SystemExit

    monkeypatch.setattr(services, "_mail_message", die)
    with pytest.raises(SystemExit), transaction.atomic():
        send(at(9))
    assert (Message.objects.get().digest_id, Reminder.objects.get().sent_on) == (None, None)
    monkeypatch.undo()
    assert [send(at(9)), send(at(9, 30))] == [1, 0]
    assert OutgoingMail.objects.count() == 1


def test_what_was_read_in_the_portal_is_not_mailed():
    user = make_user()
    read, unread = tell(user), tell(user, "report_read")
    with seen_by(user):
        read_messages(ids=[read.pk], actor=user)
    assert send(at(9)) == 1
    assert Message.objects.get(pk=read.pk).digest_id is None
    assert Message.objects.get(pk=unread.pk).digest_id is not None
    # The only one is the subject, in its own words.
    assert OutgoingMail.objects.get().subject == "[SPP] Rさんが報告書の原案に同意しました"


def test_the_fate_of_the_mail_is_the_fate_of_all_that_it_took_along():
    user = make_user()
    told = [tell(user), tell(user, "report_read")]
    send(at(9))
    mail = OutgoingMail.objects.get()
    take_mail(str(mail.pk))
    settle_mail(str(mail.pk), proof_secret(mail.pk), state="refused", reason="recipient refused (550)")
    assert set(Message.objects.filter(pk__in=[each.pk for each in told]).values_list("state", flat=True)) == {"refused"}


def test_a_closed_account_gets_no_mail_of_the_day():
    user = make_user()
    tell(user)
    user.is_active = False
    user.save()
    assert send(at(9)) == 0


# --- Choosing -----------------------------------------------------------------------------------------------------------


def test_by_mail_at_once_waits_at_night_and_only_then(monkeypatch):
    user = make_user()
    prefer(user, policy="now")
    for hour, waits_until in ((23, at(8, 0, days=1)), (3, at(8, 0)), (10, None)):
        monkeypatch.setattr("notifications.services.timezone.now", lambda hour=hour: at(hour))
        message = tell(user)
        mail = OutgoingMail.objects.get(message_id=message.pk)
        due_at = Outbox.objects.get(key=f"mail:{mail.pk}").due_at
        assert (message.channel, message.state) == ("now", "queued")
        assert due_at == waits_until if waits_until else due_at <= timezone.now()
    monkeypatch.undo()
    assert send(at(9)) == 0


def test_in_the_portal_only_is_no_mail_and_stands_in_the_inbox(sign_in):
    user = make_user()
    prefer(user, policy="portal", reminders="portal", jobs="portal")
    tell(user)
    write_down(user)
    # The day is marked as said, in the portal alone.
    assert [send(at(9)), send(at(10))] == [1, 0]
    assert not OutgoingMail.objects.exists()
    assert set(Message.objects.values_list("kind", "state")) == {("policy_reply", "portal"), ("digest", "portal")}
    page = sign_in(user).get(reverse("notifications:inbox")).content.decode()
    assert page.count('class="is-new"') == 2
    # Of the reminders that somebody wants in the portal alone nothing stands in the mail of the others.
    prefer(user, policy="daily")
    write_down(user, on=DAY + timedelta(days=1), key="next")
    tell(user)
    assert send(at(9, days=1)) == 1
    assert OutgoingMail.objects.get().body.count("■ ") == 1


@pytest.mark.parametrize("kind", ["session_cancelled", "consultation_moved", "mailing_policy"])
def test_what_cannot_wait_leaves_at_once_whatever_was_chosen(kind):
    user = make_user()
    prefer(user, **{topic.code: "portal" for topic in TOPICS})
    tell(user, kind, params={"session": "S", "when": "W", "tone": "polite"})
    assert OutgoingMail.objects.get().recipient == user.email


def test_nobody_chooses_or_looks_for_somebody_else():
    user, other = make_user(), make_user()
    prefer(user, policy="portal")
    with seen_by(other):
        assert not Preference.objects.exists()
        with pytest.raises(ProgrammingError), transaction.atomic():
            choose_channels(user=user, chosen={"policy": "now"})
    with seen_by(other), pytest.raises(ValueError, match="reminders"):
        choose_channels(user=other, chosen={"reminders": "now"})
    # Nor does anybody take along what was said to others.
    told = tell(make_user())
    with seen_by(other), connection.cursor() as cursor:
        cursor.execute("SELECT app.carry_messages(%s, %s::uuid[])", [told.pk, [str(told.pk)]])
        assert cursor.fetchone()[0] == 0


def test_the_page_keeps_what_was_chosen_and_says_what_always_comes(sign_in):
    user = make_user(language="ja")
    client, address = sign_in(user), reverse("notifications:settings")
    page = client.get(address).content.decode()
    assert page.count('type="radio"') == 2 + sum(len(topic.channels) for topic in TOPICS)
    assert all(str(exempt.reason) in page for exempt in AT_ONCE)
    assert "8:00" in page
    data = {f"topic_{topic.code}": topic.channels[-1] for topic in TOPICS} | {"language": "en"}
    answer = client.post(address, data, follow=True)
    assert "Your message settings are saved." in answer.content.decode()
    user.refresh_from_db()
    assert (user.language, Preference.objects.filter(user=user, channel="portal").count()) == ("en", len(TOPICS))
    wrong = client.post(address, data | {"topic_reminders": "now", "language": ""})
    assert wrong.status_code == 200
    assert set(wrong.context["form"].errors) == {"topic_reminders", "language"}
    assert Preference.objects.filter(user=user, topic="reminders").get().channel == "portal"
