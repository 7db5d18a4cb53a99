"""The main job, by keyboard alone: sign in, ask for the report, see it being made, keep the PDF. In both languages."""

import re
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from accounts.models import User
from tests.browser.checks import READERS, focused, look_at, reader_id, tab_to

pytestmark = pytest.mark.processes

SECRETARIAT = "mochizuki@spp-office.example"
PROGRAMME = {"ja": "サステナブル調達パートナーシップ 20", "en": "Sustainable Procurement Partnership FY20"}


@pytest.fixture
def password(running) -> str:
    return (running.folder / "demo-password").read_text(encoding="utf-8").strip()


@pytest.fixture
def secretary(running, password, open_page):
    """Return a function that signs the secretariat in by keyboard, as a reader of a language on a screen of a width."""

    def signed_in(language: str, width: int) -> Page:
        with running.portal():
            User.objects.filter(email=SECRETARIAT).update(language=language)
        page = open_page("/", language=language, width=width)
        look_at(page, "sign-in", language=language)
        tab_to(page, page.locator("[name=login]"))
        page.keyboard.type(SECRETARIAT)
        tab_to(page, page.locator("[name=password]"))
        page.keyboard.type(password)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/places/$"))
        return page

    return signed_in


def press(page: Page, selector: str) -> None:
    """Go by Tab to what the selector names, and press Enter: as somebody without a mouse does."""
    tab_to(page, page.locator(selector))
    page.keyboard.press("Enter")


def values_of(fragment: str) -> list[int]:
    return [int(value) for value in re.findall(r'<progress[^>]* value="(\d+)"', fragment)]


def text_of(pdf: bytes) -> str:
    """The words of the PDF without any space, because lines and columns break where they like."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def printed(day: date, language: str) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if language == "ja" else f"{day.day} {day:%B} {day.year}"


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_from_sign_in_to_the_report_without_a_mouse(secretary, reader, running):
    language, width = reader
    page = secretary(language, width)
    tab_to(page, page.get_by_role("button", name=PROGRAMME[language]).last)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/programmes/[0-9a-f-]{36}/$"))
    look_at(page, "programme", language=language)

    press(page, "main a[href$='/reports/new/']")
    expect(page).to_have_url(re.compile("/reports/new/$"))
    page.locator("#main").focus()
    seen = []
    page.on("response", lambda answer: seen.append(answer.text()) if answer.url.endswith("/progress/") else None)
    press(page, "main form button.btn-primary")
    expect(page).to_have_url(re.compile(r"/reports/[0-9a-f-]{36}/$"))
    seen.insert(0, page.content())

    expect(page.locator("main .job[data-finished]")).to_be_visible(timeout=90_000)
    values = [value for fragment in seen for value in values_of(fragment)]
    assert values == sorted(values)
    assert len(seen) > 1, "Nobody asked how far it is"
    look_at(page, "report-ready", language=language)

    tab_to(page, page.locator("main .job .acts a"))
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    pdf = Path(download.value.path()).read_bytes()
    assert pdf.startswith(b"%PDF-")
    words = text_of(pdf)
    assert PROGRAMME[language].replace(" ", "") in words
    for session in sessions(running):
        assert printed(session, language).replace(" ", "") in words


def sessions(running) -> list[date]:
    """The days of this year's sessions that are over."""
    rows = running.query(
        "SELECT (s.starts_at AT TIME ZONE 'Asia/Tokyo')::date FROM programmes_session s"
        " JOIN programmes_programme p ON p.id = s.programme_id WHERE p.code = 'living-demo' AND s.ends_at < now()"
    )
    assert len(rows) >= 4
    return [row[0] for row in rows]


def test_the_focus_stays_while_the_progress_moves(secretary):
    """A fragment that is swapped every two seconds must not take the focus away from where somebody reads."""
    page = secretary("en", 1280)
    page.get_by_role("button", name=re.compile("FY20.*demo")).last.click()
    page.locator("main a[href$='/reports/new/']").first.click()
    page.locator("main form textarea").fill("Next year more companies.")
    page.locator("main form button.btn-primary").click()
    page.locator("a.skip").focus()
    with page.expect_response(re.compile("/progress/$")):
        pass
    here = focused(page)
    assert here == "Skip to the main text" or page.locator(".job[data-finished]").count() == 1
