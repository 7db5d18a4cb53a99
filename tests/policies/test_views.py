from datetime import date

import pytest
from django.urls import reverse

from common.tenancy import acting_as
from policies.enums import Transition
from policies.models import Cycle, Move, Policy
from policies.rendering import move_events
from policies.workflow import move
from tests.counting import queries_of
from tests.factories import make_company
from tests.policies.test_queries import APPROVED, put
from tests.reading import rows, words


def list_page(programme) -> str:
    return reverse("policies:programme", args=[programme.pk])


def own_page(company) -> str:
    return reverse("policies:company", args=[company.pk])


@pytest.mark.parametrize(
    ("who", "of_company", "of_programme"),
    [
        ("manager", 200, 403),
        ("staff", 200, 403),
        ("neighbour", 404, 403),
        ("stranger", 404, 404),
        ("adviser", 200, 200),
        ("unassigned_adviser", 404, 200),
        ("former_adviser", 404, 200),
        ("secretariat", 200, 200),
        ("other_secretariat", 404, 404),
        ("nobody", 404, 404),
    ],
)
def test_who_may_see_where_policies_stand(cast, sign_in, who, of_company, of_programme):
    client = sign_in(cast.people[who])
    found = (client.get(own_page(cast.company)).status_code, client.get(list_page(cast.programme)).status_code)
    assert found == (of_company, of_programme)


def test_a_company_reads_how_its_policy_got_where_it_is(cast, sign_in):
    staff, cycle = cast.people["staff"], Cycle.objects.get(enrolment=cast.enrolment)
    adviser = cast.people["adviser"]
    for actor, transition, day in (
        (staff, Transition.SUBMIT, 10),
        (adviser, Transition.START_REVIEW, 12),
        (adviser, Transition.REQUEST_CHANGES, 14),
    ):
        with acting_as(actor.pk):
            move(cycle=cycle, transition=transition, actor=actor, today=date(2025, 2, day))
    response = sign_in(staff).get(own_page(cast.company))
    assert [event.title for event in response.context["events"]] == [
        "アドバイザーが修正をお願いしました",
        "アドバイザーが確認を始めました",
        "アドバイザーに提出しました",
    ]
    assert words(response, "time") == ["2025年2月14日(金)", "2025年2月12日(水)", "2025年2月10日(月)"]
    assert words(response, "li", "here") == ["書く"]


def test_days_that_an_import_told_say_so(cast, sign_in):
    put(cast.enrolment, "approved", **APPROVED)
    response = sign_in(cast.people["staff"]).get(own_page(cast.company))
    events = response.context["rounds"][0]["events"]
    assert [(event.at, event.by) for event in events] == [
        (date(2025, 3, 14), "取り込んだ名簿の日付"),
        (date(2025, 2, 10), "取り込んだ名簿の日付"),
    ]


def test_a_move_that_an_import_tells_too_is_one(cast):
    staff, day = cast.people["staff"], date(2025, 3, 1)
    cycle = Cycle.objects.get(enrolment=cast.enrolment)
    told = {"cycle": cycle, "company": cast.company, "programme": cast.programme, "is_restored": True}
    for on in (day, date(2025, 2, 1)):
        told |= {"transition": Transition.SUBMIT, "from_state": "drafting", "to_state": "submitted", "moved_on": on}
        Move.objects.create(**told)
    with acting_as(staff.pk):
        move(cycle=cycle, transition=Transition.SUBMIT, actor=staff, today=day)
    assert [(event.at, bool(event.by)) for event in move_events(cycle.moves.all())] == [
        (day, False),
        (date(2025, 2, 1), True),
    ]


def test_an_approval_without_a_review_is_marked_on_both_pages(cast, sign_in):
    put(cast.enrolment, "approved", **APPROVED)
    put(cast.neighbour, "approved", **APPROVED, endorsed_on=date(2025, 3, 1))
    client = sign_in(cast.people["secretariat"])
    pages = [client.get(own_page(e.company)).content.decode() for e in (cast.enrolment, cast.neighbour)]
    assert ["アドバイザーの確認なし" in page for page in pages] == [True, False]
    found = {row[0]: row[1:] for row in rows(client.get(list_page(cast.programme)))}
    assert found == {
        cast.company.name_ja: ["承認済み", "2025/2/10", "–", "2025/3/14 アドバイザーの確認なし", "–"],
        cast.neighbour.company.name_ja: ["承認済み", "2025/2/10", "2025/3/1", "2025/3/14", "–"],
    }


def test_the_address_of_a_published_policy_is_a_link(cast, sign_in):
    put(cast.enrolment, "published", **APPROVED, published_on=date(2025, 3, 17))
    Policy.objects.filter(company=cast.company).update(published_url="https://company.example/policy")
    client = sign_in(cast.people["secretariat"])
    for url in (own_page(cast.company), list_page(cast.programme)):
        assert 'href="https://company.example/policy"' in client.get(url).content.decode()


def test_an_adviser_lists_the_assigned_companies_only(cast, sign_in):
    found = {
        who: [row[0] for row in rows(sign_in(cast.people[who]).get(list_page(cast.programme)))]
        for who in ("adviser", "unassigned_adviser", "secretariat")
    }
    names = [cast.company.name_ja, cast.neighbour.company.name_ja]
    assert found == {"adviser": names[:1], "unassigned_adviser": [], "secretariat": names}


def test_chips_count_what_they_leave(cast, sign_in):
    put(cast.enrolment, "approved", **APPROVED)
    client = sign_in(cast.people["secretariat"])
    response = client.get(list_page(cast.programme))
    assert [(chip.label, chip.count, chip.active) for chip in response.context["chips"]] == [
        ("すべて", 2, True),
        ("入力中", 1, False),
        ("承認済み", 1, False),
    ]
    assert [row[0] for row in rows(client.get(list_page(cast.programme) + "?state=approved"))] == [cast.company.name_ja]


def test_an_unknown_filter_shows_the_whole_list(cast, sign_in):
    response = sign_in(cast.people["secretariat"]).get(list_page(cast.programme) + "?state=burnt&sort=size")
    assert len(rows(response)) == 2


@pytest.mark.parametrize(("sort", "order"), [("submitted", [0, 1, 2]), ("-submitted", [1, 0, 2]), ("-name", [2, 1, 0])])
def test_the_list_is_ordered_by_name_or_day_and_rows_without_a_day_come_last(cast, sign_in, sort, order):
    third = make_company(cast.programme)
    put(cast.enrolment, "submitted", submitted_on=date(2025, 2, 1))
    put(cast.neighbour, "submitted", submitted_on=date(2025, 2, 2))
    names = [e.company.name_ja for e in (cast.enrolment, cast.neighbour, third)]
    response = sign_in(cast.people["secretariat"]).get(f"{list_page(cast.programme)}?sort={sort}")
    assert [row[0] for row in rows(response)] == [names[number] for number in order]


def test_a_search_without_result_offers_the_way_back(cast, sign_in):
    response = sign_in(cast.people["secretariat"]).get(list_page(cast.programme) + "?q=ない会社&state=drafting")
    assert words(response, "h2")[0] == "条件に合う企業はありません"
    assert 'href="?"' in response.content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_pages_ask_the_same_whatever_they_hold(cast, sign_in, count):
    for _ in range(count):
        put(make_company(cast.programme), "approved", **APPROVED)
    assert len(queries_of(sign_in(cast.people["secretariat"]), list_page(cast.programme))) == 7
    assert len(queries_of(sign_in(cast.people["staff"]), own_page(cast.company))) == 9
