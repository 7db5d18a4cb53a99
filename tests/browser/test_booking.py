"""Booking on a telephone by keyboard, an adviser's hours and the secretariat's round, in a real Chromium."""

from datetime import time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from consultations.models import Consultation, Practice, Round, WeeklyHours
from programmes.models import Seat
from tests.browser.checks import ENGLISH, JAPANESE, look_at, tab_to
from tests.factories import make_cast

pytestmark = pytest.mark.processes


@pytest.fixture
def cast(running):
    """An adviser who works every day, in a programme that goes on for three months."""
    with running.portal():
        cast = make_cast()
        programme, today = cast.programme, timezone.localdate()
        programme.starts_on, programme.ends_on = today - timedelta(days=30), today + timedelta(days=90)
        programme.save()
        seat = Seat.objects.get(user=cast.people["adviser"])
        Practice.objects.create(seat=seat, programme=programme, meeting_url="https://meet.example/x")
        for weekday in range(5):
            WeeklyHours.objects.create(
                seat=seat, programme=programme, weekday=weekday, starts=time(9), ends=time(12), method="hybrid"
            )
        yield cast


def press(page: Page, wanted) -> None:
    """Go there by Tab and press Enter, as somebody without a mouse does, and wait for the next page."""
    tab_to(page, wanted)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_company_books_by_keyboard_on_a_telephone(cast, open_page, running, scripts):
    language, width = JAPANESE
    home = f"/companies/{cast.company.pk}/consultations/"
    page = open_page(home, language=language, width=width, user=cast.people["staff"], scripts=scripts)
    press(page, page.locator("main a.btn-primary"))
    look_at(page, "booking-about", language=language) if scripts else None
    page.locator("main [name=questions]").fill("派遣社員も対象ですか。")
    press(page, page.locator("main button.btn-primary"))
    expect(page.locator(".slot-day").first).to_be_visible()
    look_at(page, "booking-time", language=language) if scripts else None
    # Nothing chosen: the summary leads to the times, and they are still there.
    press(page, page.locator("main button.btn-primary"))
    expect(page.locator(".errors a")).to_have_attribute("href", "#id_slot")
    look_at(page, "booking-time-error", language=language) if scripts else None
    tab_to(page, page.locator("input[name=slot]").first)
    page.keyboard.press("Space")
    press(page, page.locator("main button.btn-primary"))
    expect(page.locator("main")).to_contain_text("派遣社員も対象ですか。")
    look_at(page, "booking-check", language=language) if scripts else None
    press(page, page.locator("main button.btn-primary"))
    expect(page.locator(".confirmed h1")).to_be_visible()
    look_at(page, "booking-booked", language=language) if scripts else None
    with running.portal():
        meeting = Consultation.objects.get(company=cast.company)
    page.goto(f"{home}{meeting.pk}/move/")
    look_at(page, "booking-move", language=language) if scripts else None
    page.locator("input[name=slot]").last.check()
    press(page, page.locator("main button.btn-primary"))
    page.goto(f"{home}{meeting.pk}/cancel/")
    look_at(page, "booking-cancel", language=language) if scripts else None
    press(page, page.locator("main button.btn-danger"))
    expect(page.locator("h1")).to_be_visible()
    with running.portal():
        meeting.refresh_from_db()
        assert (meeting.state, meeting.sequence) == ("cancelled", 2)


def test_an_adviser_adds_and_removes_hours(cast, open_page):
    language, width = ENGLISH
    page = open_page(
        f"/programmes/{cast.programme.pk}/consultations/advisers/",
        language=language,
        width=width,
        user=cast.people["adviser"],
    )
    look_at(page, "availability", language=language)
    hours = page.locator("#part-hours")
    hours.locator("summary").click()
    hours.locator("select[name=hours-weekday]").select_option("5")
    hours.locator("[name=hours-starts]").fill("13:00")
    hours.locator("[name=hours-ends]").fill("15:00")
    press(page, hours.locator("form [name=deed] ~ .form-acts button"))
    expect(page.locator("#part-hours .hours")).to_contain_text("Saturday 13:00")
    page.locator("#part-hours .hours li", has_text="Saturday").locator("button").click()
    expect(page.locator("#part-hours .hours")).not_to_contain_text("Saturday")


def test_the_secretariat_proposes_and_sends_a_round(cast, open_page, running):
    language, width = ENGLISH
    page = open_page(
        f"/programmes/{cast.programme.pk}/consultations/rounds/",
        language=language,
        width=width,
        user=cast.people["secretariat"],
    )
    look_at(page, "rounds", language=language)
    press(page, page.locator("main button.btn-primary"))
    expect(page.locator("main table")).to_be_visible()
    look_at(page, "round-draft", language=language)
    press(page, page.locator("button[value=send]"))
    expect(page.locator(".banner-success").first).to_be_visible()
    look_at(page, "round-sent", language=language)
    with running.portal():
        assert Round.objects.get(programme=cast.programme).state == "sent"
        assert Consultation.objects.filter(programme=cast.programme).count() == 2
    for part in ("arrange", "ledger"):
        page.goto(f"/companies/{cast.company.pk}/consultations/{part}/")
        look_at(page, part, language=language)
