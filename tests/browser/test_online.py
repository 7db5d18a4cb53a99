"""The list of an online meeting in a real Chromium: looked at, decided by hand, imported once; refused, and thrown away."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from audit.models import Event
from programmes.models import Attendance, OnlineList
from tests.browser.checks import READERS, focused, look_at, reader_id, tab_to
from tests.factories import make_attendance, make_company, make_person, make_programme, make_seat, make_session

pytestmark = pytest.mark.processes

START = datetime(2026, 11, 10, 4, tzinfo=UTC)  # 13:00 in Tokyo, two hours
HEAD = "名前（元の名前）,ユーザーのメール,参加時刻,退出時刻,期間（分）,ゲスト\n"


def line(name, email="", come="12:58", go="15:00"):
    return f"{name},{email},2026/11/10 {come}:00,2026/11/10 {go}:00,0,はい\n"


# Exact names and addresses, one person who joined three times on two devices, a name that two people have, and nobody's.
LISTED = (
    line("高橋 陽子", "yoko@example.com", go="13:40"),
    line("高橋 陽子", "yoko@example.com", come="13:35", go="14:10"),
    line("高橋 陽子", come="14:20"),
    line("来栖 直", come="13:20"),
    line("小谷 みのり", come="14:30"),
    line("佐藤 健"),
    line("iPhone"),
    line("Recorder"),
)


def csv(*lines, encoding="utf-8-sig"):
    return (HEAD + "".join(lines)).encode(encoding)


@pytest.fixture
def meeting(running):
    """A hybrid session that is over, with five who are registered in two companies; two of them bear the same name."""
    with running.portal():
        programme = make_programme()
        firm, other = (
            make_company(programme, name_ja=name, name_en=english).company
            for name, english in (("東雲精機株式会社", "Shinonome Seiki"), ("山田製作所", "Yamada Works"))
        )
        session = make_session(programme, title_ja="遠隔の回", title_en="A session from afar", starts_at=START)
        people = [
            make_person(company, name_ja=name, name_en=romaji, name_kana=kana, email=email)
            for company, name, romaji, kana, email in (
                (firm, "高橋 陽子", "Yoko Takahashi", "タカハシ ヨウコ", "yoko@example.com"),
                (firm, "来栖 直", "Nao Kurusu", "クルス ナオ", ""),
                (firm, "小谷 みのり", "Minori Kotani", "コタニ ミノリ", ""),
                (firm, "佐藤 健", "Ken Sato", "サトウ ケン", ""),
                (other, "佐藤 健", "Ken Sato", "サトウ ケン", ""),
                (other, "望月 玲子", "Reiko Mochizuki", "モチヅキ レイコ", ""),
            )
        ]
        for person in people[:-1]:
            make_attendance(session, person, mode="online", attended=None)
        yield SimpleNamespace(
            desk=make_seat(programme, role="leader").user,
            url=reverse("programmes:online_list", args=[programme.pk, session.pk]),
            session_url=reverse("programmes:session", args=[programme.pk, session.pk]),
            outcome_url=reverse("programmes:outcome", args=[programme.pk, session.pk]),
            session=session,
            people=people,
        )


def upload(page, content, name="participants.csv"):
    page.locator("#id_file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    page.locator("main form .btn-primary").click()


def preview(open_page, meeting, *, language="ja", width=1280, **options):
    """Upload the list, and arrive at what would come of it."""
    page = open_page(meeting.url, language=language, width=width, user=meeting.desk, **options)
    upload(page, csv(*LISTED))
    expect(page.locator("main tbody tr")).to_have_count(6)
    return page


def row(page, name):
    return page.locator("main tbody tr", has=page.locator("th", has_text=name))


def person_of(meeting, name, company="東雲精機株式会社") -> str:
    return str(next(each.pk for each in meeting.people if (each.name_ja, each.company.name_ja) == (name, company)))


def decide(page, name, *, person, reason):
    row(page, name).get_by_role("link").last.click()
    page.locator("#id_person").select_option(person)
    page.locator("#id_reason").fill(reason)
    page.locator("#decide .btn-primary").click()
    expect(page.locator("#decide")).to_have_count(0)


def decide_all(page, meeting):
    decide(page, "佐藤 健", person=person_of(meeting, "佐藤 健", "山田製作所"), reason="電話で確認")
    decide(page, "iPhone", person=person_of(meeting, "望月 玲子", "山田製作所"), reason="声で分かった")
    decide(page, "Recorder", person="nobody", reason="録画用の端末")


def present(meeting) -> dict[str, int]:
    """How many minutes each of those who took part was there."""
    rows = Attendance.objects.filter(session=meeting.session, attended=True).select_related("person", "company")
    return {f"{each.person.name_ja} {each.company.name_ja}": each.minutes_online for each in rows}


def imports(meeting) -> int:
    return Event.objects.filter(verb="online_list.imported", object_id=meeting.session.pk).count()


def expect_figures(page, *values: str) -> None:
    """Wait until the page's figures, without their units, are these."""
    found = page.locator("main .figures").first.locator("dd")
    expect(found).to_have_text([re.compile(rf"^\D*{value}\D*$") for value in values])


