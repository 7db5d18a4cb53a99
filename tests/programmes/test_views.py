from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from programmes.models import AgendaItem, Feedback, Session, Speaker
from tests.counting import queries_of
from tests.factories import make_attendance, make_company, make_person, make_programme, make_seat, make_session
from tests.reading import menu, rows, words

AFTERNOON = datetime(2024, 11, 7, 6, 30, tzinfo=UTC)


@pytest.fixture
def held(cast) -> Session:
    """A session of 7 November 2024 in Japanese and English, with two items, a speaker known in English only, and people."""
    session = make_session(
        cast.programme,
        title_ja="経営者サロン 第1日",
        title_en="Management Study Meeting, Day 1",
        starts_at=AFTERNOON,
        ends_at=AFTERNOON + timedelta(minutes=90),
        method="hybrid",
        method_note_en="mainly face-to-face",
        venue_ja="AP東京丸の内",
        venue_en="AP Tokyo Marunouchi",
    )
    lecture = AgendaItem.objects.create(
        session=session, programme=cast.programme, order=1, kind="lecture", title_ja="人権尊重の意義", title_en="Why"
    )
    AgendaItem.objects.create(session=session, programme=cast.programme, order=2, kind="sharing", title_ja="意見共有")
    Speaker.objects.create(
        item=lecture, programme=cast.programme, name_en="Ms. Motoko Ogawa", title_en="Director, METI"
    )
    own = make_person(cast.company, name_ja="髙橋 陽子", name_en="Yoko Takahashi", title="課長")
    make_attendance(session, own, mode="onsite")
    make_attendance(session, make_person(cast.neighbour.company, name_ja="隣 太郎"), mode="online")
    Feedback.objects.create(
        session=session,
        programme=cast.programme,
        company=cast.company,
        person=own,
        comment_ja="視野が広がった。",
        consent="anonymous",
    )
    return session


def session_page(session) -> str:
    return reverse("programmes:session", args=[session.programme_id, session.pk])


# --- Who may open what ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("manager", 200),
        ("neighbour", 200),
        ("adviser", 200),
        ("unassigned_adviser", 200),
        ("secretariat", 200),
        ("stranger", 404),
        ("other_secretariat", 404),
        ("nobody", 404),
    ],
)
def test_sessions_are_for_everybody_in_the_programme(cast, held, sign_in, who, status):
    client = sign_in(cast.people[who])
    statuses = [
        client.get(url).status_code
        for url in (reverse("programmes:sessions", args=[cast.programme.pk]), session_page(held))
    ]
    assert statuses == [status, status]


def test_a_session_is_not_found_below_another_programme(cast, held, sign_in):
    user = make_seat(cast.other_programme, role="member", user=cast.people["secretariat"]).user
    url = reverse("programmes:session", args=[cast.other_programme.pk, held.pk])
    assert sign_in(user).get(url).status_code == 404


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(client, cast, held):
    url = session_page(held)
    response = client.get(url)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={url}")


# --- What stands on the page ------------------------------------------------------------------------------------------


def test_the_secretariat_reads_the_outcome(cast, held, sign_in):
    response = sign_in(cast.people["secretariat"]).get(session_page(held))
    assert words(response, "h1") == ["経営者サロン 第1日"]
    assert [figure.value for figure in response.context["figures"]] == [2, 2, 1, 1]
    assert words(response, "dd", "answer")[:3] == [
        "2024年11月7日(木) 15:30〜17:00",
        "会場とオンライン(対面を中心に)",
        "AP東京丸の内",
    ]
    assert [row[0] for row in rows(response)] == ["髙橋 陽子", "隣 太郎"]
    assert [row[3] for row in rows(response)] == ["出席 会場", "出席 オンライン"]


def test_a_text_that_is_there_in_one_language_only_says_which(cast, held, sign_in):
    response = sign_in(cast.people["staff"]).get(session_page(held))
    assert '<span lang="en">Ms. Motoko Ogawa</span>' in response.content.decode()
    line = response.context["agenda"][0]
    assert (line.title, line.language, line.speakers[0].name_language) == ("人権尊重の意義", "", "en")


@pytest.mark.parametrize(
    ("who", "people", "feedback"),
    [
        ("manager", ["髙橋 陽子"], ["視野が広がった。"]),
        ("neighbour", ["隣 太郎"], []),
        ("adviser", ["髙橋 陽子"], []),
        ("unassigned_adviser", [], []),
        ("secretariat", ["髙橋 陽子", "隣 太郎"], ["視野が広がった。"]),
    ],
)
def test_each_role_sees_the_people_and_the_feedback_that_are_theirs(cast, held, sign_in, who, people, feedback):
    response = sign_in(cast.people[who]).get(session_page(held))
    assert [row[0] for row in rows(response)] == people
    assert [note.text for note in response.context["feedback"]] == feedback


def test_feedback_has_its_name_for_the_company_and_none_for_the_secretariat(cast, held, sign_in):
    own = sign_in(cast.people["manager"]).get(session_page(held)).context["feedback"]
    theirs = sign_in(cast.people["secretariat"]).get(session_page(held)).context["feedback"]
    assert ([note.by for note in own], [note.by for note in theirs]) == (["髙橋 陽子"], [""])


