"""Next year's programme out of this year's: what is proposed, what is made, and that this year stays as it was."""

import threading
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from policies.models import CatalogueChoice, Cycle
from policies.queries import cohort_figures
from policies.services.next_programme import make_next_programme
from programmes.models import (
    Assignment,
    Charge,
    Conflict,
    Enrolment,
    MilestoneDate,
    MilestoneKind,
    Programme,
    Seat,
    Session,
)
from programmes.queries import rollover as queries
from programmes.services.rollover import MadeAlready, NextPlan
from tests.counting import queries_of
from tests.factories import make_assignment, make_company, make_seat
from tests.programmes.planning import published
from tests.reading import words
from tests.roles import seen_by


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2024, 11, 1), date(2025, 11, 1)),
        (date(2025, 4, 30), date(2026, 4, 30)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2023, 2, 28), date(2024, 2, 29)),
        (date(2024, 12, 18), date(2025, 12, 17)),
    ],
)
def test_bounds_of_months_stay_and_other_days_keep_their_weekday(day, later):
    assert queries.same_place_of_year(day) == later


def test_a_year_of_the_calendar_is_never_further_away_than_half_a_week():
    first = date(2024, 1, 1)
    for day in (first + timedelta(days=n) for n in range(0, 3000, 17)):
        later = queries.same_day_of_week(day)
        assert later.weekday() == day.weekday()
        assert abs((later - day).days - 365.2425) <= 3.5


@pytest.mark.parametrize(
    ("name", "proposed"),
    [
        ("SPP 2024年度", "SPP 2025年度"),
        ("SPP FY2024", "SPP FY2025"),
        ("ＳＰＰ２０２４", "ＳＰＰ２０２５"),
        ("SPP 12024", "SPP 12024+"),
        ("SPP", "SPP+"),
        ("", ""),
    ],
)
def test_the_year_in_a_name_is_raised(name, proposed):
    assert queries.next_name(name, 2024, otherwise="+") == proposed


def test_the_year_in_a_code_is_raised_and_a_code_without_gets_one():
    assert queries.next_code("spp-fy2024", 2024) == "spp-fy2025"
    assert queries.next_code("pilot", 2024) == "pilot-fy2025"
    assert len(queries.next_code("x" * 50, 2024)) == 50


@pytest.fixture
def planner(cast):
    return cast.people["secretariat"]


@pytest.fixture
def source(cast) -> Programme:
    """The cast's programme with a session, organisers and days."""
    published(cast.programme, code="S1")
    MilestoneKind.objects.filter(programme=cast.programme, code="approved").update(due_on=date(2025, 3, 31))
    return cast.programme


def everything(source: Programme, **changes) -> NextPlan:
    """What the form proposes, without the form."""
    kinds = MilestoneKind.objects.filter(programme=source).exclude(source="session")
    return NextPlan(
        **{
            "values": queries.next_values(source),
            "sessions": {
                session.pk: queries.same_day_of_week(timezone.localdate(session.starts_at))
                for session in Session.objects.filter(programme=source)
            },
            "milestones": {kind.pk: kind.due_on for kind in kinds},
            "company_ids": frozenset(Enrolment.objects.filter(programme=source).values_list("company_id", flat=True)),
        }
        | changes
    )


