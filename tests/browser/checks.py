"""What holds on every page: accessible by axe, no wider than the window, in the reader's language, never without focus."""

import os
import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

# Japanese on a phone, English on a desk; `make prove` looks at the rest of the matrix.
JAPANESE, ENGLISH = READERS = [("ja", 360), ("en", 1280)]


def reader_id(reader) -> str:
    return f"{reader[0]}-{reader[1]}"


def violations(page) -> list[str]:
    """Return what axe finds, as sentences that say where. The place of an element is told by its words, not by a selector."""
    found = Axe().run(page, options={"resultTypes": ["violations"], "selectors": False}).response["violations"]
    return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]


def sideways(page) -> int:
    """Return by how many pixels the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def problems(page, *, language: str) -> list[str]:
    """Return what is wrong with the page as it stands; empty when nothing is."""
    found = [f"axe: {violation}" for violation in violations(page)]
    if wider := sideways(page):
        found.append(f"{wider} pixels wider than the window")
    if page.get_attribute("html", "lang") != language:
        found.append(f"not in {language}")
    if page.locator("h1").count() != 1:
        found.append("not exactly one h1")
    if not re.fullmatch(r".+ – .+", page.title()):
        found.append(f"its title is {page.title()!r}")
    return found


def look_at(page, name: str, *, language: str) -> None:
    """Fail when something is wrong with the page; with PORTAL_SCREENSHOTS set, keep a picture of it in that folder."""
    folder = os.environ.get("PORTAL_SCREENSHOTS")
    if folder:
        width = page.viewport_size["width"]
        page.screenshot(path=Path(folder) / f"{name}-{language}-{width}.png", full_page=True)
    found = problems(page, language=language)
    assert found == [], f"{name}, {page.url}: {found}"


def focused(page) -> str:
    """Return the words of what has the focus: its label or its text, or "" when nothing has it."""
    return page.evaluate(
        """() => {
          const element = document.activeElement;
          if (!element || element === document.body) return "";
          const words = element.labels?.length ? element.labels[0].innerText : element.innerText || element.value || "";
          return `${words}`.trim() || element.tagName;
        }"""
    )


def has_visible_focus(page) -> bool:
    """Whether what has the focus is on the screen, is not covered, and is drawn with an outline or a shadow."""
    return page.evaluate(
        """() => {
          const element = document.activeElement;
          if (!element || element === document.body) return false;
          const shown = element.matches("input[type=radio], input[type=checkbox], input[type=file]")
            ? element.closest("label, .form-check, .field") ?? element : element;
          const box = shown.getBoundingClientRect();
          const style = getComputedStyle(element), frame = getComputedStyle(shown);
          const drawn = [style, frame].some(({outlineStyle, outlineWidth, boxShadow}) =>
            (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none");
          const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
          return drawn && inside;
        }"""
    )


def tab_to(page, wanted, *, limit: int = 80) -> None:
    """Press Tab until the element of the locator has the focus. Every stop on the way must be visible."""
    target = wanted.first.element_handle()
    for _ in range(limit):
        page.keyboard.press("Tab")
        here = focused(page)
        assert here == "" or has_visible_focus(page), f"The focus on {here!r} cannot be seen ({page.url})"
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not reached by Tab on {page.url}")