def test_looking_at_feedback_is_told_for_the_secretariat_and_not_for_the_company(cast, held, sign_in):
    sign_in(cast.people["manager"]).get(session_page(held))
    assert list(Event.objects.filter(verb="content.looked_at")) == []
    client = sign_in(cast.people["secretariat"])
    client.get(session_page(held))
    client.get(session_page(held))
    event = Event.objects.get(verb="content.looked_at")
    assert (event.actor_id, event.object_id) == (cast.people["secretariat"].pk, held.pk)


def test_a_session_without_feedback_is_no_look(cast, sign_in):
    session = make_session(cast.programme)
    sign_in(cast.people["secretariat"]).get(session_page(session))
    assert list(Event.objects.filter(verb="content.looked_at")) == []


# --- Lists ------------------------------------------------------------------------------------------------------------


def test_the_list_says_what_came_and_what_is_to_come(cast, held, sign_in):
    coming = make_session(
        cast.programme,
        title_ja="次回",
        starts_at=timezone.now() + timedelta(days=9),
        method="online",
        venue_ja="",
        venue_en="",
    )
    make_attendance(coming, make_person(cast.company), attended=None)
    response = sign_in(cast.people["secretariat"]).get(reverse("programmes:sessions", args=[cast.programme.pk]))
    first, second = rows(response)
    assert (first[0], first[3:]) == ("経営者サロン 第1日", ["2", "2", "1", "1", "実施済み"])
    assert (second[0], second[2:]) == ("次回", ["オンライン", "申込 1名", "–", "–", "–", "予定"])


def test_an_empty_list_says_what_will_stand_there(cast, sign_in):
    response = sign_in(cast.people["secretariat"]).get(reverse("programmes:sessions", args=[cast.programme.pk]))
    assert words(response, "h2")[0] == "セミナーの予定はまだありません"


def test_a_company_sees_its_people_in_the_sessions_of_its_programmes(cast, held, sign_in):
    coming = make_session(cast.programme, title_ja="次回", starts_at=timezone.now() + timedelta(days=9))
    make_attendance(coming, make_person(cast.company, name_ja="小谷 みのり"), mode="online", attended=None)
    make_session(cast.other_programme, title_ja="よそ")
    response = sign_in(cast.people["staff"]).get(reverse("programmes:company_sessions", args=[cast.company.pk]))
    [card] = response.context["cards"]
    assert (card.title, [person.name for person in card.people if person.standing]) == ("次回", ["小谷 みのり"])
    past = ["経営者サロン 第1日", "2024年11月7日(木) 15:30〜17:00", "髙橋 陽子(会場)"]
    assert rows(response) == [[*past, "–", "–"]]  # neither a survey nor certificates


@pytest.mark.parametrize("count", [1, 30])
def test_lists_ask_the_same_whatever_they_hold(cast, sign_in, count):
    for _ in range(count):
        session = make_session(cast.programme)
        make_attendance(session, make_person(cast.company))
        make_attendance(session, make_person(cast.neighbour.company))
    secretariat, staff = sign_in(cast.people["secretariat"]), sign_in(cast.people["staff"])
    assert len(queries_of(secretariat, reverse("programmes:sessions", args=[cast.programme.pk]))) == 8
    assert len(queries_of(staff, reverse("programmes:company_sessions", args=[cast.company.pk]))) == 13


@pytest.mark.parametrize("count", [1, 30])
def test_a_session_asks_the_same_however_many_came(cast, held, sign_in, count):
    for order in range(count):
        item = AgendaItem.objects.create(
            session=held, programme=cast.programme, order=10 + order, kind="case", title_ja="例"
        )
        Speaker.objects.create(item=item, programme=cast.programme, name_ja="話し手")
        make_attendance(held, make_person(cast.company))
    assert len(queries_of(sign_in(cast.people["secretariat"]), session_page(held))) == 18


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_of_programmes_asks_the_same_however_many_there_are(cast, sign_in, count):
    user = cast.people["secretariat"]
    for _ in range(count):
        make_seat(make_programme(), role="member", user=user)
    assert len(queries_of(sign_in(user), reverse("programmes:list"))) == 6


def test_programmes_are_listed_with_ones_own_role(cast, sign_in):
    make_seat(cast.other_programme, role="adviser", user=cast.people["secretariat"])
    response = sign_in(cast.people["secretariat"]).get(reverse("programmes:list"))
    found = {(row[0], row[4]) for row in rows(response)}
    assert found == {(cast.programme.name_ja, "事務局(責任者)"), (cast.other_programme.name_ja, "アドバイザー")}


def test_long_lists_have_pages_of_fifty(cast, sign_in):
    for _ in range(51):
        make_session(cast.programme)
    client, url = sign_in(cast.people["secretariat"]), reverse("programmes:sessions", args=[cast.programme.pk])
    assert [len(rows(client.get(f"{url}?page={page}"))) for page in (1, 2)] == [50, 1]
    assert client.get(f"{url}?page=3").status_code == 404


def test_a_member_keeps_the_companys_menu_on_a_page_of_the_programme(cast, held, sign_in):
    response = sign_in(cast.people["staff"]).get(session_page(held))
    assert menu(response) == ["ホーム", "人権方針", "セミナー", "個別相談", "ヘルプ"]


def test_a_company_outside_any_programme_sees_no_session(cast, sign_in):
    enrolment = make_company(cast.programme)
    response = sign_in(cast.people["stranger"]).get(reverse("programmes:company_sessions", args=[enrolment.company_id]))
    assert response.status_code == 404