def test_the_next_programme_has_secretariat_plan_milestones_and_companies(cast, planner, source):
    with seen_by(planner):
        made = make_next_programme(source=source, plan=everything(source), actor=planner)
    assert (made.follows_id, made.fiscal_year) == (source.pk, source.fiscal_year + 1)
    for role in ("leader", "member", "operator"):
        people = [
            set(Seat.objects.current().filter(programme=p, role=role).values_list("user_id", flat=True))
            for p in (source, made)
        ]
        assert people[0] == people[1], role
    (copy,) = Session.objects.filter(programme=made)
    was = Session.objects.get(programme=source)
    assert (copy.state, copy.code) == ("draft", "S1")
    assert (timezone.localtime(copy.starts_at) - timezone.localtime(was.starts_at)).days == 364
    codes = set(MilestoneKind.objects.filter(programme=source).exclude(source="session").values_list("code", flat=True))
    assert set(MilestoneKind.objects.filter(programme=made).values_list("code", flat=True)) == codes
    before = dict(Enrolment.objects.filter(programme=source).values_list("company_id", "pk"))
    after = Enrolment.objects.filter(programme=made)
    assert dict(after.values_list("company_id", "continues_id")) == before
    assert set(after.values_list("joined_on", flat=True)) == {made.starts_on}
    assert Event.objects.filter(verb="programme.carried_on", object_id=made.pk).count() == 1


def test_nothing_of_this_year_changes_and_nothing_counts_as_reached_next_year(cast, planner, source):
    day = timezone.localdate()
    cycles = list(Cycle.objects.order_by("pk").values())
    reached = list(MilestoneDate.objects.order_by("pk").values())
    with seen_by(planner):
        figures = cohort_figures(planner, source, day=day)
        made = make_next_programme(source=source, plan=everything(source), actor=planner)
        assert cohort_figures(planner, source, day=day) == figures
    assert list(Cycle.objects.order_by("pk").values()) == cycles
    new = MilestoneDate.objects.exclude(pk__in=[row["id"] for row in reached])
    assert set(new.values_list("programme_id", "kind__code")) == {(made.pk, "joined")}
    assert list(MilestoneDate.objects.filter(pk__in=[row["id"] for row in reached]).order_by("pk").values()) == reached


def test_advisers_go_on_with_their_companies_but_not_against_what_they_declared(cast, planner, source):
    enrolments = [make_company(source), make_company(source)]
    adviser = make_seat(source, role="adviser")
    for enrolment in enrolments:
        make_assignment(enrolment, adviser)
    Conflict.objects.create(
        seat=adviser, programme=source, company=enrolments[1].company, declared_by_id=adviser.user_id
    )
    with seen_by(planner):
        made = make_next_programme(source=source, plan=everything(source), actor=planner)
    seat = Seat.objects.get(programme=made, user=adviser.user)
    (assignment,) = Assignment.objects.filter(adviser=seat)
    assert (assignment.company_id, assignment.starts_on, assignment.ends_on) == (
        enrolments[0].company_id, made.starts_on, made.ends_on,
    )  # fmt: skip
    assert Conflict.objects.filter(programme=made, seat=seat, company=enrolments[1].company).count() == 1


def test_advisers_and_charges_stay_behind_when_asked_to(cast, planner, source):
    enrolment = make_company(source)
    make_assignment(enrolment, make_seat(source, role="adviser"))
    leader = Seat.objects.current().managing().filter(programme=source, user=planner).first()
    Charge.objects.create(
        enrolment=enrolment, company=enrolment.company, programme=source, seat=leader, since_on=source.starts_on
    )
    plan = everything(source, with_advisers=False, with_charges=False)
    with seen_by(planner):
        made = make_next_programme(source=source, plan=plan, actor=planner)
    assert not Assignment.objects.filter(programme=made).exists()
    assert not Seat.objects.filter(programme=made, role="adviser").exists()
    assert not Charge.objects.filter(programme=made).exists()


def test_who_is_in_charge_stays_in_charge(cast, planner, source):
    enrolment = make_company(source)
    seat = Seat.objects.current().managing().get(programme=source, user=planner)
    Charge.objects.create(
        enrolment=enrolment, company=enrolment.company, programme=source, seat=seat, since_on=source.starts_on
    )
    with seen_by(planner):
        made = make_next_programme(source=source, plan=everything(source), actor=planner)
    charge = Charge.objects.get(programme=made)
    assert (charge.company_id, charge.seat.user_id, charge.since_on) == (
        enrolment.company_id, planner.pk, made.starts_on,
    )  # fmt: skip


