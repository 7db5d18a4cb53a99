"""The portal's main job in a real browser: a workbook in, the implementation report out, in both languages.

Signing in and asking for the report go without a mouse; every page on the way is read by axe, on a phone or at a desk.
"""

import re
import time
from contextlib import suppress
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Error as PageMoved
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from accounts.models import User
from demo.services.second_step import current_code
from tests.browser.checks import ENGLISH, JAPANESE, READERS, look_at, reader_id, tab_to
from tests.factories.workbooks import make_content, make_workbook, set_cell, set_pair

pytestmark = pytest.mark.processes

SECRETARIAT = "mochizuki@spp-office.example"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DATES = {"ja": "{0.year}年{0.month}月{0.day}日", "en": "{0.day} {0:%B} {0.year}"}
# What the workbook holds, as the report is to print it, without spaces.
SAID = {
    "ja": ["第1回セミナー", "第1会議室", "森花", "役に立った。", "小さなプログラム"],
    "en": ["Firstseminar", "Room1", "Ms.HanaMori", "Useful.", "Smallprogramme"],
}
WAIT = 180_000  # ms; a busy machine of two cores must not fail what would pass on an idle one


@pytest.fixture
def password(running) -> str:
    return (running.folder / "demo-password").read_text(encoding="utf-8").strip()


_entered: set[str] = set()


def code_now(running) -> str:
    """Return what the app of the secretariat's person shows; a code that was entered before is not good a second time."""
    while True:
        with running.portal():
            code, seconds = current_code(User.objects.get(email=SECRETARIAT))
        if code not in _entered:
            _entered.add(code)
            return code
        time.sleep(seconds)


@pytest.fixture
def secretary(running, open_page, password):
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
        expect(page).to_have_url(re.compile("/2fa/authenticate/"))
        tab_to(page, page.locator("[name=code]"))
        page.keyboard.type(code_now(running))
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/places/$"))
        return page

    return signed_in


@pytest.fixture
def secretary_at_once(open_page, person):
    """The same without the sign-in page, for tests of what comes after it."""

    def signed_in(language: str, width: int) -> Page:
        return open_page("/imports/new/", language=language, width=width, user=person(SECRETARIAT))

    return signed_in


def press(page: Page, selector: str) -> None:
    """Go by Tab to what the selector names, and press Enter: as somebody without a mouse does."""
    tab_to(page, page.locator(selector))
    page.keyboard.press("Enter")


def upload(page: Page, name: str, content: bytes) -> None:
    """Upload a workbook and wait until it has been looked at."""
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": EXCEL, "buffer": content})
    page.locator("main form button.btn-primary").click()
    expect(page).to_have_url(re.compile(r"/imports/[0-9a-f-]{36}/$"))
    see_result(page)


def see_result(page: Page) -> None:
    """Wait for the job, and open what came of it where the page does not go there by itself."""
    page.locator(
        "main :is(.job[data-finished], .page-head ~ .tabs, .banner-success, .banner-warning, table)"
    ).first.wait_for(timeout=WAIT)
    result = page.locator("main .job[data-finished] .acts a")
    if result.count():
        result.click()


def is_registered(running, code: str) -> bool:
    return bool(running.query("SELECT 1 FROM programmes_programme WHERE code = %s", code))


def watched_values(page: Page) -> list[int]:
    """The values that the progress bar shows until the job is finished, in their order."""
    values, finished = [], page.locator("main .job[data-finished]")
    deadline = time.monotonic() + WAIT / 1000
    while not finished.count():
        assert time.monotonic() < deadline, "The job does not finish"
        # The page may be moving on to the result just while it is looked at.
        with suppress(PageMoved):
            values += [int(value) for value in re.findall(r'<progress[^>]* value="(\d+)"', page.content())]
        page.wait_for_timeout(100)
    return values


