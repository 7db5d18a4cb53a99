"""Minutes on a phone and the company's answer to them, in a real Chromium."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from consultations.enums import State
from consultations.models import Consultation, Minutes, Topics
from policies.models import ActionItem
from tests.browser.checks import ENGLISH, JAPANESE, focused, look_at, tab_to
from tests.factories import make_cast, make_consultation

pytestmark = pytest.mark.processes

WAIT = 30_000  # ms; a busy machine of two cores


@pytest.fixture
def cast(running):
    with running.portal():
        yield make_cast()


@pytest.fixture
def consultation(running, cast):
    seat = cast.people["adviser"].seats.get()
    start = (timezone.now() - timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
    found = make_consultation(cast.enrolment, seat, starts_at=start, state="booked")
    tenant = {"company": cast.company, "programme": cast.programme}
    Topics.objects.create(consultation=found, sections=["scope"], questions="委託先も対象ですか。", **tenant)
    return found


def at(consultation: Consultation, name: str) -> str:
    return f"/companies/{consultation.company_id}/consultations/{consultation.pk}/{name}/"


def is_saved(page) -> None:
    expect(page.locator("#save-voice")).to_have_text(re.compile(r"\d{1,2}:\d\d"), timeout=WAIT)


def test_an_adviser_writes_on_a_phone_and_shares_in_one_act(cast, consultation, open_page, running):
    language, width = JAPANESE
    page = open_page(at(consultation, "prepare"), language=language, width=width, user=cast.people["adviser"])
    look_at(page, "prepare", language=language)
    page.get_by_role("link", name="相談記録を書く").click()
    expect(page.locator("#t-matters")).to_have_value(re.compile("委託先も対象ですか。"), timeout=WAIT)
    tab_to(page, page.locator("#t-advice"))
    page.keyboard.insert_text("窓口を二つ書きましょう。")
    is_saved(page)
    with running.portal():
        assert Minutes.objects.get(consultation=consultation).advice == "窓口を二つ書きましょう。"
    tab_to(page, page.locator("#id_task_text"))
    page.keyboard.insert_text("窓口の番号を決める")
    tab_to(page, page.locator("button[value=add]"))
    page.keyboard.press("Enter")
    expect(page.locator("#tasks .tasks-agreed li")).to_have_count(1, timeout=WAIT)
    look_at(page, "minutes-write", language=language)
    tab_to(page, page.locator("button[value=share]"))
    page.keyboard.press("Enter")
    expect(page.locator(".minutes-text")).to_be_visible(timeout=WAIT)
    look_at(page, "minutes-shared", language=language)
    with running.portal():
        assert Consultation.objects.get(pk=consultation.pk).state == State.HELD
        assert ActionItem.objects.filter(company=cast.company).count() == 1


def test_two_windows_keep_both_texts_until_one_is_chosen(cast, consultation, open_page, running):
    language, width = JAPANESE
    first, second = (
        open_page(at(consultation, "minutes"), language=language, width=width, user=cast.people["adviser"])
        for _ in range(2)
    )
    first.locator("#t-advice").fill("こちらの窓の文")
    is_saved(first)
    second.locator("#t-advice").fill("あちらの窓の文")
    conflict = second.locator("#c-advice .conflict")
    expect(conflict).to_contain_text("こちらの窓の文", timeout=WAIT)
    expect(second.locator("#t-advice")).to_have_value("あちらの窓の文")
    look_at(second, "minutes-conflict", language=language)
    second.locator("#c-advice [data-choice=mine]").click()
    expect(conflict).to_have_count(0, timeout=WAIT)
    assert "あちらの窓の文" in second.locator("#t-advice").input_value()
    assert focused(second)
    with running.portal():
        assert Minutes.objects.get(consultation=consultation).advice == "あちらの窓の文"


def test_the_company_answers_by_keyboard(cast, consultation, open_page, running):
    language, width = ENGLISH
    with running.portal():
        tenant = {"company": cast.company, "programme": cast.programme}
        Consultation.objects.filter(pk=consultation.pk).update(state="held")
        Minutes.objects.create(
            consultation=consultation, advice="窓口を二つ書きましょう。", shared_at=timezone.now(), rev=1, **tenant
        )
    page = open_page(at(consultation, "minutes"), language=language, width=width, user=cast.people["staff"])
    look_at(page, "minutes-read", language=language)
    tab_to(page, page.locator("main summary").first)
    page.keyboard.press("Enter")
    tab_to(page, page.locator("[name=objection]"))
    page.keyboard.insert_text("日付が違います。")
    tab_to(page, page.locator("button[value=object]"))
    page.keyboard.press("Enter")
    expect(
        page.locator(".banner-warning, .banner-warn, [class*=banner]").filter(has_text="日付が違います。")
    ).to_be_visible(timeout=WAIT)
    look_at(page, "minutes-objected", language=language)
    tab_to(page, page.locator("button[value=confirm]"))
    page.keyboard.press("Enter")
    expect(page.locator("button[value=confirm]")).to_have_count(0, timeout=WAIT)
    with running.portal():
        assert Minutes.objects.get(consultation=consultation).confirmed_by == cast.people["staff"]
