"""A company as the secretariat follows it: what stands there, what it can do, and that no text is among it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from audit.queries import looks
from notifications.models import Message
from programmes.models import Charge, Extension, MemoSave
from programmes.services import following
from tests.counting import queries_of
from tests.factories import make_assignment, make_attendance, make_consultation, make_person, make_seat, make_session
from tests.policies.test_queries import APPROVED, put
from tests.reading import rows, words

NOW = datetime(2025, 2, 3, 3, tzinfo=UTC)


def page(cast, name="following", *more) -> str:
    return reverse(f"dashboards:{name}", args=[cast.programme.pk, cast.company.pk, *more])


def kind(cast, code="approved"):
    return cast.programme.milestone_kinds.get(code=code)


@pytest.fixture
def desk(cast, sign_in):
    return sign_in(cast.people["secretariat"])


def tell(cast, *, kind="session_registered", state="sent", to="manager", company=None):
    return Message.objects.create(
        to_user=cast.people[to], kind=kind, language="ja", state=state, params={"session": "機密の題名"},
        company_id=(company or cast.company).pk, programme_id=cast.programme.pk,
    )  # fmt: skip


# --- What stands there --------------------------------------------------------------------------------------------------


def test_the_page_says_where_the_company_stands_and_who_sees_to_it(cast, desk):
    put(cast.enrolment, "approved", **APPROVED)
    seat = cast.programme.seats.get(user=cast.people["secretariat"])
    following.put_in_charge(enrolment=cast.enrolment, seat=seat, actor=seat.user, today=timezone.localdate())
    following.save_memo(enrolment=cast.enrolment, text="社長は4月に交代", base=0, actor=seat.user, now=NOW)
    response = desk.get(page(cast))
    answers = dict(zip(words(response, "dt"), words(response, "dd"), strict=False))
    assert words(response, "h1") == [cast.company.name_ja]
    assert answers["人権方針(本日)"].startswith("承認済み")
    assert answers["事務局の担当"].startswith(seat.name)
    assert words(response, "p", "memo-text") == ["社長は4月に交代"]
    table = {row[0]: row[1:3] for row in rows(response) if len(row) == 6}
    assert table["APPROVED"] == ["2025/3/14", "–"]


def test_the_timeline_tells_deeds_and_messages_the_latest_first(cast, desk):
    put(cast.enrolment, "published", **APPROVED, published_on=date(2025, 3, 17))
    session = make_session(cast.programme, title_ja="第1回セミナー", starts_at=datetime(2024, 12, 4, 4, tzinfo=UTC))
    for _ in range(2):
        make_attendance(session, make_person(cast.company))
    adviser = cast.programme.seats.get(user=cast.people["adviser"])
    make_consultation(cast.enrolment, adviser, starts_at=datetime(2025, 2, 1, 1, tzinfo=UTC))
    following.extend_deadline(
        enrolment=cast.enrolment, kind=kind(cast, "endorsed"), due_on=date(2025, 5, 1), reason="R",
        actor=cast.people["secretariat"], today=date(2025, 3, 20),
    )  # fmt: skip
    tell(cast, state="refused")
    tell(cast, company=cast.neighbour.company)
    response = desk.get(page(cast, "timeline"))
    email = cast.people["manager"].email
    assert [(event.title, event.body) for event in response.context["events"]] == [
        ("セミナー・会合について", f"{email} 宛のメール：このアドレスには届きません"),
        ("期限の延長：ENDORSED（2025/5/1まで）", ""),
        ("人権方針：公表済み", ""),
        ("人権方針：承認済み", ""),
        ("人権方針：提出済み（確認待ち）", ""),
        (f"個別相談（{adviser.name}）", ""),
        ("第1回セミナー", "2名が参加"),
        ("プログラムに参加", ""),
    ]
    assert "機密の題名" not in response.content.decode()


@pytest.mark.parametrize(
    ("show", "count"),
    [("", 3), ("policy", 1), ("messages", 2), ("sessions", 0), ("consultations", 0), ("desk", 0), ("nonsense", 3)],
)
def test_one_kind_of_event_can_be_read_alone(cast, desk, show, count):
    for state in ("sent", "given_up"):
        tell(cast, state=state)
    response = desk.get(f"{page(cast, 'timeline')}?show={show}")
    assert len(response.context["events"]) == count
    assert ("「nonsense」は選べません。" in response.content.decode()) is (show == "nonsense")
    assert bool(words(response, "ol", "timeline")) is bool(count)


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(("name", "queries"), [("following", 13), ("timeline", 8), ("memo", 8), ("seen_as", 10)])
def test_the_pages_ask_the_same_whatever_they_hold(cast, desk, name, queries, count):
    adviser = cast.programme.seats.get(user=cast.people["adviser"])
    seat, actor = cast.programme.seats.get(user=cast.people["secretariat"]), cast.people["secretariat"]
    for number in range(count):
        tell(cast)
        session = make_session(cast.programme, starts_at=timezone.now() + timedelta(days=number + 1))
        make_attendance(session, make_person(cast.company), attended=None)
        make_consultation(cast.enrolment, adviser, starts_at=NOW + timedelta(days=number))
        following.save_memo(enrolment=cast.enrolment, text=f"{number}", base=number, actor=actor, now=NOW)
    following.put_in_charge(enrolment=cast.enrolment, seat=seat, actor=actor, today=date(2025, 2, 3))
    desk.get(page(cast, name))
    assert len(queries_of(desk, page(cast, name))) == queries


# --- Deeds --------------------------------------------------------------------------------------------------------------


def test_somebody_is_put_in_charge_and_taken_off_again(cast, desk):
    seat = cast.programme.seats.get(user=cast.people["secretariat"])
    assert desk.post(page(cast, "charge"), {"seat": seat.pk}).url == page(cast)
    assert [row.seat for row in Charge.objects.as_of(timezone.localdate())] == [seat]
    desk.post(page(cast, "charge"), {"seat": ""})
    assert not Charge.objects.as_of(timezone.localdate()).exists()


@pytest.mark.parametrize("who", ["adviser", "stranger"])
def test_only_the_secretariat_of_this_programme_can_be_chosen(cast, desk, who):
    seat = {
        "adviser": cast.programme.seats.get(user=cast.people["adviser"]),
        "stranger": make_seat(cast.other_programme, role="member"),
    }[who]
    response = desk.post(page(cast, "charge"), {"seat": seat.pk})
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["seat"]
    assert not Charge.objects.exists()


def test_a_deadline_is_extended_with_a_reason_that_the_company_reads(cast, desk, sign_in):
    until = timezone.localdate() + timedelta(days=20)
    response = desk.post(
        page(cast, "extend", kind(cast).pk), {"due_on": until.isoformat(), "reason": "取締役会が延びた"}
    )
    assert response.url == page(cast) + "#m-approved"
    assert [(row.due_on, row.reason) for row in Extension.objects.all()] == [(until, "取締役会が延びた")]
    manager = sign_in(cast.people["manager"])
    home = manager.get(reverse("dashboards:company_home", args=[cast.company.pk]))
    due = next(row[2] for row in rows(home) if row[0] == "APPROVED")
    assert due.endswith("（延長：取締役会が延びた）")
    assert f"{until.month}月{until.day}日" in words(home, "p", "lead-line")[0]
    policy = manager.get(reverse("policies:company", args=[cast.company.pk]))
    assert f"{until.month}月{until.day}日" in policy.context["lead"]
    desk.post(page(cast, "extend", kind(cast).pk), {"end": "1"})
    assert not Extension.objects.as_of(timezone.localdate()).exists()


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({}, ["due_on", "reason"]),
        ({"due_on": "2020-01-01", "reason": "R"}, ["due_on"]),
        ({"due_on": "きのう", "reason": "R"}, ["due_on"]),
        ({"due_on": "2099-01-01", "reason": "あ" * 301}, ["reason"]),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(cast, desk, sent, wrong):
    response = desk.post(page(cast, "extend", kind(cast).pk), sent)
    assert sorted(response.context["form"].errors) == wrong
    assert all(value in response.content.decode() for value in sent.values())
    assert not Extension.objects.exists()


def test_joining_has_no_deadline(cast, desk):
    sent = {"due_on": "2099-01-01", "reason": "R"}
    assert desk.post(page(cast, "extend", kind(cast, "joined").pk), sent).status_code == 200
    assert not Extension.objects.exists()


def test_the_milestone_of_another_programme_is_not_there(cast, desk):
    assert desk.get(page(cast, "extend", cast.other_programme.milestone_kinds.first().pk)).status_code == 404


def test_of_two_memos_written_at_once_both_texts_are_shown_and_kept(cast, desk, sign_in):
    colleague = sign_in(make_seat(cast.programme, role="member").user)
    url = page(cast, "memo")
    assert desk.post(url, {"text": "前からの文", "base": "0"}).url == page(cast) + "#memo"
    assert colleague.post(url, {"text": "同僚の文", "base": "1"}).status_code == 302
    lost = desk.post(url, {"text": "自分の文", "base": "1"})
    assert lost.status_code == 409
    assert words(lost, "blockquote") == ["同僚の文"]
    assert "自分の文" in words(lost, "textarea")[0]
    assert (
        desk.post(url, {"text": "自分の文と同僚の文", "base": lost.context["form"]["base"].value()}).status_code == 302
    )
    assert [(save.text, save.is_beside) for save in MemoSave.objects.order_by("number")] == [
        ("前からの文", False),
        ("同僚の文", False),
        ("自分の文", True),
        ("自分の文と同僚の文", False),
    ]


def test_hostile_memos_are_text(cast, desk):
    desk.post(page(cast, "memo"), {"text": "<script>alert(1)</script>", "base": "0"})
    for name in ("following", "memo"):
        html = desk.get(page(cast, name)).content.decode()
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert" in html


# --- Who may, and seeing as the company ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["following", "timeline", "charge", "memo", "seen_as"])
def test_the_pages_are_the_secretariats(cast, sign_in, name):
    answers = {who: sign_in(cast.people[who]).get(page(cast, name)).status_code for who in cast.people}
    assert answers == {
        "manager": 403, "staff": 403, "adviser": 403, "neighbour": 404, "stranger": 404, "unassigned_adviser": 404,
        "former_adviser": 404, "secretariat": 200, "other_secretariat": 404, "nobody": 404,
    }  # fmt: skip


def test_seeing_as_the_company_is_written_down_for_it_and_changes_nothing_else(cast, desk, sign_in):
    make_assignment(cast.enrolment, make_seat(cast.programme, role="adviser"))
    before = Event.objects.count()
    for _ in range(2):
        response = desk.get(page(cast, "seen_as"))
    assert words(response, "div", "banner-warning")[0].startswith("この会社の画面を見ています。操作はできません")
    assert response.content.decode().split('class="seen-as"')[1].count("<form") == 0
    [look] = looks(cast.company.pk)
    assert (look.actor_id, look.programme_id) == (cast.people["secretariat"].pk, cast.programme.pk)
    assert Event.objects.count() == before + 1
    log = sign_in(cast.people["staff"]).get(reverse("dashboards:looks", args=[cast.company.pk]))
    assert rows(log)[0][1:] == [str(cast.people["secretariat"]), "貴社のホーム画面（文章を除く）"]


def test_seeing_as_the_company_takes_no_post(cast, desk):
    assert desk.post(page(cast, "seen_as")).status_code == 405
