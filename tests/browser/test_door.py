"""The door on a tablet in a real Chromium: search, tap, undo, two devices, without a network for a while, by keyboard."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from programmes.models import Attendance, DoorOperation
from tests.browser.checks import ENGLISH, JAPANESE, look_at, tab_to
from tests.factories import make_attendance, make_company, make_person, make_programme, make_seat, make_session

pytestmark = pytest.mark.processes

TABLET = {"width": 810, "height": 1080}
PEOPLE = (
    ("高橋 陽子", "タカハシ ヨウコ", "Yoko Takahashi"),
    ("小谷 みのり", "コタニ ミノリ", "Minori Kotani"),
    ("来栖 直", "クルス ナオ", "Nao Kurusu"),
    ("佐久良 大樹", "サクラ ダイキ", "Daiki Sakura"),
)


@pytest.fixture
def room(running):
    """A session that begins in ten minutes, with four people who are expected and one who excused themselves."""
    with running.portal():
        programme = make_programme()
        enrolment = make_company(
            programme, name_ja="東雲精機株式会社", name_en="Shinonome Seiki", name_kana="シノノメセイキ"
        )
        begin = timezone.now() + timedelta(minutes=10)
        session = make_session(
            programme,
            title_ja="受付の回",
            title_en="A session to receive people at",
            starts_at=begin,
            ends_at=begin + timedelta(hours=2),
        )
        rows = [
            make_attendance(
                session,
                make_person(enrolment.company, name_ja=name, name_kana=kana, name_en=romaji),
                attended=None,
            )
            for name, kana, romaji in PEOPLE
        ]
        excused = make_attendance(session, make_person(enrolment.company, name_ja="欠席 一郎"), attended=None)
        Attendance.objects.filter(pk=excused.pk).update(registration="apologised")
        yield SimpleNamespace(
            desk=make_seat(programme, role="leader").user,
            url=reverse("programmes:door", args=[programme.pk, session.pk]),
            session=session,
            rows=rows,
            excused=excused,
        )


def at(open_page, room, **options):
    page = open_page(room.url, **(TABLET | {"user": room.desk} | options))
    page.wait_for_load_state("networkidle")
    return page


def row(page, name):
    return page.locator(".door-row", has_text=name)


def receive(page, name):
    row(page, name).locator(".door-tap").click()


def all_sent(page):
    expect(page.locator("#door-line")).to_have_text("すべて送信しました。")


def present(room) -> set[str]:
    rows = Attendance.objects.filter(session=room.session, attended=True).select_related("person")
    return {each.person.name_ja for each in rows}


def waiting(page) -> int:
    return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('door:')).length")


@pytest.mark.parametrize(("language", "width"), [JAPANESE, ENGLISH, ("ja", 810)])
def test_the_list_is_accessible_and_fits(open_page, room, language, width):
    page = open_page(room.url, language=language, width=width, user=room.desk)
    page.wait_for_load_state("networkidle")
    look_at(page, "door", language=language)
    page.locator(".door-tap").first.click()
    expect(page.locator(".door-row[data-state=in]")).to_have_count(1)
    look_at(page, "door-received", language=language)


def test_hiragana_finds_one_tap_receives_and_undo_takes_back(open_page, room):
    page = at(open_page, room)
    page.locator("#door-query").fill("たかはし")
    expect(page.locator(".door-row:visible")).to_have_count(1)
    expect(page.locator("#door-found")).to_have_text("1件見つかりました")
    receive(page, "高橋 陽子")
    all_sent(page)
    expect(row(page, "高橋 陽子").locator(".door-standing")).to_contain_text("出席 会場")
    expect(page.locator("#door-counts")).to_contain_text("1名・1社")
    assert present(room) == {"高橋 陽子"}
    row(page, "高橋 陽子").get_by_role("button", name="取り消す").click()
    expect(page.locator("#door-said")).to_contain_text("取り消しました")
    assert present(room) == set()


def test_a_day_without_a_network_loses_nothing_and_doubles_nothing(open_page, room):
    """Two devices, one of them offline: both receive the same person, one takes somebody back; then the network returns."""
    first, second = at(open_page, room), at(open_page, room)
    first.context.set_offline(True)
    receive(first, "高橋 陽子")
    receive(first, "小谷 みのり")
    row(first, "小谷 みのり").get_by_role("button", name="取り消す").click()
    receive(first, "来栖 直")
    expect(first.locator("#door-line")).to_contain_text("通信がありません。4件をこの端末に保存しています")
    expect(row(first, "高橋 陽子").locator(".door-pending")).to_be_visible()
    receive(second, "高橋 陽子")
    receive(second, "佐久良 大樹")
    all_sent(second)
    assert present(room) == {"高橋 陽子", "佐久良 大樹"}
    stored = first.evaluate("JSON.stringify(localStorage)")
    assert waiting(first) == 4
    assert not any(word in stored for names in PEOPLE for word in names)
    first.context.set_offline(False)
    all_sent(first)
    assert waiting(first) == 0
    assert present(room) == {"高橋 陽子", "佐久良 大樹", "来栖 直"}
    assert DoorOperation.objects.filter(session=room.session).count() == 6
    assert Attendance.objects.filter(session=room.session).count() == 5
    # Each device shows what the other did.
    for page in (first, second):
        expect(page.locator(".door-row[data-state=in]")).to_have_count(3)


def test_what_waits_survives_a_new_page(open_page, room):
    page = at(open_page, room)
    page.route("**/operations/**", lambda route: route.abort())
    receive(page, "高橋 陽子")
    expect(page.locator("#door-line")).to_contain_text("1件")
    page.reload()
    expect(row(page, "高橋 陽子").locator(".door-pending")).to_be_visible()
    page.unroute("**/operations/**")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    all_sent(page)
    assert present(room) == {"高橋 陽子"}


def test_an_answer_that_is_lost_is_asked_for_again_and_counts_once(open_page, room):
    """The portal records the tap, and the line breaks before it can say so."""
    page = at(open_page, room)
    lost = []

    def lose(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.route("**/operations/**", lose)
    receive(page, "高橋 陽子")
    all_sent(page)
    assert (len(lost), present(room)) == (1, {"高橋 陽子"})
    assert DoorOperation.objects.filter(session=room.session).count() == 1


def test_two_taps_in_a_hurry_are_one_record(open_page, room):
    page = at(open_page, room)
    row(page, "高橋 陽子").locator(".door-tap").dblclick()
    all_sent(page)
    assert present(room) == {"高橋 陽子"}


def test_somebody_unexpected_comes_in_three_fields_also_without_a_network(open_page, room):
    page = at(open_page, room)
    page.context.set_offline(True)
    page.locator("#id_company").select_option(label="東雲精機株式会社")
    page.locator("#id_name").fill("望月 玲子")
    page.locator("#id_kana").fill("もちづき れいこ")
    page.get_by_role("button", name="この方を受け付ける").click()
    expect(page.locator("#door-waiting")).to_contain_text("望月 玲子")
    assert "望月" not in page.evaluate("JSON.stringify(localStorage)")
    page.context.set_offline(False)
    expect(row(page, "望月 玲子")).to_be_visible()
    expect(page.locator("#door-waiting li")).to_have_count(0)
    assert present(room) == {"望月 玲子"}


def test_who_excused_themselves_and_comes_is_received_with_clear_words(open_page, room):
    page = at(open_page, room)
    page.locator("#door-parts").get_by_role("link", name="欠席").click()
    expect(page.locator(".door-row:visible")).to_have_count(1)
    receive(page, "欠席 一郎")
    expect(page.locator("#door-said")).to_contain_text("欠席の連絡があった方でした")
    assert present(room) == {"欠席 一郎"}


def test_signed_out_meanwhile_nothing_is_lost(open_page, room, running):
    page = at(open_page, room)
    cookies = page.context.cookies()
    page.context.clear_cookies(name="session")
    receive(page, "高橋 陽子")
    expect(page.locator("#door-line")).to_contain_text("サインアウトされています。1件")
    page.context.add_cookies(cookies)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    all_sent(page)
    assert present(room) == {"高橋 陽子"}


def test_by_keyboard_alone(open_page, room):
    page = at(open_page, room)
    tab_to(page, page.locator("#door-query"))
    page.keyboard.type("クルス")
    tab_to(page, row(page, "来栖 直").locator(".door-tap"))
    page.keyboard.press("Enter")
    # The button is gone; the focus is on the one that takes it back.
    expect(row(page, "来栖 直").get_by_role("button", name="取り消す")).to_be_focused()
    all_sent(page)
    page.keyboard.press("Enter")
    expect(page.locator("#door-said")).to_contain_text("取り消しました")
    assert present(room) == set()


def test_without_javascript_a_press_is_a_form(open_page, room):
    page = at(open_page, room, scripts=False)
    page.locator("#door-query").fill("さくら")
    page.get_by_role("button", name="探す").click()
    receive(page, "佐久良 大樹")
    expect(page.get_by_role("alert")).to_contain_text("佐久良 大樹さん(東雲精機株式会社)を出席にしました。")
    assert present(room) == {"佐久良 大樹"}
