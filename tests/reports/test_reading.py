"""The reading round: links for readers from outside, what they open, what they keep, and who sees it."""

import logging
import re
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from common.logs import LinkFilter
from common.tenancy import acting_as
from notifications.models import Message, OutgoingMail
from programmes.models import Seat
from reports.models import ReadingComment, ReportReader
from reports.queries.reading import reading_door
from reports.rendering.reading import report_blocks
from reports.services import reading as services
from tests.counting import queries_of
from tests.factories import make_attendance, make_person, make_session
from tests.roles import WebClient, seen_by

from .issuing import ask, finish, give_number, pair

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


@pytest.fixture(autouse=True)
def unlimited():
    caches["default"].clear()


@pytest.fixture
def user(cast):
    return cast.people["secretariat"]


@pytest.fixture
def client(user, sign_in):
    return sign_in(user)


@pytest.fixture
def report(cast, user):
    make_attendance(make_session(cast.programme, title_ja="基調 <b>講演</b>"), make_person(cast.company))
    return finish(ask(cast.programme, user))


def invite(report, actor, *, number: int = 1, days: int = 7, **fields):
    values = {"name": "Ana Ruiz", "organisation": "ILO", "email": f"reader{number}@example.org", "language": "en"}
    values |= {"due_on": TODAY() + timedelta(days=days)} | fields
    with acting_as(actor.pk):
        return services.invite_reader(report=report, actor=actor, **values)


def of(report, name: str, *more) -> str:
    return reverse(f"reports:{name}", args=[report.programme_id, report.pk, *more])


def opened(token: str) -> tuple[WebClient, str]:
    """A reader who has pressed "read the draft"."""
    client, url = WebClient(), reverse("reports:read_draft", args=[token])
    assert client.post(url, {"open": "1"})["Location"] == url
    return client, url


# --- Sending ------------------------------------------------------------------------------------------------------------


