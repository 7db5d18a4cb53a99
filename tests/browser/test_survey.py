"""A survey in a real Chromium: answered on a telephone by link without signing in, planned and read by the secretariat."""

import re
from datetime import UTC, datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from programmes.models import Feedback, Survey, SurveyInvitation
from programmes.services.survey_links import survey_token
from tests.browser.checks import ENGLISH, JAPANESE, focused, look_at, tab_to
from tests.factories import make_attendance, make_cast, make_person, make_session
from tests.programmes.surveying import close, invite, make_survey

pytestmark = pytest.mark.processes

WAIT = 60_000  # ms; a busy machine of two cores
SESSION = {
    "title_ja": "実務担当者教育 セミナー",
    "title_en": "Education for working-level personnel: Seminar",
    "starts_at": datetime(2026, 11, 10, 4, tzinfo=UTC),
}


@pytest.fixture
def cast(running):
    with running.portal():
        yield make_cast()


def attended(cast, count: int = 3):
    """A session that people were at."""
    session = make_session(cast.programme, **SESSION)
    for number in range(count):
        person = make_person(
            cast.company, name_ja=f"森 花{number}", name_en=f"Hana Mori {number}", email="a@example.com"
        )
        make_attendance(session, person)
    return session


def links(survey) -> list[str]:
    return [
        f"/survey/{survey_token(pk)}/"
        for pk in SurveyInvitation.objects.filter(survey=survey).values_list("pk", flat=True)
    ]


def choose(page, name: str, value: str) -> None:
    """Go to a question by Tab and choose with the arrows, as somebody without a mouse does."""
    first = page.locator(f"main [name={name}]").first
    tab_to(page, first)
    page.keyboard.press("Space")
    for _ in range(20):
        if page.locator(f"main [name={name}][value='{value}']").is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} of {name} is not reached by the arrows")


def test_answering_by_link_on_a_telephone(cast, open_page):
    language, width = JAPANESE
    survey = make_survey(cast, attended(cast))
    invite(cast, survey)
    [address, *_others] = links(survey)
    page = open_page(address, language=language, width=width)
    expect(page.locator("h1")).to_have_text("セミナーはいかがでしたか")
    expect(page.locator("main .banner-info").first).to_contain_text("無記名")
    look_at(page, "survey", language=language)
    tab_to(page, page.locator("main form .btn-primary"))
    page.keyboard.press("Enter")
    expect(page.locator(".errors")).to_be_visible(timeout=WAIT)
    assert focused(page).splitlines()[0] == page.locator(".errors h2").inner_text()
    look_at(page, "survey-errors", language=language)
    choose(page, "q_useful", "5")
    choose(page, "q_clear", "4")
    tab_to(page, page.locator("main [name=comment]"))
    page.keyboard.insert_text("<b>よく</b>分かりました。")
    choose(page, "consent", "anonymous")
    tab_to(page, page.locator("main form .btn-primary"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?kept=answers$"), timeout=WAIT)
    look_at(page, "survey-kept", language=language)
    row = Feedback.objects.get(session=survey.session)
    assert (row.answers, row.comment_ja) == ({"useful": 5, "clear": 4}, "<b>よく</b>分かりました。")
    assert (row.consent, row.company_id, row.person_id) == ("anonymous", None, None)
    close(survey)
    page.goto(address)
    look_at(page, "survey-closed", language=language)
    page.locator("main [name=consent][value=none]").check()
    page.locator("main form .btn-primary").click()
    expect(page).to_have_url(re.compile(r"\?kept=consent$"), timeout=WAIT)
    row.refresh_from_db()
    assert row.consent == "none"


def test_answering_without_scripts(cast, open_page):
    survey = make_survey(cast, attended(cast), is_anonymous=False)
    invite(cast, survey)
    page = open_page(links(survey)[0], language="en", width=360, scripts=False)
    page.locator("main [name=q_useful][value='3']").check()
    page.locator("main [name=q_clear][value='3']").check()
    page.locator("main form .btn-primary").click()
    expect(page.locator("main .banner-success")).to_contain_text("Thank you", timeout=WAIT)
    assert Feedback.objects.get(session=survey.session).company_id == cast.company.pk


def test_the_secretariat_makes_asks_and_reads(cast, open_page):
    language, width = ENGLISH
    session, secretary = attended(cast, 4), cast.people["secretariat"]
    address = f"/programmes/{cast.programme.pk}/sessions/{session.pk}/survey/"
    page = open_page(address, language=language, width=width, user=secretary)
    look_at(page, "survey-none", language=language)
    page.locator("main [name=closes_on]").fill(timezone.localdate().replace(year=2099).isoformat())
    page.locator("main form .btn-primary").click()
    expect(page.locator(".survey-questions li")).to_have_count(5, timeout=WAIT)
    look_at(page, "survey-draft", language=language)
    page.goto(f"{address}question/?code=useful")
    look_at(page, "survey-question", language=language)
    page.goto(f"{address}invite/")
    look_at(page, "survey-invite", language=language)
    tab_to(page, page.locator("main form .btn-primary"))
    page.keyboard.press("Enter")
    expect(page.locator(".figures")).to_contain_text("4", timeout=WAIT)
    look_at(page, "survey-open", language=language)
    survey = Survey.objects.get(session=session)
    for number, link in enumerate(links(survey)):
        own = open_page(link, language=language, width=360)
        own.locator(f"main [name=q_useful][value='{number + 1}']").check()
        own.locator("main [name=q_clear][value='4']").check()
        own.locator("main [name=comment]").fill(f"Words {number} <script>alert(1)</script>")
        own.locator("main [name=consent][value=anonymous]").check()
        own.locator("main form .btn-primary").click()
        expect(own).to_have_url(re.compile(r"\?kept=answers$"), timeout=WAIT)
    page.goto(f"{address}answers/")
    expect(page.locator("main")).to_contain_text("after it has closed")
    look_at(page, "survey-answers-open", language=language)
    close(survey)
    page.goto(f"{address}answers/")
    expect(page.locator("main")).to_contain_text("Average 2.5")
    expect(page.locator("main")).to_contain_text("Words 2 <script>alert(1)</script>")
    look_at(page, "survey-answers", language=language)
    page.goto(f"/programmes/{cast.programme.pk}/quotes/")
    expect(page.locator(".quotes > li")).to_have_count(4)
    look_at(page, "quotes", language=language)
    page.locator(".quotes > li a").first.click()
    expect(page.locator("h1")).to_have_text("Translation of a comment", timeout=WAIT)
    look_at(page, "quote", language=language)
    page.goto(f"/programmes/{cast.programme.pk}/quotes/remarks/new/")
    look_at(page, "remark", language=language)
