"""The list at the door: its page, with and without JavaScript, and what its devices send."""

import json
from datetime import UTC, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from programmes.models import Attendance, DoorOperation
from tests.counting import queries_of
from tests.factories import make_attendance, make_person, make_session
from tests.reading import words


@pytest.fixture
def session(cast):
    """A session that began half an hour ago."""
    begin = timezone.now() - timedelta(minutes=30)
    return make_session(cast.programme, title_ja="当日の回", starts_at=begin, ends_at=begin + timedelta(hours=2))


@pytest.fixture
def row(cast, session):
    person = make_person(cast.company, name_ja="高橋 陽子", name_en="Yoko Takahashi", name_kana="タカハシ ヨウコ")
    return make_attendance(session, person, attended=None)


def address(session, name="door"):
    return reverse(f"programmes:{name}", args=[session.programme_id, session.pk])


def milliseconds(moment) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1000)


def operation(row, deed="check_in", *, at=None, **fields):
    at = milliseconds(at or timezone.now())
    return {"id": str(uuid4()), "attendance": str(row.pk), "deed": deed, "mode": "onsite", "at": at} | fields


def send(client, session, *operations, walk_ins=(), sent_at=None, since=""):
    body = {
        "sent_at": milliseconds(sent_at or timezone.now()),
        "operations": list(operations),
        "walk_ins": list(walk_ins),
    }
    url = f"{address(session, 'door_operations')}?since={since}"
    return client.post(url, json.dumps(body), content_type="application/json")


@pytest.fixture
def desk(cast, sign_in):
    return sign_in(cast.people["secretariat"])


# --- The page ---------------------------------------------------------------------------------------------------------


def shown(response) -> list[str]:
    """Names of the rows that are not hidden."""
    parts = response.content.decode().split('<li class="door-row"')[1:]
    return [part.split("<b>")[1].split("</b>")[0] for part in parts if " hidden>" not in part.split("<button")[0]]


@pytest.mark.parametrize(
    ("who", "status"), [("secretariat", 200), ("manager", 403), ("adviser", 403), ("other_secretariat", 404)]
)
def test_the_door_is_the_secretariat_s(cast, session, row, sign_in, who, status):
    client = sign_in(cast.people[who])
    answers = [client.get(address(session, name)).status_code for name in ("door", "door_operations")]
    assert answers == [status, status]


@pytest.mark.parametrize("query", ["たか", "タカハシ", "ﾀｶﾊｼ", "髙橋", "yoko", "よう たか"])
def test_somebody_is_found_by_kana_of_any_kind_by_kanji_and_by_romaji(cast, session, row, desk, query):
    make_attendance(session, make_person(cast.company, name_ja="小谷 みのり", name_kana="コタニ ミノリ"), attended=None)
    assert shown(desk.get(address(session), {"q": query})) == ["高橋 陽子"]


def test_somebody_is_found_by_company_and_by_the_number_of_their_code(cast, session, row, desk):
    from programmes.rendering.door import door_number

    other = make_attendance(session, make_person(cast.neighbour.company, name_ja="隣 太郎"), attended=None)
    assert shown(desk.get(address(session), {"q": cast.neighbour.company.name_ja})) == ["隣 太郎"]
    assert shown(desk.get(address(session), {"q": door_number(other.pk)})) == ["隣 太郎"]


def test_the_parts_of_the_list_are_by_mode_and_who_does_not_come(cast, session, row, desk):
    make_attendance(session, make_person(cast.company, name_ja="遠 隔"), mode="online", attended=None)
    away = make_attendance(session, make_person(cast.company, name_ja="欠 席"), attended=None)
    Attendance.objects.filter(pk=away.pk).update(registration="apologised")
    assert [shown(desk.get(address(session), {"tab": tab})) for tab in ("onsite", "online", "away")] == [
        ["高橋 陽子"],
        ["遠 隔"],
        ["欠 席"],
    ]


def test_a_session_of_another_day_says_so(cast, desk):
    page = desk.get(address(make_session(cast.programme)))
    assert page.context["day_line"].startswith("この回は今日ではありません")


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_asks_the_same_however_long_it_is(cast, session, desk, count):
    for _ in range(count):
        make_attendance(session, make_person(cast.company), attended=None)
    asked = [len(queries_of(desk, address(session, name))) for name in ("door", "door_operations")]
    assert asked == [9, 8]


# --- Without JavaScript -----------------------------------------------------------------------------------------------


def test_a_press_makes_present_and_says_so_and_the_same_press_again_is_the_same(session, row, desk):
    page = {"page": str(uuid4()), "tab": "onsite", "check_in": str(row.pk)}
    first = desk.post(address(session), page, follow=True)
    assert words(first, "p")[0] == f"高橋 陽子さん({row.company.name_ja})を出席にしました。"
    desk.post(address(session), page)
    row.refresh_from_db()
    assert (row.attended, DoorOperation.objects.count()) == (True, 1)


def test_a_press_on_undo_takes_back(session, row, desk):
    page = {"page": str(uuid4()), "tab": "onsite"}
    desk.post(address(session), page | {"check_in": str(row.pk)})
    desk.post(address(session), page | {"undo": str(row.pk)})
    row.refresh_from_db()
    assert row.attended is None


def test_nonsense_is_answered_and_writes_nothing(session, row, desk):
    for page in ({"check_in": "x"}, {"check_in": str(uuid4()), "page": str(uuid4())}, {}):
        assert desk.post(address(session), page).status_code == 302
    assert DoorOperation.objects.count() == 0


