"""Pages that open without signing in: what they show, what they refuse, and what they leave behind."""

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.urls import reverse

from audit.models import Event
from common.logs import LinkFilter
from policies import services
from policies.enums import State
from policies.models import Announcement, ApprovalRequest, Cycle, ReadReceipt
from tests.factories import make_cast, make_company, make_member
from tests.policies.deciding import NOW, TODAY, answer, approved, ask, decide, endorsed, president_of, write_whole_text
from tests.policies.reviewing import cycle_of, rewrite
from tests.policies.test_approval import holding
from tests.reading import words
from tests.roles import WebClient, seen_by

SENT = {"outcome": "approved", "name": "社長 太郎", "title": "代表取締役", "body": "取締役会", "decided_on": str(TODAY)}


@pytest.fixture(autouse=True)
def fresh_limits(db):
    cache.clear()


@pytest.fixture
def asked(cast) -> services.Asked:
    endorsed(cast)
    return ask(cast, president_of(cast))


def page(token: str, name: str = "approve") -> str:
    return reverse(f"policies:{name}", args=[token])


def written() -> dict[str, int]:
    """How many rows of which table this transaction has written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
        )
        return dict(cursor.fetchall())


# --- The page -----------------------------------------------------------------------------------------------------------------


def test_the_page_shows_one_screen_then_the_exact_text_with_its_hash(client, asked):
    response = client.get(page(asked.token))
    html = response.content.decode()
    assert response.status_code == 200
    gist = html.split('class="sheet pad gist"')[1].split("</section>")[0]
    assert "国際的に認められた人権を尊重します" in gist
    assert "すべての役員と従業員" in gist
    text = html.split('class="sheet paper')[1].split("</article>")[0]
    for section in asked.request.revision.content["sections"]:
        for paragraph in section["paragraphs"]:
            assert paragraph["ja"] in text
    sha256 = asked.request.revision.sha256
    assert " ".join(re.findall(".{8}", sha256)) in text
    assert html.index("gist") < html.index('class="sheet paper') < html.index('id="decide"')


def test_the_text_is_the_frozen_one_whatever_is_written_meanwhile(client, cast):
    paragraphs = write_whole_text(cast)
    Cycle.objects.update(state=State.SUBMITTED)
    asked = ask(cast, president_of(cast))
    with seen_by(cast.people["staff"]):
        services.save_paragraph(
            paragraph=paragraphs["contact"],
            language="ja",
            text="まったく別の文。",
            base_rev=1,
            operation="9f6b0a3a-7b6b-4b57-9a0e-3a0b8a4a0001",
            actor=cast.people["staff"],
            now=NOW,
        )
    html = client.get(page(asked.token)).content.decode()
    assert "相談窓口は総務部です。" in html
    assert "まったく別の文。" not in html
    assert client.get(page(asked.token)).context["is_reviewed"] is False


def test_what_changed_since_the_last_approved_text_is_shown(client, cast):
    paragraphs = write_whole_text(cast)
    Cycle.objects.update(state=State.SUBMITTED)
    first = ask(cast, president_of(cast))
    assert client.get(page(first.token)).context["gist"].comparison is None
    decide(first.request, answer())
    Cycle.objects.update(state=State.SUBMITTED)
    rewrite(cast, paragraphs["contact"], "相談窓口は総務部の佐藤です。")
    second = ask(cast, first.request.approver)
    html = client.get(page(second.token)).content.decode()
    changes = html.split('id="changes"')[1].split("</section>")[0]
    assert "佐藤" in changes
    assert "長時間労働" not in changes


def test_the_page_keeps_nothing_and_tells_no_search_engine_or_referrer(client, asked):
    response = client.get(page(asked.token))
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "strict-origin"
    assert '<meta name="robots" content="noindex">' in response.content.decode()
    assert Session.objects.count() == 0
    assert "session" not in response.cookies


def test_looking_writes_nothing(client, asked):
    before = written()
    assert client.get(page(asked.token)).status_code == 200
    assert client.head(page(asked.token)).status_code == 200
    assert client.options(page(asked.token)).status_code == 200
    assert written() == before
    assert ApprovalRequest.objects.get().decided_at is None


@pytest.mark.parametrize(
    ("language", "said"), [("ja", "人権方針の承認"), ("en", "Approval of the human rights policy")]
)
def test_the_page_speaks_the_readers_language(client, asked, language, said):
    response = client.get(page(asked.token), headers={"accept-language": language})
    assert words(response, "h1") == [said]
    assert 'name="language"' in response.content.decode()


def test_markup_in_the_text_is_shown_as_text(client, cast):
    write_whole_text(cast, law="<img src=x onerror=alert(1)>")
    Cycle.objects.update(state=State.SUBMITTED)
    html = client.get(page(ask(cast, president_of(cast)).token)).content.decode()
    assert "&lt;img src=x onerror=alert(1)&gt;" in html


# --- The decision -------------------------------------------------------------------------------------------------------------


def test_approving_by_link(client, cast, asked):
    response = client.post(page(asked.token), SENT)
    assert (response.status_code, response["Location"]) == (302, page(asked.token))
    request = ApprovalRequest.objects.get()
    assert (request.outcome, request.way, request.approver_name, request.decided_on) == (
        "approved",
        "link",
        "社長 太郎",
        TODAY,
    )
    assert cycle_of(cast).state == State.APPROVED
    after = client.get(page(asked.token))
    assert after.status_code == 200
    assert "社長 太郎" in after.content.decode()
    assert "<form" not in after.content.decode().split("<main")[1].split("</main>")[0]


def test_returning_by_link(client, cast, asked):
    response = client.post(page(asked.token), SENT | {"outcome": "returned", "reason": "窓口の電話番号を入れる。"})
    assert response.status_code == 302
    assert (ApprovalRequest.objects.get().reason, cycle_of(cast).state) == ("窓口の電話番号を入れる。", State.DRAFTING)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("outcome", ""),
        ("outcome", "maybe"),
        ("name", ""),
        ("name", "a\x00b"),
        ("name", "あ" * 101),
        ("title", ""),
        ("decided_on", "2999-01-01"),
        ("decided_on", "昨日"),
        ("body", "あ" * 101),
    ],
)
def test_bad_input_is_said_at_the_field_and_uses_nothing_up(client, asked, field, value):
    response = client.post(page(asked.token), SENT | {field: value})
    assert (response.status_code, list(response.context["form"].errors)) == (200, [field])
    assert ApprovalRequest.objects.get().decided_at is None


def test_a_return_without_a_reason_keeps_what_was_typed(client, asked):
    response = client.post(page(asked.token), SENT | {"outcome": "returned", "name": "副社長 花子"})
    assert list(response.context["form"].errors) == ["reason"]
    assert "副社長 花子" in response.content.decode()


def test_a_second_answer_is_told_what_the_first_was(client, cast, asked):
    client.post(page(asked.token), SENT)
    second = client.post(page(asked.token), SENT | {"outcome": "returned", "reason": "いや"})
    assert second.status_code == 200
    html = second.content.decode()
    assert "取締役会 代表取締役 社長 太郎" in html
    assert (ApprovalRequest.objects.get().outcome, cycle_of(cast).state) == ("approved", State.APPROVED)


def test_the_form_needs_its_token(asked):
    strict = WebClient(enforce_csrf_checks=True)
    assert strict.post(page(asked.token), SENT).status_code == 403
    token = strict.get(page(asked.token)).content.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert strict.post(page(asked.token), SENT | {"csrfmiddlewaretoken": token}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_four_presses_at_once_are_one_decision():
    """Four browsers on four connections."""
    cast = make_cast()
    endorsed(cast)
    asked = ask(cast, president_of(cast))
    together = Barrier(4)

    def press() -> int:
        try:
            together.wait(10)
            return WebClient().post(page(asked.token), SENT).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        ended = [future.result(30) for future in [pool.submit(press) for _ in range(4)]]
    assert set(ended) <= {200, 302}
    assert ended.count(302) >= 1
    assert Event.objects.filter(verb="approval.decided").count() == 1
    assert cycle_of(cast).state == State.APPROVED


# --- What is refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "status"),
    [({"expires_at": NOW - timedelta(days=1)}, "expired"), ({"cancelled_at": NOW}, "cancelled")],
)
def test_a_spent_link_says_why_and_answers_nothing(client, cast, asked, change, status):
    ApprovalRequest.objects.update(**change)
    for response in (client.get(page(asked.token)), client.post(page(asked.token), SENT)):
        assert (response.status_code, response.context["status"]) == (410, status)
    assert cycle_of(cast).state == State.ENDORSED


def test_a_reissued_link_replaces_the_one_before(client, cast, asked):
    newer = ask(cast, asked.request.approver)
    assert client.get(page(asked.token)).status_code == 410
    assert client.post(page(asked.token), SENT).status_code == 410
    assert client.post(page(newer.token), SENT).status_code == 302


def test_a_link_whose_policy_went_on_is_no_longer_valid(client, cast, asked):
    Cycle.objects.update(state=State.DRAFTING)
    assert client.get(page(asked.token)).status_code == 410


def test_a_link_of_somebody_who_left_is_no_longer_valid(client, cast, asked):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE companies_access SET revoked_at = now() WHERE user_id = %s", [cast.people["staff"].pk])
    for response in (client.get(page(asked.token)), client.post(page(asked.token), SENT)):
        assert response.status_code == 410
        assert cast.company.name_ja not in response.content.decode()
    assert ApprovalRequest.objects.get().decided_at is None


def test_an_adviser_who_was_once_of_the_company_is_not_enough(client, cast, asked):
    """Seeing the content is not acting for the company."""
    ApprovalRequest.objects.update(requested_by=cast.people["adviser"])
    assert client.get(page(asked.token)).status_code == 410


@pytest.mark.parametrize("name", ["approve", "read"])
def test_unknown_and_malformed_words_are_answered_alike(client, asked, name):
    bodies = set()
    for token in (services.new_token(), "x", "a" * 43, "%00", "a" * 500, asked.request.token_hash):
        response = client.get(page(token, name))
        assert response.status_code in (400, 404), token
        if response.status_code == 404:
            assert response["Referrer-Policy"] == "strict-origin"
            body = response.content.decode().replace(page(token, name), "")
            bodies.add(re.sub(r"[A-Za-z0-9]{64}|[0-9a-f]{16}", "", body))
        cache.clear()
    assert len(bodies) == 1


@pytest.mark.parametrize("name", ["approve", "read"])
def test_guessing_is_slowed_down(client, db, name):
    answers = [client.get(page(services.new_token(), name)).status_code for _ in range(12)]
    assert answers == [404] * 10 + [429] * 2


def test_guesses_of_others_do_not_keep_a_holder_out(client, asked):
    for _ in range(12):
        client.get(page(services.new_token()))
    assert client.get(page(asked.token)).status_code == 200


def test_answers_to_one_link_are_limited(client, asked):
    answers = [client.post(page(asked.token), {}).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def test_nothing_of_another_tenant_can_be_reached(client, cast, asked):
    """The one who asked may act for two companies; the link opens the one alone."""
    second = make_company(cast.programme)
    make_member(second.company, user=cast.people["staff"])
    with seen_by(cast.people["staff"], company_id=cast.company.pk):
        assert {cycle.company_id for cycle in Cycle.objects.all()} == {cast.company.pk}
    html = client.get(page(asked.token)).content.decode()
    assert second.company.name_ja not in html
    client.post(page(asked.token), SENT)
    assert Cycle.objects.get(enrolment=second).state == State.DRAFTING


def test_a_visitor_who_is_signed_in_gets_no_rights_and_keeps_their_own(cast, asked, sign_in):
    client = sign_in(cast.people["neighbour"])
    assert client.get(page(asked.token)).status_code == 200
    assert client.post(page(asked.token), SENT).status_code == 302
    assert Event.objects.get(verb="approval.decided").actor_id == cast.people["staff"].pk
    assert client.get(reverse("policies:company", args=[cast.company.pk])).status_code == 404


def test_the_word_stands_in_no_table_and_no_log(client, cast, asked, caplog):
    caplog.handler.addFilter(LinkFilter())
    with caplog.at_level(logging.DEBUG):
        client.get(page(asked.token))
        WebClient(enforce_csrf_checks=True).post(page(asked.token), SENT)
        client.post(page(asked.token), SENT)
        client.get(page(asked.token) + "x/")
    assert holding(asked.token) == set()
    assert asked.token not in caplog.text
    assert "/approve/…" in caplog.text


def test_the_log_of_the_portal_masks_links(settings):
    assert "links" in settings.LOGGING["handlers"]["console"]["filters"]
    record = logging.LogRecord("django.request", 30, "", 1, "Gone: %s", ("/read/abcDEF_-123/",), None)
    LinkFilter().filter(record)
    assert record.getMessage() == "Gone: /read/…/"


# --- Having read it -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def announced(cast) -> services.Announced:
    approved(cast)
    with seen_by(cast.people["staff"]):
        return services.announce(cycle=cycle_of(cast), title="本社の全従業員", actor=cast.people["staff"])


def test_the_staff_read_the_approved_text_and_sign_with_their_name(client, announced):
    html = client.get(page(announced.token, "read")).content.decode()
    assert "当社は、国際人権章典" in html
    response = client.post(page(announced.token, "read"), {"name": " 田中　 一郎 "})
    assert response.status_code == 200
    receipt = ReadReceipt.objects.get()
    assert (receipt.name, receipt.announcement) == ("田中 一郎", announced.announcement)
    assert "田中 一郎" in response.content.decode()
    assert Session.objects.count() == 0


def test_a_name_counts_once_and_nobody_sees_the_others(client, announced):
    for name in ("田中", "田中", "佐藤"):
        response = client.post(page(announced.token, "read"), {"name": name})
    assert sorted(ReadReceipt.objects.values_list("name", flat=True)) == ["佐藤", "田中"]
    assert "田中" not in response.content.decode()
    assert "田中" not in client.get(page(announced.token, "read")).content.decode()


@pytest.mark.parametrize("name", ["", "　", "a\x00b", "あ" * 101])
def test_a_name_that_cannot_be_kept_is_said_at_the_field(client, announced, name):
    response = client.post(page(announced.token, "read"), {"name": name})
    assert list(response.context["form"].errors) == ["name"]
    assert ReadReceipt.objects.count() == 0


def test_looking_at_the_policy_writes_nothing(client, announced):
    before = written()
    assert client.get(page(announced.token, "read")).status_code == 200
    assert written() == before


def test_a_closed_link_opens_nothing(client, cast, announced):
    with seen_by(cast.people["manager"]):
        services.close_announcement(announcement=announced.announcement, actor=cast.people["manager"], now=NOW)
    assert client.get(page(announced.token, "read")).status_code == 404
    assert client.post(page(announced.token, "read"), {"name": "田中"}).status_code == 404
    assert ReadReceipt.objects.count() == 0


def test_a_renewed_link_replaces_the_one_before_and_keeps_the_names(client, cast, announced):
    client.post(page(announced.token, "read"), {"name": "田中"})
    with seen_by(cast.people["manager"]):
        newer = services.renew_link(announcement=announced.announcement, actor=cast.people["manager"])
    assert client.get(page(announced.token, "read")).status_code == 404
    assert client.post(page(newer.token, "read"), {"name": "佐藤"}).status_code == 200
    assert Announcement.objects.get().receipts.count() == 2


def test_a_link_of_a_reader_page_whose_maker_left_is_no_longer_valid(client, cast, announced):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE companies_access SET revoked_at = now() WHERE user_id = %s", [cast.people["staff"].pk])
    assert client.get(page(announced.token, "read")).status_code == 410
    assert client.post(page(announced.token, "read"), {"name": "田中"}).status_code == 410


@pytest.mark.django_db(transaction=True)
def test_the_same_name_at_once_is_one_receipt():
    cast = make_cast()
    approved(cast)
    with seen_by(cast.people["staff"]):
        announced = services.announce(cycle=cycle_of(cast), title="全員", actor=cast.people["staff"])
    together = Barrier(4)

    def press() -> int:
        try:
            together.wait(10)
            return WebClient().post(page(announced.token, "read"), {"name": "田中"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert [future.result(30) for future in [pool.submit(press) for _ in range(4)]] == [200] * 4
    assert ReadReceipt.objects.count() == 1


def test_answers_keep_their_own_words(cast):
    """What the link page hands over is what the record says, to the letter."""
    endorsed(cast)
    request = ask(cast, president_of(cast)).request
    decided = decide(request, answer(name="髙﨑 ①", title="㈱社長", body=""))
    assert (decided.approver_name, decided.approver_title, decided.body) == ("髙﨑 ①", "㈱社長", "")
