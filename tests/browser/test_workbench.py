"""Writing in a real Chromium: what is typed is saved, and nothing is lost whatever happens to line, session or company."""

import json
import re
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from common.tenancy import acting_as
from policies import services
from policies.enums import SaveOutcome
from policies.models import Cycle, Paragraph, ParagraphSave, ParagraphText, SettledSave
from tests.browser.checks import ENGLISH, READERS, look_at, reader_id, tab_to
from tests.browser.test_ime import ENTER, SWALLOWED, press
from tests.factories import make_company, make_member, make_programme

pytestmark = pytest.mark.processes

SAVED = re.compile(r"^Saved at \d")
WAIT = 20_000  # ms; longer than the pause of 1.5 s and a busy machine


@pytest.fixture
def desk(running):
    """A company of its own with two people, and a policy whose scope has two paragraphs."""
    with running.portal():
        enrolment = make_company(make_programme(target_due_on=None))
        staff, manager = make_member(enrolment.company), make_member(enrolment.company, role="manager")
        cycle = Cycle.objects.get(enrolment=enrolment)
        with acting_as(staff.pk):
            section = services.begin_sections(cycle=cycle, actor=staff)["scope"]
            one, two = (
                services.add_paragraph(section=section, texts={"ja": text}, actor=staff)
                for text in ("この方針は、すべての社員に適用します。", "取引先にも、この方針への理解を求めます。")
            )
        yield SimpleNamespace(
            company=enrolment.company,
            cycle=cycle,
            staff=staff,
            manager=manager,
            one=one,
            two=two,
            address=f"/companies/{enrolment.company_id}/policy/sections/scope/",
            home=f"/companies/{enrolment.company_id}/policy/",
        )


def area(page, paragraph, language="ja"):
    return page.locator(f"#t-{paragraph.pk}-{language}")


def text_of(paragraph, language="ja") -> str:
    return ParagraphText.objects.get(paragraph=paragraph, language=language).text


def others_save(desk, text, *, paragraph=None) -> None:
    """The manager changes a paragraph, in another browser."""
    paragraph = paragraph or desk.one
    with acting_as(desk.manager.pk):
        rev = ParagraphText.objects.get(paragraph=paragraph, language="ja").rev
        services.save_paragraph(
            paragraph=Paragraph.objects.select_related("cycle").get(pk=paragraph.pk),
            language="ja",
            text=text,
            base_rev=rev,
            operation=uuid4(),
            actor=desk.manager,
            now=None,
        )


def state(page):
    return page.locator("#save-state")


def english(open_page, desk, **more):
    return open_page(desk.address, language="en", user=desk.staff, **more)


# --- Saving while one types ---------------------------------------------------------------------------------------------


def test_what_is_typed_is_saved_after_a_pause_and_said_with_the_time(open_page, desk):
    page = english(open_page, desk)
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    area(page, desk.one).press("End")
    area(page, desk.one).press_sequentially(" one two three", delay=30)
    expect(state(page)).to_have_text("Not saved yet")
    expect(state(page)).to_have_text(SAVED, timeout=WAIT)
    assert text_of(desk.one) == "この方針は、すべての社員に適用します。 one two three"
    assert len(sent) == 1
    expect(page.locator("[role=status]#save-voice")).to_have_text(SAVED)


def test_the_first_words_of_a_section_make_its_paragraph(open_page, desk):
    page = open_page(desk.address.replace("scope", "law"), language="en", user=desk.staff)
    page.locator("#t-new-ja").fill("当社は法令を守ります。")
    expect(state(page)).to_have_text(SAVED, timeout=WAIT)
    page.locator("#t-new-ja").press_sequentially("必ず。")
    page.keyboard.press("Control+s")
    expect(page.locator("input[name^=rev-]").first).to_have_value("2", timeout=WAIT)
    paragraph = Paragraph.objects.get(section__cycle=desk.cycle, section__code="law")
    assert text_of(paragraph) == "当社は法令を守ります。必ず。"
    page.locator(".deeds button", has_text="Save and go on").click()
    expect(page).to_have_url(re.compile("/sections/expectations/$"))
    assert Paragraph.objects.filter(section__cycle=desk.cycle, section__code="law").count() == 1


def test_the_checklist_follows_the_saved_text(open_page, desk):
    page = english(open_page, desk)
    line = page.locator("#checklist li", has_text="directors")
    expect(line).not_to_have_class("yes")
    area(page, desk.one).fill("この方針は、すべての役員と社員に適用します。")
    expect(line).to_have_class("yes", timeout=WAIT)