CAME = {
    "高橋 陽子 東雲精機株式会社": 110,
    "来栖 直 東雲精機株式会社": 100,
    "佐藤 健 山田製作所": 120,
    "望月 玲子 山田製作所": 120,
}


@pytest.mark.parametrize(("language", "width"), READERS, ids=map(reader_id, READERS))
def test_from_the_file_to_the_figures(open_page, meeting, language, width):
    page = open_page(meeting.url, language=language, width=width, user=meeting.desk)
    look_at(page, "online-none", language=language)
    upload(page, csv(*LISTED))
    expect(page.locator("main tbody tr")).to_have_count(6)
    look_at(page, "online-preview", language=language)
    # Three joins of one person are one line; what overlaps counts once, and nobody is registered yet.
    expect(row(page, "高橋 陽子")).to_contain_text("112")
    expect_figures(page, "3", "2", "1", "0", "0")
    assert present(meeting) == {}
    row(page, "佐藤 健").get_by_role("link").last.click()
    expect(page.locator("#decide h2")).to_be_visible()
    # Those of this name stand first, each with the company.
    alike = page.locator("#id_person optgroup").first.locator("option")
    expect(alike).to_have_count(2)
    page.locator("#decide .btn-primary").click()
    expect(page.locator(".errors")).to_be_visible()
    look_at(page, "online-decide", language=language)
    page.goto(page.url.partition("?")[0])
    decide_all(page, meeting)
    expect_figures(page, "0", "4", "1", "0", "1")
    assert present(meeting) == {}
    page.locator("main form .btn-primary").dblclick()
    expect(page.locator("main form")).to_have_count(0)
    assert (present(meeting), imports(meeting)) == (CAME, 1)
    look_at(page, "online-imported", language=language)
    page.goto(meeting.session_url)
    expect_figures(page, "4", "2", "0", "4")
    page.goto(meeting.outcome_url)
    expect_figures(page, "4", "2", "0", "4")
    page.goto(f"{meeting.outcome_url}?show=present")
    expect(page.locator("main tbody tr")).to_have_count(4)
    expect(row(page, row_name(page, meeting, "望月 玲子"))).to_contain_text("声で分かった")
    look_at(page, "online-outcome", language=language)


def row_name(page, meeting, name) -> str:
    """The name as the page's reader has it."""
    person = next(each for each in meeting.people if each.name_ja == name)
    return person.name_en if page.get_attribute("html", "lang") == "en" else person.name_ja


def test_a_second_press_imports_nothing_twice(open_page, meeting):
    """Two windows look at the same list, as two people of the secretariat do, without any script to hold one back."""
    first = preview(open_page, meeting, scripts=False)
    second = open_page(first.url, user=meeting.desk, scripts=False)
    decide_all(first, meeting)
    first.locator("main form .btn-primary").click()
    expect(first.get_by_role("alert")).to_contain_text("4名をオンライン参加として登録しました")
    second.locator("main form .btn-primary").click()
    expect(second.get_by_role("status").first).to_contain_text("このリストは取り込み済みです")
    assert (present(meeting), imports(meeting)) == (CAME, 1)


def test_thrown_away_nothing_is_left(open_page, meeting):
    page = preview(open_page, meeting)
    decide(page, "iPhone", person=person_of(meeting, "望月 玲子", "山田製作所"), reason="声で分かった")
    page.locator("main form .btn").last.click()
    expect(page.locator("#id_file")).to_be_visible()
    assert not OnlineList.objects.filter(session=meeting.session).exists()
    assert (present(meeting), Attendance.objects.filter(session=meeting.session).count()) == ({}, 5)


