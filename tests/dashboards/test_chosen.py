"""What is done about many companies that were ticked in the list: counted exactly, all or none, and nothing typed is lost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from programmes.models import Charge, Extension, Mailing
from programmes.services import following
from tests.counting import FRAME_OF_A_TEST
from tests.factories import make_company, make_programme, make_seat
from tests.policies.test_queries import APPROVED, put
from tests.reading import rows, words

TODAY = timezone.localdate
LATER = timedelta(days=20)


class Desk:
    """Four companies of a programme, one of another, and a client of the secretariat."""

    def __init__(self, sign_in):
        self.programme = make_programme(ends_on=TODAY() + timedelta(days=200))
        self.leader = make_seat(self.programme, role="leader")
        names = ("アオバ", "イズミ", "ウミ", "エダ")
        self.enrolments = [make_company(self.programme, name_ja=name, name_kana=name) for name in names]
        self.stranger = make_company(make_programme())
        self.client = sign_in(self.leader.user)

    def url(self, name: str) -> str:
        app = "reports" if name == "cohort_sheet" else "dashboards"
        return reverse(f"{app}:{name}", args=[self.programme.pk])

    def post(self, name: str, *enrolments, **sent):
        return self.client.post(
            self.url(name), {"company": [each.company_id for each in enrolments], "list": ""} | sent
        )

    def kind(self, code="approved"):
        return self.programme.milestone_kinds.get(code=code)


@pytest.fixture
def desk(db, sign_in) -> Desk:
    return Desk(sign_in)


def hidden(response) -> dict:
    """Return what goes along to the second page."""
    form = response.context["form"]
    return {name: form[name].value() for name in ("companies", "list")}


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


PAGES = ("charge_chosen", "extend_chosen", "new_mailing", "cohort_sheet")


@pytest.mark.parametrize("name", PAGES)
def test_without_a_tick_the_list_comes_back_as_it_was_and_says_so(desk, name):
    answer = desk.client.post(desk.url(name), {"list": "show=drafting&q=イ"}, follow=True)
    assert answer.redirect_chain == [(f"{desk.url('companies')}?show=drafting&q=%E3%82%A4", 302)]
    assert said(answer) == ["企業が選ばれていません。先に企業にチェックを入れるか、この一覧のすべてを選んでください。"]
    assert rows(answer)[0][0] == "イズミ"


@pytest.mark.parametrize("name", PAGES[:2])
def test_the_choice_is_counted_and_companies_of_others_are_not_in_it(desk, name):
    answer = desk.post(name, *desk.enrolments[:2], desk.stranger)
    assert [company.name_ja for company in answer.context["chosen"]] == ["アオバ", "イズミ"]
    assert "2社を選択中" in words(answer, "summary")


def test_all_of_the_list_are_those_that_its_address_finds_when_it_was_pressed(desk):
    put(desk.enrolments[0], "published", **APPROVED, published_on=APPROVED["approved_on"])
    answer = desk.post("charge_chosen", desk.enrolments[0], all="1", list="show=drafting")
    assert [company.name_ja for company in answer.context["chosen"]] == ["イズミ", "ウミ", "エダ"]
    # The list changes before the answer comes: what was counted is what is done.
    put(desk.enrolments[1], "published", **APPROVED, published_on=APPROVED["approved_on"])
    desk.client.post(desk.url("charge_chosen"), hidden(answer) | {"seat": str(desk.leader.pk)})
    assert set(Charge.objects.values_list("company_id", flat=True)) == {e.company_id for e in desk.enrolments[1:]}


def test_somebody_is_put_in_charge_of_all_and_it_is_said_of_how_many(desk):
    first, second, third, _fourth = desk.enrolments
    other = make_seat(desk.programme, role="member")
    following.put_in_charge(enrolment=first, seat=desk.leader, actor=desk.leader.user, today=TODAY())
    following.put_in_charge(enrolment=second, seat=other, actor=desk.leader.user, today=TODAY() - LATER)
    page = desk.post("charge_chosen", first, second, third, list="show=drafting")
    answer = desk.client.post(desk.url("charge_chosen"), hidden(page) | {"seat": str(desk.leader.pk)}, follow=True)
    assert answer.redirect_chain == [(f"{desk.url('companies')}?show=drafting", 302)]
    assert said(answer) == ["2社の事務局の担当を変更しました。1社はすでにそうなっていました。"]
    standing = Charge.objects.standing()
    assert set(standing.values_list("company_id", "seat_id")) == {
        (each.company_id, desk.leader.pk) for each in (first, second, third)
    }
    assert Charge.objects.get(seat=other).until_on == TODAY()
    logged = Event.objects.filter(verb="charge.changed").values_list("company_id", flat=True)
    assert sorted(logged) == sorted([first.company_id, second.company_id, second.company_id, third.company_id])


def test_nobody_is_an_answer_and_no_answer_is_none(desk):
    first, second, *_ = desk.enrolments
    following.put_in_charge(enrolment=first, seat=desk.leader, actor=desk.leader.user, today=TODAY() - LATER)
    page = desk.post("charge_chosen", first, second)
    for nonsense in ("", "nonsense", str(make_seat(make_programme(), role="leader").pk)):
        answer = desk.client.post(desk.url("charge_chosen"), hidden(page) | {"seat": nonsense})
        assert list(answer.context["form"].errors) == ["seat"]
        assert len(answer.context["chosen"]) == 2
        assert hidden(answer) == hidden(page)
    desk.client.post(desk.url("charge_chosen"), hidden(page) | {"seat": "nobody"})
    assert not Charge.objects.standing().exists()


def test_a_deadline_is_extended_for_those_whom_it_helps(desk):
    first, second, third, fourth = desk.enrolments
    put(first, "approved", **APPROVED)
    due = TODAY() + LATER
    for each, day in ((second, due), (third, due - LATER)):
        following.extend_deadline(
            enrolment=each, kind=desk.kind(), due_on=day, reason="前の理由", actor=desk.leader.user, today=TODAY()
        )
    page = desk.post("extend_chosen", *desk.enrolments)
    sent = hidden(page) | {"kind": str(desk.kind().pk), "due_on": due.isoformat(), "reason": "繁忙期のため"}
    answer = desk.client.post(desk.url("extend_chosen"), sent, follow=True)
    assert said(answer) == [
        "2社の期限を延長しました。1社はすでに達成していました。1社の期限はすでに同じ日か、それより後でした。"
    ]
    now = Extension.objects.standing().filter(reason="繁忙期のため")
    assert set(now.values_list("company_id", "due_on")) == {(third.company_id, due), (fourth.company_id, due)}
    assert Extension.objects.get(enrolment=third, reason="前の理由").until_on == TODAY()
    assert Event.objects.filter(verb="deadline.extended", company_id=fourth.company_id).count() == 1


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"due_on": "2025-02-30"}, "due_on"),
        ({"due_on": "2020-01-01"}, "due_on"),
        ({"reason": ""}, "reason"),
        ({"kind": ""}, "kind"),
        ({"kind": "nonsense"}, "kind"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_choice_and_words_stay(desk, changed, wrong):
    page = desk.post("extend_chosen", *desk.enrolments[:3], list="show=drafting")
    sent = {"kind": str(desk.kind().pk), "due_on": (TODAY() + LATER).isoformat(), "reason": "繁忙期"} | changed
    answer = desk.client.post(desk.url("extend_chosen"), hidden(page) | sent)
    assert list(answer.context["form"].errors) == [wrong]
    assert hidden(answer) == hidden(page)
    assert {name: answer.context["form"][name].value() for name in sent} == sent
    assert not Extension.objects.exists()


def test_a_day_that_helps_nobody_changes_nothing(desk):
    put(desk.enrolments[0], "approved", **APPROVED)
    page = desk.post("extend_chosen", desk.enrolments[0])
    sent = {"kind": str(desk.kind().pk), "due_on": (TODAY() + LATER).isoformat(), "reason": "R"}
    answer = desk.client.post(desk.url("extend_chosen"), hidden(page) | sent)
    assert list(answer.context["form"].errors) == ["due_on"]
    assert not Extension.objects.exists()


def test_the_day_of_a_session_or_of_joining_is_not_offered(desk):
    page = desk.post("extend_chosen", desk.enrolments[0])
    offered = [key for key, _label in page.context["form"].fields["kind"].choices]
    assert offered == ["", *(str(desk.kind(code).pk) for code in ("submitted", "endorsed", "approved", "published"))]


def test_a_letter_begins_with_the_choice_and_keeps_it_through_an_error(desk):
    put(desk.enrolments[0], "published", **APPROVED, published_on=APPROVED["approved_on"])
    page = desk.post("new_mailing", all="1", list="show=drafting")
    assert {company.name_ja for company in page.context["chosen"]} == {"イズミ", "ウミ", "エダ"}
    companies = page.context["chosen_ids"]
    refused = desk.client.post(desk.url("new_mailing"), {"companies": companies, "tone": "polite", "words_ja": "覚え"})
    assert list(refused.context["form"].errors) == ["about"]
    assert (refused.context["chosen_ids"], refused.context["form"]["words_ja"].value()) == (companies, "覚え")
    desk.client.post(desk.url("new_mailing"), {"companies": companies, "tone": "polite", "about": "policy"})
    assert set(Mailing.objects.get().company_ids) == {each.company_id for each in desk.enrolments[1:]}


@pytest.mark.parametrize("how", ["ticked", "all"])
def test_the_file_holds_the_chosen_companies_and_says_so(desk, how):
    sent = {"all": "1"} if how == "all" else {}
    answer = desk.post("cohort_sheet", *desk.enrolments[1:3], desk.stranger, list="sort=-name", **{"as": "csv"}, **sent)
    lines = answer.content.decode("utf-8-sig").splitlines()
    listed = [line.split(",")[0] for line in lines[lines.index("") + 2 :]]
    assert listed == (["エダ", "ウミ", "イズミ", "アオバ"] if how == "all" else ["ウミ", "イズミ"])
    assert ("手で選択,チェックを入れた企業のみ" in lines) is (how == "ticked")


def test_what_is_done_asks_the_same_for_one_and_for_thirty(desk):
    enrolments = desk.enrolments + [make_company(desk.programme) for _ in range(26)]
    asked = []
    for some, days in ((enrolments[:1], 20), (enrolments, 30)):
        sent = {"kind": str(desk.kind().pk), "due_on": (TODAY() + timedelta(days=days)).isoformat(), "reason": "R"}
        page = desk.post("extend_chosen", *some)
        with CaptureQueriesContext(connection) as captured:
            answer = desk.client.post(desk.url("extend_chosen"), hidden(page) | sent)
        assert answer.status_code == 302
        asked.append(len([each for each in captured.captured_queries if not each["sql"].startswith(FRAME_OF_A_TEST)]))
    # The second time there is an extension to end for one of them.
    assert asked[1] == asked[0] + 1


@pytest.mark.parametrize("who", ["adviser", "manager"])
def test_it_is_the_secretariats(desk, cast, sign_in, who):
    client = sign_in(cast.people[who])
    for name in ("charge_chosen", "extend_chosen"):
        url = reverse(f"dashboards:{name}", args=[cast.programme.pk])
        assert client.post(url, {"company": str(cast.company.pk)}).status_code == 403