def test_one_request_is_under_way_and_the_last_text_follows_it(open_page, desk):
    page = english(open_page, desk)
    flying, most, bodies = [0], [0], []

    def slowly(route):
        flying[0] += 1
        most[0] = max(most)
        most.append(flying[0])
        bodies.append(json.loads(route.request.post_data))
        page.wait_for_timeout(1200)
        flying[0] -= 1
        route.continue_()

    page.route("**/save/", slowly)
    area(page, desk.one).fill("A")
    page.keyboard.press("Control+s")
    for letter in "BCDE":
        page.keyboard.type(letter)
        page.keyboard.press("Control+s")
        page.wait_for_timeout(100)
    expect(page.locator(f"#v-{desk.one.pk}-ja")).to_have_value("3", timeout=WAIT)
    assert (max(most), [body["text"] for body in bodies], text_of(desk.one)) == (1, ["A", "ABCDE"], "ABCDE")
    assert [body["base_rev"] for body in bodies] == [1, 2]


def test_nothing_is_sent_during_a_conversion_and_its_enter_is_only_an_enter(open_page, desk):
    page = english(open_page, desk)
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    area(page, desk.one).focus()
    page.keyboard.press("Control+End")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Input.imeSetComposition", {"text": "ひと", "selectionStart": 2, "selectionEnd": 2})
    page.wait_for_timeout(2500)
    devtools.send("Input.imeSetComposition", {"text": "ひとびと", "selectionStart": 4, "selectionEnd": 4})
    page.keyboard.press("Control+s")
    press(devtools, {name: value for name, value in SWALLOWED.items() if name != "text"})
    page.wait_for_timeout(2500)
    assert (sent, page.url.endswith("/scope/")) == ([], True)
    devtools.send("Input.insertText", {"text": "人々"})
    expect(state(page)).to_have_text(SAVED, timeout=WAIT)
    press(devtools, ENTER)
    page.keyboard.press("Control+s")
    expect(page.locator(f"#v-{desk.one.pk}-ja")).to_have_value("3", timeout=WAIT)
    assert [request.post_data_json["text"][-3:] for request in sent] == ["。人々", "人々\n"]


# --- Two writers -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def disputed(open_page, desk):
    """A page on which the text that was typed came later than the manager's."""
    page = english(open_page, desk)
    others_save(desk, "管理者の文です。")
    area(page, desk.one).fill("担当者の文です。")
    expect(page.locator(".conflict")).to_be_visible(timeout=WAIT)
    return page


def test_the_later_tab_gets_both_texts_and_keeps_what_was_typed(disputed, desk):
    texts = disputed.locator(".conflict .text-kept")
    expect(texts.nth(0)).to_have_text("担当者の文です。")
    expect(texts.nth(1)).to_have_text("管理者の文です。")
    expect(area(disputed, desk.one)).to_have_value("担当者の文です。")
    assert text_of(desk.one) == "管理者の文です。"
    assert ParagraphSave.objects.get(cycle=desk.cycle, outcome=SaveOutcome.LOST).text == "担当者の文です。"
    look_at(disputed, "conflict-in-place", language="en")


@pytest.mark.parametrize(
    ("choice", "button", "text"),
    [
        ("mine", "Keep my text", "担当者の文です。"),
        ("theirs", "Take the other text", "管理者の文です。"),
        ("merged", "Keep this text", "二人の文です。"),
    ],
)
def test_a_choice_in_place_settles_it_and_writing_goes_on(disputed, desk, choice, button, text):
    if choice == "merged":
        disputed.locator(".conflict summary", has_text="Make one text").click()
        disputed.locator(".conflict textarea").fill(text)
    disputed.locator(".conflict button", has_text=button).click()
    expect(disputed.locator(".conflict")).to_have_count(0, timeout=WAIT)
    expect(area(disputed, desk.one)).to_have_value(text)
    expect(area(disputed, desk.one)).to_be_focused()
    assert (text_of(desk.one), SettledSave.objects.get(cycle=desk.cycle).choice) == (text, choice)
    area(disputed, desk.one).fill("それからの文です。")
    expect(state(disputed)).to_have_text(SAVED, timeout=WAIT)
    disputed.keyboard.press("Control+s")
    disputed.wait_for_function(f"document.getElementById('t-{desk.one.pk}-ja').value === 'それからの文です。'")
    disputed.wait_for_timeout(2500)
    assert text_of(desk.one) == "それからの文です。"


