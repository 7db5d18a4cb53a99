"""The company's policy home: one next thing with an end, the list of sections, and never "filled in" for "submitted"."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils.translation import override

from common.tenancy import acting_as
from policies import services
from policies.catalogue import catalogue
from policies.enums import Transition
from policies.models import Section
from policies.queries import drafting as queries
from policies.rendering import drafting as rendering
from policies.workflow import move
from tests.factories.talk import make_suggestion
from tests.policies.test_drafting_pages import endorse, write
from tests.reading import words

CODES = [section.code for section in catalogue().sections]


def home(company) -> str:
    return reverse("policies:company", args=[company.pk])


@pytest.fixture
def found(cycle, staff):
    """Return a function that gives the overview as the staff sees it."""

    def asked():
        cycle.refresh_from_db()
        return queries.overview(cycle, staff.pk)

    return asked


def fill(cycle, staff, *codes) -> None:
    with acting_as(staff.pk):
        for code, section in services.begin_sections(cycle=cycle, actor=staff).items():
            if code in codes:
                services.mark_section(section=section, is_filled=True, actor=staff)


def statuses(found) -> dict[str, str]:
    return {section.code: section.status for section in found.sections}


def test_an_empty_policy_welcomes_and_shows_three_ways_to_begin(cast, sign_in, staff, found):
    response = sign_in(staff).get(home(cast.company))
    assert (found().is_empty, set(statuses(found()).values())) == (True, {"not_started"})
    links = response.content.decode().split('class="sheet next welcome"')[1].split("</section>")[0]
    pages = [reverse(f"policies:{name}", args=[cast.company.pk]) for name in ("interview", "import_word")]
    assert all(
        f'href="{page}"' in links for page in [*pages, reverse("policies:section", args=[cast.company.pk, CODES[0]])]
    )
    assert response.context["submit_tasks"][0].status == "blocked"


def test_the_next_thing_is_what_was_begun_last_and_then_what_is_not_begun(cycle, staff, found, cast):
    write(cycle, staff, "一", code="scope")
    with override("en"):
        thing = rendering.next_thing(found(), cast.company.pk)
        assert (thing.title, thing.detail) == (
            "Write “Who this policy applies to”",
            "3 questions to ask yourself, about 5 minutes.",
        )
        fill(cycle, staff, "scope")
        thing = rendering.next_thing(found(), cast.company.pk)
        assert thing.url == reverse("policies:section", args=[cast.company.pk, "positioning"])
        assert thing.detail.endswith("Last time you got as far as “Who this policy applies to”.")


def test_all_filled_in_is_not_submitted(cycle, staff, found, cast, sign_in):
    write(cycle, staff, "一", code="scope")
    fill(cycle, staff, *CODES)
    assert set(statuses(found()).values()) == {"filled"}
    response = sign_in(staff).get(home(cast.company))
    assert response.context["next"].url == reverse("policies:check", args=[cast.company.pk])
    with override("ja"):
        assert words(response, "p", "lead-line")[0].endswith("まだ提出していません")
    assert response.context["submit_tasks"][0].status == "not_started"


def test_a_blank_paragraph_or_one_taken_out_is_not_begun(cycle, staff, found):
    write(cycle, staff, "", code="scope")
    (gone,) = write(cycle, staff, "一", code="law")
    assert statuses(found())["law"] == "in_progress"
    with acting_as(staff.pk):
        services.remove_paragraph(paragraph=gone, actor=staff, now=gone.created_at)
    assert (statuses(found())["scope"], statuses(found())["law"]) == ("not_started", "not_started")


def test_open_advice_is_counted_where_it_is_about(cast, cycle, staff, found):
    (one,) = write(cycle, staff, "一", code="scope")
    fill(cycle, staff, "scope")
    make_suggestion(one, cast.people["adviser"], "二", with_item=False)
    assert (statuses(found())["scope"], found().advice) == ("changes_requested", 1)
    tasks = {task.title: task.detail for task in rendering.section_tasks(found(), cast.company.pk)}
    with override("en"):
        assert [detail for detail in tasks.values() if detail] != []


def test_requests_for_changes_lead_to_what_the_adviser_says(cast, cycle, staff, found):
    (one,) = write(cycle, staff, "一", code="scope")
    adviser = cast.people["adviser"]
    for actor, transition in (
        (staff, Transition.SUBMIT),
        (adviser, Transition.START_REVIEW),
        (adviser, Transition.REQUEST_CHANGES),
    ):
        with acting_as(actor.pk):
            move(cycle=cycle, transition=transition, actor=actor, today=date(2025, 2, 10))
    check = reverse("policies:check", args=[cast.company.pk])
    assert rendering.next_thing(found(), cast.company.pk).url == check
    make_suggestion(one, adviser, "二", with_item=False)
    thing = rendering.next_thing(found(), cast.company.pk)
    assert thing.url == reverse("policies:discussion", args=[cast.company.pk])


def test_after_the_review_the_approval_is_next_and_the_text_may_be_edited_again(cast, cycle, staff, found, sign_in):
    write(cycle, staff, "一", code="scope")
    endorse(cast, cycle)
    response = sign_in(staff).get(home(cast.company))
    assert response.context["next"].url == reverse("policies:approval", args=[cast.company.pk])
    assert reverse("policies:revise", args=[cast.company.pk]) in response.content.decode()
    assert [task.status for task in response.context["later_tasks"]] == ["not_started", "blocked"]


@pytest.mark.parametrize("who", ["adviser", "secretariat"])
def test_from_outside_the_page_tells_states_and_dates_and_no_text(cast, cycle, staff, sign_in, who):
    write(cycle, staff, "門外不出の文", code="scope")
    response = sign_in(cast.people[who]).get(home(cast.company))
    assert [template.name for template in response.templates][:1] == ["policies/company.html"]
    assert "門外不出" not in response.content.decode()


def test_both_homes_name_the_same_thing(cast, cycle, staff, sign_in):
    write(cycle, staff, "一", code="scope")
    cast.programme.ends_on = date(2099, 3, 31)
    cast.programme.save()
    client = sign_in(staff)
    pages = [home(cast.company), reverse("dashboards:company_home", args=[cast.company.pk])]
    assert len({client.get(page).context["next"] for page in pages}) == 1
    assert Section.objects.filter(cycle=cycle).count() == len(CODES)