def test_the_catalogue_of_requirements_is_the_same(cast, planner, source):
    CatalogueChoice.objects.create(programme=source, version="2024-1")
    with seen_by(planner):
        made = make_next_programme(source=source, plan=everything(source), actor=planner)
    assert CatalogueChoice.objects.get(programme=made).version == "2024-1"


def test_a_second_one_a_taken_code_and_another_secretariat_are_refused(cast, planner, source):
    other = cast.people["other_secretariat"]
    with seen_by(other), pytest.raises(PermissionDenied):
        make_next_programme(source=source, plan=everything(source), actor=other)
    values = queries.next_values(source) | {"code": cast.other_programme.code}
    with seen_by(planner), pytest.raises(ValidationError) as refused:
        make_next_programme(source=source, plan=everything(source, values=values), actor=planner)
    assert list(refused.value.message_dict) == ["code"]
    with seen_by(planner):
        made = make_next_programme(source=source, plan=everything(source), actor=planner)
        with pytest.raises(MadeAlready) as again:
            make_next_programme(source=source, plan=everything(source), actor=planner)
    assert again.value.programme == made
    assert Programme.objects.filter(follows=source).count() == 1


# --- The page -----------------------------------------------------------------------------------------------------------


def answers(page) -> dict:
    """What a browser would send of the form as it was drawn."""
    form = page.context["form"]
    data = {}
    for name in form.fields:
        value = form[name].value()
        if value is True:
            data[name] = "on"
        elif value not in (None, False, ""):
            data[name] = value.isoformat() if isinstance(value, date) else str(value)
    return data


def test_it_is_shown_asked_and_made(cast, sign_in, planner, source):
    address = reverse("dashboards:next_programme", args=[source.pk])
    client = sign_in(planner)
    page = client.get(address)
    data = answers(page)
    (session,) = Session.objects.filter(programme=source)
    data[f"session_{session.pk.hex}_on"] = "2027-06-02"
    data["without"] = [str(cast.company.pk)]
    question = client.post(address, data | {"step": "check"})
    assert "2027-06-02" in dict(question.context["kept"]).values()
    assert not Programme.objects.filter(follows=source).exists()
    back = client.post(address, data | {"step": "change"})
    assert back.context["form"][f"session_{session.pk.hex}_on"].value() == "2027-06-02"
    answer = client.post(address, data | {"step": "make"})
    made = Programme.objects.get(follows=source)
    assert answer["Location"] == reverse("dashboards:programme", args=[made.pk])
    assert timezone.localdate(Session.objects.get(programme=made).starts_at) == date(2027, 6, 2)
    assert not Enrolment.objects.filter(programme=made, company=cast.company).exists()
    assert Enrolment.objects.filter(programme=made).count() == Enrolment.objects.filter(programme=source).count() - 1
    again = client.post(address, data | {"step": "make"}, follow=True)
    assert again.redirect_chain[-1][0] == reverse("dashboards:programme", args=[made.pk])
    assert made.name in words(client.get(address), "a")


def test_companies_can_be_chosen_by_what_they_reached(cast, sign_in, planner, source):
    there, ahead = make_company(source), make_company(source)
    kind = MilestoneKind.objects.get(programme=source, code="approved")
    MilestoneDate.objects.create(
        enrolment=there, company=there.company, programme=source, kind=kind, reached_on=date(2025, 3, 1)
    )
    everybody = set(Enrolment.objects.filter(programme=source).values_list("pk", flat=True))
    day = timezone.localdate()
    with seen_by(planner):
        found = {
            which: set(queries.candidates(planner, source, which=which, day=day).values_list("pk", flat=True))
            for which in ("all", "none", "reached:approved", "open:approved", "nonsense", "reached:nonsense")
        }
    assert found == {
        "all": everybody,
        "none": set(),
        "reached:approved": {there.pk},
        "open:approved": everybody - {there.pk},
        "nonsense": set(),
        "reached:nonsense": set(),
    }
    assert ahead.pk in found["open:approved"]


