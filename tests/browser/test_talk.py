"""A round of advice in a real Chromium: used, edited, not used, outdated; comments, questions, and the list of answers."""

import re
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from common.tenancy import acting_as
from policies import services
from policies.enums import ActionSource
from policies.models import ActionItem, Cycle, Paragraph, ParagraphText, Suggestion, Thread
from tests.browser.checks import ENGLISH, READERS, look_at, reader_id, tab_to
from tests.factories import make_assignment, make_company, make_member, make_programme, make_seat
from tests.factories.talk import make_comment, make_item, make_paragraph, make_suggestion

pytestmark = pytest.mark.processes

WAIT = 20_000  # ms; a busy machine of two cores
SCOPE = "この方針は、当社のすべての従業員に適用します。"
BETTER = "この方針は、当社のすべての役員と従業員（派遣社員を含みます）に適用します。"
SUPPLIERS = "取引先にも協力を求めます。"
DIALOGUE = "取引先にも、この方針への理解と協力を、対話を通じて求めます。"
CONTACT = "相談窓口を設けます。"
OPENED = "従業員と取引先の方が利用できる相談窓口を、総務部に設けます。"
OWN = "社員と取引先の方のための相談窓口を、総務部に置きます。"


@pytest.fixture
def room(running):
    """A company and its adviser, who has returned a review with three suggestions and two comments."""
    with running.portal():
        programme = make_programme(target_due_on=None)
        enrolment = make_company(programme, name_ja="髙﨑精機株式会社", name_en="Takasaki Seiki")
        staff, seat = make_member(enrolment.company), make_seat(programme, role="adviser")
        make_assignment(enrolment, seat)
        cycle, author = Cycle.objects.get(enrolment=enrolment), seat.user
        with acting_as(staff.pk):
            services.begin_sections(cycle=cycle, actor=staff)
        scope, suppliers = make_paragraph(cycle, ja=SCOPE), make_paragraph(cycle, ja=SUPPLIERS)
        contact = make_paragraph(cycle, code="contact", ja=CONTACT)
        suggestions = [
            make_suggestion(scope, author, BETTER, reason="派遣社員の方も対象に含めると、範囲がはっきりします。"),
            make_suggestion(suppliers, author, DIALOGUE, reason="求めるだけでなく、対話することを示します。"),
            make_suggestion(contact, author, OPENED, reason="誰が、どこに相談できるのかを書きます。"),
        ]
        comments = [
            make_comment(
                cycle,
                author,
                "「すべての従業員」に、海外の子会社は含まれますか。",
                paragraph=scope,
                quote="すべての従業員",
            ),
            make_comment(cycle, author, "全体として、とても読みやすくなりました。"),
        ]
        make_item(cycle, author, "相談窓口の連絡先を明記してください。", requirement="meti-7")
        yield SimpleNamespace(
            company=enrolment.company,
            cycle=cycle,
            staff=staff,
            adviser=author,
            scope=scope,
            suppliers=suppliers,
            contact=contact,
            suggestions=suggestions,
            comments=comments,
            at=f"/companies/{enrolment.company_id}/policy/",
        )


def text_of(paragraph: Paragraph) -> str:
    return ParagraphText.objects.get(paragraph=paragraph, language="ja").text


def save(room, paragraph: Paragraph, text: str) -> None:
    """Somebody of the company changes a paragraph elsewhere."""
    with acting_as(room.staff.pk):
        services.save_paragraph(
            paragraph=Paragraph.objects.select_related("cycle").get(pk=paragraph.pk),
            language="ja",
            text=text,
            base_rev=ParagraphText.objects.get(paragraph=paragraph, language="ja").rev,
            operation=uuid4(),
            actor=room.staff,
            now=timezone.now(),
        )


def card(page, thing):
    return page.locator(f"#{'suggestion' if isinstance(thing, Suggestion) else 'thread'}-{thing.pk}")


def deed(page, thing, name: str):
    """The button of a card for one deed."""
    return card(page, thing).locator(f"form:has(input[name=deed][value={name}]) button")


# The page of one suggestion or thread lies below that of all.
BACK_AT_ALL = re.compile(r"/discussion/(?!suggestions|threads)")


