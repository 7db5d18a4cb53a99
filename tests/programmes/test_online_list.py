"""Lists of online meetings: every shape in which Zoom and Teams have written them, and everything that is wrong with one."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.importing.online import (
    FILE_BYTES,
    ROWS,
    Entry,
    Known,
    ListRefused,
    Match,
    Matcher,
    length,
    minutes_needed,
    moment,
    read,
    seconds,
    stayed,
    union,
)

TOKYO = ZoneInfo("Asia/Tokyo")
DAY = date(2024, 12, 4)


def at(hour, minute=0, second=0):
    return datetime(2024, 12, 4, hour, minute, second, tzinfo=TOKYO)


def parse(text, encoding="utf-8"):
    return read(text.encode(encoding), day=DAY, zone=TOKYO)


ZOOM = """Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants
812 3456 7890,SPP,12/04/2024 12:45:00 PM,12/04/2024 04:05:00 PM,office@example.com,200,3

Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent,In Waiting Room
高橋 陽子,takahashi@example.com,12/04/2024 12:58:10 PM,12/04/2024 02:10:00 PM,72,Yes,,No
高橋 陽子,takahashi@example.com,12/04/2024 02:05:00 PM,12/04/2024 04:00:00 PM,115,Yes,,No
iPhone (来栖 直),,12/04/2024 01:30:00 PM,12/04/2024 03:59:00 PM,149,Yes,,No
早い 人,,12/04/2024 12:40:00 PM,12/04/2024 12:50:00 PM,10,Yes,,Yes
"""
ZOOM_JA = """名前（元の名前）,ユーザーのメール,参加時刻,退出時刻,期間（分）,ゲスト
高橋 陽子,takahashi@example.com,2024/12/04 12:58:10,2024/12/04 14:10:00,72,はい
高橋 陽子,,2024/12/04 14:05:00,2024/12/04 16:00:00,115,はい
"""
TEAMS = """1. Summary
Meeting title\tSPP
Attended participants\t2

2. Participants
Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole
高橋 陽子\t12/4/24, 12:58:10 PM\t12/4/24, 4:00:00 PM\t2h 55m\ttakahashi@example.com\ttakahashi@example.com\tPresenter
来栖 直 (ゲスト)\t12/4/24, 1:30:00 PM\t12/4/24, 3:59:00 PM\t2h 29m\t\t\tAttendee

3. In-Meeting Activities
Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole
高橋 陽子\t12/4/24, 12:58:10 PM\t12/4/24, 2:10:00 PM\t1h 11m 50s\ttakahashi@example.com\tPresenter
高橋 陽子\t12/4/24, 2:17:00 PM\t12/4/24, 4:00:00 PM\t1h 43m\ttakahashi@example.com\tPresenter
来栖 直 (ゲスト)\t12/4/24, 1:30:00 PM\t12/4/24, 3:59:00 PM\t2h 29m\t\tAttendee
"""
TEAMS_JA = """1. 要約
会議のタイトル\tSPP

