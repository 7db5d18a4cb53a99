"""A policy on its way through a year, seen by everybody it concerns, each in their own browser."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from common.tenancy import acting_as
from consultations.models import Minutes
from policies.enums import Transition
from policies.models import Cycle
from policies.rendering import move_events
from policies.workflow import move
from programmes.models import Feedback
from programmes.services import end_assignment
from tests.factories import make_attendance, make_consultation, make_person, make_session
from tests.reading import menu, rows, words


@pytest.fixture
def browsers(cast, sign_in):
    """One signed-in browser for each of the cast."""
    return {who: sign_in(user) for who, user in cast.people.items()}


def opened(browser, url="/"):
    """Open a page, following where it sends."""
    response = browser.get(url, follow=True)
    assert response.status_code == 200
    return response


def policy_state(browser, company) -> list[str]:
    return words(opened(browser, reverse("policies:company", args=[company.pk])), "span", "tag")


def last_event(browser, company) -> str | None:
    """What the company's own page says happened last; None where nothing did."""
    events = opened(browser, reverse("policies:company", args=[company.pk])).context["events"]
    return events[0].title if events else None


def test_everybody_lands_at_home_and_can_walk_the_whole_menu(cast, browsers):
    headings = {}
    for who in ("manager", "staff", "adviser", "secretariat", "neighbour"):
        home = opened(browsers[who])
        pages = [opened(browsers[who], item.url) for item in home.context["frame"]["nav"]]
        headings[who] = [words(page, "h1")[0] for page in pages]
    assert headings["manager"] == headings["staff"] == headings["neighbour"]
    assert headings["manager"] == ["人権方針をつくる", "人権方針をつくる", "セミナー", "個別相談", "ヘルプ"]
    assert headings["adviser"] == ["対応すること", "人権方針", "セミナー", "個別相談", "ヘルプ"]
    assert headings["secretariat"][:5] == [cast.programme.name_ja, "企業", "人権方針", "セミナー", "個別相談"]


def test_a_policy_moves_and_each_reads_as_much_as_is_theirs(cast, browsers):
    """Submitted, reviewed, approved, published: company, adviser and secretariat see each step, the neighbour none."""
    cycle, today = Cycle.objects.get(enrolment=cast.enrolment), timezone.localdate()
    steps = [
        ("staff", Transition.SUBMIT, "提出済み（確認待ち）"),
        ("adviser", Transition.START_REVIEW, "確認中"),
        ("adviser", Transition.ENDORSE, "確認済み"),
        ("manager", Transition.APPROVE, "承認済み"),
        ("staff", Transition.PUBLISH, "公表済み"),
    ]
    companies = reverse("dashboards:companies", args=[cast.programme.pk])
    for number, (who, transition, word) in enumerate(steps):
        actor = cast.people[who]
        with acting_as(actor.pk):
            move(cycle=cycle, transition=transition, actor=actor, today=today - timedelta(days=len(steps) - number))
        assert last_event(browsers["staff"], cast.company) == move_events(cycle.moves.all())[0].title
        assert policy_state(browsers["adviser"], cast.company) == [word]
        assert last_event(browsers["neighbour"], cast.neighbour.company) is None
        stages = {row[0]: row[2] for row in rows(opened(browsers["secretariat"], companies))}
        assert stages[cast.company.name_ja].split(" ")[0] == word
        assert stages[cast.neighbour.company.name_ja] == "入力中 期限超過"
        advised = rows(opened(browsers["adviser"], reverse("dashboards:advised", args=[cast.programme.pk])))
        assert [row[:2] for row in advised] == [[cast.company.name_ja, word]]
    figures = opened(browsers["secretariat"]).context["figures"]
    assert [(figure.value, figure.total) for figure in figures[1:3]] == [(1, 2), (1, 2)]


def test_what_was_said_stays_with_those_it_was_said_to(cast, browsers):
    """Minutes for company and adviser, feedback for company and secretariat, neither for anybody else."""
    session = make_session(cast.programme, title_ja="第1回")
    person = make_person(cast.company)
    make_attendance(session, person)
    tenant = {"company": cast.company, "programme": cast.programme}
    Feedback.objects.create(session=session, person=person, comment_ja="感想の文", **tenant)
    adviser = cast.programme.seats.get(user=cast.people["adviser"])
    held = make_consultation(cast.enrolment, adviser, starts_at=timezone.now() - timedelta(days=3))
    Minutes.objects.create(consultation=held, text="記録の文", shared_at=timezone.now(), **tenant)
    pages = {
        "感想の文": reverse("programmes:session", args=[cast.programme.pk, session.pk]),
        "記録の文": reverse("consultations:company", args=[cast.company.pk]),
    }
    readers = {
        text: {who for who, browser in browsers.items() if text in browser.get(url).content.decode()}
        for text, url in pages.items()
    }
    assert readers == {
        "感想の文": {"manager", "staff", "secretariat"},
        "記録の文": {"manager", "staff", "adviser"},
    }


def test_the_secretariat_goes_from_the_figures_to_the_company_and_back(cast, browsers):
    browser = browsers["secretariat"]
    home = opened(browser)
    listed = opened(browser, home.context["figures"][0].url)
    assert [row[0] for row in rows(listed)] == [cast.company.name_ja, cast.neighbour.company.name_ja]
    company = opened(browser, reverse("dashboards:company", args=[cast.company.pk]))
    assert words(company, "h1") == [cast.company.name_ja]
    for tab in company.context["tabs"]:
        assert words(opened(browser, tab.url), "h1") == [cast.company.name_ja]
    back = next(item.url for item in company.context["frame"]["nav"] if item.current)
    assert words(opened(browser, back), "h1") == ["企業"]


def test_the_same_pages_read_in_english(cast, browsers):
    browser = browsers["staff"]
    browser.post(reverse("accounts:set_language"), {"language": "en", "next": "/"})
    home = opened(browser)
    assert words(home, "h1") == ["Making the human rights policy"]
    assert menu(home) == ["Home", "Policy", "Sessions", "Consultations", "Help"]
    assert home.context["frame"]["place"] == cast.company.name_en


def test_an_adviser_whose_time_is_over_sees_the_company_no_more(cast, browsers):
    browser, url = browsers["adviser"], reverse("dashboards:company", args=[cast.company.pk])
    assert browser.get(url).status_code == 200
    assignment = cast.enrolment.assignments.get(adviser__user=cast.people["adviser"])
    secretariat = cast.people["secretariat"]
    with acting_as(secretariat.pk):
        end_assignment(assignment=assignment, ends_on=date(2025, 1, 31), actor=secretariat)
    assert browser.get(url).status_code == 404
    advised = reverse("dashboards:advised", args=[cast.programme.pk])
    assert words(opened(browser, advised), "h2")[0] == "いま担当している企業はありません"