def test_bad_input_is_said_at_its_field_and_nothing_typed_is_lost(cast, sign_in, planner, source):
    address = reverse("dashboards:next_programme", args=[source.pk])
    client = sign_in(planner)
    (session,) = Session.objects.filter(programme=source)
    day = f"session_{session.pk.hex}_on"
    data = answers(client.get(address))
    data |= {"name_ja": "", "name_en": "", "ends_on": "2001-01-01", "theme_en": "My own theme", day: ""}
    page = client.post(address, data | {"step": "make"})
    assert set(page.context["form"].errors) == {"name_ja", "ends_on", day}
    assert page.context["form"]["theme_en"].value() == "My own theme"
    assert not Programme.objects.filter(follows=source).exists()


def test_the_page_takes_as_many_queries_with_thirty_companies(cast, sign_in, planner, source):
    address = reverse("dashboards:next_programme", args=[source.pk])
    client = sign_in(planner)
    client.get(address)
    few = len(queries_of(client, address))
    for _ in range(30):
        make_company(source)
    assert len(queries_of(client, address)) == few


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one_programme(cast, planner, source):
    plan, together, found = everything(source), threading.Barrier(2), []

    def press():
        try:
            together.wait(timeout=30)
            with seen_by(planner):
                found.append(make_next_programme(source=source, plan=plan, actor=planner))
        except MadeAlready as made:
            found.append(made.programme)
        finally:
            connections.close_all()

    presses = [threading.Thread(target=press) for _ in range(2)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join(timeout=60)
    assert connection.vendor == "postgresql"
    (made,) = Programme.objects.filter(follows=source)
    assert [programme.pk for programme in found] == [made.pk, made.pk]
    assert Session.objects.filter(programme=made).count() == 1


# --- A company between its years ----------------------------------------------------------------------------------------


def test_the_company_changes_between_its_years_and_sees_what_was(cast, sign_in, planner, source):
    with seen_by(planner):
        made = make_next_programme(source=source, plan=everything(source), actor=planner)
    address = reverse("dashboards:company_home", args=[cast.company.pk])
    client = sign_in(cast.people["manager"])
    now = client.get(address)
    assert [(tab.label, tab.current) for tab in now.context["years"]] == [
        (made.name, made.starts_on <= timezone.localdate()), (source.name, made.starts_on > timezone.localdate()),
    ]  # fmt: skip
    for programme in (made, source):
        page = client.get(address, {"programme": str(programme.pk)})
        assert page.context["programme"].pk == programme.pk
    assert client.get(address, {"programme": "nonsense"}).context["programme"] == now.context["programme"]
    company = client.get(reverse("dashboards:company", args=[cast.company.pk]))
    assert [year.continued for year in company.context["years"]] == [source, None]


def test_a_year_that_has_not_begun_is_not_yet_the_companys_home(cast, sign_in, planner, source):
    values = queries.next_values(source)
    later = timezone.localdate() + timedelta(days=60)
    values |= {"starts_on": later, "ends_on": later + timedelta(days=90), "target_due_on": None}
    with seen_by(planner):
        make_next_programme(source=source, plan=everything(source, values=values), actor=planner)
    page = sign_in(cast.people["staff"]).get(reverse("dashboards:company_home", args=[cast.company.pk]))
    assert page.context["programme"] == source


def test_the_secretariat_comes_from_one_year_to_the_other(cast, sign_in, planner, source):
    with seen_by(planner):
        made = make_next_programme(source=source, plan=everything(source), actor=planner)
    page = sign_in(planner).get(reverse("dashboards:following", args=[made.pk, cast.company.pk]))
    [(name, address)] = page.context["years"]
    assert name == source.name
    assert f'id="{address.split("#")[1]}"' in sign_in(planner).get(address.split("#")[0]).content.decode()
