"""From plain questions, or from Word, to a text, in a real Chromium: on a phone, on a desk, and with the keyboard alone."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from common.tenancy import acting_as
from policies import services
from policies.models import Cycle, ParagraphText
from tests.browser.checks import ENGLISH, READERS, look_at, reader_id, tab_to
from tests.factories import make_company, make_member, make_programme
from tests.policies.test_word_import import word_file

pytestmark = pytest.mark.processes

LEAD = "implementation.lead"


@pytest.fixture
def desk(running):
    """A company of its own that has not written anything yet."""
    with running.portal():
        enrolment = make_company(make_programme(target_due_on=None), industry="金属加工", employees=40)
        policy = f"/companies/{enrolment.company_id}/policy/"
        yield SimpleNamespace(
            cycle=Cycle.objects.get(enrolment=enrolment),
            staff=make_member(enrolment.company),
            home=policy,
            interview=f"{policy}interview/",
            recompose=f"{policy}recompose/",
            word=f"{policy}import/",
        )


def text_of(desk, clause) -> str:
    return ParagraphText.objects.get(cycle=desk.cycle, paragraph__clause=clause, language="ja").text


def choose(page, name, value):
    page.locator(f"input[name={name}][value={value}]").check()


def send(page, value):
    page.locator(f"button[name=do][value={value}]:visible").click()


def first_draft(page):
    choose(page, "group", "none")
    choose(page, "people", "interns")
    choose(page, "contact", "person")
    page.locator("[name=contact_address]").fill("総務部（電話 03-0000-0000）")
    page.locator("[name=lead]").fill("総務部長")
    send(page, "compose")


def edit_lead(desk):
    row = ParagraphText.objects.get(cycle=desk.cycle, paragraph__clause=LEAD, language="ja")
    with acting_as(desk.staff.pk):
        services.save_paragraph(
            paragraph=row.paragraph,
            language="ja",
            text="総務部長が、社長とともに責任を持ちます。",
            base_rev=row.rev,
            operation=uuid4(),
            actor=desk.staff,
            now=timezone.now(),
        )


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_from_questions_to_a_first_draft(open_page, desk, reader):
    language, width = reader
    page = open_page(desk.interview, language=language, width=width, user=desk.staff)
    look_at(page, "interview", language=language)
    first_draft(page)
    page.wait_for_url(f"**{desk.home}")
    look_at(page, "after-interview", language=language)
    assert text_of(desk, LEAD).startswith("この方針の実行については、総務部長が責任を持ちます。")


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_answering_again_shows_both_texts(open_page, desk, reader):
    language, width = reader
    page = open_page(desk.interview, language=language, width=width, user=desk.staff)
    first_draft(page)
    page.wait_for_url(f"**{desk.home}")
    edit_lead(desk)
    page.goto(desk.interview)
    page.locator("[name=lead]").fill("社長室長")
    choose(page, "training", "yearly")
    send(page, "compose")
    page.wait_for_url(f"**{desk.recompose}")
    look_at(page, "recompose", language=language)
    expect(page.locator("main")).to_contain_text("総務部長が、社長とともに責任を持ちます。")
    expect(page.locator("main")).to_contain_text("社長室長が責任を持ちます。")
    page.locator("main form button[type=submit]:visible, main form .btn:visible").last.click()
    page.wait_for_url(f"**{desk.home}")
    assert text_of(desk, LEAD) == "総務部長が、社長とともに責任を持ちます。"
    assert "年に一度以上の研修" in text_of(desk, "implementation.training-yearly")


def test_a_follow_up_question_comes_with_its_answer(open_page, desk):
    page = open_page(desk.interview, language="en", user=desk.staff)
    address, anonymity = page.locator("[name=contact_address]"), page.locator("#div_id_anonymity")
    expect(address).to_be_hidden()
    choose(page, "contact", "mailbox")
    expect(address).to_be_visible()
    expect(anonymity).to_be_hidden()
    choose(page, "contact", "external")
    expect(anonymity).to_be_visible()
    choose(page, "contact", "none")
    expect(address).to_be_hidden()


def test_without_scripts_every_question_is_there(open_page, desk):
    page = open_page(desk.interview, language="en", user=desk.staff, scripts=False)
    expect(page.locator("[name=contact_address]")).to_be_visible()
    first_draft(page)
    page.wait_for_url(f"**{desk.home}")
    assert "総務部（電話 03-0000-0000）" in text_of(desk, "contact.person")


def test_with_the_keyboard_alone(open_page, desk):
    page = open_page(desk.interview, language="en", user=desk.staff)
    page.locator("input[name=group]").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[name=group][value=named]")).to_be_checked()
    tab_to(page, page.locator("[name=group_names]"))
    page.keyboard.type("Ko Co., Ltd.")
    tab_to(page, page.locator("button[name=do][value=compose]"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{desk.home}")
    assert "Ko Co., Ltd." in text_of(desk, "scope.group-named")


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_from_word(open_page, desk, reader, tmp_path):
    language, width = reader
    file = tmp_path / "人権方針.docx"
    file.write_bytes(
        word_file(
            (0, "人権方針"),
            (1, "1. 適用範囲"),
            "すべての役員と従業員に適用します。",
            (1, "2. 沿革"),
            "1950年に創業しました。",
        ).getvalue()
    )
    page = open_page(desk.word, language=language, width=width, user=desk.staff)
    look_at(page, "import-word", language=language)
    page.locator("input[type=file]").set_input_files(file)
    page.locator("main form .btn").first.click()
    page.wait_for_url(f"**{desk.word}*-*/")
    look_at(page, "word-import", language=language)
    assert not ParagraphText.objects.filter(cycle=desk.cycle).exists()
    expect(page.locator("[name=part-1]")).to_have_value("scope")
    page.locator("#places .btn").first.click()
    page.wait_for_url(f"**{desk.home}")
    rows = ParagraphText.objects.filter(cycle=desk.cycle, language="ja")
    assert [row.text for row in rows] == ["すべての役員と従業員に適用します。"]


def test_a_file_that_is_refused_says_so_at_the_field(open_page, desk, tmp_path):
    file = tmp_path / "方針.docx"
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old Word file")
    page = open_page(desk.word, language=ENGLISH[0], user=desk.staff)
    page.locator("input[type=file]").set_input_files(file)
    page.locator("main form .btn").first.click()
    expect(page.locator(".field-error").first).to_contain_text("old Word")
    look_at(page, "import-word-refused", language="en")
