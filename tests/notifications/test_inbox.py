"""The inbox: everybody's own messages, with their subjects, where they lead, and what is new."""

import re
from datetime import datetime, time, timedelta

import pytest
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone

from notifications.models import Message, Reminder
from notifications.rendering import inbox_items, kind_label
from notifications.services import notify, read_messages
from tests.counting import queries_of
from tests.factories import make_user
from tests.roles import seen_by

pytestmark = pytest.mark.django_db

INBOX = "/messages/"
HOSTILE = '<img src=x onerror="alert(1)">'


def tell(user, *, kind="session_cancelled", path="/help/", **params):
    with seen_by(user):
        return notify(to=user, kind=kind, actor=user, params=params or {"session": "A", "when": "B"}, path=path)


def text(answer) -> str:
    return answer.content.decode()


def test_what_was_said_stands_there_with_its_subject_and_what_leads_on_opens_it(sign_in):
    user, other = make_user(), make_user()
    message = tell(user, kind="policy_submitted", company=HOSTILE, due_on="12/3", reference="R")
    tell(other, kind="policy_submitted", company="よその会社", due_on="12/3", reference="R")
    client = sign_in(user)
    page = text(client.get(INBOX))
    assert "&lt;img" in page
    assert HOSTILE not in page
    assert "よその会社" not in page
    assert "[SPP]" not in re.sub(r"<head>.*?</head>", "", page, flags=re.DOTALL)
    assert "お知らせ(新着1件)" in page
    answer = client.post(reverse("notifications:open_message", args=[message.pk]))
    assert (answer.status_code, answer["Location"]) == (302, "/help/")
    message.refresh_from_db()
    assert message.read_at is not None
    assert "新着" not in text(client.get(INBOX))


def test_looking_reads_nothing(sign_in):
    user = make_user()
    tell(user)
    for _look in range(2):
        sign_in(user).get(INBOX)
    assert Message.objects.unread().count() == 1


def test_what_leads_nowhere_is_marked_and_one_stays(sign_in):
    user = make_user()
    message = tell(user, path="")
    answer = sign_in(user).post(reverse("notifications:open_message", args=[message.pk]))
    assert answer["Location"] == INBOX
    assert Message.objects.unread().count() == 0


def test_nobody_reads_for_somebody_else(sign_in, cast):
    """Not even the secretariat, which may see that a message to a company's people was refused."""
    staff, desk = cast.people["staff"], cast.people["secretariat"]
    with seen_by(desk):
        message = notify(
            to=staff,
            kind="session_cancelled",
            actor=desk,
            params={"session": "A", "when": "B"},
            company_id=cast.company.pk,
            programme_id=cast.programme.pk,
        )
        assert Message.objects.visible_to(desk).count() == 1
        assert read_messages(ids=[message.pk], actor=desk) == 0
    client = sign_in(desk)
    assert client.post(reverse("notifications:open_message", args=[message.pk])).status_code == 404
    assert "まだありません" in text(client.get(INBOX))
    client.post(reverse("notifications:read_all"))
    assert Message.objects.unread().count() == 1


def test_all_are_read_at_once_and_once(sign_in):
    user = make_user()
    for _ in range(3):
        tell(user)
    client = sign_in(user)
    assert client.get(INBOX).context["frame"]["unread"] == 3
    client.post(reverse("notifications:read_all"))
    first = set(Message.objects.values_list("read_at", flat=True))
    client.post(reverse("notifications:read_all"))
    assert set(Message.objects.values_list("read_at", flat=True)) == first
    assert None not in first
    page = text(client.get(f"{INBOX}?show=new"))
    assert "すべて既読です" in page


def test_a_digest_says_what_it_reminded_of_in_the_present_language(sign_in):
    user = make_user()
    day = timezone.localdate()
    words = {"session": "S", "days": 1, "day": "", "when": "", "mode": "", "person": "", "venue": ""}
    Reminder.objects.create(
        to_user=user, kind="session_ahead", params={"ja": words, "en": words}, due_on=day, sent_on=day, key="k"
    )
    Reminder.objects.create(
        to_user=user,
        kind="session_ahead",
        params={"ja": words, "en": words},
        due_on=day,
        sent_on=day - timedelta(days=1),
        key="before",
    )
    message = Message.objects.create(to_user=user, kind="digest", language="ja", params={"count": 1, "kinds": []})
    Message.objects.update(created_at=timezone.make_aware(datetime.combine(day, time(0, 5))))
    (item,) = sign_in(user).get(INBOX).context["items"]
    assert (item.id, item.headlines) == (message.pk, ("明日: S",))


def test_a_kind_without_words_is_named_all_the_same():
    user = make_user()
    message = Message(to_user=user, kind="forgotten", language="en", created_at=timezone.now())
    (item,) = inbox_items([message], {}, user=user)
    assert (item.subject, item.leads) == ("その他", False)


def test_every_kind_of_mail_belongs_to_something(settings):
    """A subject with nothing known gives words, not an error, and the list says what each is about."""
    folder = settings.BASE_DIR / "templates" / "notifications" / "mail"
    kinds = sorted(path.name.removesuffix("_subject.txt") for path in folder.glob("*_subject.txt"))
    assert len(kinds) > 20
    for kind in kinds:
        get_template(f"notifications/mail/{kind}_subject.txt").render({})
        assert kind_label(kind) != "その他", kind


def test_the_inbox_takes_as_many_queries_for_thirty_messages_as_for_one(sign_in):
    user = make_user()
    tell(user)
    client = sign_in(user)
    before = len(queries_of(client, INBOX))
    for _ in range(30):
        tell(user)
    assert len(queries_of(client, INBOX)) == before