def has_focus(page, thing) -> None:
    expect(card(page, thing).locator("h3")).to_be_focused(timeout=WAIT)


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_a_round_of_suggestions_by_keyboard(running, open_page, room, reader):
    language, width = reader
    first, second, third = room.suggestions
    page = open_page(f"{room.at}discussion/", language=language, width=width, user=room.staff)
    look_at(page, "discussion", language=language)
    tab_to(page, deed(page, first, "use"))
    page.keyboard.press("Enter")
    # The next card in the order of the text is the comment on the first paragraph, or the second suggestion.
    expect(page.locator("#talk-said")).not_to_be_empty(timeout=WAIT)
    assert card(page, first).locator("textarea").count() == 0
    expect(page.locator("h3:focus")).to_have_count(1, timeout=WAIT)
    look_at(page, "discussion-after-one", language=language)
    # Not used, with a reason.
    summary = card(page, second).locator("details[id^=decline] summary")
    tab_to(page, summary)
    page.keyboard.press("Enter")
    tab_to(page, card(page, second).locator("textarea"))
    page.keyboard.type("Our customers decide this.")
    tab_to(page, deed(page, second, "decline"))
    page.keyboard.press("Enter")
    has_focus(page, third)
    # Edited and used, on a page of its own.
    page.keyboard.press("Tab")
    tab_to(page, card(page, third).locator("a.btn"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/suggestions/"))
    look_at(page, "suggestion", language=language)
    tab_to(page, page.locator("textarea[name=text]"))
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(OWN)
    tab_to(page, page.locator("main form button.btn-primary"))
    page.keyboard.press("Enter")
    page.wait_for_url(BACK_AT_ALL)
    look_at(page, "discussion-answered", language=language)
    with running.portal():
        states = [Suggestion.objects.get(pk=one.pk).state for one in room.suggestions]
        assert states == ["accepted", "declined", "edited"]
        assert [text_of(each) for each in (room.scope, room.suppliers, room.contact)] == [BETTER, SUPPLIERS, OWN]
    # And back again.
    deed(page, first, "undo").click()
    expect(deed(page, first, "use")).to_be_visible(timeout=WAIT)
    with running.portal():
        assert text_of(room.scope) == SCOPE


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_an_outdated_suggestion_is_shown_with_three_texts(running, open_page, room, reader):
    language, width = reader
    page = open_page(f"{room.at}discussion/", language=language, width=width, user=room.staff)
    with running.portal():
        save(room, room.scope, "この方針は、当社の全従業員に適用します。")
    deed(page, room.suggestions[0], "use").click()
    expect(card(page, room.suggestions[0]).locator(".three-texts")).to_be_visible(timeout=WAIT)
    expect(card(page, room.suggestions[0]).locator("[role=alert]")).to_be_focused()
    assert deed(page, room.suggestions[0], "use").count() == 0
    look_at(page, "discussion-outdated", language=language)
    card(page, room.suggestions[0]).locator("a.btn").click()
    page.wait_for_url(re.compile("/suggestions/"))
    look_at(page, "suggestion-outdated", language=language)
    # While one writes, somebody else changes the paragraph once more: both texts are shown, and nothing is lost.
    page.locator("textarea[name=text]").fill(OWN)
    with running.portal():
        save(room, room.scope, "この方針は、全員に適用します。")
    page.locator("main form button.btn-primary").click()
    expect(page.locator(".banner-warning[role=alert]")).to_be_visible(timeout=WAIT)
    expect(page.locator("textarea[name=text]")).to_have_value(OWN)
    look_at(page, "suggestion-lost", language=language)
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(BACK_AT_ALL)
    with running.portal():
        assert text_of(room.scope) == OWN


def test_what_is_being_typed_elsewhere_on_the_page_stays(open_page, room):
    page = open_page(f"{room.at}discussion/", language="en", user=room.staff)
    third, comment = room.suggestions[2], room.comments[0]
    card(page, third).locator("details[id^=decline] summary").click()
    card(page, third).locator("textarea").fill("half a sentence")
    card(page, comment).locator("details[id^=reply] summary").click()
    card(page, comment).locator("textarea").fill("half a reply")
    deed(page, room.suggestions[0], "use").click()
    expect(card(page, room.suggestions[0]).locator("textarea")).to_have_count(0, timeout=WAIT)
    expect(card(page, third).locator("textarea")).to_have_value("half a sentence")
    expect(card(page, comment).locator("textarea")).to_have_value("half a reply")
    deed(page, comment, "reply").click()
    expect(card(page, comment).locator(".said li")).to_have_count(2, timeout=WAIT)
    expect(card(page, comment).locator("textarea")).to_have_value("")
    expect(card(page, third).locator("textarea")).to_have_value("half a sentence")


def test_everything_works_without_scripts(running, open_page, room):
    page = open_page(f"{room.at}discussion/", language="en", user=room.staff, scripts=False)
    deed(page, room.suggestions[0], "use").click()
    expect(page.locator(".banner-success")).to_be_visible()
    card(page, room.comments[0]).locator("details[id^=reply] summary").click()
    card(page, room.comments[0]).locator("textarea").fill("Yes, they are.")
    deed(page, room.comments[0], "reply").click()
    expect(card(page, room.comments[0]).locator(".said li")).to_have_count(2)
    deed(page, room.comments[0], "resolve").click()
    expect(deed(page, room.comments[0], "reopen")).to_be_visible()
    page.goto(f"{room.at}discussion/use-all/")
    page.locator("main form button.btn-primary").click()
    expect(page.locator(".banner-success")).to_be_visible()
    with running.portal():
        assert [text_of(each) for each in (room.scope, room.suppliers, room.contact)] == [BETTER, DIALOGUE, OPENED]


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_comments_are_answered_and_attached_again(running, open_page, room, reader):
    language, width = reader
    with running.portal():
        save(room, room.scope, "この方針は、当社の全従業員に適用します。")
    page = open_page(f"{room.at}discussion/", language=language, width=width, user=room.staff)
    card(page, room.comments[0]).locator("a[href*=threads]").click()
    page.wait_for_url(re.compile("/threads/"))
    look_at(page, "thread", language=language)
    page.locator("[name=quote]").fill("全従業員")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(BACK_AT_ALL)
    assert card(page, room.comments[0]).locator("a[href*=threads]").count() == 0
    deed(page, room.comments[0], "resolve").click()
    expect(deed(page, room.comments[0], "reopen")).to_be_visible(timeout=WAIT)
    with running.portal():
        assert Thread.objects.get(pk=room.comments[0].pk).quote == "全従業員"


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_a_question_goes_to_and_fro(running, open_page, room, reader):
    language, width = reader
    page = open_page(f"{room.at}questions/", language=language, width=width, user=room.staff)
    look_at(page, "questions-empty", language=language)
    page.locator("#ask button").click()
    expect(page.locator(".errors")).to_be_focused(timeout=WAIT)
    look_at(page, "questions-error", language=language)
    page.locator("#ask_text").fill("派遣社員の方にも、この方針を配る必要がありますか。")
    page.locator("#ask_section_code").select_option("scope")
    page.locator("#ask_answer_by").fill(timezone.localdate().isoformat())
    page.locator("#ask button").click()
    expect(page.locator(".banner-success")).to_be_visible(timeout=WAIT)
    look_at(page, "questions", language=language)
    theirs = open_page(f"{room.at}questions/", language=language, width=width, user=room.adviser)
    theirs.locator("details[id^=reply] summary").click()
    theirs.locator("details[id^=reply] textarea").fill("はい。同じ職場で働く方には、同じように配ってください。")
    theirs.locator("details[id^=reply] button").click()
    expect(theirs.locator(".said li")).to_have_count(2, timeout=WAIT)
    look_at(theirs, "questions-adviser", language=language)


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_how_advice_was_handled_on_the_page_and_on_paper(running, open_page, room, reader):
    language, width = reader
    page = open_page(f"{room.at}advice/", language=language, width=width, user=room.staff)
    look_at(page, "advice", language=language)
    with running.portal():
        item = ActionItem.objects.get(company=room.company, source=ActionSource.VERDICT)
    page.locator(f"#advice-{item.pk} .btn-outline").click()
    page.wait_for_url(re.compile(str(item.pk)))
    look_at(page, "advice-item", language=language)
    page.locator("input[name=state][value=declined]").check()
    page.locator("main form button.btn-primary").click()
    expect(page.locator(".errors")).to_be_focused(timeout=WAIT)
    look_at(page, "advice-item-error", language=language)
    page.locator("textarea[name=answer]").fill("連絡先は、社内の掲示板でお知らせしています。")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(re.compile("/advice/"))
    page.locator("#advice-pdf form button").click()
    ready = page.locator("#advice-pdf a.btn")
    expect(ready).to_be_visible(timeout=90_000)
    look_at(page, "advice-ready", language=language)
    with page.expect_download() as download:
        ready.click()
    assert download.value.suggested_filename.endswith(".pdf")
    kept = download.value.path().read_bytes()
    assert kept.startswith(b"%PDF")


def test_the_adviser_sees_the_same_with_deeds_of_their_own(open_page, room):
    language, width = ENGLISH
    page = open_page(f"{room.at}discussion/", language=language, width=width, user=room.adviser)
    look_at(page, "discussion-adviser", language=language)
    assert page.locator("form:has(input[value=use]), form:has(input[value=decline])").count() == 0
    deed(page, room.suggestions[0], "withdraw").click()
    expect(page.locator("#talk-said")).not_to_be_empty(timeout=WAIT)
    look_at(page, "discussion-withdrawn", language=language)


def test_pages_that_hold_nothing_and_the_preview_of_all(open_page, room, running):
    page = open_page(f"{room.at}discussion/use-all/", language="ja", width=360, user=room.staff)
    look_at(page, "use-all", language="ja")
    with running.portal():
        enrolment = make_company(make_programme(target_due_on=None))
        nobody = make_member(enrolment.company)
    for name in ("discussion", "questions", "advice"):
        page = open_page(f"/companies/{enrolment.company_id}/policy/{name}/", language="ja", width=360, user=nobody)
        look_at(page, f"{name}-nothing", language="ja")