2. 参加者
名前\t最初の参加\t最後の退出\t会議内の期間\tメール\t参加者 ID (UPN)\t役割
高橋 陽子\t2024/12/4, 12:58:10\t2024/12/4, 16:00:00\t2時間 55分 0秒\ttakahashi@example.com\t\t発表者
"""
TEAMS_OLD = """Full Name\tUser Action\tTimestamp
高橋 陽子\tJoined\t12/4/2024, 12:58:10 PM
来栖 直\tJoined before\t12/4/2024, 1:30:00 PM
高橋 陽子\tLeft\t12/4/2024, 2:10:00 PM
高橋 陽子\tJoined\t12/4/2024, 2:17:00 PM
高橋 陽子\tLeft\t12/4/2024, 4:00:00 PM
"""


# --- Shapes -----------------------------------------------------------------------------------------------------------


def test_zoom_s_list_with_a_preface_and_people_who_waited():
    reading = parse(ZOOM)
    assert (reading.origin, reading.encoding, reading.ignored) == ("zoom", "utf-8", 1)
    assert reading.entries == (
        Entry(("高橋 陽子",), "takahashi@example.com", ((at(12, 58, 10), at(16)),), 181, (5, 6)),
        Entry(("iPhone (来栖 直)",), "", ((at(13, 30), at(15, 59)),), 149, (7,)),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_says_the_same(encoding):
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    text = (mark + (TEAMS if encoding.startswith("utf-16") else ZOOM_JA)).encode(encoding)
    entries = read(text, day=DAY, zone=TOKYO).entries
    assert entries[0].names == ("高橋 陽子",)
    assert entries[0].stays[0][0] == at(12, 58, 10)


def test_a_join_without_an_address_belongs_to_the_one_person_of_that_name():
    assert parse(ZOOM_JA).entries == (
        Entry(("高橋 陽子",), "takahashi@example.com", ((at(12, 58, 10), at(16)),), 181, (2, 3)),
    )


def test_two_addresses_with_one_name_stay_two_people():
    text = ZOOM_JA.replace("高橋 陽子,,", "高橋 陽子,other@example.com,")
    assert [entry.email for entry in parse(text).entries] == ["takahashi@example.com", "other@example.com"]


def test_teams_list_is_read_by_its_single_joins():
    reading = parse(TEAMS, "utf-16")
    assert reading.origin == "teams"
    assert [(entry.names, entry.minutes, len(entry.stays)) for entry in reading.entries] == [
        (("高橋 陽子",), 174, 2),
        (("来栖 直 (ゲスト)",), 149, 1),
    ]


def test_teams_list_without_single_joins_counts_what_it_says_and_not_what_lies_between():
    entry = parse(TEAMS_JA, "utf-16").entries[0]
    assert (entry.minutes, entry.stays) == (175, ((at(12, 58, 10), at(16)),))


def test_teams_older_list_of_coming_and_going():
    reading = parse(TEAMS_OLD, "utf-16")
    assert [(entry.names[0], entry.minutes) for entry in reading.entries] == [("高橋 陽子", 174), ("来栖 直", 150)]


def test_a_list_of_minutes_only_has_no_times():
    entry = parse("Name (Original Name),User Email,Total Duration (Minutes),Guest\n高橋 陽子,,95,Yes\n").entries[0]
    assert (entry.stays, entry.minutes) == ((), 95)


@pytest.mark.parametrize(
    "text",
    [
        "12/04/2024 01:05:06 PM",
        "04/12/2024 13:05:06",
        "2024/12/04 13:05:06",
        "2024-12-04 13:05:06",
        "2024-12-04T13:05:06+09:00",
        "2024-12-04T04:05:06Z",
        "2024年12月4日 13:05:06",
        "2024年12月4日 午後1:05:06",
        "2024/12/4, 13:05:06",
        "12/4/24, 1:05:06 PM",
        "4.12.2024, 13:05:06",
        "２０２４/１２/０４　１３：０５：０６",
    ],
)
def test_moments_as_services_write_them(text):
    assert moment(text, day=DAY, zone=TOKYO) == at(13, 5, 6)


@pytest.mark.parametrize("text", ["", "13:05", "yesterday", "2024/13/40 25:00:00", "12/04/2024"])
def test_what_is_no_moment(text):
    assert moment(text, day=DAY, zone=TOKYO) is None


@pytest.mark.parametrize(("text", "length"), [("0:00 AM", 0), ("12:00 AM", 0), ("12:30 PM", 12), ("11:59 PM", 23)])
def test_halves_of_the_day(text, length):
    assert moment(f"2024/12/04 {text}", day=DAY, zone=TOKYO).hour == length


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("95", 5700),
        ("1:35:00", 5700),
        ("1h 35m", 5700),
        ("1 hr 35 min", 5700),
        ("1時間 35分 0秒", 5700),
        ("35m 12s", 2112),
        ("", None),
        ("long", None),
    ],
)
def test_lengths_as_services_write_them(text, found):
    assert seconds(text) == found


# --- What is wrong ----------------------------------------------------------------------------------------------------


def problems(content: bytes):
    with pytest.raises(ListRefused) as refusal:
        read(content, day=DAY, zone=TOKYO)
    return [(problem.code, problem.row) for problem in refusal.value.problems]


HEAD = "Name (Original Name),User Email,Join Time,Leave Time\n"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", [("empty", 0)]),
        (b" \r\n", [("empty", 0)]),
        (b"x" * (FILE_BYTES + 1), [("size", 0)]),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", [("encoding", 0)]),
        (b"\xff\xfe\x00", [("encoding", 0)]),
        (b"\xef\xbb\xbf\xff\xff", [("encoding", 0)]),
        ("氏名,会社\n高橋,東雲\n".encode(), [("columns", 0)]),
        (HEAD.encode(), [("columns", 0)]),
        (b"PK\x03\x04 not a list", [("columns", 0)]),
        (f"{HEAD},,2024/12/04 13:00,2024/12/04 14:00\n".encode(), [("name", 2)]),
        (f"{HEAD}高橋,,13:00,2024/12/04 14:00\n".encode(), [("moment", 2)]),
        (f"{HEAD}高橋,,2024/11/04 13:00,2024/11/04 14:00\n".encode(), [("other_day", 2), ("other_day", 2)]),
        (f"{HEAD}高橋,,2024/12/04 15:00,2024/12/04 14:00\n".encode(), [("order", 2)]),
        (b"Name,Duration (Minutes)\nA B,long\n", [("duration", 2)]),
        (b"Full Name\tUser Action\tTimestamp\nA\tDanced\t12/4/2024, 1:00 PM\n", [("columns_of_row", 2)]),
    ],
)
def test_a_fault_is_said_where_it_is(content, found):
    assert problems(content) == found


def test_faults_are_said_together_and_not_without_end():
    rows = "高橋,,x,2024/12/04 14:00\n" * 50
    assert problems((HEAD + rows).encode()) == [*(("moment", number) for number in range(2, 22)), ("more", 0)]


def test_too_many_rows_are_refused():
    row = "高橋,,2024/12/04 13:00,2024/12/04 14:00\n"
    assert problems((HEAD + row * ROWS).encode()) == [("rows", 0)]


def test_a_list_of_people_who_only_waited_has_nobody():
    text = "Name,Join Time,Leave Time,In Waiting Room\n高橋,2024/12/04 13:00,2024/12/04 14:00,Yes\n"
    assert problems(text.encode()) == [("nobody", 0)]


def entries_or_problems(content: bytes):
    """Whatever is uploaded: there are people, or there is a reason; never neither, and no other error."""
    try:
        return read(content, day=DAY, zone=TOKYO).entries
    except ListRefused as refusal:
        return refusal.problems


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content):
    assert entries_or_problems(content)


@given(st.text(alphabet='名前,\t\n"12/:午後Joined 高橋h分', max_size=300))
def test_no_text_under_a_good_head_breaks_the_reader(text):
    assert entries_or_problems((HEAD + text).encode())


# --- Several joins of one person --------------------------------------------------------------------------------------

minutes = st.integers(min_value=0, max_value=300)
stays = st.lists(st.tuples(minutes, minutes).map(sorted), max_size=8).map(
    lambda pairs: [(at(12 + a // 60, a % 60), at(12 + b // 60, b % 60)) for a, b in pairs]
)


@given(stays)
def test_a_minute_counts_once_however_many_devices_were_on(found):
    covered = {m for a, b in found for m in range((a.hour - 12) * 60 + a.minute, (b.hour - 12) * 60 + b.minute)}
    assert length(found) == len(covered)
    assert union(union(found)) == union(found)
    assert union(reversed(found)) == union(found)


def test_only_the_time_of_the_session_counts():
    entries = [Entry(("a",), "", ((at(12, 30), at(13, 20)),), 50), Entry(("b",), "", ((at(13, 10), at(17)),), 230)]
    found = stayed(entries, starts_at=at(13), ends_at=at(16))
    assert (found.minutes, found.arrived_at, found.left_at) == (180, at(12, 30), at(17))


def test_without_times_no_more_than_the_session_counts():
    found = stayed([Entry(("a",), "", (), 500)], starts_at=at(13), ends_at=at(16))
    assert (found.minutes, found.arrived_at, found.left_at) == (180, None, None)


@pytest.mark.parametrize(("share", "needed"), [(50, 90), (100, 180), (33, 60), (1, 2)])
def test_the_share_is_rounded_up(share, needed):
    assert minutes_needed(starts_at=at(13), ends_at=at(16), share=share) == needed


# --- Who is meant -----------------------------------------------------------------------------------------------------

FIRM, OTHER = ("東雲精機株式会社", "Shinonome Seiki Co., Ltd.", "シノノメセイキ"), ("山田製作所", "Yamada Works", "")
YOKO = Known("yoko", "takahashi@example.com", ("髙橋 陽子", "Yoko Takahashi", "タカハシ ヨウコ"), FIRM, True)
NAO = Known("nao", "", ("来栖 直", "Nao Kurusu", "クルス ナオ"), FIRM, True)
YOKO_2 = Known("yoko2", "", ("高橋 陽子", "", ""), OTHER, True)
SHARED = [
    Known("a", "info@example.com", ("安芸 光", "", "アキ ヒカル"), OTHER, True),
    Known("b", "info@example.com", ("大庭 つぐみ", "", ""), OTHER, True),
]
ABSENT = Known("absent", "", ("来栖 直", "", ""), OTHER, False)


def match(name, email="", people=(YOKO, NAO)):
    return Matcher(people).match(Entry((name,) if name else (), email))


@pytest.mark.parametrize(
    "name",
    [
        "髙橋 陽子",
        "高橋陽子",
        "たかはし ようこ",
        "ﾀｶﾊｼ ﾖｳｺ",
        "YOKO TAKAHASHI",
        "Takahashi Yoko",
        "高橋 陽子様",
        "高橋 陽子（在宅）",
        "iPad (高橋 陽子)",
        "東雲精機 高橋 陽子",
        "高橋陽子@東雲精機(株)",
        "Yoko Takahashi / Shinonome Seiki",
    ],
)
def test_a_name_is_known_however_it_is_shown(name):
    assert match(name) == Match("name", "yoko")


def test_an_address_counts_whatever_the_name_is():
    assert match("ノートPC", "Takahashi@Example.com") == Match("address", "yoko")


@pytest.mark.parametrize("name", ["高橋", "陽子", "高橋 洋子", "takahashi", "", "PC-0123"])
def test_nothing_is_guessed(name):
    assert match(name) == Match("none")


def test_two_of_one_name_are_a_warning_and_the_company_decides():
    people = (YOKO, YOKO_2)
    assert match("高橋 陽子", people=people) == Match("several", candidates=("yoko", "yoko2"))
    assert match("山田製作所 高橋陽子", people=people) == Match("name", "yoko2")


def test_the_right_name_with_another_company_is_not_taken():
    assert match("来栖 直（山田製作所）", people=(NAO, YOKO_2)) == Match("company", candidates=("nao",))


def test_who_is_on_the_list_goes_before_others_of_the_same_name():
    assert match("来栖 直", people=(NAO, ABSENT)) == Match("name", "nao")
    assert match("来栖 直", people=(ABSENT,)) == Match("name", "absent")


def test_an_address_that_several_share_needs_the_name():
    assert match("安芸 光", "info@example.com", SHARED) == Match("address", "a")
    assert match("受付PC", "info@example.com", SHARED) == Match("several", candidates=("a", "b"))
