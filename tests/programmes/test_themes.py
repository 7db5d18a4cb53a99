"""Themes beside the policy: a programme chooses them, the secretariat records their steps, and everybody sees them."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from programmes.catalogue.themes import DUE_DILIGENCE, GRIEVANCE, THEMES
from programmes.models import MilestoneDate, MilestoneKind
from programmes.queries import milestone_counts
from programmes.queries import rollover as queries
from programmes.services import rollover, themes
from programmes.services.themes import ThemeRefused
from reports.enums import Edition
from reports.queries.figures import report_figures
from tests.reading import rows, words
from tests.roles import seen_by

TODAY = timezone.localdate()


def choose(cast, *chosen, due=None, who="secretariat"):
    actor = cast.people[who]
    with seen_by(actor):
        themes.choose_themes(
            programme=cast.programme, codes=[theme.code for theme in chosen], due=due or {}, actor=actor
        )


def step(cast, code: str = "grievance-opened") -> MilestoneKind:
    return MilestoneKind.objects.get(programme=cast.programme, code=code)


def record(cast, *, code="grievance-opened", day=TODAY, note="2025年6月の社内文書", who="secretariat") -> MilestoneDate:
    actor = cast.people[who]
    with seen_by(actor):
        return themes.record_step(
            enrolment=cast.enrolment, kind=step(cast, code), reached_on=day, note=note, actor=actor, today=TODAY
        )


def test_every_theme_speaks_both_languages_and_no_step_is_named_twice():
    steps = [each for theme in THEMES for each in theme.steps]
    assert len({each.code for each in steps}) == len(steps) == 9
    for each in (*THEMES, *steps):
        assert all((each.name_ja, each.name_en, each.definition_ja, each.definition_en))
        assert max(len(each.definition_ja), len(each.definition_en)) <= 300
        assert len(each.code) <= 40


def test_chosen_themes_become_milestones_and_leave_without_a_trace(cast):
    before = set(MilestoneKind.objects.filter(programme=cast.programme).values_list("code", flat=True))
    choose(cast, DUE_DILIGENCE, GRIEVANCE, due={"grievance-opened": TODAY})
    kinds = list(MilestoneKind.objects.filter(programme=cast.programme, source="theme"))
    assert [kind.code for kind in kinds] == [each.code for theme in THEMES for each in theme.steps]
    assert {kind.code: kind.due_on for kind in kinds if kind.due_on} == {"grievance-opened": TODAY}
    choose(cast, GRIEVANCE)
    left = MilestoneKind.objects.filter(programme=cast.programme, source="theme")
    assert set(left.values_list("theme", "due_on")) == {("grievance", None)}
    choose(cast)
    assert set(MilestoneKind.objects.filter(programme=cast.programme).values_list("code", flat=True)) == before


def test_a_theme_stays_once_a_company_took_a_step_of_it(cast):
    choose(cast, GRIEVANCE)
    record(cast)
    with pytest.raises(ThemeRefused):
        choose(cast)
    assert MilestoneKind.objects.filter(programme=cast.programme, theme="grievance").count() == len(GRIEVANCE.steps)


def test_a_step_is_recorded_with_its_proof_and_taken_back(cast):
    choose(cast, GRIEVANCE)
    record(cast, day=TODAY - timedelta(days=3))
    row = record(cast, note="就業規則")
    actor = cast.people["secretariat"]
    assert (row.reached_on, row.note, row.recorded_by) == (TODAY, "就業規則", actor)
    with seen_by(actor):
        counts = {kind.code: kind.reached for kind in milestone_counts(actor, cast.programme, day=TODAY)}
        assert counts["grievance-opened"] == 1
        assert themes.take_back_step(enrolment=cast.enrolment, kind=step(cast), actor=actor)
        assert not themes.take_back_step(enrolment=cast.enrolment, kind=step(cast), actor=actor)
        assert milestone_counts(actor, cast.programme, day=TODAY).get(code="grievance-opened").reached == 0
    assert MilestoneDate.objects.filter(kind__theme="grievance").count() == 2


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), None])
def test_a_day_that_cannot_be_is_refused_at_its_field(cast, day):
    choose(cast, GRIEVANCE)
    with pytest.raises(ValidationError) as refused:
        record(cast, day=day or cast.enrolment.joined_on - timedelta(days=1))
    assert list(refused.value.message_dict) == ["reached_on"]


def test_only_the_secretariat_records_and_only_steps_of_themes(cast):
    choose(cast, GRIEVANCE)
    for who in ("manager", "adviser"):
        with pytest.raises(PermissionDenied):
            record(cast, who=who)
        with pytest.raises(PermissionDenied):
            choose(cast, who=who)
    with pytest.raises(PermissionDenied):
        record(cast, code="approved")


def test_the_report_and_the_next_year_have_the_themes(cast):
    choose(cast, GRIEVANCE)
    record(cast)
    actor = cast.people["secretariat"]
    with seen_by(actor):
        figures = report_figures(cast.programme, as_of=TODAY, edition=Edition.PUBLIC, now=timezone.now())
        counted = {kind["code"]: kind["companies"] for kind in figures["milestones"]}
        plan = rollover.NextPlan(
            values=queries.next_values(cast.programme),
            milestones={each.kind.pk: each.due_on for each in queries.proposed_milestones(actor, cast.programme)},
            company_ids=frozenset([cast.company.pk]),
        )
        made = rollover.make_next_programme(source=cast.programme, plan=plan, actor=actor)
    assert (counted["grievance-opened"], counted["grievance-designed"]) == (1, 0)
    assert MilestoneKind.objects.filter(programme=made, theme="grievance").count() == len(GRIEVANCE.steps)
    assert not MilestoneDate.objects.filter(programme=made, kind__source="theme").exists()


def test_a_programme_without_themes_counts_what_it_counted(cast):
    actor = cast.people["secretariat"]
    with seen_by(actor):
        figures = report_figures(cast.programme, as_of=TODAY, edition=Edition.PUBLIC, now=timezone.now())
    assert {kind["code"] for kind in figures["milestones"]} == {
        "joined", "submitted", "endorsed", "approved", "published",
    }  # fmt: skip


def test_it_is_chosen_recorded_and_seen_on_the_pages(cast, sign_in):
    desk, address = sign_in(cast.people["secretariat"]), reverse("programmes:themes", args=[cast.programme.pk])
    wrong = desk.post(address, {"grievance": "on", "grievance-opened": "2025-13-01"})
    assert list(wrong.context["form"].errors) == ["grievance-opened"]
    assert desk.post(address, {"grievance": "on", "grievance-opened": "2025-06-30"}).status_code == 302
    page = desk.get(reverse("dashboards:step", args=[cast.programme.pk, cast.company.pk, step(cast).pk]))
    assert page.context["form"].initial == {"reached_on": TODAY}
    answer = desk.post(page.request["PATH_INFO"], {"reached_on": TODAY.isoformat(), "note": "受付窓口のポスター"})
    assert answer["Location"].endswith("#m-grievance-opened")
    assert desk.post(page.request["PATH_INFO"], {"reached_on": "", "note": ""}).context["form"].errors.keys() == {
        "reached_on", "note",
    }  # fmt: skip
    matrix = desk.get(reverse("dashboards:companies", args=[cast.programme.pk]), {"view": "themes"})
    assert answer["Location"] in matrix.content.decode()
    home = sign_in(cast.people["staff"]).get(reverse("dashboards:company_home", args=[cast.company.pk]))
    [row] = [row for row in rows(home) if row[0] == step(cast).name]
    assert "受付窓口のポスター" in row[3]
    desk.post(page.request["PATH_INFO"], {"take_back": "1"})
    assert not MilestoneDate.objects.filter(kind=step(cast), cancelled_on__isnull=True).exists()
    other = desk.get(reverse("dashboards:step", args=[cast.programme.pk, cast.company.pk, step(cast, "approved").pk]))
    assert other.status_code == 404
    assert "相談や苦情の受付を始めた日" in " ".join(
        words(desk.get(reverse("dashboards:programme", args=[cast.programme.pk])), "td")
    )
