"""Writing a report in a real Chromium: by keyboard, in both languages, and with two tabs on one text."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from common.tenancy import acting_as
from reports.models import BlockSave, BlockText, DraftBlock
from reports.services import builder as services
from tests.browser.checks import ENGLISH, READERS, look_at, reader_id, tab_to
from tests.factories import make_attendance, make_cast, make_person, make_session

pytestmark = pytest.mark.processes

SAVED = re.compile(r"^Saved at \d")
WAIT = 60_000  # ms; a busy machine of two cores


@pytest.fixture
def desk(running):
    """A programme with a session that three people were at, and a report on it that nobody has changed yet."""
    with running.portal():
        cast = make_cast()
        secretariat = cast.people["secretariat"]
        starts_at = timezone.now() - timedelta(days=20)
        session = make_session(
            cast.programme, code="S1", title_ja="セミナー", title_en="Seminar one", starts_at=starts_at
        )
        for number in range(3):
            person = make_person(cast.company, name_ja=f"森 花{number}", name_en=f"Hana Mori {number}")
            make_attendance(session, person)
        with acting_as(secretariat.pk):
            draft = services.found_draft(
                programme=cast.programme,
                edition="internal",
                as_of=timezone.localdate(),
                actor=secretariat,
                now=timezone.now(),
            )
        block = DraftBlock.objects.get(draft=draft, key="outline.results")
        home = f"/programmes/{cast.programme.pk}/report-drafts/{draft.pk}/"
        yield SimpleNamespace(
            draft=draft,
            block=block,
            secretariat=secretariat,
            home=home,
            editor=f"{home}blocks/{block.pk}/",
        )


def area(page, desk, language="en"):
    return page.locator(f"#t-{desk.block.pk}-{language}")


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_every_page_can_be_read(desk, open_page, reader):
    language, width = reader
    page = open_page(desk.home, language=language, width=width, user=desk.secretariat)
    look_at(page, "builder-outline", language=language)
    for name in ("preview", "figures", "refresh", "check"):
        page.goto(f"{desk.home}{name}/")
        look_at(page, f"builder-{name}", language=language)
    page.goto(desk.editor)
    look_at(page, "builder-block", language=language)
    page.goto(f"{desk.home}figures/?of=session.S1.people")
    look_at(page, "builder-rows", language=language)
    quotes = DraftBlock.objects.get(draft=desk.draft, key="quotes.S1")
    page.goto(f"{desk.home}blocks/{quotes.pk}/")
    look_at(page, "builder-quotes", language=language)


def test_writing_with_placeholders_by_keyboard_alone(desk, open_page):
    language, width = ENGLISH
    page = open_page(desk.home, language=language, width=width, user=desk.secretariat)
    tab_to(page, page.get_by_role("link", name="Results", exact=True))
    page.keyboard.press("Enter")
    tab_to(page, area(page, desk))
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("We counted ")
    tab_to(page, page.locator("button[data-placeholder='{{ enrolled }}']"))
    page.keyboard.press("Enter")
    expect(area(page, desk)).to_have_value("We counted {{ enrolled }}")
    page.keyboard.insert_text(" companies <b>here</b> and {{ nothing }}.")
    expect(page.locator("#save-voice")).to_have_text(SAVED, timeout=WAIT)
    expect(page.locator(f"#n-{desk.block.pk}-en .field-error")).to_contain_text("{{ nothing }}", timeout=WAIT)
    look_at(page, "builder-block-wrong", language=language)
    assert BlockText.objects.get(block=desk.block, language="en").text.startswith("We counted {{ enrolled }} companies")
    tab_to(page, page.get_by_role("button", name="Save and go to the outline"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name=re.compile("Results")).first).to_contain_text("To check", timeout=WAIT)
    page.goto(f"{desk.home}preview/?lang=en")
    expect(page.locator(".report-preview")).to_contain_text("companies <b>here</b> and {{ nothing }}.")
    number = page.locator("a.figure[href*='session.S1.people']").first
    tab_to(page, number)
    page.keyboard.press("Enter")
    expect(page.locator("main tbody tr")).to_have_count(3)


def test_two_tabs_on_one_text_keep_both(desk, open_page):
    language, width = ENGLISH
    first = open_page(desk.editor, language=language, width=width, user=desk.secretariat)
    second = open_page(desk.editor, language=language, width=width, user=desk.secretariat)
    area(first, desk).fill("From the first tab")
    expect(first.locator("#save-voice")).to_have_text(SAVED, timeout=WAIT)
    area(second, desk).fill("From the second tab")
    conflict = second.locator(".conflict")
    expect(conflict).to_contain_text("From the first tab", timeout=WAIT)
    expect(conflict).to_contain_text("From the second tab")
    look_at(second, "builder-conflict", language=language)
    second.get_by_role("button", name="Keep my text").click()
    expect(conflict).to_have_count(0, timeout=WAIT)
    assert BlockText.objects.get(block=desk.block, language="en").text == "From the second tab"
    assert set(BlockSave.objects.filter(block=desk.block).values_list("text", flat=True)) == {
        "From the first tab",
        "From the second tab",
    }