def test_who_changes_it_once_more_is_asked_once_more(disputed, desk):
    others_save(desk, "管理者の二つ目の文です。")
    disputed.locator(".conflict button", has_text="Keep my text").click()
    expect(disputed.locator(".conflict .text-kept").nth(1)).to_have_text("管理者の二つ目の文です。", timeout=WAIT)
    disputed.locator(".conflict button", has_text="Keep my text").click()
    expect(disputed.locator(".conflict")).to_have_count(0, timeout=WAIT)
    assert text_of(desk.one) == "担当者の文です。"


# --- The line, the session ----------------------------------------------------------------------------------------------


def test_a_lost_line_keeps_the_text_and_the_way_back_saves_it(open_page, desk):
    page = english(open_page, desk)
    page.context.set_offline(True)
    area(page, desk.one).fill("線が切れている間の文です。")
    expect(state(page)).to_have_text("Not saved yet. Check the connection.", timeout=WAIT)
    expect(page.locator("[data-retry]")).to_be_visible()
    # A form that is sent into a dead line would take the page with it.
    page.locator(".deeds button", has_text="Save and go on").click()
    page.wait_for_timeout(500)
    expect(area(page, desk.one)).to_have_value("線が切れている間の文です。")
    page.context.set_offline(False)
    expect(state(page)).to_have_text(SAVED, timeout=WAIT)
    assert text_of(desk.one) == "線が切れている間の文です。"


def test_an_answer_that_got_lost_is_asked_for_with_the_same_operation(open_page, desk):
    page = english(open_page, desk)
    operations = []

    def lose_the_first_answer(route):
        operations.append(route.request.post_data_json["operation"])
        if len(operations) == 1:
            route.fetch()  # it reaches the portal, the answer never comes back
            route.abort()
        else:
            route.continue_()

    page.route("**/save/", lose_the_first_answer)
    area(page, desk.one).fill("一度だけの文です。")
    expect(state(page)).to_have_text(SAVED, timeout=WAIT)
    assert (len(operations), len(set(operations))) == (2, 1)
    assert ParagraphSave.objects.filter(paragraph=desk.one, text="一度だけの文です。").count() == 1
    assert not ParagraphSave.objects.filter(cycle=desk.cycle, outcome=SaveOutcome.LOST).exists()


def test_an_ended_session_says_so_and_signing_in_elsewhere_saves_the_text(running, open_page, desk):
    page = english(open_page, desk)
    Session.objects.all().delete()
    operations = []
    page.on("request", lambda r: operations.append(r.post_data_json["operation"]) if r.method == "POST" else None)
    area(page, desk.one).fill("署名が切れた後の文です。")
    expect(state(page)).to_have_text(re.compile("signed out"), timeout=WAIT)
    link = page.locator("[data-sign-in]")
    expect(link).to_have_attribute("target", "_blank")
    with page.expect_popup() as popup:
        link.click()
    expect(popup.value).to_have_url(re.compile(r"/accounts/login/\?next="))
    # Signing in rotates the token of forms: the page that stayed open has an old one.
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "session", "value": running.session_of(desk.staff), "url": running.url}])
    popup.value.close()
    page.locator("[data-retry]").click()
    expect(state(page)).to_have_text(SAVED, timeout=WAIT)
    assert text_of(desk.one) == "署名が切れた後の文です。"
    assert len(set(operations)) == 1


def test_leaving_saves_first_or_asks(open_page, desk):
    page = english(open_page, desk)
    area(page, desk.one).fill("離れる前の文です。")
    page.locator(".deeds a", has_text="Back to the list").click()
    expect(page).to_have_url(re.compile("/policy/$"), timeout=WAIT)
    assert text_of(desk.one) == "離れる前の文です。"


def test_a_closed_window_sends_what_it_has(open_page, desk):
    page = english(open_page, desk)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    area(page, desk.one).fill("閉じる前の文です。")
    page.close(run_before_unload=True)
    page.context.new_page().wait_for_timeout(1500)
    assert asked == ["beforeunload"]
    assert text_of(desk.one) == "閉じる前の文です。"


def test_no_text_of_a_draft_is_kept_in_the_browser(open_page, desk):
    page = english(open_page, desk)
    page.context.set_offline(True)
    area(page, desk.one).fill("秘密の文です。")
    expect(state(page)).to_have_text(re.compile("Not saved yet."), timeout=WAIT)
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}]) + document.cookie")
    assert "秘密" not in stored
    assert page.evaluate("indexedDB.databases().then((found) => found.length)") == 0


# --- Everybody ---------------------------------------------------------------------------------------------------------------


