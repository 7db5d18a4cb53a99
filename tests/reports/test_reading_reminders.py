"""Readers of a draft are reminded by the clock: before the end, on its last day and after it, once each, until they answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from common.tenancy import acting_as
from notifications.models import OutgoingMail, Reminder
from notifications.rendering import render_item
from programmes.models import Seat
from reports.models import ReportReader
from reports.periodic import remind_readers
from reports.services.reading import answer_by_link, invite_reader, revoke_reader
from reports.services.reading_reminders import remind_readers as remind
from tests.roles import web_role

from .issuing import ask, finish, give_number, pair

pytestmark = pytest.mark.django_db


def day(days: int = 0):
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def user(cast):
    return cast.people["secretariat"]


@pytest.fixture
def report(cast, user):
    return finish(ask(cast.programme, user))


def invite(report, user, *, language: str = "en", email: str = "ana@example.org") -> ReportReader:
    """Somebody who was asked a month ago and has ten days left."""
    who = {"name": "Ana Ruiz", "organisation": "", "email": email, "language": language}
    with acting_as(user.pk):
        reader, _token = invite_reader(report=report, due_on=day(10), actor=user, **who)
    ReportReader.objects.filter(pk=reader.pk).update(invited_at=timezone.now() - timedelta(days=30))
    OutgoingMail.objects.all().delete()
    return reader


def clock(days: int) -> None:
    with web_role():
        remind(today=day(days))


def written() -> list[tuple]:
    rows = Reminder.objects.order_by("due_on", "kind").values_list("kind", "address", "due_on", "last_on")
    return [(kind, address, due_on - day(), last_on - day()) for kind, address, due_on, last_on in rows]


def days(count: int) -> timedelta:
    return timedelta(days=count)


def test_each_day_that_matters_is_told_once(report, user):
    reader = invite(report, user)
    for at in range(14):
        clock(at)
        clock(at)
    assert written() == [
        ("report_reading", "ana@example.org", days(7), days(10)),
        ("report_reading", "ana@example.org", days(10), days(10)),
        ("report_reading", "ana@example.org", days(11), days(13)),
        ("report_unread", "", days(11), days(13)),
    ]
    unread = Reminder.objects.get(kind="report_unread")
    assert unread.to_user == user
    assert str(report.pk) in unread.path
    assert unread.params["en"]["readers"] == "Ana Ruiz"
    first, last, over = Reminder.objects.filter(kind="report_reading").order_by("due_on")
    assert (first.language, first.programme_id) == ("en", report.programme_id)
    assert [each.params["en"]["is_over"] for each in (first, last, over)] == [False, False, True]
    # The link's word is not known any more, so it is nowhere.
    assert reader.token_hash not in str(list(Reminder.objects.values()))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_it_is_written_in_the_reader_s_language(report, user, language):

    invite(report, user, language=language)
    for at in (7, 10, 11):
        clock(at)
    for row in Reminder.objects.all():
        item = render_item(row.kind, params=row.params[language], path=row.path, language=language)
        text = f"{item.headline} {item.text}"
        assert report.programme.name_ja in text or report.programme.name_en in text
        assert ("。" in text) == (language == "ja")


def test_whoever_was_asked_lately_is_left_in_peace(report, user):
    reader = invite(report, user)
    ReportReader.objects.filter(pk=reader.pk).update(invited_at=timezone.now() + timedelta(days=8))
    clock(8)
    assert written() == []


def _answers(reader, user, _cast) -> None:
    with acting_as(user.pk):
        words = {"comments": {}, "headings": {}, "verdict": "agreed", "reason": ""}
        answer_by_link(reader=reader, now=timezone.now(), **words)


def _is_ended(reader, user, _cast) -> None:
    with acting_as(user.pk):
        revoke_reader(reader=reader, actor=user)


def _is_issued(reader, user, cast) -> None:
    finish(ask(cast.programme, user, language="en"), figures=reader.report.figures)
    give_number(reader.report, user)


def _loses_whoever_sent_it(reader, user, cast) -> None:
    Seat.objects.filter(user=user).update(ended_at=timezone.now())


@pytest.mark.parametrize("ending", [_answers, _is_ended, _is_issued])
def test_reminders_end_with_the_answer_the_link_and_the_issue(cast, report, user, ending):
    reader = invite(report, user)
    clock(7)
    assert len(written()) == 1
    ending(reader, user, cast)
    # What was written down and not sent yet is taken back.
    assert written() == []
    clock(10)
    clock(11)
    assert written() == []


def test_without_whoever_sent_the_link_nobody_is_reminded(cast, report, user):
    _loses_whoever_sent_it(invite(report, user), user, cast)
    clock(7)
    assert written() == []


def test_readers_of_one_report_are_one_line_for_the_secretariat(cast, user):
    japanese, _english = pair(cast.programme, user)
    for number in range(3):
        invite(japanese, user, email=f"reader{number}@example.org")
    clock(11)
    assert Reminder.objects.filter(kind="report_unread").count() == 1
    assert Reminder.objects.filter(kind="report_reading").count() == 3


def test_the_clock_calls_it(report, user):
    reader = invite(report, user)
    ReportReader.objects.filter(pk=reader.pk).update(due_on=day(3))
    with web_role():
        remind_readers()
    assert len(written()) == 1
