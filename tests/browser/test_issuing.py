"""Issuing a report in a real Chromium: by keyboard from the report to its number, then checked by somebody with the file."""

import contextlib
import io
import re

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect
from pypdf import PdfReader

from jobs.services import open_stored
from programmes.models import Feedback, QuoteUse
from reports.models import IssuedReport, Report
from tests.browser.checks import ENGLISH, JAPANESE, focused, look_at, tab_to
from tests.factories import make_attendance, make_cast, make_person, make_session
from tests.reports.issuing import ask, changed, finish, issue, pair

pytestmark = pytest.mark.processes

WAIT = 60_000  # ms; a busy machine of two cores


@pytest.fixture
def cast(running):
    with running.portal():
        yield make_cast()


def press(page, label: str) -> None:
    tab_to(
        page,
        page.locator("main")
        .get_by_role("button", name=label)
        .or_(page.locator("main").get_by_role("link", name=label))
        .first,
    )
    page.keyboard.press("Enter")


def reopen(page) -> None:
    """Load the page again, unless it is on its way to the result by itself just then."""
    with contextlib.suppress(PlaywrightError):
        page.reload()


def test_issuing_by_keyboard_and_checking_without_an_account(cast, running, open_page):
    language, width = ENGLISH
    user = cast.people["secretariat"]
    with running.asleep("worker"):
        japanese = finish(ask(cast.programme, user))
    place = f"/programmes/{cast.programme.pk}"
    page = open_page(f"{place}/issued/", user=user, language=language, width=width)
    expect(page.locator("h1")).to_have_text("Issued reports")
    look_at(page, "issues-empty", language=language)
    page.goto(f"{place}/reports/{japanese.pk}/")
    press(page, "Issue this report")
    expect(page.locator("main")).to_contain_text("It is not there in English yet", timeout=WAIT)
    look_at(page, "issue-missing", language=language)
    press(page, "Ask for it in English")
    expect(page.locator("main")).to_contain_text("It is being made in English now", timeout=WAIT)
    english = Report.objects.get(programme=cast.programme, language="en")
    running.wait_until(lambda: Report.objects.get(pk=english.pk).is_ready, "the worker has made it", seconds=600)
    page.reload()
    look_at(page, "issue", language=language)
    press(page, "Issue the report")
    expect(page.locator(".errors")).to_be_visible(timeout=WAIT)
    assert focused(page).splitlines()[0] == page.locator(".errors h2").inner_text()
    look_at(page, "issue-errors", language=language)
    tab_to(page, page.locator("main [name=note]"))
    page.keyboard.insert_text("Final <b>report</b>")
    press(page, "Issue the report")
    expect(page.locator("main")).to_contain_text("Both languages are set with their number", timeout=WAIT)
    look_at(page, "issuing", language=language)
    running.wait_until(
        IssuedReport.objects.filter(programme=cast.programme).exists, "the worker has issued it", seconds=600
    )
    reopen(page)
    expect(page).to_have_url(re.compile(r"/issued/[0-9a-f-]+/$"), timeout=WAIT)
    found = IssuedReport.objects.get(programme=cast.programme)
    expect(page.locator("h1")).to_have_text(found.number)
    expect(page.locator("main")).to_contain_text("Final <b>report</b>")
    look_at(page, "issued", language=language)

    anybody = open_page("/check-report/", language=language, width=width)
    look_at(anybody, "check-report", language=language)
    with open_stored(found.report_en.pdf) as file:
        content = file.read()
    assert found.number in PdfReader(io.BytesIO(content)).pages[0].extract_text()
    sent = []
    anybody.on("request", lambda request: sent.append(request.post_data_buffer or b""))
    anybody.set_input_files("#check-file", files=[{"name": "r.pdf", "mimeType": "application/pdf", "buffer": content}])
    expect(anybody.locator("[name=sha256]")).to_have_value(found.pdf_en_sha256, timeout=WAIT)
    press(anybody, "Check the report")
    expect(anybody.locator("main")).to_contain_text("The file is exactly what was issued: PDF in English", timeout=WAIT)
    look_at(anybody, "check-report-fits", language=language)
    assert [body for body in sent if content[:500] in body] == []
    anybody.goto("/check-report/?number=X-99")
    look_at(anybody, "check-report-unknown", language=language)


