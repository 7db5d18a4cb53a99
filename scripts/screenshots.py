"""Draw the README's pictures from the demo: `services.py run .venv/bin/python scripts/screenshots.py [FOLDER]`.

Needs Chromium and, for the report's pages, pdftoppm (Debian: poppler-utils). Starts a portal of its own on a database of
its own, loads the demo, and leaves nothing but the pictures. FOLDER is docs/images unless given.
"""

import os
import re
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django  # noqa: E402

django.setup()

from PIL import Image  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

from accounts.models import User  # noqa: E402
from demo.services import data  # noqa: E402
from tests.browser.conftest import BROWSERS, QUIET  # noqa: E402
from tests.stack import Stack  # noqa: E402

FOLDER = CHECKOUT / "docs" / "images"
SECRETARIAT = "mochizuki@spp-office.example"
COMPANY = "lan@labo-one.example"
# A palette is enough for paper, ink and one key colour, and a quarter of the size.
COLOURS = 96
BACKDROP, GAP = "#e0e0e6", 24
PDF_DPI = 74
REPORT_PAGES = (4, 7)


def main(folder: Path) -> None:
    program = next(filter(None, map(shutil.which, BROWSERS)))
    folder.mkdir(parents=True, exist_ok=True)
    with Stack(name="pictures", environment={"PORTAL_DEBUG": "", "WEB_WORKERS": "1"}) as stack:
        print(stack.manage("load_demo"), end="")
        stack.start("web", "worker", "relay")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=QUIET)
            pictures(stack, browser, folder)


def pictures(stack: Stack, browser, folder: Path) -> None:
    desk = open_portal(stack, browser, SECRETARIAT, width=1280, height=860)
    programme = address_of(stack, data.LIVING_CODE)
    desk.goto(programme)
    keep(desk.screenshot(), folder / "programme.png", width=1280)
    desk.goto(f"{programme}sessions/")
    desk.locator("main a", has_text="人権方針策定ワークショップ").first.click()
    keep(desk.screenshot(), folder / "session.png", width=1280)
    phone = open_portal(stack, browser, COMPANY, width=390, height=812)
    keep(side_by_side(phone_screens(phone)), folder / "home-phone.png", width=1280)
    if shutil.which("pdftoppm"):
        keep(side_by_side(report_pages(desk, address_of(stack, data.PILOT_CODE))), folder / "report.png", width=1280)
    else:
        print("report.png is not drawn: pdftoppm is missing (Debian: apt-get install poppler-utils).")


def open_portal(stack: Stack, browser, email: str, *, width: int, height: int) -> Page:
    """Show the home of somebody of the demo, signed in, in Japanese, on a screen of a size."""
    stack.execute("UPDATE accounts_user SET language = 'ja' WHERE email = %s", email)
    context = browser.new_context(base_url=stack.url, locale="ja", viewport={"width": width, "height": height})
    with stack.portal():
        session = stack.session_of(User.objects.get(email=email))
    context.add_cookies([{"name": "session", "value": session, "url": stack.url}])
    page = context.new_page()
    page.goto("/")
    page.wait_for_url(re.compile(r"/(places|programmes|companies)/"))
    return page


def address_of(stack: Stack, code: str) -> str:
    programme_id = stack.query("SELECT id FROM programmes_programme WHERE code = %s", code)[0][0]
    return f"/programmes/{programme_id}/"


def phone_screens(page: Page) -> list[Image.Image]:
    """A company's home, its policy and its sessions."""
    company = page.url.removesuffix("home/")
    screens = []
    for part in ("home/", "policy/", "sessions/"):
        page.goto(f"{company}{part}")
        screens.append(Image.open(BytesIO(page.screenshot())))
    return screens


def report_pages(page: Page, programme: str) -> list[Image.Image]:
    """Ask for the pilot's report as people do, and draw two of its pages."""
    page.goto(f"{programme}reports/new/")
    page.locator("main form button.btn-primary").click()
    page.locator("main .job[data-finished] .acts a").wait_for(timeout=120_000)
    with page.expect_download() as download:
        page.locator("main .job .acts a").click()
    return [drawn(download.value.path(), number) for number in REPORT_PAGES]


def side_by_side(pictures: list[Image.Image]) -> bytes:
    width, height = pictures[0].size
    sheet = Image.new("RGB", (len(pictures) * (width + GAP) + GAP, height + 2 * GAP), BACKDROP)
    for place, picture in enumerate(pictures):
        sheet.paste(picture, (GAP + place * (width + GAP), GAP))
    kept = BytesIO()
    sheet.save(kept, "PNG")
    return kept.getvalue()


def drawn(pdf: Path, number: int) -> Image.Image:
    command = ["pdftoppm", "-png", "-r", str(PDF_DPI), "-f", str(number), "-l", str(number), str(pdf)]
    return Image.open(BytesIO(subprocess.run(command, capture_output=True, check=True).stdout))


def keep(picture: bytes, file: Path, *, width: int) -> None:
    """Keep a picture no wider than `width` pixels, with a palette."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    if image.width > width:
        image = image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    print(f"{file.name}: {image.width} x {image.height}, {file.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
