"""A real Chromium in front of the real portal."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from accounts.models import User
from tests.stack import Stack

# Playwright keeps an event loop in this thread; the ORM of a test runs beside it, not in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


# ms; generous, because a busy machine of two cores must not fail what would pass on an idle one.
PATIENCE = 180_000


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium for all tests of this folder: the system's, not one of Playwright's; `PORTAL_CHROMIUM` names another.

    Its end is the end of Playwright's event loop, too: tests of other folders that run in this process meet none.
    """
    program = os.environ.get("PORTAL_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def running(django_db_blocker):
    """The whole portal with its demo on a database of its own, for all tests with a browser: nobody changes the demo."""
    with django_db_blocker.unblock(), Stack(name="browser", environment={"PORTAL_DEBUG": ""}) as stack:
        stack.manage("load_demo")
        stack.start("web", "worker", "relay")
        yield stack


@pytest.fixture(scope="package")
def person(running) -> Callable:
    """Return a function that gives the account with an address."""

    def account(email) -> User:
        with running.portal():
            return User.objects.get(email=email)

    return account


@pytest.fixture
def open_page(running, browser) -> Callable:
    """Return a function that opens an address as a reader of a language on a screen of a size.

    `user` signs in without a page, and reads the language from then on; `listen` is called with everything the browser
    complains about; `scripts=False` turns JavaScript off. Whatever happens, no script may fail and the
    Content-Security-Policy may not be violated.
    """
    contexts, breaches = [], []

    def complain(text):
        if "Content Security Policy" in text:
            breaches.append(text)

    def open_address(address, *, language="ja", width=1280, height=800, scripts=True, user=None, listen=None):
        context = browser.new_context(
            base_url=running.url,
            locale=language,
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.on("console", lambda message: complain(message.text))
        context.on("weberror", lambda error: breaches.append(str(error.error)))
        if user:
            with running.portal():
                User.objects.filter(pk=user.pk).update(language=language)
                context.add_cookies([{"name": "session", "value": running.session_of(user), "url": running.url}])
        page = context.new_page()
        if listen:
            page.on("console", lambda message: listen(message.text))
            page.on("pageerror", lambda error: listen(str(error)))
        page.goto(address)
        return page

    yield open_address
    for context in contexts:
        context.close()
    assert breaches == []
