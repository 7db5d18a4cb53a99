"""Publishing, the public register and the next round in a real Chromium, with the real worker checking the address."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from policies.models import Cycle, Publication, RegisterEntry
from tests.browser.checks import ENGLISH, READERS, has_visible_focus, look_at, reader_id, tab_to
from tests.factories import make_cast
from tests.policies.deciding import TODAY
from tests.policies.publishing import approved, begin_next, make_entries, publish

pytestmark = pytest.mark.processes


@pytest.fixture
def desk(running):
    """A company whose top management has approved its text."""
    with running.portal():
        cast = make_cast()
        approved(cast)
        policy = f"/companies/{cast.company.pk}/policy/"
        yield SimpleNamespace(
            cast=cast, staff=cast.people["staff"], home=policy, page=f"{policy}publication/", next=f"{policy}next/"
        )


def entry_of(desk) -> RegisterEntry:
    return RegisterEntry.objects.get(company=desk.cast.company)


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_from_the_approval_to_the_register_and_back(open_page, desk, reader):
    language, width = reader
    page = open_page(desk.page, language=language, width=width, user=desk.staff)
    look_at(page, "publish", language=language)
    page.locator("[name=address]").fill("www.policy-of-nobody.example/policy.html")
    page.locator("main form button").last.click()
    page.wait_for_url(f"**{desk.page}")
    look_at(page, "published", language=language)
    # The worker looks the name up, which nobody has, and the page says so without being asked again.
    broken = {"ja": "このURLにページが見つかりません", "en": "The page was not found at its address"}
    expect(page.locator("#link-report")).to_contain_text(broken[language])
    look_at(page, "link-broken", language=language)
    address = f"/register/{entry_of(desk).slug}/"
    public = open_page(f"{address}?lang={language}", language=language, width=width)
    expect(public.locator(".policy-text")).to_contain_text("相談窓口は総務部です。")
    look_at(public, "register-entry", language=language)
    page.goto(f"{desk.page}withdraw/")
    look_at(page, "withdraw", language=language)
    page.locator("main form button").click()
    page.wait_for_url(f"**{desk.page}")
    public.reload()
    expect(public.locator(".policy-text")).to_have_count(0)
    look_at(public, "register-withdrawn", language=language)


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_what_is_wrong_is_said_at_its_field(open_page, desk, reader):
    language, width = reader
    page = open_page(desk.page, language=language, width=width, user=desk.staff)
    page.locator("[name=address]").fill("http://127.0.0.1/policy")
    page.locator("[name=review_on]").fill("2020-01-01")
    page.locator("main form button").last.click()
    expect(page.locator(".summary a, .error-summary a, [role=alert] a").first).to_be_visible()
    look_at(page, "publish-errors", language=language)
    assert page.locator("[name=address]").input_value() == "http://127.0.0.1/policy"
    assert not Publication.objects.filter(company=desk.cast.company).exists()


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_the_yearly_review_and_the_next_round(open_page, desk, reader):
    language, width = reader
    publish(desk.cast)
    Publication.objects.filter(company=desk.cast.company).update(review_on=TODAY)
    page = open_page(desk.page, language=language, width=width, user=desk.staff)
    look_at(page, "review-due", language=language)
    page.goto(desk.next)
    look_at(page, "next-cycle", language=language)
    page.locator("main form button").click()
    page.wait_for_url(f"**{desk.home}")
    look_at(page, "second-round", language=language)
    page.goto(desk.page)
    look_at(page, "published-meanwhile", language=language)
    assert Cycle.objects.filter(company=desk.cast.company).count() == 2


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_finding_a_company_without_signing_in_and_without_scripts(open_page, running, reader):
    language, width = reader
    with running.portal():
        if not RegisterEntry.objects.filter(slug="spoon-001").exists():
            make_entries(30)
    page = open_page(f"/register/?lang={language}", language=language, width=width, scripts=False)
    page.locator("[name=q]").fill("すぷーん 001")
    page.locator("form[role=search] button").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page = open_page(f"/register/?lang={language}", language=language, width=width)
    look_at(page, "register", language=language)
    page.goto(f"/register/?lang={language}&q=zzz")
    look_at(page, "register-nothing-found", language=language)
    other = "en" if language == "ja" else "ja"
    page.locator(f".language a[lang={other}]:visible").first.click()
    expect(page.locator("html")).to_have_attribute("lang", other)
    assert page.locator("[name=q]").input_value() == "zzz"


def test_the_keyboard_alone_finds_and_reads_a_policy(open_page, running):
    with running.portal():
        if not RegisterEntry.objects.filter(slug="spoon-001").exists():
            make_entries(30)
    page = open_page("/register/?lang=en", language=ENGLISH[0], width=ENGLISH[1])
    tab_to(page, page.locator("[name=q]"))
    page.keyboard.type("spoon 002")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=spoon+002**")
    tab_to(page, page.locator("tbody a").first)
    assert has_visible_focus(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/register/spoon-002/**")
    expect(page.locator("h1")).to_contain_text("Spoon 002")


def test_the_keyboard_alone_publishes(open_page, desk):
    page = open_page(desk.page, language=ENGLISH[0], width=ENGLISH[1], user=desk.staff)
    tab_to(page, page.locator("[name=in_register]"))
    assert page.locator("[name=in_register]").is_checked()
    tab_to(page, page.locator("main form button").last)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{desk.page}")
    expect(page.locator("main")).to_contain_text("Listed")
    assert entry_of(desk).is_listed
    begin_next(desk.cast)
