"""From the list of an online meeting to attendance: kept, decided by hand, imported once; corrected and closed by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import Event
from programmes.enums import Registration
from programmes.importing.online import ListRefused
from programmes.models import Attendance, Certificate, MilestoneDate, MilestoneKind, OnlineList
from programmes.services import certificates, door, online
from tests.counting import queries_of
from tests.factories import make_attendance, make_person, make_session
from tests.reading import rows as table_rows
from tests.roles import seen_by

START = datetime(2024, 12, 4, 4, tzinfo=UTC)  # 13:00 in Tokyo
END = START + timedelta(hours=3)
HEAD = "名前（元の名前）,ユーザーのメール,参加時刻,退出時刻,期間（分）,ゲスト\n"


@pytest.fixture
def session(cast):
    MilestoneKind.objects.create(
        programme=cast.programme, order=9, code="session-wl1", source="session", subject="WL1", name_en="Seminar"
    )
    return make_session(cast.programme, code="WL1", starts_at=START, ends_at=END, method="hybrid")


@pytest.fixture
def rows(cast, session):
    """Four who are registered, the third on site already."""
    names = [("高橋 陽子", "yoko@example.com"), ("来栖 直", ""), ("小谷 みのり", ""), ("佐久良 大樹", "")]
    found = [
        make_attendance(session, make_person(cast.company, name_ja=name, email=email), mode="online", attended=None)
        for name, email in names
    ]
    door_tap = door.Tap(online_id(), found[2].pk, "check_in", "onsite", START)
    with seen_by(cast.people["secretariat"]):
        door.record_taps(session=session, taps=[door_tap], actor=cast.people["secretariat"])
    return found


def online_id():
    from uuid import uuid4

    return uuid4()


def line(name, email="", come="12:58", go="16:00"):
    return f"{name},{email},2024/12/04 {come},2024/12/04 {go},0,はい\n"


def csv(*lines):
    return (HEAD + "".join(lines)).encode("utf-8-sig")


def keep(cast, session, content, share=50):
    with seen_by(cast.people["secretariat"]):
        return online.keep_list(
            session=session, name="zoom.csv", content=content, share=share, actor=cast.people["secretariat"]
        )


def confirm(cast, kept):
    with seen_by(cast.people["secretariat"]):
        return online.confirm_list(online_list=kept, actor=cast.people["secretariat"], now=END)


def decide(cast, kept, number, person=None, reason="電話で確認"):
    with seen_by(cast.people["secretariat"]):
        online.decide_line(
            online_list=kept,
            number=number,
            person_id=person.pk if person else None,
            reason=reason,
            actor=cast.people["secretariat"],
        )


LISTED = (
    line("ノートPC", "yoko@example.com"),
    line("来栖 直", come="13:20", go="15:40"),
    line("小谷 みのり"),
    line("佐久良 大樹", come="15:00"),
    line("iPhone"),
)


# --- Services ---------------------------------------------------------------------------------------------------------


def test_an_upload_registers_nobody(cast, session, rows):
    kept = keep(cast, session, csv(*LISTED))
    assert [each.by for each in online.lines_of(kept)] == ["address", "name", "name", "name", "none"]
    assert Attendance.objects.filter(session=session, actual_mode="online").count() == 0


def test_an_import_writes_who_stayed_long_enough_with_times(cast, session, rows):
    kept = keep(cast, session, csv(*LISTED))
    assert confirm(cast, kept) == online.Imported(present=2, short=1, onsite=1, open=1)
    yoko, nao, minori, daiki = (Attendance.objects.get(pk=row.pk) for row in rows)
    assert (yoko.standing, yoko.actual_mode, yoko.minutes_online) == ("attended", "online", 180)
    assert (nao.is_late, nao.left_early, nao.minutes_online) == (True, True, 140)
    assert (minori.actual_mode, minori.planned_mode) == ("onsite", "online")
    assert (daiki.attended, daiki.minutes_online, daiki.standing) == (None, 60, "planned")
    assert MilestoneDate.objects.filter(company=cast.company, kind__source="session").count() == 1
    assert Event.objects.get(verb="online_list.imported").detail == {"present": 2, "short": 1, "onsite": 1, "open": 1}


def test_a_list_is_imported_once(cast, session, rows):
    kept = keep(cast, session, csv(*LISTED))
    confirm(cast, kept)
    for again in (lambda: confirm(cast, kept), lambda: decide(cast, kept, 4)):
        with pytest.raises(online.ListConfirmed):
            again()


def test_a_list_takes_neither_presence_nor_a_certificate_and_a_correction_takes_both(cast, session, rows):
    """A second list of the same meeting has somebody for five minutes only, say of a second device."""
    yoko = rows[0]
    confirm(cast, keep(cast, session, csv(LISTED[0])))
    secretary = cast.people["secretariat"]
    with seen_by(secretary):
        (certificate,) = certificates.issue_certificates(
            session=session, actor=secretary, now=END, attendance_ids=[yoko.pk]
        )
    assert confirm(cast, keep(cast, session, csv(line("高橋 陽子", go="13:05")))).short == 1
    yoko.refresh_from_db()
    assert (yoko.attended, yoko.actual_mode) == (True, "online")
    assert list(Certificate.objects.valid().filter(session=session)) == [certificate]
    with seen_by(secretary):
        away = door.Correction(attended=False, mode="", is_late=False, left_early=False, reason="別の方でした")
        door.correct_attendance(attendance=yoko, correction=away, actor=secretary)
    assert not Certificate.objects.valid().filter(session=session).exists()


def test_two_devices_of_one_person_are_not_added_up(cast, session, rows):
    kept = keep(cast, session, csv(line("来栖 直", go="14:10"), line("iPad", come="13:30", go="14:20")), share=45)
    decide(cast, kept, 1, rows[1].person)
    assert confirm(cast, kept).short == 1
    nao = Attendance.objects.get(pk=rows[1].pk)
    assert (nao.minutes_online, nao.attended, nao.note) == (80, None, "電話で確認")


def test_somebody_of_the_companies_who_was_not_registered_gets_a_row(cast, session, rows):
    unexpected = make_person(cast.neighbour.company, name_ja="隣 太郎")
    kept = keep(cast, session, csv(line("隣 太郎")))
    confirm(cast, kept)
    row = Attendance.objects.get(person=unexpected)
    assert (row.source, row.attended, row.planned_mode, row.registration) == (
        "online_list",
        True,
        "online",
        "registered",
    )


def test_who_excused_themselves_and_was_there_took_part(cast, session, rows):
    Attendance.objects.filter(pk=rows[1].pk).update(registration=Registration.APOLOGISED)
    confirm(cast, keep(cast, session, csv(line("来栖 直"))))
    row = Attendance.objects.get(pk=rows[1].pk)
    assert (row.registration, row.attended) == ("registered", True)


def test_nobody_of_another_programme_is_meant(cast, session, rows):
    make_person(cast.stranger.company, name_ja="余所 次郎")
    kept = keep(cast, session, csv(line("余所 次郎")))
    assert online.lines_of(kept)[0].by == "none"


def test_a_list_of_another_time_is_refused(cast, session, rows):
    with pytest.raises(ListRefused) as refusal:
        keep(cast, session, csv(line("来栖 直", come="04:00", go="07:00")))
    assert [problem.code for problem in refusal.value.problems] == ["other_time"]
    assert OnlineList.objects.count() == 0


def test_a_session_on_site_takes_no_list(cast, session, rows):
    type(session).objects.filter(pk=session.pk).update(method="onsite")
    session.refresh_from_db()
    with pytest.raises(ListRefused):
        keep(cast, session, csv(*LISTED))


# --- Pages ------------------------------------------------------------------------------------------------------------


def address(session, name, *args):
    return reverse(f"programmes:{name}", args=[session.programme_id, session.pk, *args])


@pytest.fixture
def desk(cast, sign_in):
    return sign_in(cast.people["secretariat"])


def upload(desk, session, content, share=50):
    file = SimpleUploadedFile("zoom.csv", content, content_type="text/csv")
    return desk.post(address(session, "online_list"), {"file": file, "share": share})


def test_from_upload_to_import(cast, session, rows, desk):
    preview = upload(desk, session, csv(*LISTED))["Location"]
    page = desk.get(preview)
    assert "まだ登録されていません" in page.content.decode()
    assert [row[5] for row in table_rows(page)] == ["出席", "出席", "会場で受付済み", "時間不足", "未判定"]
    assert [figure.value for figure in page.context["figures"]] == [1, 2, 1, 1, 0]
    assert Attendance.objects.filter(session=session, attended=True).count() == 1
    kept = OnlineList.objects.get()
    form = desk.get(f"{preview}?line=5")
    assert form.context["line_name"] == "iPhone"
    refused = desk.post(preview, {"line": "5", "person": "nobody"})
    assert "reason" in refused.context["form"].errors
    desk.post(preview, {"line": "5", "person": "nobody", "reason": "事務局の端末"})
    done = desk.post(address(session, "online_confirm", kept.pk), follow=True)
    assert "2名をオンライン参加として登録しました。" in done.content.decode()
    assert Attendance.objects.filter(session=session, attended=True, actual_mode="online").count() == 2
    again = desk.post(address(session, "online_confirm", kept.pk), follow=True)
    assert "取り込み済みです" in again.content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空です"),
        ("会社,氏名\n東雲,高橋\n".encode(), "列が見つかりません"),
        (HEAD.encode() + b"\xff\xfe\xff", "UTF-8"),
        (csv(line("高橋", come="25:00")), "2行目"),
    ],
)
def test_a_file_that_is_not_taken_says_why_and_keeps_nothing(session, rows, desk, content, words):
    page = upload(desk, session, content)
    assert words in " ".join(page.context["form"].errors["file"])
    assert OnlineList.objects.count() == 0


@pytest.mark.parametrize("share", ["0", "101", "x", ""])
def test_the_share_is_a_share(session, rows, desk, share):
    assert "share" in upload(desk, session, csv(*LISTED), share).context["form"].errors


def test_a_list_can_be_thrown_away_before_it_is_imported(session, rows, desk):
    upload(desk, session, csv(*LISTED))
    desk.post(address(session, "online_discard", OnlineList.objects.get().pk))
    assert OnlineList.objects.count() == 0


def test_two_of_one_name_are_decided_by_hand(cast, session, rows, desk):
    twin = make_person(cast.neighbour.company, name_ja="来栖 直")
    make_attendance(session, twin, mode="online", attended=None)
    preview = upload(desk, session, csv(line("来栖 直")))["Location"]
    (row,) = table_rows(desk.get(preview))
    assert row[3:6] == ["–", "同じ名前・アドレスの方が複数います", "未判定"]
    desk.post(preview, {"line": "1", "person": str(twin.pk), "reason": "本人に確認"})
    (row,) = table_rows(desk.get(preview))
    assert row[3].startswith("来栖 直")
    assert row[5] == "出席"


@pytest.mark.parametrize("count", [1, 30])
def test_the_preview_asks_the_same_however_long_the_list_is(cast, session, desk, count):
    people = [make_person(cast.company, name_ja=f"参加 者{number}") for number in range(count)]
    kept = keep(cast, session, csv(*(line(person.name_ja) for person in people)))
    assert len(queries_of(desk, address(session, "online_preview", kept.pk))) == 9


def test_the_rest_is_closed_in_one_act(session, rows, desk):
    page = desk.get(address(session, "close_attendance"))
    assert page.context["count"] == 3
    desk.post(address(session, "close_attendance"))
    assert Attendance.objects.filter(session=session, attended=False).count() == 3


def test_a_correction_needs_a_reason_and_a_mode(session, rows, desk):
    url = address(session, "correct_attendance", rows[0].pk)
    page = desk.post(url, {"attended": "came"})
    assert sorted(page.context["form"].errors) == ["mode", "reason"]
    desk.post(url, {"attended": "came", "mode": "online", "left_early": "on", "reason": "本人の連絡"})
    row = Attendance.objects.get(pk=rows[0].pk)
    assert (row.standing, row.note) == ("left_early", "本人の連絡")
