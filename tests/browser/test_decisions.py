"""From the check page to the president's telephone and the wall of the canteen, in a real Chromium."""

import os
import re
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from policies import services
from policies.enums import State
from policies.models import ApprovalRequest, ReadReceipt, Submission
from tests.browser.checks import ENGLISH, JAPANESE, READERS, focused, look_at, reader_id, tab_to
from tests.factories import make_cast
from tests.policies.deciding import TODAY, approved, endorsed, president_of, submitted, write_whole_text
from tests.policies.reviewing import cycle_of
from tests.roles import seen_by

pytestmark = pytest.mark.processes

WAIT = 20_000  # ms; a busy machine of two cores
PRESIDENT = {"name_ja": "髙﨑 恵", "name_en": "Megumi Takasaki", "title": "代表取締役社長"}


@pytest.fixture
def cast(running):
    with running.portal():
        cast = make_cast()
        company, staff = cast.company, cast.people["staff"]
        company.name_ja, company.name_en = "髙﨑精機株式会社", "Takasaki Seiki Co., Ltd."
        company.save()
        staff.name_ja, staff.name_en = "森 花", "Hana Mori"
        staff.save()
        adviser = cast.people["adviser"].seats.get()
        adviser.name_ja, adviser.name_en = "久世 律子", "Ritsuko Kuze"
        adviser.save()
        yield cast


def at(cast, page: str = "") -> str:
    return f"/companies/{cast.company.pk}/policy/{page}"


def press(page: Page, wanted) -> None:
    """Go there by Tab and press Enter, as somebody without a mouse does."""
    tab_to(page, wanted)
    page.keyboard.press("Enter")


def fill(page: Page, name: str, text: str) -> None:
    tab_to(page, page.locator(f"main [name={name}]"))
    page.keyboard.insert_text(text)


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_handing_in_by_keyboard(cast, open_page, reader):
    """What is missing is said with the way there; then the declaration, the receipt, and the question before taking back."""
    language, width = reader
    write_whole_text(cast)
    page = open_page(at(cast, "check/"), language=language, width=width, user=cast.people["staff"])
    look_at(page, "check", language=language)
    press(page, page.locator("#submit form .btn-primary"))
    expect(page.locator(".errors")).to_be_visible(timeout=WAIT)
    assert focused(page).splitlines()[0] == page.locator(".errors h2").inner_text()
    look_at(page, "check-errors", language=language)
    page.locator("main [name=expertise_on]").fill(str(TODAY))
    fill(page, "expertise_who", "久世社労士")
    fill(page, "expertise_text", "重点課題を一緒に選びました。")
    fill(page, "message", "重点課題に自信がありません。")
    tab_to(page, page.locator("main [name=is_ready]"))
    page.keyboard.press("Space")
    press(page, page.locator("#submit form .btn-primary"))
    expect(page).to_have_url(re.compile("/submitted/$"), timeout=WAIT)
    expect(page.locator(".reference")).to_have_text(re.compile(r"^SPP-\w{4}-\w{4}-\w$"))
    look_at(page, "submitted", language=language)
    press(page, page.locator("main .acts a[href$='/withdraw/']"))
    expect(page).to_have_url(re.compile("/withdraw/$"), timeout=WAIT)
    look_at(page, "withdraw", language=language)
    press(page, page.locator("main form .btn-danger"))
    expect(page).to_have_url(re.compile("/policy/$"), timeout=WAIT)
    assert cycle_of(cast).state == State.DRAFTING
    assert Submission.objects.get(cycle=cycle_of(cast)).was_withdrawn


def ask_for_approval(cast, open_page, *, language="ja", width=1280) -> tuple[Page, str]:
    """Let the staff ask on the page; return what they see once, and the address on it."""
    president = president_of(cast, **PRESIDENT)
    page = open_page(at(cast, "approval/"), language=language, width=width, user=cast.people["staff"])
    look_at(page, "approval", language=language)
    press(page, page.locator("main .acts a[href$='/request/']"))
    expect(page).to_have_url(re.compile("/request/$"), timeout=WAIT)
    look_at(page, "request-approval", language=language)
    page.locator(f"main input[value='{president.pk}']").check()
    page.locator("main form .btn-primary").click()
    expect(page.locator(".link-address")).to_be_visible(timeout=WAIT)
    look_at(page, "approval-link", language=language)
    return page, page.locator(".link-address").inner_text()