def test_refused_text_says_why_at_the_field_and_is_saved_once_it_is_mended(open_page, desk):
    page = english(open_page, desk)
    area(page, desk.one).fill("長" * 20_001)
    note = page.locator(f"#r-{desk.one.pk}-ja")
    expect(note).to_contain_text("20,000", timeout=WAIT)
    expect(area(page, desk.one)).to_have_attribute("aria-invalid", "true")
    area(page, desk.one).fill("短い文です。")
    expect(note).to_be_hidden()
    expect(state(page)).to_have_text(SAVED, timeout=WAIT)
    assert text_of(desk.one) == "短い文です。"


def test_by_keyboard_alone(open_page, desk):
    page = english(open_page, desk)
    tab_to(page, area(page, desk.one))
    page.keyboard.press("Control+End")
    page.keyboard.type(" by keys")
    page.keyboard.press("Control+s")
    expect(state(page)).to_have_text(SAVED, timeout=WAIT)
    tab_to(page, page.locator(f"#p-{desk.one.pk} button", has_text="Down"))
    page.keyboard.press("Enter")
    expect(page.locator(".passage").nth(1)).to_have_id(f"p-{desk.one.pk}", timeout=WAIT)
    expect(area(page, desk.one)).to_be_focused()
    tab_to(page, page.locator("#filled-later"))
    page.keyboard.press("ArrowUp")
    tab_to(page, page.locator(".deeds button", has_text="Save and go on"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/sections/commitment/$"), timeout=WAIT)
    desk.one.section.refresh_from_db()
    assert (text_of(desk.one)[-8:], desk.one.section.is_filled) == (" by keys", True)


def test_without_scripts_everything_is_a_form(open_page, desk):
    page = english(open_page, desk, scripts=False)
    others_save(desk, "管理者の文です。")
    area(page, desk.one).fill("担当者の文です。")
    area(page, desk.two).fill("二つ目の文です。")
    page.locator(".deeds button", has_text="Save and go on").click()
    expect(page.locator(".conflict .text-kept").nth(0)).to_have_text("担当者の文です。")
    assert text_of(desk.two) == "二つ目の文です。"
    page.locator(".conflict button", has_text="Keep my text").click()
    expect(page.locator(".conflict")).to_have_count(0)
    assert text_of(desk.one) == "担当者の文です。"


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_every_page_of_writing_is_read_on_phone_and_desk(open_page, desk, reader):
    language, width = reader
    page = open_page(desk.home, language=language, width=width, user=desk.staff)
    look_at(page, "policy-home", language=language)
    page.goto(desk.address.replace("scope", "closing"))
    look_at(page, "section-empty", language=language)
    with acting_as(desk.staff.pk):
        services.set_english(cycle=desk.cycle, has_english=True, actor=desk.staff)
        services.save_paragraph(
            paragraph=desk.two,
            language="en",
            text="We ask our business partners to understand this policy.",
            base_rev=1,
            operation=uuid4(),
            actor=desk.staff,
            now=None,
        )
    others_save(desk, "取引先の皆さまにも、この方針への理解を求めます。", paragraph=desk.two)
    page.goto(desk.address)
    for summary in page.locator(".beside summary").all():
        summary.click()
    look_at(page, "section-full", language=language)
    others_save(desk, "管理者の文です。この方針は、すべての役員と社員に適用します。")
    area(page, desk.one).fill("この方針は、すべての社員と派遣社員に適用します。")
    expect(page.locator(".conflict")).to_be_visible(timeout=WAIT)
    for summary in page.locator(".conflict summary").all():
        summary.click()
    look_at(page, "section-conflict", language=language)
    lost = ParagraphSave.objects.get(cycle=desk.cycle, outcome=SaveOutcome.LOST)
    page.goto(f"{desk.home}saves/{lost.pk}/")
    look_at(page, "conflict", language=language)
    page.goto(f"{desk.home}history/")
    look_at(page, "history", language=language)
    page.goto(desk.address)
    area(page, desk.one).fill("長" * 20_001)
    page.keyboard.press("Control+s")
    expect(page.locator(f"#r-{desk.one.pk}-ja")).to_be_visible(timeout=WAIT)
    look_at(page, "section-refused", language=language)


def test_an_empty_policy_says_how_to_begin(running, open_page):
    with running.portal():
        enrolment = make_company(make_programme())
        staff = make_member(enrolment.company)
    language, width = ENGLISH
    page = open_page(f"/companies/{enrolment.company_id}/policy/", language=language, width=width, user=staff)
    look_at(page, "policy-home-empty", language=language)
    page.locator(".welcome a", has_text="Write it yourself").click()
    expect(page).to_have_url(re.compile("/sections/positioning/$"))
