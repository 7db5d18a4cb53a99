"""Planning a session in a real Chromium: from the first word to its publication, with its materials and photographs."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from programmes.models import Session, Speaker
from tests.browser.checks import ENGLISH, READERS, has_visible_focus, look_at, reader_id, tab_to
from tests.factories import make_attendance, make_cast
from tests.programmes import pictures
from tests.programmes.planning import published

pytestmark = pytest.mark.processes

DAY = (timezone.localdate() + timedelta(days=60)).isoformat()


@pytest.fixture
def desk(running):
    """A programme without sessions, and its secretariat."""
    with running.portal():
        cast = make_cast()
        home = f"/programmes/{cast.programme.pk}/sessions/"
        yield SimpleNamespace(cast=cast, planner=cast.people["secretariat"], home=home, new=f"{home}new/")


def fill_in(page, values: dict) -> None:
    for name, value in values.items():
        field = page.locator(f"main [name='{name}']")
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def press(page, **button) -> None:
    """Press the visible button of that name and value."""
    (name, value), *_ = button.items()
    page.locator(f"main button[name='{name}'][value='{value}']:not([aria-hidden])").click()


PLAN = {
    "code": "S1",
    "title_ja": "人権方針策定ワークショップ",
    "title_en": "Workshop on policies",
    "held_on": DAY,
    "begins": "13:30",
    "ends": "16:30",
    "venue_ja": "浜松町さざなみ会館",
    "venue_en": "Sazanami Hall",
    "online_share": "50",
}


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_from_the_first_word_to_the_publication(open_page, desk, reader):
    language, width = reader
    page = open_page(desk.home, language=language, width=width, user=desk.planner)
    look_at(page, "plan-no-session", language=language)
    page.locator(f"main a[href='{desk.new}']").first.click()
    # Something is wrong first: it is said at its field, and what was typed stays.
    fill_in(page, PLAN | {"ends": "13:00", "strand": "working_level", "kind": "workshop", "method": "hybrid"})
    page.locator("main form .form-acts button").click()
    expect(page.locator(".errors a")).to_have_count(1)
    look_at(page, "plan-errors", language=language)
    assert page.locator("[name=title_ja]").input_value() == PLAN["title_ja"]
    page.locator("[name=ends]").fill("16:30")
    page.locator("main form .form-acts button").click()
    page.wait_for_url("**/agenda/")
    look_at(page, "plan-agenda-empty", language=language)
    fill_in(
        page,
        {
            "item-0-begins": "13:30",
            "item-0-ends": "14:30",
            "item-0-title_ja": "方針に書くこと",
            "item-0-title_en": "What a policy says",
            "item-0-speaker-0-name_ja": "久世 真帆",
            "item-0-speaker-0-title_ja": "社会保険労務士",
        },
    )
    press(page, add_speaker="0")
    expect(page.locator("[name=item-0-speaker-1-name_ja]")).to_be_focused()
    page.locator("[name=item-0-speaker-1-name_en]").fill("Amara Okafor")
    press(page, add_item="1")
    expect(page.locator("[name=item-1-title_ja]")).to_be_focused()
    assert page.locator("[name=item-0-speaker-1-name_en]").input_value() == "Amara Okafor"
    fill_in(page, {"item-1-begins": "14:00", "item-1-ends": "16:00", "item-1-title_ja": "書いてみる"})
    press(page, save="1")
    expect(page.locator(".errors a")).to_have_count(1)
    expect(page.locator("#item-1 .field-error")).to_have_count(1)
    look_at(page, "plan-agenda-overlap", language=language)
    page.locator("[name=item-1-begins]").fill("14:30")
    press(page, save="1")
    page.wait_for_url(re.compile(r"/sessions/[0-9a-f-]{36}/$"))
    look_at(page, "plan-draft", language=language)
    with_agenda = page.url
    page.goto(f"{with_agenda}plan/")
    look_at(page, "plan-edit", language=language)
    page.goto(f"{with_agenda}publish/")
    look_at(page, "plan-publish", language=language)
    page.locator("main form button").click()
    page.wait_for_url(with_agenda)
    look_at(page, "plan-published", language=language)
    session = Session.objects.get(programme=desk.cast.programme)
    assert (session.state, session.agenda.count()) == ("published", 2)
    assert list(Speaker.objects.filter(item__session=session).values_list("name_ja", "name_en")) == [
        ("久世 真帆", ""),
        ("", "Amara Okafor"),
    ]
    member = open_page(with_agenda, language=language, width=width, user=desk.cast.people["staff"])
    look_at(member, "plan-member", language=language)


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_materials_photographs_copies_and_calling_off(open_page, desk, reader):
    language, width = reader
    session = published(desk.cast.programme)
    make_attendance(session, desk.cast.people["staff"].people.get(), attended=None)
    here = f"{desk.home}{session.pk}/"
    page = open_page(f"{here}materials/", language=language, width=width, user=desk.planner)
    look_at(page, "plan-materials-empty", language=language)
    page.locator("[name=title_ja]").fill("講義資料")
    page.locator("[name=file]").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"no PDF"})
    page.locator("main form button").click()
    expect(page.locator(".errors a")).to_have_count(1)
    look_at(page, "plan-materials-errors", language=language)
    page.locator("[name=file]").set_input_files(
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n"}
    )
    page.locator("main form button").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    look_at(page, "plan-materials", language=language)
    page.goto(f"{here}photos/")
    look_at(page, "plan-photos-empty", language=language)
    fill_in(page, {"caption_ja": "質疑応答", "caption_en": "Questions", "alt_ja": "赤い帯", "alt_en": "A red band"})
    page.locator("[name=file]").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": pictures.from_a_telephone()}
    )
    page.locator("main form button").click()
    expect(page.locator(".photos img")).to_have_js_property("complete", True)
    assert page.locator(".photos img").evaluate("image => [image.naturalWidth, image.naturalHeight]") == [200, 400]
    look_at(page, "plan-photos", language=language)
    page.locator(".photos a").click()
    look_at(page, "plan-photo", language=language)
    page.locator("[name=has_consent]").check()
    page.locator("main form button").click()
    page.goto(here)
    expect(page.locator(".photos img")).to_have_count(1)
    look_at(page, "plan-session-full", language=language)
    page.goto(f"{here}copy/")
    look_at(page, "plan-copy", language=language)
    page.goto(f"{desk.home}copy/")
    look_at(page, "plan-copy-none", language=language)
    page.goto(f"{here}cancel/")
    look_at(page, "plan-cancel", language=language)
    page.locator("main form button").click()
    page.wait_for_url(here if here.startswith("http") else f"**{here}")
    look_at(page, "plan-cancelled", language=language)


def test_the_keyboard_alone_and_no_script_plan_an_agenda(open_page, desk):
    session = published(desk.cast.programme)
    address = f"{desk.home}{session.pk}/agenda/"
    page = open_page(address, language=ENGLISH[0], width=ENGLISH[1], user=desk.planner, scripts=False)
    tab_to(page, page.locator("[name=item-0-title_en]"))
    page.keyboard.type("Why")
    tab_to(page, page.locator("main button[name=add_item]"))
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    assert page.locator("[name=item-0-title_en]").input_value() == "Why"
    expect(page.locator("[name=item-1-title_ja]")).to_be_focused()
    page.keyboard.press("Tab")
    assert has_visible_focus(page)
    page.keyboard.type("How")
    # Enter in a field saves, as everywhere; no other button is pressed by it.
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{desk.home}{session.pk}/")
    assert [str(item) for item in session.agenda.all()] == ["Why", "How"]
