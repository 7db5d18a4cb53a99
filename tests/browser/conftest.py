"""A real Chromium in front of the real portal."""

import os
import shutil
from collections.abc import Callable

import pytest

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


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Use the system's browser, not one of Playwright's; `PORTAL_CHROMIUM` names another."""
    program = os.environ.get("PORTAL_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    return {**browser_type_launch_args, "executable_path": program, "args": QUIET}


@pytest.fixture(scope="module")
def running(django_db_blocker):
    """The portal's web process on a database of its own, shared by the tests of a module."""
    with django_db_blocker.unblock(), Stack(name="browser") as stack:
        stack.start("web")
        yield stack


@pytest.fixture
def open_page(running, browser) -> Callable:
    """Return a function that opens an address as a reader of a language on a screen of a size.

    `user` signs in without a page; `listen` is called with everything the browser complains about; `scripts=False`
    turns JavaScript off.
    """
    contexts = []

    def open_address(address, *, language="ja", width=1280, height=800, scripts=True, user=None, listen=None):
        context = browser.new_context(
            base_url=running.url,
            locale=language,
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
        )
        contexts.append(context)
        if user:
            with running.portal():
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