def test_correcting_comparing_and_withdrawing_on_a_telephone(cast, running, open_page):
    language, width = JAPANESE
    user = cast.people["secretariat"]
    with running.asleep("worker"):
        first = issue(cast.programme, user, note="最終版")
        japanese, _english = pair(cast.programme, user, figures=changed(first.report_ja, withdrawn=3))
    session = make_session(cast.programme, title_ja="基調講演", title_en="Keynote")
    comment = Feedback.objects.create(
        session=session,
        programme=cast.programme,
        company=cast.company,
        person=make_person(cast.company),
        comment_ja="よい",
    )
    QuoteUse.objects.create(programme=cast.programme, feedback=comment, report_id=first.report_ja_id, title="R")
    place = f"/programmes/{cast.programme.pk}"
    page = open_page(f"{place}/issued/{first.pk}/", user=user, language=language, width=width)
    expect(page.locator("main .banner-error:not([hidden])").first).to_contain_text("引用の同意が撤回された")
    look_at(page, "issued-marked", language=language)
    page.goto(f"{place}/reports/{japanese.pk}/issue/")
    tab_to(page, page.locator("main [name=note]"))
    page.keyboard.insert_text("訂正版")
    tab_to(page, page.locator("main [name=replaces]"))
    page.keyboard.press("ArrowDown")
    tab_to(page, page.locator("main [name=correction]"))
    page.keyboard.insert_text("辞退した企業の数")
    press(page, "報告書を発行する")
    running.wait_until(
        lambda: IssuedReport.objects.filter(programme=cast.programme).count() == 2,
        "the worker has issued it",
        seconds=600,
    )
    reopen(page)
    expect(page).to_have_url(re.compile(r"/issued/[0-9a-f-]+/$"), timeout=WAIT)
    second = IssuedReport.objects.get(programme=cast.programme, sequence=2)
    assert second.replaces_id == first.pk
    press(page, "別の報告書と数字を比べる")
    expect(page.locator("main [role=status]")).to_contain_text("違う数字は1件です。", timeout=WAIT)
    look_at(page, "compare", language=language)
    page.goto(f"{place}/issued/{second.pk}/withdraw/")
    look_at(page, "withdraw", language=language)
    tab_to(page, page.locator("main [name=reason]"))
    page.keyboard.insert_text("年度の誤り")
    press(page, "報告書を取り下げる")
    expect(page.locator("main")).to_contain_text("年度の誤り", timeout=WAIT)
    page.goto(f"{place}/issued/")
    look_at(page, "issues", language=language)
    page.goto(f"/check-report/?number={second.number}")
    expect(page.locator("main .banner-error:not([hidden])").first).to_contain_text("取り下げられました")
    look_at(page, "check-report-withdrawn", language=language)


def test_reading_a_draft_by_link_on_a_telephone(cast, running, open_page):
    language, width = JAPANESE
    user = cast.people["secretariat"]
    with running.asleep("worker"):
        make_attendance(make_session(cast.programme, title_ja="基調講演"), make_person(cast.company))
        report = finish(ask(cast.programme, user))
    place = f"/programmes/{cast.programme.pk}/reports/{report.pk}/readers/"
    desk = open_page(place, user=user, language="en", width=1280)
    look_at(desk, "readers-empty", language="en")
    tab_to(desk, desk.locator("main [name=name]"))
    desk.keyboard.insert_text("Ana Ruiz")
    tab_to(desk, desk.locator("main [name=email]"))
    desk.keyboard.insert_text("ana@example.org")
    desk.locator("main [name=due_on]").fill("2099-01-01")
    press(desk, "Send the link")
    expect(desk.locator("main code")).to_be_visible(timeout=WAIT)
    address = "/reading/" + desk.locator("main code").inner_text().split("/reading/")[1]
    look_at(desk, "readers-invited", language="en")

    page = open_page(address, language=language, width=width)
    look_at(page, "reading-open", language=language)
    press(page, "原案を読む")
    expect(page.locator(".draft-say").first).to_be_visible(timeout=WAIT)
    look_at(page, "reading", language=language)
    box = page.locator("[name=block-results]")
    box.focus()
    page.keyboard.insert_text("数字を<b>ご確認</b>ください。")
    page.locator("main [name=verdict][value=differs]").focus()
    page.keyboard.press("Space")
    press(page, "記入した内容を送る")
    expect(page.locator(".errors")).to_be_visible(timeout=WAIT)
    look_at(page, "reading-errors", language=language)
    expect(page.locator("[name=block-results]")).to_have_value("数字を<b>ご確認</b>ください。")
    page.locator("main [name=reason]").focus()
    page.keyboard.insert_text("日付の誤り")
    press(page, "記入した内容を送る")
    expect(page).to_have_url(re.compile(r"\?kept=1$"), timeout=WAIT)
    look_at(page, "reading-kept", language=language)
    desk.goto(place)
    expect(desk.locator("main")).to_contain_text("数字を<b>ご確認</b>ください。")
    look_at(desk, "readers", language="en")
