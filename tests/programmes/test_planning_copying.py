"""Copies of a session and of a whole plan: drafts on the same weekday, and nobody in them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from programmes.models import AgendaItem, Arrival, Attendance, Facilitator, Material, Programme, Session, Speaker
from programmes.services import planning_copying as copying
from programmes.services.planning import PlanRefused
from tests.factories import make_attendance, make_person, make_programme, make_seat
from tests.programmes.planning import NEXT_YEAR, at, published
from tests.reading import words
from tests.roles import seen_by


@pytest.fixture
def planner(cast):
    return cast.people["secretariat"]


@pytest.fixture
def following(planner) -> Programme:
    """The programme of the next year, with the same secretariat."""
    programme = make_programme(fiscal_year=2025, starts_on=date(2025, 11, 1), ends_on=date(2026, 4, 30))
    make_seat(programme, role="member", user=planner)
    return programme


@pytest.fixture
def full(cast) -> Session:
    """A session with everything: agenda, speaker, facilitator, ways in, material, somebody who registered."""
    session = published(cast.programme, code="S1", registration_ends_at=at("17:00", NEXT_YEAR - timedelta(days=7)))
    item = AgendaItem.objects.create(
        session=session, programme=cast.programme, order=1, kind="lecture", title_ja="講義",
        starts_at=at("13:30"), ends_at=at("14:30"),
    )  # fmt: skip
    Speaker.objects.create(item=item, programme=cast.programme, order=1, name_ja="小川 元子", title_ja="室長")
    seat = make_seat(cast.programme, role="adviser")
    Facilitator.objects.create(session=session, programme=cast.programme, seat=seat)
    for mode in ("onsite", "online"):
        Arrival.objects.create(session=session, programme=cast.programme, mode=mode, url=f"https://{mode}.example/")
    Material.objects.create(
        session=session, programme=cast.programme, kind="link", title_ja="録画", url="https://v.example/"
    )
    make_attendance(session, make_person(cast.company), attended=None)
    return session


@pytest.mark.parametrize(("years", "weeks"), [(1, 52), (2, 104), (5, 261), (-1, -52), (6, 313)])
def test_a_plan_moves_by_the_whole_weeks_nearest_to_the_years(years, weeks):
    source, target = Programme(fiscal_year=2024), Programme(fiscal_year=2024 + years)
    assert copying.weeks_between(source, target) == weeks


def test_programmes_of_one_year_are_as_far_apart_as_they_begin():
    first, second = (Programme(fiscal_year=2024, starts_on=day) for day in (date(2024, 4, 1), date(2024, 10, 1)))
    assert copying.weeks_between(first, second) == 26


@pytest.mark.parametrize(
    ("taken", "found"),
    [(set(), "S1"), ({"S1"}, "S1-2"), ({"S1", "S1-2"}, "S1-3")],
)
def test_a_copy_has_a_code_of_its_own(taken, found):
    assert copying.free_code("S1", taken) == found
    assert len(copying.free_code("X" * 20, {"X" * 20})) == 20


def test_a_whole_plan_becomes_drafts_on_the_same_weekdays_with_nobody_in_them(cast, planner, following, full):
    cancelled = published(cast.programme, code="S2")
    Session.objects.filter(pk=cancelled.pk).update(state="cancelled")
    with seen_by(planner):
        made = copying.copy_plan(source=cast.programme, target=following, weeks=52, actor=planner)
    (copy,) = Session.objects.filter(programme=following)
    assert [session.pk for session in made] == [copy.pk]
    assert (copy.state, copy.code, copy.title_ja, copy.capacity_onsite) == ("draft", "S1", full.title_ja, 20)
    for name in ("starts_at", "ends_at", "registration_ends_at"):
        before, after = (timezone.localtime(getattr(session, name)) for session in (full, copy))
        assert after - before == timedelta(weeks=52)
        assert (after.weekday(), after.time()) == (before.weekday(), before.time())
    item = copy.agenda.get()
    assert (str(item), item.starts_at - full.agenda.get().starts_at) == ("講義", timedelta(weeks=52))
    assert [(way.mode, way.url) for way in copy.arrivals.all()] == [("onsite", "https://onsite.example/")]
    for rows in (copy.facilitators, copy.materials, copy.photos, copy.attendances, item.speakers):
        assert rows.count() == 0
    assert Attendance.objects.count() == 1


def test_speakers_come_along_when_asked_for(cast, planner, following, full):
    with seen_by(planner):
        copying.copy_plan(source=cast.programme, target=following, weeks=52, actor=planner, with_speakers=True)
    speaker = Speaker.objects.get(programme=following)
    assert (speaker.name_ja, speaker.title_ja) == ("小川 元子", "室長")


def test_a_second_copy_of_a_plan_stands_beside_the_first(cast, planner, following, full):
    with seen_by(planner):
        for _ in range(2):
            copying.copy_plan(source=cast.programme, target=following, weeks=52, actor=planner)
    assert sorted(Session.objects.filter(programme=following).values_list("code", flat=True)) == ["S1", "S1-2"]


def test_both_programmes_must_be_the_persons(cast, planner, full):
    for source, target in ((cast.programme, cast.other_programme), (cast.other_programme, cast.programme)):
        with seen_by(planner), pytest.raises(PermissionDenied):
            copying.copy_plan(source=source, target=target, weeks=52, actor=planner)
    assert Session.objects.count() == 1


def test_a_programme_is_not_copied_into_itself_nor_an_empty_plan(cast, planner, following):
    for source, target in ((cast.programme, cast.programme), (cast.programme, following)):
        with seen_by(planner), pytest.raises(PlanRefused):
            copying.copy_plan(source=source, target=target, weeks=52, actor=planner)


def test_one_session_is_copied_to_another_day(cast, planner, full):
    with seen_by(planner):
        copy = copying.copy_session(
            session=full, programme=cast.programme, starts_at=at("10:00", NEXT_YEAR + timedelta(days=14)), actor=planner
        )
    copy = Session.objects.get(pk=copy.pk)
    assert (copy.code, copy.state) == ("S1-2", "draft")
    assert copy.ends_at - copy.starts_at == full.ends_at - full.starts_at
    assert copy.agenda.get().starts_at == copy.starts_at
    assert copy.facilitators.count() == 1
    assert copy.registration_ends_at == at("17:00", NEXT_YEAR + timedelta(days=7))


def test_pages_of_copying(cast, planner, following, full, sign_in):
    desk = sign_in(planner)
    here = [cast.programme.pk, full.pk]
    form = desk.get(reverse("programmes:copy_session", args=here)).context["form"]
    assert set(form.fields["programme"].queryset) == {cast.programme, following}
    data = {"programme": str(following.pk), "held_on": NEXT_YEAR.isoformat(), "begins": "10:00"}
    response = desk.post(reverse("programmes:copy_session", args=here), data)
    copy = Session.objects.get(programme=following)
    assert response["Location"] == reverse("programmes:edit_session", args=[following.pk, copy.pk])
    taken = desk.post(reverse("programmes:copy_session", args=here), data | {"code": "S1"})
    assert list(taken.context["form"].errors) == ["code"]
    elsewhere = desk.post(
        reverse("programmes:copy_session", args=here), data | {"programme": str(cast.other_programme.pk)}
    )
    assert list(elsewhere.context["form"].errors) == ["programme"]
    plan = reverse("programmes:copy_plan", args=[cast.programme.pk])
    response = desk.post(plan, {"target": str(following.pk), "weeks": ""}, follow=True)
    assert [str(message) for message in response.context["messages"]] == ["1回を下書きとして複写しました。"]
    moved = Session.objects.get(programme=following, code="S1-2")
    assert moved.starts_at - full.starts_at == timedelta(weeks=52)


def test_who_has_one_programme_is_told_so(cast, planner, full, sign_in):
    response = sign_in(planner).get(reverse("programmes:copy_plan", args=[cast.programme.pk]))
    assert words(response, "h2")[0] == "担当する他のプログラムがありません"


@pytest.mark.parametrize(("who", "status"), [("staff", 403), ("adviser", 403), ("stranger", 404)])
def test_copying_is_for_the_secretariat_alone(cast, full, sign_in, who, status):
    client = sign_in(cast.people[who])
    pages = [
        reverse("programmes:copy_plan", args=[cast.programme.pk]),
        reverse("programmes:copy_session", args=[cast.programme.pk, full.pk]),
    ]
    assert [client.get(page).status_code for page in pages] == [status, status]