def text_of(pdf: bytes) -> str:
    """The words of the PDF without any space, because lines and columns break where they like."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def printed(day: date, language: str) -> str:
    return DATES[language].format(day).replace(" ", "")


def workbook_of(code: str) -> bytes:
    """The small workbook as a programme of its own, with companies that no other programme knows."""
    content = make_content()
    set_pair(content, "code", code)
    for row in (2, 3, 4):
        set_cell(content, "Companies", row, "corporate_number", None)
        set_cell(content, "Companies", row, "name_ja", f"{code} {row}号")
        set_cell(content, "Companies", row, "name_en", f"{code} No. {row}")
    return make_workbook(content)


def register_by_workbook(page: Page, running, language: str) -> None:
    """Upload, see that nothing is registered yet, confirm, see that it is."""
    code = f"browser-{language}"
    page.goto("/imports/")
    look_at(page, "imports", language=language)
    page.locator("main a[href$='/imports/new/']").first.click()
    look_at(page, "import-upload", language=language)
    upload(page, f"{code}.xlsx", workbook_of(code))
    expect(page.locator("main form[action$='/confirm/']")).to_be_visible()
    expect(page.locator("main .banner-warning")).to_be_visible()
    look_at(page, "import-preview", language=language)
    assert not is_registered(running, code)

    page.locator("main form[action$='/confirm/'] button").click()
    see_result(page)
    expect(page.locator("main .banner-success")).to_be_visible(timeout=WAIT)
    look_at(page, "import-result", language=language)
    assert is_registered(running, code)
    page.locator("main .page-head a.btn-primary").click()
    expect(page).to_have_url(re.compile(r"/programmes/[0-9a-f-]{36}/$"))


def make_report_by_keyboard(page: Page, running, language: str) -> bytes:
    """Ask for the report, watch it being made, download it: all by Tab and Enter.

    The worker comes late, so that somebody has asked how far it is before it is done, however fast the machine.
    """
    press(page, "main a[href$='/reports/new/']")
    expect(page).to_have_url(re.compile("/reports/new/$"))
    running.stop("worker")
    press(page, "main form button.btn-primary")
    expect(page).to_have_url(re.compile(r"/reports/[0-9a-f-]{36}/$"))
    with page.expect_response(re.compile("/progress/$"), timeout=WAIT):
        running.start("worker")
    values = watched_values(page)
    assert values == sorted(values)
    look_at(page, "report-ready", language=language)
    tab_to(page, page.locator("main .job .acts a"))
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    return Path(download.value.path()).read_bytes()


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_a_workbook_goes_in_and_the_report_comes_out(secretary, running, reader):
    language, width = reader
    page = secretary(language, width)
    register_by_workbook(page, running, language)
    look_at(page, "programme-imported", language=language)
    pdf = make_report_by_keyboard(page, running, language)
    assert pdf.startswith(b"%PDF-")
    words = text_of(pdf)
    assert [said for said in SAID[language] if said not in words] == []
    assert printed(date(2025, 6, 20), language) in words
    assert printed(date(2025, 7, 4), language) in words


def test_an_error_is_named_by_sheet_row_and_column_and_can_be_taken_home(secretary_at_once, running):
    language, width = JAPANESE
    content = make_content()
    set_pair(content, "code", "browser-faulty")
    set_cell(content, "Sessions", 2, "ends_at", datetime(2025, 6, 20, 12, 0))  # noqa: DTZ001
    set_cell(content, "Companies", 3, "corporate_number", "7123456789010")
    page = secretary_at_once(language, width)
    upload(page, "faulty.xlsx", make_workbook(content))
    main = page.locator("main")
    expect(main).to_contain_text("7123456789010")
    look_at(page, "import-faulty", language=language)
    assert page.locator("main form[action$='/confirm/']").count() == 0
    with page.expect_download() as download:
        page.locator("main a[href$='/remarks/']").first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
    assert not is_registered(running, "browser-faulty")


def test_what_is_no_workbook_is_refused_with_a_sentence(secretary_at_once):
    language, width = ENGLISH
    page = secretary_at_once(language, width)
    upload(page, "letter.xlsx", b"Dear secretariat, this is a letter.")
    look_at(page, "import-refused", language=language)
    assert page.locator("main form[action$='/confirm/']").count() == 0


def test_the_focus_stays_while_the_progress_is_told(open_page, person, running):
    """A fragment that is swapped every two seconds must not take the focus from where somebody reads."""
    programme = running.query("SELECT id FROM programmes_programme WHERE code = 'fy2024-pilot'")[0][0]
    page = open_page(f"/programmes/{programme}/reports/new/", language="en", user=person(SECRETARIAT))
    with running.asleep("worker"):
        page.locator("main form button.btn-primary").click()
        back = page.locator("main .back a")
        back.focus()
        for _ in range(2):
            with page.expect_response(re.compile("/progress/$")):
                pass
            expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)
            expect(back).to_be_focused()
    expect(page.locator("main .job[data-finished] .acts a")).to_be_visible(timeout=WAIT)