def test_the_link_is_mailed_in_the_reader_s_language_and_kept_as_its_hash(report, user, client):
    form = {"name": "Ana Ruiz", "email": "Ana@Example.org", "language": "en", "due_on": str(TODAY())}
    page = client.post(of(report, "readers"), form).content.decode()
    reader, mail = ReportReader.objects.get(), OutgoingMail.objects.get()
    [token] = set(re.findall(r"/reading/([\w-]{43})/", page))
    assert (mail.recipient, reader.email, reader.invited_by) == ("ana@example.org", "ana@example.org", user)
    assert f"/reading/{token}/" in mail.body
    assert "Dear Ana Ruiz" in mail.body
    assert token not in str(list(ReportReader.objects.values()))
    assert token not in client.get(of(report, "readers")).content.decode()
    assert reading_door(reader.token_hash).reader_id == reader.pk


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "nobody"}, "email"),
        ({"language": "fr"}, "language"),
        ({"due_on": "2020-01-01"}, "due_on"),
        ({"due_on": "soon"}, "due_on"),
        ({"email": "reader1@example.org"}, "email"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(report, user, client, change, field):
    invite(report, user)
    form = {"name": "B", "email": "b@example.org", "language": "ja", "due_on": str(TODAY())} | change
    response = client.post(of(report, "readers"), form)
    assert list(response.context["form"].errors) == [field]
    assert ReportReader.objects.count() == 1


@pytest.mark.parametrize("person", ["manager", "adviser", "other_secretariat"])
def test_only_the_secretariat_sends_and_ends_links(cast, report, user, person):
    with pytest.raises(PermissionDenied):
        invite(report, cast.people[person])
    reader, _token = invite(report, user)
    with acting_as(cast.people[person].pk), pytest.raises(PermissionDenied):
        services.revoke_reader(reader=reader, actor=cast.people[person])


def test_what_is_not_ready_or_issued_already_is_not_sent(cast, user, client):
    unfinished = ask(cast.programme, user, edition="internal")
    with pytest.raises(services.NotReadable):
        invite(unfinished, user)
    japanese, _english = pair(cast.programme, user)
    with acting_as(user.pk):
        give_number(japanese, user)
    with pytest.raises(services.NotReadable):
        invite(japanese, user)
    assert client.get(of(japanese, "readers")).context["form"] is None


# --- Reading ------------------------------------------------------------------------------------------------------------


def test_looking_writes_nothing_and_opening_is_a_press(report, user):
    reader, token = invite(report, user)
    url = reverse("reports:read_draft", args=[token])
    response = WebClient().get(url)
    assert response["Referrer-Policy"] == "strict-origin"
    assert response["Cache-Control"] == "private, no-store"
    assert "session" not in response.cookies
    assert "draft-say" not in response.content.decode()
    assert ReportReader.objects.get().opened_at is None
    client, url = opened(token)
    assert ReportReader.objects.get().opened_at is not None
    page = client.get(url).content.decode()
    assert page.count("draft-say") == len([block for block in report_blocks(report) if block.key])
    assert "基調 &lt;b&gt;講演&lt;/b&gt;" in page
    assert "asset:" not in page
    assert Event.objects.filter(verb="reading.opened", object_id=reader.pk, actor_id=None).count() == 1


def test_the_blocks_together_are_the_report_s_own_page(report):
    blocks = report_blocks(report)
    keys = [block.key for block in blocks if block.key]
    assert {"background", "results", "attendance", "definitions"} <= set(keys)
    assert len(keys) == len(set(keys))
    page = "".join(block.html for block in blocks)
    assert page.count("<section") == page.count("</section>") > 3
    assert page.count("<table") == page.count("</table></div>")


def answer(client, url, **said):
    return client.post(url, {"verdict": "", "reason": ""} | said)


def test_comments_are_kept_by_block_and_may_be_changed(report, user):
    reader, token = invite(report, user)
    client, url = opened(token)
    response = answer(client, url, **{"block-results": "Please <b>check</b>", "block-nothing": "x"})
    assert response["Location"] == f"{url}?kept=1"
    comment = ReadingComment.objects.get()
    assert (comment.block, comment.text, comment.reader_id) == ("results", "Please <b>check</b>", reader.pk)
    assert comment.heading
    assert "Please &lt;b&gt;check&lt;/b&gt;" in client.get(url).content.decode()
    answer(client, url, **{"block-results": "Other words"})
    assert ReadingComment.objects.get().text == "Other words"
    answer(client, url)
    assert ReadingComment.objects.get().text == ""
    assert Message.objects.filter(kind="report_read").count() == 0


def test_not_agreeing_needs_a_reason_and_loses_no_comment(report, user):
    _reader, token = invite(report, user)
    client, url = opened(token)
    response = answer(client, url, verdict="differs", **{"block-results": "Typed already"})
    assert list(response.context["form"].errors) == ["reason"]
    assert "Typed already" in response.content.decode()
    assert ReadingComment.objects.count() == 0
    answer(client, url, verdict="differs", reason="The dates", **{"block-results": "Typed already"})
    row = ReportReader.objects.get()
    assert (row.verdict, row.reason) == ("differs", "The dates")
    answer(client, url, verdict="agreed", reason="", **{"block-results": "Typed already"})
    assert ReportReader.objects.get().verdict == "agreed"
    # Once for each verdict.
    answer(client, url, verdict="agreed", reason="", **{"block-results": "Once more"})
    assert Message.objects.filter(kind="report_read", to_user=user).count() == 2


@pytest.mark.parametrize("field", ["reason", "block-results"])
def test_what_is_too_long_is_said_at_its_field(report, user, field):
    _reader, token = invite(report, user)
    client, url = opened(token)
    response = answer(client, url, **{field: "x" * 2001})
    assert list(response.context["form"].errors) == [field]


# --- What a link does not do --------------------------------------------------------------------------------------------


def closed(token: str) -> int:
    client, url = WebClient(), reverse("reports:read_draft", args=[token])
    said = ReadingComment.objects.count()
    statuses = {client.get(url).status_code, client.post(url, {"open": "1"}).status_code}
    statuses.add(answer(client, url, **{"block-results": "x"}).status_code)
    assert ReadingComment.objects.count() == said
    [status] = statuses
    return status


def test_an_ended_link_opens_nothing_and_keeps_what_was_said(report, user, client):
    reader, token = invite(report, user)
    reading, url = opened(token)
    answer(reading, url, **{"block-results": "Said before"})
    assert client.post(of(report, "revoke_reader", reader.pk))["Location"] == of(report, "readers")
    client.post(of(report, "revoke_reader", reader.pk))
    assert closed(token) == 410
    assert "Said before" in client.get(of(report, "readers")).content.decode()
    assert Event.objects.filter(verb="reading.revoked").count() == 1
    # The same person may get another.
    invite(report, user)


def test_a_link_ends_with_its_day(report, user):
    reader, token = invite(report, user)
    ReportReader.objects.filter(pk=reader.pk).update(due_on=TODAY() - timedelta(days=1))
    assert closed(token) == 410


def test_a_link_ends_when_the_report_is_issued(cast, user):
    japanese, _english = pair(cast.programme, user)
    _reader, token = invite(japanese, user)
    with acting_as(user.pk):
        give_number(japanese, user)
    assert closed(token) == 410


def test_a_link_ends_when_whoever_sent_it_leaves_the_secretariat(report, user):
    _reader, token = invite(report, user)
    Seat.objects.filter(user=user).update(ended_at=timezone.now())
    assert closed(token) == 410


def test_words_that_open_nothing_are_answered_alike_and_counted():
    client = WebClient()
    urls = [reverse("reports:read_draft", args=[word]) for word in ("short", "x" * 43, "y" * 43)]
    pages = [re.sub(r'value="[\w/-]+"', "", client.get(url).content.decode()) for url in urls]
    assert pages[0] == pages[1] == pages[2]
    statuses = [client.get(urls[0]).status_code for _ in range(9)]
    assert statuses[0] == 404
    assert statuses[-1] == 429


def test_the_log_does_not_keep_the_word(caplog):
    caplog.handler.addFilter(LinkFilter())

    logging.getLogger("django.request").warning("Not Found: %s", "/reading/secret-word/")
    assert "secret-word" not in caplog.text
    assert "/reading/…" in caplog.text


def test_readers_are_the_secretariat_s_alone(cast, report, user):
    reader, _token = invite(report, user)
    ReadingComment.objects.create(
        programme=report.programme, reader=reader, block="results", heading="H", text="T", written_at=timezone.now()
    )
    for person in ("manager", "adviser", "other_secretariat", "nobody"):
        with seen_by(cast.people[person]):
            assert (ReportReader.objects.count(), ReadingComment.objects.count()) == (0, 0)
    with seen_by(user):
        assert (ReportReader.objects.count(), ReadingComment.objects.count()) == (1, 1)
        with pytest.raises(IntegrityError), transaction.atomic():
            ReportReader.objects.update(verdict="differs", reason="")


# --- The secretariat's page ---------------------------------------------------------------------------------------------


def test_the_page_says_who_opened_agreed_and_is_outstanding(report, user, client):
    tokens = [invite(report, user, number=number)[1] for number in range(4)]
    for place, token in enumerate(tokens[:3]):
        reading, url = opened(token)
        if place:
            verdict = {"verdict": "agreed"} if place == 1 else {"verdict": "differs", "reason": "The dates"}
            answer(reading, url, **verdict, **{"block-results": f"Comment {place}"})
    response = client.get(of(report, "readers"))
    assert [figure.value for figure in response.context["figures"]] == [4, 3, 1, 1, 2]
    [(heading, comments)] = response.context["said"]
    assert [comment.text for comment in comments] == ["Comment 1", "Comment 2"]
    assert heading in response.content.decode()
    assert "The dates" in response.content.decode()


def test_the_page_asks_as_much_for_thirty_readers_as_for_one(report, user, client):
    invite(report, user)
    one = len(queries_of(client, of(report, "readers")))
    for number in range(2, 31):
        reader, _token = invite(report, user, number=number)
        ReadingComment.objects.create(
            programme=report.programme, reader=reader, block="b", heading="H", text="T", written_at=timezone.now()
        )
    assert len(queries_of(client, of(report, "readers"))) == one