def test_somebody_unexpected_is_received_in_three_fields(cast, session, desk):
    page = {"page": str(uuid4()), "tab": "onsite", "receive": "yes"}
    refused = desk.post(address(session), page | {"name": "来栖 直"})
    assert refused.context["form"].errors == {"company": ["「企業」を選んでください"]}
    desk.post(address(session), page | {"company": str(cast.company.pk), "name": "来栖 直", "kana": "くるす"})
    row = Attendance.objects.get(session=session)
    assert (row.person.name_ja, row.person.name_kana, row.attended, row.source) == ("来栖 直", "クルス", True, "door")


def test_nobody_of_a_company_outside_the_programme_is_received(cast, session, desk):
    page = {"page": str(uuid4()), "receive": "yes", "company": str(cast.stranger.company.pk), "name": "来栖 直"}
    assert "company" in desk.post(address(session), page).context["form"].errors
    assert Attendance.objects.count() == 0


# --- Devices ----------------------------------------------------------------------------------------------------------


def test_a_batch_is_answered_with_what_changed_and_the_counts(session, row, desk):
    sent = operation(row)
    answer = send(desk, session, sent).json()
    assert answer["answers"] == [
        {"id": sent["id"], "outcome": "done", "said": f"高橋 陽子さん({row.company.name_ja})を出席にしました。"}
    ]
    assert [changed["id"] for changed in answer["rows"]] == [str(row.pk)]
    assert "1名・1社" in answer["counts"]
    again = send(desk, session, sent).json()
    assert again["answers"] == [{"id": sent["id"], "outcome": "repeated", "said": ""}]


def test_what_is_said_of_a_tap_is_of_that_tap_though_the_next_one_takes_it_back(cast, session, desk):
    """As a device sends them that had no network for a while."""
    row = make_attendance(session, make_person(cast.company, name_ja="遠 隔"), mode="online", attended=None)
    answers = send(desk, session, operation(row), operation(row, "undo")).json()["answers"]
    assert [each["outcome"] for each in answers] == ["done", "done"]
    assert "申込は「オンライン」でしたが、「会場」で記録しました。" in answers[0]["said"]
    assert "取り消しました" in answers[1]["said"]


def test_a_device_hears_of_the_other_device_s_taps_and_of_nothing_twice(cast, session, row, desk, sign_in):
    start = desk.get(address(session, "door_operations")).json()
    send(sign_in(cast.people["secretariat"]), session, operation(row))
    Attendance.objects.filter(pk=row.pk).update(note="")
    news = desk.get(f"{address(session, 'door_operations')}?since={start['cursor'].replace('+', '%2B')}").json()
    assert [(changed["id"], 'data-state="in"' in changed["html"]) for changed in news["rows"]] == [(str(row.pk), True)]


def test_a_clock_that_is_far_off_is_set_right(session, row, desk):
    now = timezone.now()
    wrong = timedelta(hours=9)
    sent = operation(row, at=now - timedelta(minutes=25) + wrong)
    send(desk, session, sent, sent_at=now + wrong)
    row.refresh_from_db()
    assert abs(row.arrived_at - (now - timedelta(minutes=25))) < timedelta(seconds=30)


def test_nothing_happens_in_the_future(session, row, desk):
    send(desk, session, operation(row, at=timezone.now() + timedelta(days=400)))
    row.refresh_from_db()
    assert row.arrived_at <= timezone.now()


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", '{"sent_at": "x"}', '{"sent_at": 1e300}', '{"sent_at": 0, "operations": 3}', '{"sent_at": null}'],
)
def test_what_is_no_batch_is_refused_whole(session, row, desk, body):
    answer = desk.post(address(session, "door_operations"), body, content_type="application/json")
    assert (answer.status_code, DoorOperation.objects.count()) == (422, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"deed": "walk_in"},
        {"deed": "x"},
        {"mode": "x"},
        {"at": "x"},
        {"at": 1e18},
        {"attendance": 4},
        {"attendance": None},
    ],
)
def test_one_tap_that_cannot_be_read_is_said_and_the_others_count(session, row, desk, wrong):
    bad, good = operation(row) | wrong, operation(row)
    answers = send(desk, session, bad, good).json()["answers"]
    assert {each["id"]: each["outcome"] for each in answers} == {good["id"]: "done", bad["id"]: "refused"}


def test_too_much_at_once_is_refused(session, row, desk):
    assert send(desk, session, *(operation(row) for _ in range(201))).status_code == 422


def test_a_device_receives_visitors_and_hears_what_is_missing(cast, session, desk):
    at = milliseconds(timezone.now())
    good = {
        "id": str(uuid4()),
        "company": str(cast.company.pk),
        "name": "来栖 直",
        "kana": "",
        "mode": "onsite",
        "at": at,
    }
    bad = good | {"id": str(uuid4()), "name": " "}
    answers = send(desk, session, walk_ins=[good, bad]).json()["answers"]
    assert [(each["outcome"], each["said"]) for each in answers] == [
        ("done", f"来栖 直さん({cast.company.name_ja})を出席にしました。申込がないか、参加をとりやめた方でした。"),
        ("refused", "「お名前」を入力してください"),
    ]
    assert Attendance.objects.filter(session=session, attended=True).count() == 1


def test_a_cancelled_session_receives_nobody(session, row, desk):
    type(session).objects.filter(pk=session.pk).update(state="cancelled")
    assert send(desk, session, operation(row)).status_code == 423
    desk.post(address(session), {"page": str(uuid4()), "check_in": str(row.pk)})
    row.refresh_from_db()
    assert row.attended is None


def test_more_people_than_places_are_let_in_and_said(cast, session, desk):
    rows = [make_attendance(session, make_person(cast.company), attended=None) for _ in range(2)]
    type(session).objects.filter(pk=session.pk).update(capacity_onsite=1)
    assert "定員を1名超えています" in send(desk, session, operation(rows[0])).json()["counts"]
