"""Letters to many, announcements, enquiries, the inbox and the help in a real Chromium, by mouse and by keyboard alone."""

import re
from types import SimpleNamespace

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from notifications.models import Message
from programmes.models import Enquiry, Mailing, MailingRecipient, NoticeRead
from tests.browser.checks import JAPANESE, READERS, look_at, reader_id, tab_to
from tests.factories import make_cast

pytestmark = pytest.mark.processes


@pytest.fixture
def desk(running):
    """Two companies of a programme of their own, and its secretariat."""
    with running.portal():
        cast = make_cast()
        home = f"/programmes/{cast.programme.pk}/"
        yield SimpleNamespace(cast=cast, writer=cast.people["secretariat"], home=home, letters=f"{home}letters/")


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_a_letter_from_the_first_word_to_what_became_of_it(open_page, desk, reader):
    language, width = reader
    page = open_page(desk.letters, language=language, width=width, user=desk.writer)
    look_at(page, "letters-none", language=language)
    page.locator(f"main a[href='{desk.letters}new/']").first.click()
    page.locator("main form.sheet button.btn-primary").click()
    expect(page.locator(".errors a")).to_have_count(1)
    look_at(page, "letters-errors", language=language)
    page.locator("[name=about]").select_option("policy")
    page.locator("[name=words_ja]").fill('<b>添え書き</b><script>alert("x")</script>')
    page.locator("main form.sheet button.btn-primary").click()
    page.wait_for_url(re.compile(r"/letters/[0-9a-f-]{36}/$"))
    draft = page.url
    expect(page.locator("[name=send]:checked")).to_have_count(3)
    expect(page.locator(".letter-text").first).to_contain_text("<b>添え書き</b>")
    look_at(page, "letters-draft", language=language)
    page.locator("[name=send]").first.uncheck()
    page.locator("button[name=go_on]").click()
    page.wait_for_url("**/send/")
    look_at(page, "letters-send", language=language)
    page.locator("main form.sheet button").first.click()
    page.wait_for_url(draft)
    expect(page.locator("tbody tr")).to_have_count(2)
    look_at(page, "letters-sent", language=language)
    mailing = Mailing.objects.get(programme=desk.cast.programme)
    assert MailingRecipient.objects.filter(mailing=mailing).count() == 2
    page.goto(desk.letters)
    look_at(page, "letters", language=language)


def test_a_letter_by_keyboard_alone(open_page, desk):
    page = open_page(desk.letters, language="en", user=desk.writer)
    tab_to(page, page.locator(f"main a[href='{desk.letters}new/']"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/new/")
    tab_to(page, page.locator("[name=about]"))
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name=about]")).to_have_value("policy")
    tab_to(page, page.locator("main form.sheet button.btn-primary"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/letters/[0-9a-f-]{36}/$"))
    tab_to(page, page.locator("[name=send]"))
    page.keyboard.press("Space")
    expect(page.locator("[name=send]:checked")).to_have_count(2)
    tab_to(page, page.locator("button[name=go_on]"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/send/")
    tab_to(page, page.locator("main form.sheet button"))
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(2)
    assert Mailing.objects.get(programme=desk.cast.programme).is_sent


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_announcements_enquiries_inbox_and_help(open_page, desk, reader):
    language, width = reader
    cast, size = desk.cast, {"language": language, "width": width}
    page = open_page(f"{desk.home}notices/", user=desk.writer, **size)
    look_at(page, "notices-none", language=language)
    page.goto(f"{desk.home}notices/new/")
    page.locator("[name=title_ja]").fill("年末年始の休業")
    page.locator("[name=text_ja]").fill("12月29日から1月4日まで休みます。")
    page.locator("[name=visible_from]").fill(timezone.localdate().isoformat())
    look_at(page, "notices-form", language=language)
    page.locator("main .form-acts button").click()
    page.wait_for_url(re.compile(r"/notices/[0-9a-f-]{36}/$"))
    look_at(page, "notice-secretariat", language=language)
    company = f"/companies/{cast.company.pk}/"
    staff = open_page(f"{company}home/", user=cast.people["staff"], **size)
    look_at(staff, "home-with-notice", language=language)
    staff.get_by_role("link", name="年末年始の休業").click()
    look_at(staff, "notice-staff", language=language)
    staff.locator("main form button").click()
    expect(staff.locator("main form button")).to_have_count(0)
    assert NoticeRead.objects.filter(user=cast.people["staff"]).count() == 1
    staff.goto(f"{company}enquiries/")
    look_at(staff, "enquiries-none", language=language)
    staff.goto(f"{company}enquiries/new/")
    staff.locator("[name=subject]").fill("提出期限")
    staff.locator("[name=text]").fill("いつまでですか。")
    look_at(staff, "enquiry-ask", language=language)
    staff.locator("main .form-acts button").click()
    staff.wait_for_url(re.compile(r"/enquiries/[0-9a-f-]{36}/$"))
    page.goto(desk.home)
    look_at(page, "home-secretariat", language=language)
    page.goto(f"{desk.home}enquiries/")
    look_at(page, "enquiries", language=language)
    page.get_by_role("link", name="提出期限").click()
    page.locator("[name=text]").fill("3月末です。")
    look_at(page, "enquiry", language=language)
    page.locator("main .form-acts button").click()
    expect(page.locator("main article")).to_have_count(2)
    enquiry = Enquiry.objects.get(programme=cast.programme)
    assert enquiry.standing == "answered"
    staff.goto("/messages/")
    look_at(staff, "inbox", language=language)
    staff.locator(".messages button.title").click()
    staff.wait_for_url(f"**/enquiries/{enquiry.pk}/")
    assert Message.objects.unread().filter(to_user=cast.people["staff"]).count() == 0
    for who, person in (("staff", staff), ("secretariat", page)):
        person.goto("/help/")
        look_at(person, f"help-{who}", language=language)
    adviser = open_page("/help/", user=cast.people["adviser"], **size)
    look_at(adviser, "help-adviser", language=language)


def test_whoever_belongs_nowhere_is_told_what_to_do(open_page, desk):
    language, width = JAPANESE
    page = open_page("/help/", language=language, width=width, user=desk.cast.people["nobody"])
    look_at(page, "help-nobody", language=language)
    page.goto("/")
    look_at(page, "home-nobody", language=language)
