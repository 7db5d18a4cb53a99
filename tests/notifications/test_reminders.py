"""Reminders: one mail a day with all of it, in the recipient's language, by day, and never twice."""

import threading
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext

from notifications.models import Message, OutgoingMail, Reminder
from notifications.services import Reader, forget_reminders, is_quiet, remind, send_digests
from tests.factories import make_user
from tests.roles import seen_by, web_role

DAY = date(2026, 12, 3)
TOKYO = ZoneInfo("Asia/Tokyo")
NOON = datetime(2026, 12, 3, 12, 5, tzinfo=TOKYO)

pytestmark = pytest.mark.django_db


def words() -> dict:
    return {
        "session": gettext("Seminar"),
        "days": 1,
        "day": "",
        "when": "14:00",
        "mode": "M",
        "person": "P",
        "venue": "",
    }


def write_down(to, key="k", *, actor=None, **more):
    """As the person themselves, under the web's role."""
    more = {"kind": "session_ahead", "due_on": DAY, "params": words} | more
    with seen_by(actor or to):
        remind(to=to, key=key, **more)


def send(now=NOON) -> int:
    """As the worker does, who is nobody and has the web's role."""
    with web_role():
        return send_digests(now=now)


def test_several_things_of_a_day_are_one_mail_in_the_readers_language():
    user = make_user(language="en")
    for key in ("one", "two"):
        write_down(user, key, path=f"/{key}/")
    assert send() == 1
    mail, message = OutgoingMail.objects.get(), Message.objects.get()
    assert (mail.recipient, mail.subject) == (user.email, "[SPP] 2 reminders: Tomorrow: Seminar and more")
    assert mail.body.count("■ Tomorrow: Seminar") == 2
    assert mail.body.index("/one/") < mail.body.index("/two/")
    assert (message.kind, message.params) == ("digest", {"count": 2, "kinds": ["session_ahead"]})


def test_a_single_thing_is_the_subject():
    user = make_user(language="ja")
    write_down(user)
    send()
    assert OutgoingMail.objects.get().subject == "[SPP] お知らせ: 明日: セミナー"


def test_the_language_counts_that_is_the_readers_on_the_day():
    user = make_user(language="ja")
    write_down(user)
    user.language = "en"
    user.save()
    send()
    assert "Tomorrow: Seminar" in OutgoingMail.objects.get().subject


def test_nothing_is_said_twice_and_what_comes_later_waits_for_the_next_day():
    user = make_user()
    write_down(user)
    write_down(user)
    assert (Reminder.objects.count(), send(), send()) == (1, 1, 0)
    write_down(user, "later")
    assert send(NOON + timedelta(hours=2)) == 0
    assert send(NOON + timedelta(days=1)) == 1
    assert OutgoingMail.objects.count() == 2
    write_down(user)
    assert send(NOON + timedelta(days=2)) == 0


@pytest.mark.parametrize(("hour", "minute", "quiet"), [(7, 59, True), (8, 0, False), (18, 59, False), (19, 0, True)])
def test_nobody_is_reminded_at_night(hour, minute, quiet):
    moment = datetime(2026, 12, 3, hour, minute, tzinfo=TOKYO)
    write_down(make_user())
    assert is_quiet(moment) is quiet
    assert send(moment) == (not quiet)


def test_days_count_what_is_not_due_waits_what_is_past_is_left_out_and_what_was_missed_is_made_good():
    user = make_user()
    write_down(user, "tomorrow", due_on=DAY + timedelta(days=1))
    write_down(user, "past", due_on=DAY - timedelta(days=3), last_on=DAY - timedelta(days=1))
    assert send() == 0
    write_down(user, "missed", due_on=DAY - timedelta(days=3), last_on=DAY)
    assert send() == 1
    assert set(Reminder.objects.filter(sent_on=DAY).values_list("key", flat=True)) == {"missed"}


def test_what_is_forgotten_is_not_said_and_can_be_made_again():
    user = make_user()
    write_down(user, "gone")
    with seen_by(user):
        forget_reminders(keys=["gone"])
    assert send() == 0
    write_down(user, "gone")
    assert send() == 1
    with seen_by(user):
        forget_reminders(keys=["gone"])
    assert Reminder.objects.count() == 1


def test_a_closed_account_is_told_nothing():
    user = make_user()
    write_down(user)
    user.is_active = False
    user.save()
    assert send() == 0
    assert not OutgoingMail.objects.exists()


def test_people_who_share_an_address_get_one_mail_that_greets_both(cast):
    for name in ("髙橋 陽子", "小谷 みのり"):
        reader = Reader(name=name, address="Office@Example.com")
        write_down(reader, name, actor=cast.people["secretariat"], programme_id=cast.programme.pk)
    assert send() == 1
    mail = OutgoingMail.objects.get()
    assert mail.recipient == "office@example.com"
    assert mail.body.startswith("髙橋 陽子 様、小谷 みのり 様\n")
    assert not Message.objects.exists()
    assert send() == 0


def test_reminders_are_seen_by_their_reader_and_the_secretariat_alone(cast):
    staff, secretariat = cast.people["staff"], cast.people["secretariat"]
    write_down(staff, actor=secretariat, company_id=cast.company.pk, programme_id=cast.programme.pk)
    seen = {}
    for name, user in cast.people.items():
        with seen_by(user):
            seen[name] = (Reminder.objects.count(), Reminder.objects.visible_to(user).count())
    assert {name for name, counts in seen.items() if counts == (1, 1)} == {"staff", "secretariat"}
    assert set(seen.values()) == {(0, 0), (1, 1)}


def test_the_language_of_who_writes_it_down_does_not_matter():
    user = make_user(language="ja")
    with translation.override("en"):
        write_down(user)
    assert Reminder.objects.get().params["ja"]["session"] == "セミナー"


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_mail():
    user = make_user()
    for number in range(5):
        write_down(user, f"k{number}")
    start, sent = threading.Barrier(2), []

    def work():
        start.wait()
        try:
            with transaction.atomic():
                sent.append(send())
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(sent) == [0, 1]
    assert OutgoingMail.objects.count() == 1
