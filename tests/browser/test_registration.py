"""Registering in a real Chromium: one press a person, by keys, without scripts; apologies, the waiting list, the desk."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from programmes.models import Arrival, Attendance
from tests.browser.checks import READERS, focused, look_at, reader_id, tab_to
from tests.factories import make_company, make_member, make_person, make_programme, make_seat, make_session

pytestmark = pytest.mark.processes

WORDS = {
    "ja": SimpleNamespace(
        onsite="会場",
        online="オンライン",
        absent="欠席",
        registered="申し込み済み 会場",
        online_now="申し込み済み オンライン",
        apologise="欠席を連絡する",
        reason="理由",
        deputy="代理の方",
        in_place="の代理",
        waiting="キャンセル待ち1番目",
        observer="オブザーバーを保存する",
        make="カレンダーのアドレスを作る",
    ),
    "en": SimpleNamespace(
        onsite="On site",
        online="Online",
        absent="Not coming",
        registered="Registered On site",
        online_now="Registered Online",
        apologise="Send the apology",
        reason="Reason",
        deputy="Deputy",
        in_place="In place of",
        waiting="Number 1 on the waiting list",
        observer="Save the observer",
        make="Make a calendar address",
    ),
}


@pytest.fixture
def hall(running):
    """A session with one place on site, a company with three people, its neighbour, and their secretariat."""
    with running.portal():
        programme = make_programme(target_due_on=None)
        own, other = (make_company(programme, name_ja=name, name_en=f"{name} K.K.") for name in ("髙﨑精機", "隣工業"))
        staff, neighbour = make_member(own.company), make_member(other.company)
        people = [
            make_person(own.company, name_ja=ja, name_en=en, name_kana=kana, title="総務課")
            for ja, en, kana in (
                ("髙橋 陽子", "Yoko Takahashi", "タカハシ"),
                ("小谷 みのり", "Minori Kotani", "コタニ"),
            )
        ]
        next_to = make_person(other.company, name_ja="隣 太郎", name_en="Taro Tonari")
        session = make_session(
            programme,
            title_ja="人権方針策定ワークショップ",
            title_en="Workshop for formulating human rights policy",
            starts_at=timezone.now() + timedelta(days=10),
            capacity_onsite=1,
            preparation_ja="自社の取引先の一覧をお持ちください。",
            preparation_en="Please bring a list of your suppliers.",
        )
        Arrival.objects.create(session=session, programme=programme, mode="online", url="https://meet.example/room")
        yield SimpleNamespace(
            staff=staff,
            neighbour=neighbour,
            secretariat=make_seat(programme, role="leader").user,
            people=people,
            next_to=next_to,
            session=session,
            at=f"/companies/{own.company_id}/sessions/",
            neighbour_at=f"/companies/{other.company_id}/sessions/",
            desk=f"/programmes/{programme.pk}/sessions/{session.pk}/",
            company_id=own.company_id,
        )


def line(page, hall, person):
    return page.locator(f"#p-{hall.session.pk}-{person.pk}")


def button(page, hall, person, name):
    return line(page, hall, person).get_by_role("button", name=name)


def standings(running, hall) -> dict[str, str]:
    with running.portal():
        rows = Attendance.objects.filter(session=hall.session).select_related("person")
        return {row.person.name_ja: f"{row.registration} {row.planned_mode}" for row in rows}


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_a_company_registers_changes_and_apologises(running, open_page, hall, reader):
    language, width = reader
    words, (yoko, minori) = WORDS[language], hall.people
    page = open_page(hall.at, language=language, width=width, user=hall.staff)
    look_at(page, "registration", language=language)

    # One press, and nothing else: the card comes back with the choice and the focus at the person.
    button(page, hall, yoko, words.onsite).click()
    expect(button(page, hall, yoko, words.onsite)).to_have_attribute("aria-pressed", "true")
    expect(line(page, hall, yoko)).to_contain_text(words.registered)
    expect(page.locator(".attendee-standing:focus")).to_have_count(1)
    assert words.registered in focused(page)
    look_at(page, "registration-registered", language=language)

    # By keys alone: the one place is taken, so this is a turn on the waiting list; online there is room.
    tab_to(page, button(page, hall, minori, words.onsite))
    page.keyboard.press("Enter")
    expect(line(page, hall, minori)).to_contain_text(words.waiting)
    expect(page.locator(".attendee-standing:focus")).to_have_count(1)
    tab_to(page, button(page, hall, minori, words.online))
    page.keyboard.press("Space")
    expect(line(page, hall, minori)).to_contain_text(words.online_now)
    assert standings(running, hall) == {"髙橋 陽子": "registered onsite", "小谷 みのり": "registered online"}

    # Giving a place up asks for the reason; the deputy takes it over.
    button(page, hall, yoko, words.absent).click()
    page.get_by_role("button", name=words.apologise).click()
    look_at(page, "apology-without-reason", language=language)
    page.get_by_label(words.reason).fill("出張のため")
    expect(page.get_by_label(words.deputy).locator("option")).to_have_count(2)
    page.get_by_label(words.deputy).select_option(index=1)
    page.get_by_role("button", name=words.apologise).click()
    expect(line(page, hall, yoko)).to_contain_text("出張のため")
    expect(page.locator(".attendees")).to_contain_text(words.in_place)
    assert sorted(standings(running, hall).values()) == ["apologised onsite", "registered online", "registered onsite"]


def test_it_works_without_scripts_and_others_move_up_by_themselves(running, open_page, hall):
    words, (yoko, _minori) = WORDS["ja"], hall.people
    page = open_page(hall.at, width=360, user=hall.staff, scripts=False)
    button(page, hall, yoko, words.onsite).click()
    expect(button(page, hall, yoko, words.onsite)).to_have_attribute("aria-pressed", "true")
    assert page.url.endswith(f"{hall.at}#p-{hall.session.pk}-{yoko.pk}")

    beside = open_page(hall.neighbour_at, width=360, user=hall.neighbour, scripts=False)
    button(beside, hall, hall.next_to, words.onsite).click()
    expect(line(beside, hall, hall.next_to)).to_contain_text(words.waiting)
    button(page, hall, yoko, words.online).click()
    expect(line(page, hall, yoko)).to_contain_text(words.online_now)
    beside.reload()
    expect(line(beside, hall, hall.next_to)).to_contain_text(words.registered)
    # The other company's page never says who.
    expect(beside.locator("main")).not_to_contain_text("髙橋")


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_the_secretariat_registers_for_a_company_and_notes_observers(running, open_page, hall, reader):
    language, width = reader
    words, (yoko, _minori) = WORDS[language], hall.people
    look = {"language": language, "width": width, "user": hall.secretariat}
    page = open_page(f"{hall.desk}registrations/", **look)
    look_at(page, "registrations-empty", language=language)
    page.goto(f"{hall.desk}register/")
    look_at(page, "register-for", language=language)
    page.goto(f"{hall.desk}register/?company={hall.company_id}")
    button(page, hall, yoko, words.online).click()
    expect(button(page, hall, yoko, words.online)).to_have_attribute("aria-pressed", "true")
    look_at(page, "register-for-company", language=language)
    page.goto(f"{hall.desk}registrations/")
    expect(page.locator("main")).to_contain_text(words.online_now)
    look_at(page, "registrations", language=language)

    page.goto(f"{hall.desk}observers/")
    page.get_by_role("button", name=words.observer).click()
    look_at(page, "observers-error", language=language)
    page.locator("#id_kind").select_option("ilo")
    page.locator("#id_name_ja").fill("観察 花子")
    page.locator("input[name=mode][value=online]").check()
    page.get_by_role("button", name=words.observer).click()
    expect(page.locator("main table")).to_contain_text("観察 花子")
    look_at(page, "observers", language=language)


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_a_calendar_address_is_made(running, open_page, hall, reader):
    language, width = reader
    page = open_page("/calendar/", language=language, width=width, user=hall.staff)
    page.get_by_role("button", name=WORDS[language].make).click()
    address = page.locator(".calendar-address code").inner_text()
    look_at(page, "calendar-address", language=language)
    answer = page.context.request.get(f"/calendar/{address.rsplit('/', 1)[1]}")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