def test_a_line_is_decided_anew_before_the_import_and_a_person_corrected_after_it(open_page, meeting):
    page = preview(open_page, meeting)
    decide(page, "佐藤 健", person=person_of(meeting, "佐藤 健"), reason="会社の推測")
    decide(page, "佐藤 健", person=person_of(meeting, "佐藤 健", "山田製作所"), reason="電話で確認")
    page.locator("main form .btn-primary").click()
    expect(page.locator("main form")).to_have_count(0)
    assert present(meeting) == {name: minutes for name, minutes in CAME.items() if not name.startswith("望月")}
    page.goto(f"{meeting.outcome_url}?show=present")
    row(page, "佐藤 健").get_by_role("link").last.click()
    page.locator("[name=attended][value=unknown]").check()
    page.locator("#id_reason").fill("別の方でした")
    page.locator("main form .btn-primary").click()
    expect(page.locator("#rows")).to_be_visible()
    expect_figures(page, "2", "1", "0", "2")
    assert len(present(meeting)) == 2


REFUSED = {
    "encoding": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "UTF-8、UTF-16、Shift_JIS", "UTF-8, UTF-16 or Shift_JIS"),
    "columns": (
        "氏名,会社\n高橋 陽子,東雲精機\n".encode(),
        "名前と時刻の列が見つかりません",
        "names and times were not found",
    ),
    "a row": (csv(LISTED[0], line("来栖 直", come="25:70")), "3行目", "Row 3"),
}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("fault", REFUSED)
def test_what_cannot_be_read_is_said_at_the_field_and_nothing_is_half_done(open_page, meeting, fault, language):
    content, *sentences = REFUSED[fault]
    width = dict(READERS)[language]
    page = open_page(meeting.url, language=language, width=width, user=meeting.desk)
    page.locator("#id_share").fill("40")
    upload(page, content)
    expect(page.locator("#id_file_error, .invalid-feedback").first).to_contain_text(sentences[language == "en"])
    # The sentence is read out first, the share that was typed stays.
    assert focused(page).splitlines()[0] == page.locator(".errors h2").inner_text()
    assert page.locator("#id_share").input_value() == "40"
    look_at(page, f"online-{fault.replace(' ', '-')}", language=language)
    assert not OnlineList.objects.filter(session=meeting.session).exists()
    assert present(meeting) == {}


def test_a_list_in_shift_jis_reads_as_any_other(open_page, meeting):
    page = open_page(meeting.url, user=meeting.desk)
    upload(page, csv(*LISTED, encoding="cp932"))
    expect(page.locator("main tbody tr")).to_have_count(6)
    expect_figures(page, "3", "2", "1", "0", "0")


def test_by_keyboard_alone(open_page, meeting):
    page = open_page(meeting.url, user=meeting.desk)
    tab_to(page, page.locator("#id_file"))
    # The dialog of files is the system's own, so what it would give back is laid into the field that has the focus:
    # waiting for the dialog itself once waited for nothing on a busy machine.
    page.locator("#id_file:focus").set_input_files(
        {"name": "zoom.csv", "mimeType": "text/csv", "buffer": csv(*LISTED[:4], LISTED[6])}
    )
    tab_to(page, page.locator("main form .btn-primary"))
    page.keyboard.press("Enter")
    expect(page.locator("main tbody tr")).to_have_count(3)
    tab_to(page, row(page, "iPhone").get_by_role("link"))
    page.keyboard.press("Enter")
    # The page says first who is asked about.
    expect(page.locator("#decide")).to_be_focused()
    tab_to(page, page.locator("#id_person"))
    wanted = person_of(meeting, "望月 玲子", "山田製作所")
    for _ in range(20):
        if page.locator("#id_person").input_value() == wanted:
            break
        page.keyboard.press("ArrowDown")
    tab_to(page, page.locator("#id_reason"))
    page.keyboard.insert_text("声で分かった")
    tab_to(page, page.locator("#decide .btn-primary"))
    page.keyboard.press("Enter")
    expect(page.locator("#decide")).to_have_count(0)
    tab_to(page, page.locator("main form .btn-primary"))
    page.keyboard.press("Enter")
    expect(page.locator("main form")).to_have_count(0)
    assert set(present(meeting)) == {name for name in CAME if not name.startswith("佐藤")}