def test_a_president_approves_on_a_telephone(cast, open_page):
    """Japanese, 360 pixels, by keyboard, without signing in; the second look says that it was decided."""
    endorsed(cast)
    sheet, address = ask_for_approval(cast, open_page)
    keep_paper(sheet, "approval-sheet")
    page = open_page(address, language="ja", width=360, height=640)
    assert page.evaluate("document.cookie") == ""
    look_at(page, "approve", language="ja")
    tab_to(page, page.locator("main [name=outcome]"))
    page.keyboard.press("Space")
    fill(page, "body", "取締役会")
    press(page, page.locator("#decide form .btn-primary"))
    expect(page.locator(".confirmed")).to_be_visible(timeout=WAIT)
    assert page.url == address
    look_at(page, "approved", language="ja")
    request = ApprovalRequest.objects.get(cycle=cycle_of(cast))
    assert (request.outcome, request.approver_name, request.body) == ("approved", PRESIDENT["name_ja"], "取締役会")
    assert cycle_of(cast).state == State.APPROVED
    sheet.goto(at(cast, "approval/"))
    look_at(sheet, "approval-decided", language="ja")


def test_the_switch_of_language_stays_on_the_page(cast, open_page):
    endorsed(cast)
    _, address = ask_for_approval(cast, open_page, language="en", width=1280)
    page = open_page(address, language="en", width=1280)
    look_at(page, "approve", language="en")
    page.locator("header [name=language]").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "ja", timeout=WAIT)
    assert page.url == address


def test_returning_without_scripts(cast, open_page):
    """A reason is asked where it is missing; everything typed is still there."""
    endorsed(cast)
    _, address = ask_for_approval(cast, open_page)
    page = open_page(address, language="ja", width=360, scripts=False)
    page.locator("main [name=outcome][value=returned]").check()
    page.locator("main [name=name]").fill("髙﨑 恵子")
    page.locator("#decide form .btn-primary").click()
    expect(page.locator(".errors")).to_be_visible(timeout=WAIT)
    assert page.locator("main [name=name]").input_value() == "髙﨑 恵子"
    page.locator("main [name=reason]").fill("相談窓口の電話番号を入れてください。")
    page.locator("#decide form .btn-primary").click()
    expect(page.locator(".confirmed")).to_be_visible(timeout=WAIT)
    assert cycle_of(cast).state == State.DRAFTING


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_pages_of_links_that_open_nothing(cast, open_page, reader):
    language, width = reader
    endorsed(cast)
    president, staff = president_of(cast), cast.people["staff"]
    with seen_by(staff, company_id=cast.company.pk):
        asked = services.request_approval(cycle=cycle_of(cast), approver=president, actor=staff, now=timezone.now())
        services.cancel_approval(cycle=cycle_of(cast), actor=staff, now=timezone.now())
    look_at(open_page(f"/approve/{asked.token}/", language=language, width=width), "link-spent", language=language)
    look_at(open_page("/approve/nothing/", language=language, width=width), "link-unknown", language=language)


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_the_signed_paper_and_the_text_to_sign(cast, open_page, reader):
    language, width = reader
    submitted(cast)
    president_of(cast, **PRESIDENT)
    page = open_page(at(cast, "approval/paper/"), language=language, width=width, user=cast.people["manager"])
    look_at(page, "paper", language=language)
    page.locator("main form .btn-primary").click()
    expect(page.locator(".errors")).to_be_visible(timeout=WAIT)
    look_at(page, "paper-errors", language=language)


@pytest.mark.parametrize("reader", [JAPANESE, ENGLISH], ids=reader_id)
def test_the_staff_read_the_policy(cast, open_page, reader):
    """Evidence by stage, the sheet for the wall, a telephone that reads it, and the names on the company's page."""
    language, width = reader
    approved(cast)
    page = open_page(at(cast, "evidence/"), language=language, width=width, user=cast.people["staff"])
    look_at(page, "evidence", language=language)
    press(page, page.locator("main a[href*='kind=dialogue']"))
    expect(page.locator("main form")).to_be_visible(timeout=WAIT)
    look_at(page, "add-evidence", language=language)
    page.goto(at(cast, "announcements/new/"))
    look_at(page, "announce", language=language)
    page.locator("main [name=title]").fill("本社の全従業員")
    page.locator("main form .btn-primary").click()
    expect(page.locator(".link-address")).to_be_visible(timeout=WAIT)
    look_at(page, "announcement-link", language=language)
    keep_paper(page, "announcement-sheet")
    reader_page = open_page(page.locator(".link-address").inner_text(), language=language, width=360)
    look_at(reader_page, "read", language=language)
    fill(reader_page, "name", "田中 一郎")
    press(reader_page, reader_page.locator("#read form .btn-primary"))
    expect(reader_page.locator(".banner-success")).to_be_visible(timeout=WAIT)
    look_at(reader_page, "read-done", language=language)
    assert ReadReceipt.objects.get(cycle=cycle_of(cast)).name == "田中 一郎"
    press(page, page.locator("main .acts a[href*='/announcements/']"))
    expect(page.locator("main table")).to_be_visible(timeout=WAIT)
    look_at(page, "announcement", language=language)


def keep_paper(page: Page, name: str) -> None:
    """Keep what the printer would get, where pictures are kept."""
    folder = os.environ.get("PORTAL_SCREENSHOTS")
    if folder:
        page.pdf(path=Path(folder) / f"{name}.pdf", format="A4", prefer_css_page_size=True)
