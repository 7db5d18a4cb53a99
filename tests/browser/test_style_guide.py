"""The style guide in a real browser: accessible in every state, and its scripts do what they promise."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.checks import READERS, reader_id, sideways, violations
from tests.factories import make_user

pytestmark = pytest.mark.processes

PAGES = [
    "",
    "pages/home/",
    "pages/matrix/",
    "pages/workbench/",
    "pages/form/",
    "pages/question/",
    "pages/confirmed/",
    "pages/empty/",
]
SIGN_IN = [
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/password/reset/",
    "/accounts/signup/",
    "/no-such-page/",
]


@pytest.mark.parametrize("address", [*(f"/style-guide/{name}" for name in PAGES), *SIGN_IN])
@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_every_part_is_accessible_and_fits(open_page, reader, address):
    page = open_page(address, language=reader[0], width=reader[1])
    assert page.get_attribute("html", "lang") == reader[0]
    assert violations(page) == []
    assert sideways(page) == 0


def test_nothing_breaks_the_content_security_policy(open_page):
    said = []
    page = open_page("/style-guide/", listen=said.append)
    page.wait_for_load_state("networkidle")
    assert said == []
    assert page.evaluate("document.querySelectorAll('[style], style, script:not([src]):not([type$=json])').length") == 0


def test_hostile_text_is_only_text(open_page):
    page = open_page("/style-guide/")
    assert page.locator("script", has_text="alert").count() == 0
    assert "<script>alert(" in page.inner_text("main")


def test_the_menu_of_a_phone_needs_no_script(open_page, running):
    with running.portal():
        user = make_user("高橋 陽子")
    page = open_page("/style-guide/", width=360, scripts=False, user=user)
    menu = page.locator("details.menu")
    home = menu.locator("nav a").first
    expect(home).to_be_hidden()
    menu.locator("summary").click()
    expect(home).to_be_visible()
    menu.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith("/style-guide/")


def test_the_error_summary_has_the_focus_and_leads_to_the_field(open_page):
    page = open_page("/style-guide/pages/form/", language="en")
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.className") == "errors"
    page.get_by_role("link", name="Please choose: How you take part").click()
    assert page.evaluate("document.activeElement.type") == "radio"


def test_a_job_moves_by_itself_until_it_is_done(open_page):
    page = open_page("/style-guide/", language="en")
    job = page.locator("#live")
    expect(job.locator("progress")).to_have_attribute("value", re.compile(r"[2-9]"))
    expect(page.locator("#live-voice")).to_have_text(re.compile(r"\d of 9 done"))
    expect(job).to_have_attribute("data-finished", "")
    assert job.get_attribute("hx-get") is None
    expect(page.locator("#live-voice")).to_have_text("Ready")


def test_the_enter_that_ends_a_conversion_sends_nothing(open_page):
    page = open_page("/accounts/login/")
    sent = page.evaluate(
        """() => {
          const input = document.querySelector("[name=login]");
          const press = (more) => {
            const event = new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true, ...more});
            return input.dispatchEvent(event);
          };
          return [press({isComposing: true}), press({keyCode: 229}), press({})];
        }"""
    )
    assert sent == [False, False, True]


def test_a_second_press_does_not_send_twice(open_page):
    page = open_page("/accounts/login/")
    requests = []
    page.route("**/accounts/login/", lambda route: requests.append(route.request.method))
    passed = page.evaluate(
        """async () => {
          const form = document.querySelector("main form");
          let passed = 0;
          form.addEventListener("submit", () => { passed += 1; });
          for (let press = 0; press < 3; press += 1) {
            form.requestSubmit();
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
          return passed;
        }"""
    )
    assert passed == 1
    assert requests == ["POST"]


def test_a_file_that_is_too_large_is_refused_before_it_travels(open_page, tmp_path):
    large = tmp_path / "large.xlsx"
    large.write_bytes(b"0" * (10 * 1024 * 1024 + 1))
    page = open_page("/style-guide/pages/form/", language="en")
    field = page.locator("input[type=file]")
    field.set_input_files(large)
    expect(page.get_by_text("This file is too large. Please choose one of 10.0 MB or less.")).to_be_visible()
    assert field.evaluate("input => input.files.length") == 0


def test_the_focus_is_never_hidden_under_the_bar_of_deeds(open_page):
    page = open_page("/style-guide/pages/workbench/", width=360, height=640)
    for _ in range(40):
        page.keyboard.press("Tab")
        hidden = page.evaluate(
            """() => {
              const element = document.activeElement;
              if (element === document.body) return null;
              const box = element.getBoundingClientRect();
              const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height, 24) / 2);
              return element.contains(top) || top?.contains(element) ? null : element.outerHTML;
            }"""
        )
        assert hidden is None


def test_paper_shows_the_whole_table_and_no_controls(open_page):
    page = open_page("/style-guide/pages/matrix/")
    page.emulate_media(media="print")
    for control in (".chips", ".pages", ".page-head .acts", ".language"):
        expect(page.locator(control).first).to_be_hidden()
    assert page.locator(".scroll").evaluate("region => region.scrollHeight - region.clientHeight") == 0
