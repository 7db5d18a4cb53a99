"""Joining by hand, withdrawing and coming back; and that figures of any day are those of the companies of that day."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from companies.models import Company
from policies.models import Cycle
from policies.queries import cohort_figures
from programmes.models import Enrolment, Interruption
from programmes.services.enrolment import return_company, withdraw_company
from tests.counting import queries_of
from tests.factories import make_company, make_consultation, make_programme, make_seat
from tests.reading import words
from tests.roles import seen_by

# The programme of the cast runs from 1 November 2024 to 30 April 2025.
OUT, BACK = date(2025, 1, 10), date(2025, 2, 10)


@pytest.fixture
def desk(cast, sign_in):
    return sign_in(cast.people["secretariat"])


def page(cast, name="enrolment", company=None) -> str:
    more = [] if name == "enrol" else [(company or cast.company).pk]
    return reverse(f"dashboards:{name}", args=[cast.programme.pk, *more])


def withdrawal(on=OUT, reason="体制の変更") -> dict:
    return {"deed": "withdraw", "withdraw-withdrawn_on": on.isoformat(), "withdraw-reason": reason}


def counted(cast, day) -> tuple[int, int]:
    """How many companies take part on a day: as the denominator of figures, and for the chip of their list."""
    user = cast.people["secretariat"]
    with seen_by(user):
        listed = Enrolment.objects.visible_to(user).filter(programme=cast.programme).as_of(day).count()
        return listed, cohort_figures(user, cast.programme, day=day)["enrolled"]


# --- Withdrawing and coming back ----------------------------------------------------------------------------------------


def test_figures_of_every_day_are_those_of_the_companies_of_that_day(cast, desk):
    assert desk.post(page(cast), withdrawal()).status_code == 302
    days = [OUT - timedelta(days=1), OUT, BACK - timedelta(days=1), BACK]
    assert [counted(cast, day) for day in days] == [(2, 2), (1, 1), (1, 1), (1, 1)]
    returning = {"deed": "return", "return-returned_on": BACK.isoformat()}
    assert desk.post(page(cast), returning).status_code == 302
    assert [counted(cast, day) for day in days] == [(2, 2), (1, 1), (1, 1), (2, 2)]
    enrolment = Enrolment.objects.get(pk=cast.enrolment.pk)
    assert (enrolment.withdrawn_on, enrolment.withdrawal_reason) == (None, "")
    away = Interruption.objects.get()
    assert (away.withdrawn_on, away.returned_on, away.reason) == (OUT, BACK, "体制の変更")
    text = desk.get(page(cast)).content.decode()
    assert "体制の変更" in text
    events = Event.objects.filter(object_id=enrolment.pk, verb__startswith="company.").order_by("at")
    assert [(e.verb, e.detail) for e in events if e.detail] == [
        ("company.withdrawn", {"happened_on": "2025-01-10"}), ("company.returned", {"happened_on": "2025-02-10"}),
    ]  # fmt: skip


def test_a_list_of_a_day_in_between_has_the_company_among_those_withdrawn(cast, desk):
    actor = cast.people["secretariat"]
    withdraw_company(enrolment=cast.enrolment, withdrawn_on=OUT, reason="R", actor=actor)
    return_company(enrolment=cast.enrolment, returned_on=BACK, actor=actor)
    url = reverse("dashboards:companies", args=[cast.programme.pk])
    found = {}
    for day in (OUT, BACK):
        text = desk.get(f"{url}?show=withdrawn&as_of={day.isoformat()}").content.decode()
        found[day] = cast.company.name_ja in text
    assert found == {OUT: True, BACK: False}


def test_a_withdrawal_by_mistake_leaves_no_days_between(cast, desk):
    desk.post(page(cast), withdrawal())
    desk.post(page(cast), withdrawal(on=OUT + timedelta(days=1), reason="訂正"))
    desk.post(page(cast), {"deed": "return", "return-returned_on": (OUT + timedelta(days=1)).isoformat()})
    assert Interruption.objects.count() == 0
    assert counted(cast, OUT) == (2, 2)


@pytest.mark.parametrize(
    ("deed", "field", "day", "said"),
    [
        ("withdraw", "withdrawn_on", "2024-10-31", "2024年11月1日"),
        ("withdraw", "withdrawn_on", "2025-05-01", "2025年4月30日"),
        ("withdraw", "withdrawn_on", "", "入力してください"),
        ("return", "returned_on", "2025-01-09", "2025年1月10日"),
        ("return", "returned_on", "2025-05-01", "2025年4月30日"),
    ],
)
def test_a_day_that_cannot_be_is_said_at_the_field(cast, desk, deed, field, day, said):
    if deed == "return":
        desk.post(page(cast), withdrawal())
    values = withdrawal(reason="書きかけの理由") | {"deed": deed, f"{deed}-{field}": day}
    response = desk.post(page(cast), values)
    assert response.status_code == 422
    assert said in " ".join(response.context["wrong_form"].errors[field])
    assert deed == "return" or "書きかけの理由" in response.content.decode()
    assert Enrolment.objects.get(pk=cast.enrolment.pk).withdrawn_on == (OUT if deed == "return" else None)


def test_a_withdrawal_needs_a_reason_and_says_what_stays_to_be_settled(cast, desk):
    adviser = cast.programme.seats.get(user=cast.people["adviser"])
    make_consultation(cast.enrolment, adviser, starts_at=timezone.now() + timedelta(days=3), state="booked")
    response = desk.post(page(cast), withdrawal(reason=""))
    assert list(response.context["wrong_form"].errors) == ["reason"]
    told = " ".join(words(response, "li"))
    assert "個別相談が1件予約" in told
    assert "アドバイザー1名" in told


def test_the_days_between_are_written_once_and_by_the_secretariat_alone(cast):
    actor = cast.people["secretariat"]
    withdraw_company(enrolment=cast.enrolment, withdrawn_on=OUT, reason="R", actor=actor)
    with seen_by(actor):
        away = return_company(enrolment=cast.enrolment, returned_on=BACK, actor=actor)
    with pytest.raises(DatabaseError, match="permission denied"), seen_by(actor):
        Interruption.objects.filter(pk=away.pk).delete()
    manager = cast.people["manager"]
    with pytest.raises(DatabaseError, match="row-level security"), seen_by(manager):
        Interruption.objects.create(
            enrolment=cast.enrolment, company=cast.company, programme=cast.programme, withdrawn_on=OUT,
            returned_on=BACK, recorded_by=manager,
        )  # fmt: skip


# --- Joining ------------------------------------------------------------------------------------------------------------


NEW = {"name_ja": "新しい会社", "name_kana": "あたらしいかいしゃ", "code": "N01", "joined_on": "2024-12-02"}


def test_a_new_company_joins_with_a_policy_to_be_written(cast, desk):
    assert desk.post(page(cast, "enrol"), NEW | {"corporate_number": "7000012050002"}).status_code == 302
    company = Company.objects.get(name_ja="新しい会社")
    enrolment = Enrolment.objects.get(company=company)
    assert (enrolment.code, enrolment.joined_on) == ("N01", date(2024, 12, 2))
    assert Cycle.objects.get(enrolment=enrolment).state == "drafting"
    assert counted(cast, date(2024, 12, 2)) == (3, 3)
    assert desk.get(page(cast, company=company)).status_code == 200


def test_a_company_of_another_programme_joins_as_it_is(cast, desk):
    other = make_programme()
    make_seat(other, role="leader", user=cast.people["secretariat"])
    known = make_company(other)
    values = {"company": known.company_id, "code": "N02", "joined_on": "2024-12-02"}
    assert desk.post(page(cast, "enrol"), values).status_code == 302
    assert Enrolment.objects.filter(company=known.company).count() == 2
    assert Cycle.objects.filter(company=known.company).count() == 1
    offered = desk.get(page(cast, "enrol")).context["form"].fields["company"].queryset
    assert known.company not in offered


@pytest.mark.parametrize(
    ("field", "change", "said"),
    [
        ("name_ja", {"name_ja": ""}, "企業"),
        ("company", {"company": "stranger"}, "正しく選択"),
        ("code", {"code": "taken"}, "この企業コードは"),
        ("corporate_number", {"corporate_number": "7000012050003"}, "検査数字"),
        ("corporate_number", {"corporate_number": "7010705000725"}, "この法人番号は"),
        ("joined_on", {"joined_on": "2025-05-01"}, "2025年4月30日"),
    ],
)
def test_what_cannot_be_is_said_at_the_field(cast, desk, field, change, said):
    Company.objects.filter(pk=cast.neighbour.company_id).update(corporate_number="7010705000725")
    known = {"taken": cast.enrolment.code, "stranger": str(cast.stranger.company_id)}
    values = NEW | {name: known.get(value, value) for name, value in change.items()}
    response = desk.post(page(cast, "enrol"), values)
    assert response.status_code == 422
    assert said in " ".join(response.context["form"].errors[field])
    assert 'value="アタラシイカイシャ"' in response.content.decode() or NEW["name_kana"] in response.content.decode()
    assert Enrolment.objects.filter(programme=cast.programme).count() == 2


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(("name", "queries"), [("enrol", 7), ("enrolment", 10)])
def test_the_pages_ask_the_same_whatever_they_hold(cast, desk, name, queries, count):
    actor = cast.people["secretariat"]
    for number in range(count):
        make_company(cast.programme)
        day = cast.enrolment.joined_on + timedelta(days=2 * number)
        withdraw_company(enrolment=cast.enrolment, withdrawn_on=day, reason="R", actor=actor)
        return_company(enrolment=cast.enrolment, returned_on=day + timedelta(days=1), actor=actor)
    assert len(queries_of(desk, page(cast, name))) == queries
