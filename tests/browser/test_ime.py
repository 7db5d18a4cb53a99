"""A real conversion by an input method: the Enter that ends it is not an order to send."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_homes import choose_this_year

pytestmark = pytest.mark.processes

ENTER = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
# What Chromium passes on for a key that the input method has swallowed.
SWALLOWED = ENTER | {"windowsVirtualKeyCode": 229}


def press(devtools, key: dict) -> None:
    devtools.send("Input.dispatchKeyEvent", {"type": "keyDown", **key})
    devtools.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})


def test_a_company_is_searched_by_the_second_enter(open_page, person):
    page = open_page("/", user=person("mochizuki@spp-office.example"))
    choose_this_year(page)
    page.goto(f"{page.url}companies/")
    page.locator("main input[type=search], main input[name=q]").first.focus()
    address = page.url
    devtools = page.context.new_cdp_session(page)

    devtools.send("Input.imeSetComposition", {"text": "うみねこ", "selectionStart": 4, "selectionEnd": 4})
    press(devtools, SWALLOWED)
    page.wait_for_timeout(300)
    assert page.url == address

    devtools.send("Input.insertText", {"text": "うみねこ"})
    press(devtools, ENTER)
    expect(page).to_have_url(re.compile("q="))
    expect(page.locator("main")).to_contain_text("株式会社うみねこ包装")
    expect(page.locator("main")).not_to_contain_text("株式会社髙嶺精密")
