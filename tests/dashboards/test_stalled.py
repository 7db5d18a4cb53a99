"""Companies that do not move: who is listed, whose turn it is, and that no text is asked."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programmes import services as programmes
from tests.counting import queries_of
from tests.factories import make_assignment, make_company, make_consultation, make_programme, make_seat
from tests.policies.test_queries import put
from tests.reading import rows, words


@pytest.fixture
def world(db, sign_in):
    programme = make_programme(
        starts_on=timezone.localdate() - timedelta(days=300), ends_on=timezone.localdate() + timedelta(days=60)
    )
    leader, adviser = make_seat(programme, role="leader"), make_seat(programme, role="adviser")
    client = sign_in(leader.user)
    url = reverse("dashboards:stalled", args=[programme.pk])

    def get(query=""):
        return client.get(f"{url}?{query}")

    get.programme, get.leader, get.adviser, get.client, get.url = programme, leader, adviser, client, url
    return get


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def company(world, name, state="", *, days, advised=True, **fields):
    enrolment = make_company(world.programme, name_ja=name, name_kana=name, joined_on=ago(200), **fields)
    if state:
        moves = {"submitted_on": ago(days)}
        if state in ("endorsed", "approved", "published"):
            moves |= {"endorsed_on": ago(days)}
        if state in ("approved", "published"):
            moves |= {"approved_on": ago(days)}
        if state == "published":
            moves |= {"published_on": ago(days)}
        put(enrolment, state, **moves)
    if advised:
        make_assignment(enrolment, world.adviser)
    return enrolment


def test_who_has_not_moved_for_so_many_days_is_listed_the_longest_still_first(world):
    company(world, "イ", "submitted", days=40)
    company(world, "ア", "approved", days=95)
    company(world, "ウ", "submitted", days=20)
    company(world, "エ", "published", days=90)
    company(world, "オ", "submitted", days=50, withdrawn_on=ago(10))
    assert [row[0] for row in rows(world())] == ["ア", "イ"]
    assert [(row[0], row[3]) for row in rows(world("days=14"))] == [("ア", "95"), ("イ", "40"), ("ウ", "20")]
    assert [row[0] for row in rows(world("days=90"))] == ["ア"]
    other = world("days=45")
    assert [row[0] for row in rows(other)] == ["ア", "イ"]
    assert other.context["left_out"] == ["「45」は選べません。30日以上動きのない企業を表示しています。"]
    assert world().context["left_out"] == []
    assert [row[0] for row in rows(world("days=nonsense"))] == ["ア", "イ"]


def test_a_milestone_is_a_move(world):
    enrolment = company(world, "ア", days=0)
    assert [row[3] for row in rows(world())] == ["200"]
    programmes.reach_milestone(
        enrolment=enrolment, source="submitted", reached_on=ago(29), evidence=enrolment, actor=world.leader.user
    )
    assert rows(world()) == []


@pytest.mark.parametrize(
    ("state", "advised", "turn", "step"),
    [
        ("", True, "企業", "下書きが止まっている理由を尋ね、個別相談を案内してください"),
        ("", False, "事務局", "アドバイザーを割り当ててください"),
        ("submitted", True, "アドバイザー", "確認がいつ終わるかアドバイザーに尋ねるか、別の方に依頼してください"),
        ("submitted", False, "事務局", "アドバイザーを割り当ててください。提出済みの方針が確認を待っています"),
        ("endorsed", True, "企業", "誰がいつまでに承認するかを尋ねてください"),
        ("approved", True, "企業", "どこにいつ公表するかを尋ねてください"),
    ],
)
def test_the_next_step_follows_from_state_and_adviser(world, state, advised, turn, step):
    company(world, "ア", state, days=40, advised=advised)
    assert rows(world())[0][4:6] == [turn, step]


def test_a_booked_consultation_is_waited_for(world):
    enrolment = company(world, "ア", days=0)
    starts_at = timezone.now() + timedelta(days=5)
    make_consultation(enrolment, world.adviser, starts_at=starts_at, state="booked")
    day = timezone.localdate(starts_at)
    assert rows(world())[0][5].startswith(f"{day.year}/{day.month}/{day.day}に個別相談の予約があります")


def test_an_empty_list_says_so(world):
    assert words(world(), "h2")[0] == "動きのない企業はありません"


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_asks_the_same_whatever_it_holds(world, count):
    for number in range(count):
        company(world, f"会社{number}", "submitted", days=40 + number)
    assert len(queries_of(world.client, world.url)) == 7
