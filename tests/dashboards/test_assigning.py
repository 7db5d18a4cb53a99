"""Who advises whom, as the secretariat arranges it; and that access follows with the next request."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from consultations.models import Absence
from notifications.models import Message
from programmes.models import Assignment, Conflict
from programmes.services import assignment as services
from tests.counting import queries_of
from tests.factories import make_assignment, make_company, make_consultation, make_programme, make_seat
from tests.reading import rows, words
from tests.roles import seen_by

DAY = timedelta(days=1)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture(autouse=True)
def running(cast, today):
    """The programme of the cast runs today, so that advisers can be assigned."""
    cast.programme.starts_on, cast.programme.ends_on = today - 60 * DAY, today + 90 * DAY
    cast.programme.save()


@pytest.fixture
def desk(cast, sign_in):
    return sign_in(cast.people["secretariat"])


def seat(cast, who):
    return cast.programme.seats.get(user=cast.people[who])


def page(cast, name, *args) -> str:
    return reverse(f"dashboards:{name}", args=[cast.programme.pk, *args])


def of_company(cast, *more, company=None) -> str:
    name = "assignment" if more else "company_advisers"
    return page(cast, name, (company or cast.company).pk, *more)


def declare(cast, who, company):
    own = seat(cast, who)
    return Conflict.objects.create(
        seat=own, programme=cast.programme, company=company, reason="顧問先", declared_by_id=own.user_id
    )


def policy_page(company) -> str:
    return reverse("policies:company", args=[company.pk])


# --- Assigning ----------------------------------------------------------------------------------------------------------


def test_an_adviser_is_assigned_reads_the_company_at_once_and_is_told(cast, desk, sign_in, today):
    adviser, theirs = seat(cast, "unassigned_adviser"), sign_in(cast.people["unassigned_adviser"])
    assert theirs.get(policy_page(cast.company)).status_code == 404
    values = {"adviser": adviser.pk, "starts_on": today.isoformat(), "ends_on": (today + 30 * DAY).isoformat()}
    response = desk.post(of_company(cast), values)
    assert response.status_code == 302
    given = Assignment.objects.get(adviser=adviser)
    assert (given.company, given.starts_on, given.ends_on) == (cast.company, today, today + 30 * DAY)
    assert theirs.get(policy_page(cast.company)).status_code == 200
    told = Message.objects.get(kind="adviser_assigned")
    assert (told.to_user, told.params["companies"], told.company_id) == (adviser.user, cast.company.name_ja, None)
    assert Event.objects.get(verb="adviser.assigned", object_id=given.pk).actor_id == cast.people["secretariat"].pk


def test_several_companies_are_assigned_at_once_to_somebody_with_few(cast, desk, today):
    adviser, companies = seat(cast, "unassigned_adviser"), [make_company(cast.programme) for _ in range(7)]
    response = desk.get(page(cast, "adviser", adviser.pk))
    offered = [enrolment.company_id for enrolment in response.context["form"].fields["companies"].queryset]
    assert set(offered) == {cast.neighbour.company_id, *(each.company_id for each in companies)}
    values = {"companies": [each.pk for each in companies], "starts_on": today.isoformat(), "ends_on": ""}
    assert desk.post(page(cast, "adviser", adviser.pk), values).status_code == 302
    assert set(Assignment.objects.filter(adviser=adviser, ends_on=None).values_list("company", flat=True)) == {
        each.company_id for each in companies
    }
    [told] = Message.objects.filter(kind="adviser_assigned")
    assert (told.params["count"], told.params["more"]) == (7, 2)
    load = {row[0]: row[1:] for row in rows(desk.get(page(cast, "assignments")))}
    assert load[adviser.name] == ["7", "0", "0", "0", "–"]


@pytest.mark.parametrize(
    ("field", "change", "words_"),
    [
        ("starts_on", {"starts_on": ""}, "「初日」を入力してください"),
        ("starts_on", {"starts_on": "31.02."}, "日付を正しく入力してください"),
        ("ends_on", {"ends_on": -1}, "最後の日は、最初の日より前"),
        ("starts_on", {"starts_on": 400, "ends_on": ""}, "プログラムの期間内"),
        ("adviser", {"adviser": ""}, "「アドバイザー」を選"),
        ("adviser", {"adviser": "stranger"}, "正しく選択してください"),
        ("adviser", {"adviser": "adviser"}, "すでに割り当てられています"),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_nothing_is_lost(cast, desk, today, field, change, words_):
    days = {"starts_on": today.isoformat(), "ends_on": (today + 30 * DAY).isoformat()}
    values = {"adviser": seat(cast, "unassigned_adviser").pk} | days
    other = {"adviser": seat(cast, "adviser").pk, "stranger": make_seat(make_programme(), role="adviser").pk}
    for name, value in change.items():
        values[name] = (today + value * DAY).isoformat() if isinstance(value, int) else other.get(value, value)
    response = desk.post(of_company(cast), values)
    assert response.status_code == 422
    assert words_ in " ".join(response.context["form"].errors[field])
    html = response.content.decode()
    assert all(f'value="{value}"' in html for name, value in values.items() if name != "adviser" and value)
    assert Assignment.objects.filter(company=cast.company).count() == 2


def test_who_declared_a_conflict_is_not_offered_and_cannot_be_forced(cast, desk, today):
    """The form, the service and the database each refuse; the company learns nothing."""
    declare(cast, "unassigned_adviser", cast.company)
    adviser = seat(cast, "unassigned_adviser")
    response = desk.get(of_company(cast))
    assert adviser not in response.context["form"].fields["adviser"].queryset
    assert f"{adviser.name}:顧問先" in response.content.decode()
    values = {"adviser": adviser.pk, "starts_on": today.isoformat(), "ends_on": ""}
    assert desk.post(of_company(cast), values).status_code == 422
    actor = cast.people["secretariat"]
    with pytest.raises(ValidationError) as refused, seen_by(actor):
        services.give_adviser(adviser=adviser, enrolments=[cast.enrolment], starts_on=today, ends_on=None, actor=actor)
    assert cast.company.name_ja in refused.value.message_dict["adviser"][0]
    with pytest.raises(IntegrityError, match="conflict of interest"), transaction.atomic():
        make_assignment(cast.enrolment, adviser)
    assert not Assignment.objects.filter(adviser=adviser).exists()


def test_a_conflict_declared_later_shows_the_assignment_which_can_end_but_not_grow(cast, desk, today):
    given = Assignment.objects.get(adviser=seat(cast, "adviser"))
    declare(cast, "adviser", cast.company)
    assert "利益相反" in " ".join(words(desk.get(page(cast, "assignments")), "li"))
    change = {"deed": "period", "period-starts_on": given.starts_on - DAY, "period-ends_on": ""}
    response = desk.post(of_company(cast, given.pk), change)
    assert response.status_code == 422
    assert "短くすることはできますが" in " ".join(response.context["wrong_form"].errors["ends_on"])
    with pytest.raises(IntegrityError, match="conflict of interest"), transaction.atomic():
        Assignment.objects.filter(pk=given.pk).update(starts_on=given.starts_on - DAY)
    assert desk.post(of_company(cast, given.pk), {"deed": "end"}).status_code == 302
    given.refresh_from_db()
    assert given.ends_on == today - DAY
    Conflict.objects.update(withdrawn_at=timezone.now())
    Assignment.objects.filter(pk=given.pk).update(ends_on=None)


# --- Changing and ending ------------------------------------------------------------------------------------------------


def test_another_period_opens_and_closes_the_company(cast, desk, sign_in, today):
    given, theirs = Assignment.objects.get(adviser=seat(cast, "adviser")), sign_in(cast.people["adviser"])
    later = {"deed": "period", "period-starts_on": today + 3 * DAY, "period-ends_on": today + 9 * DAY}
    assert desk.post(of_company(cast, given.pk), later).status_code == 302
    assert theirs.get(policy_page(cast.company)).status_code == 404
    now = later | {"period-starts_on": today}
    assert desk.post(of_company(cast, given.pk), now).status_code == 302
    assert theirs.get(policy_page(cast.company)).status_code == 200
    assert Event.objects.filter(verb="assignment.changed", object_id=given.pk).count() == 2
    desk.post(of_company(cast, given.pk), now)
    assert Event.objects.filter(verb="assignment.changed", object_id=given.pk).count() == 2


@pytest.mark.parametrize(("begins", "ends"), [(-30, -1), (0, 0), (5, None)])
def test_an_end_at_once_holds_with_the_next_request(cast, desk, sign_in, today, begins, ends):
    """What has not begun is gone; what began today keeps that day in the records, without access."""
    adviser = seat(cast, "unassigned_adviser")
    given = make_assignment(cast.enrolment, adviser, starts_on=today + begins * DAY)
    theirs = sign_in(cast.people["unassigned_adviser"])
    assert theirs.get(policy_page(cast.company)).status_code == (200 if begins <= 0 else 404)
    assert desk.post(of_company(cast, given.pk), {"deed": "end"}).status_code == 302
    assert theirs.get(policy_page(cast.company)).status_code == 404
    left = list(Assignment.objects.filter(adviser=adviser).values_list("ends_on", flat=True))
    assert left == ([] if ends is None else [today + ends * DAY])


def test_a_company_is_handed_on_without_a_day_between(cast, desk, sign_in, today):
    old, new = seat(cast, "adviser"), seat(cast, "unassigned_adviser")
    given = Assignment.objects.get(adviser=old)
    make_consultation(cast.enrolment, old, starts_at=timezone.now() + 5 * DAY, state="booked")
    assert "個別相談が1件予約されています" in desk.get(of_company(cast, given.pk)).content.decode()
    values = {"deed": "hand_on", "hand_on-last_day": today - DAY, "hand_on-successor": new.pk}
    assert desk.post(of_company(cast, given.pk), values).status_code == 302
    days = dict(Assignment.objects.filter(adviser__in=[old, new]).values_list("adviser", "ends_on"))
    assert days == {old.pk: today - DAY, new.pk: None}
    assert Assignment.objects.get(adviser=new).starts_on == today
    assert sign_in(cast.people["adviser"]).get(policy_page(cast.company)).status_code == 404
    assert sign_in(cast.people["unassigned_adviser"]).get(policy_page(cast.company)).status_code == 200


def test_a_hand_over_that_cannot_be_changes_nothing(cast, desk, today):
    given = Assignment.objects.get(adviser=seat(cast, "adviser"))
    values = {"deed": "hand_on", "hand_on-last_day": given.starts_on - DAY}
    values["hand_on-successor"] = seat(cast, "unassigned_adviser").pk
    response = desk.post(of_company(cast, given.pk), values)
    assert (response.status_code, list(response.context["wrong_form"].errors)) == (422, ["last_day"])
    given.refresh_from_db()
    assert given.ends_on is None


# --- Standing in --------------------------------------------------------------------------------------------------------


@pytest.fixture
def away(cast, today):
    return Absence.objects.create(
        seat=seat(cast, "adviser"),
        programme=cast.programme,
        starts_on=today,
        ends_on=today + 6 * DAY,
        stand_in=seat(cast, "unassigned_adviser"),
    )


def test_a_stand_in_is_assigned_for_the_days_of_the_absence(cast, desk, today, away):
    barred = make_company(cast.programme)
    make_assignment(barred, away.seat)
    declare(cast, "unassigned_adviser", barred.company)
    url = page(cast, "stand_in", away.pk)
    assert url in desk.get(page(cast, "assignments")).content.decode()
    response = desk.get(url)
    assert [each.company for each in response.context["form"].fields["companies"].queryset] == [cast.company]
    assert response.context["barred"] == [barred.company.name]
    initial = response.context["form"].initial
    values = {"companies": initial["companies"], "starts_on": initial["starts_on"], "ends_on": initial["ends_on"]}
    assert desk.post(url, values).status_code == 302
    given = Assignment.objects.get(adviser=away.stand_in)
    assert (given.company, given.starts_on, given.ends_on) == (cast.company, today, today + 6 * DAY)
    assert Assignment.objects.get(adviser=away.seat, company=cast.company).ends_on is None


# --- The pages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(
    ("name", "queries"),
    [("assignments", 10), ("adviser", 10), ("stand_in", 10), ("company_advisers", 10), ("assignment", 11)],
)
def test_the_pages_ask_the_same_whatever_they_hold(cast, desk, today, away, name, queries, count):
    given = Assignment.objects.get(adviser=away.seat)
    for _ in range(count):
        enrolment, adviser = make_company(cast.programme), make_seat(cast.programme, role="adviser")
        make_company(cast.programme)
        make_assignment(enrolment, away.seat)
        make_assignment(cast.enrolment, adviser)
        for company in (enrolment.company, cast.company):
            Conflict.objects.create(
                seat=adviser, programme=cast.programme, company=company, declared_by_id=adviser.user_id
            )
    more = {
        "adviser": [away.seat.pk],
        "stand_in": [away.pk],
        "company_advisers": [cast.company.pk],
        "assignment": [cast.company.pk, given.pk],
    }
    assert len(queries_of(desk, page(cast, name, *more.get(name, [])))) == queries
