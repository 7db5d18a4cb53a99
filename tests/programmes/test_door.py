"""Deeds at the door: every tap counts once, the later deed counts, and the figures are the rows."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from audit.models import Event
from companies.models import Person
from programmes.enums import DoorOutcome
from programmes.models import Attendance, DoorOperation, MilestoneDate, MilestoneKind
from programmes.queries import turnouts
from programmes.queries.door import Counts, door_counts, door_rows
from programmes.services import door
from tests.factories import make_attendance, make_person, make_session
from tests.roles import seen_by

START = datetime(2024, 11, 7, 6, 30, tzinfo=UTC)


@pytest.fixture
def session(cast):
    session = make_session(cast.programme, code="MS1", starts_at=START, ends_at=START + timedelta(minutes=90))
    MilestoneKind.objects.create(
        programme=cast.programme, order=9, code="session-ms1", source="session", subject="MS1", name_en="Day 1"
    )
    return session


@pytest.fixture
def expected(cast, session):
    person = make_person(cast.company, name_ja="高橋 陽子", name_en="Yoko Takahashi", name_kana="タカハシ ヨウコ")
    return make_attendance(session, person, attended=None)


def tap(row, deed="check_in", *, at=START, mode="onsite", id=None):
    return door.Tap(id or uuid4(), row.pk, deed, mode, at)


def record(cast, session, *taps, who="secretariat"):
    with seen_by(cast.people[who]):
        return [answer.outcome for answer in door.record_taps(session=session, taps=list(taps), actor=cast.people[who])]


def visit(cast, session, **fields):
    values = {
        "id": uuid4(),
        "company": cast.company,
        "name": "来栖 直",
        "kana": "",
        "mode": "onsite",
        "happened_at": START,
    }
    with seen_by(cast.people["secretariat"]):
        return door.receive_visitor(
            session=session, visitor=door.Visitor(**(values | fields)), actor=cast.people["secretariat"]
        )


def state(row):
    row.refresh_from_db()
    return row.registration, row.attended, row.actual_mode, row.arrived_at


def days(cast):
    return list(
        MilestoneDate.objects.filter(
            company=cast.company, kind__source="session", cancelled_on__isnull=True
        ).values_list("reached_on", flat=True)
    )


# --- Check in and undo ------------------------------------------------------------------------------------------------


def test_a_tap_makes_present_with_the_time_and_reaches_the_milestone(cast, session, expected):
    assert record(cast, session, tap(expected, at=START - timedelta(minutes=7))) == [DoorOutcome.DONE]
    assert state(expected) == ("registered", True, "onsite", START - timedelta(minutes=7))
    assert [day.isoformat() for day in days(cast)] == ["2024-11-07"]
    assert Event.objects.get(verb="door.recorded").detail == {"check_in": 1}


def test_a_tap_sent_twice_counts_once(cast, session, expected):
    once = tap(expected)
    assert record(cast, session, once, once) == [DoorOutcome.DONE, DoorOutcome.REPEATED]
    assert record(cast, session, once) == [DoorOutcome.REPEATED]
    assert DoorOperation.objects.count() == 1


def test_a_second_tap_is_recorded_and_changes_nothing(cast, session, expected):
    assert record(cast, session, tap(expected), tap(expected, at=START + timedelta(seconds=2))) == [
        DoorOutcome.DONE,
        DoorOutcome.ALREADY,
    ]
    assert state(expected)[3] == START
    assert sorted(DoorOperation.objects.values_list("changed", flat=True)) == [False, True]


def test_an_undo_leaves_nothing_but_its_record_and_takes_the_milestone_back(cast, session, expected):
    assert record(cast, session, tap(expected), tap(expected, "undo", at=START + timedelta(seconds=5))) == [
        DoorOutcome.DONE,
        DoorOutcome.DONE,
    ]
    assert state(expected) == ("registered", None, "", None)
    assert days(cast) == []


def test_the_milestone_stays_while_a_colleague_is_present(cast, session, expected):
    colleague = make_attendance(session, make_person(cast.company), attended=None)
    record(cast, session, tap(expected), tap(colleague))
    record(cast, session, tap(expected, "undo", at=START + timedelta(minutes=3)))
    assert len(days(cast)) == 1


def test_an_undo_of_nobody_changes_nothing(cast, session, expected):
    assert record(cast, session, tap(expected, "undo")) == [DoorOutcome.ALREADY]
    assert state(expected) == ("registered", None, "", None)


@pytest.mark.parametrize("registration", ["cancelled", "apologised", "waiting"])
def test_who_comes_after_all_has_a_place_and_an_undo_gives_the_word_before_back(cast, session, expected, registration):
    since = START - timedelta(days=3) if registration == "waiting" else None
    Attendance.objects.filter(pk=expected.pk).update(registration=registration, waiting_since=since)
    assert record(cast, session, tap(expected)) == [DoorOutcome.DONE]
    assert state(expected)[:3] == ("registered", True, "onsite")
    record(cast, session, tap(expected, "undo", at=START + timedelta(minutes=1)))
    assert state(expected)[:3] == (registration, None, "")
    assert expected.waiting_since == since
    assert Attendance.objects.filter(session=session).count() == 1


def test_who_was_written_down_as_absent_can_still_be_received_and_taken_back(cast, session, expected):
    Attendance.objects.filter(pk=expected.pk).update(attended=False)
    record(cast, session, tap(expected))
    assert state(expected)[1] is True
    record(cast, session, tap(expected, "undo", at=START + timedelta(minutes=1)))
    assert state(expected)[1] is False


def test_planned_and_actual_mode_are_both_kept(cast, session):
    row = make_attendance(session, make_person(cast.company), mode="online", attended=None)
    record(cast, session, tap(row))
    row.refresh_from_db()
    assert (row.planned_mode, row.actual_mode) == ("online", "onsite")


@pytest.mark.parametrize(
    ("minutes", "arrived", "late"),
    [
        (-20, True, False),
        (10, True, False),
        (11, True, True),
        (90, True, True),
        (91, False, False),
        (-721, False, False),
    ],
)
def test_late_is_who_comes_after_the_first_ten_minutes(cast, session, expected, minutes, arrived, late):
    at = START + timedelta(minutes=minutes)
    record(cast, session, tap(expected, at=at))
    expected.refresh_from_db()
    assert (expected.arrived_at == at, expected.arrived_at is None, expected.is_late) == (arrived, not arrived, late)


# --- Two devices ------------------------------------------------------------------------------------------------------


def test_the_first_device_s_time_counts_though_it_had_no_network(cast, session, expected):
    record(cast, session, tap(expected, at=START + timedelta(minutes=12)))
    assert record(cast, session, tap(expected, at=START + timedelta(minutes=2))) == [DoorOutcome.ALREADY]
    assert state(expected)[3] == START + timedelta(minutes=2)
    assert expected.is_late is False


def test_a_late_message_of_an_earlier_tap_does_not_undo_an_undo(cast, session, expected):
    record(cast, session, tap(expected, at=START + timedelta(minutes=5)))
    record(cast, session, tap(expected, "undo", at=START + timedelta(minutes=6)))
    assert record(cast, session, tap(expected, at=START + timedelta(minutes=2))) == [DoorOutcome.OVERTAKEN]
    assert state(expected)[1] is None


def test_a_late_message_of_an_earlier_undo_takes_nobody_out(cast, session, expected):
    record(cast, session, tap(expected, at=START + timedelta(minutes=5)))
    assert record(cast, session, tap(expected, "undo", at=START + timedelta(minutes=2))) == [DoorOutcome.OVERTAKEN]
    assert state(expected)[1] is True


def test_clocks_that_differ_by_seconds_do_not_overtake(cast, session, expected):
    record(cast, session, tap(expected, at=START + timedelta(seconds=40)))
    assert record(cast, session, tap(expected, "undo", at=START)) == [DoorOutcome.DONE]


# --- What is refused --------------------------------------------------------------------------------------------------


def test_nobody_of_another_session_is_received(cast, session):
    elsewhere = make_attendance(make_session(cast.programme), make_person(cast.company), attended=None)
    assert record(cast, session, tap(elsewhere)) == [DoorOutcome.REFUSED]
    assert state(elsewhere)[1] is None
    assert DoorOperation.objects.count() == 0


def test_nobody_is_received_in_a_mode_that_the_session_does_not_have(cast, session, expected):
    session.method = "onsite"
    session.save()
    assert record(cast, session, tap(expected, mode="online")) == [DoorOutcome.REFUSED]


def test_an_id_of_another_session_s_operation_is_refused_with_everything_else(cast, session, expected):
    other = make_session(cast.programme)
    row = make_attendance(other, make_person(cast.company), attended=None)
    taken = tap(row)
    record(cast, other, taken)
    with pytest.raises(door.OperationTaken):
        record(cast, session, tap(expected, id=taken.id))
    assert state(expected)[1] is None


@pytest.mark.parametrize("planned", ["draft", "cancelled"])
def test_nobody_is_received_at_a_draft_or_a_cancelled_session(cast, session, expected, planned):
    type(session).objects.filter(pk=session.pk).update(state=planned)
    with pytest.raises(door.DoorClosed):
        record(cast, session, tap(expected))


# --- Walk-in ----------------------------------------------------------------------------------------------------------


def test_a_visitor_becomes_a_person_with_a_row(cast, session):
    answer = visit(cast, session, kana="くるす なお")
    person = Person.objects.get(company=cast.company, name_ja="来栖 直")
    row = Attendance.objects.get(session=session)
    assert (answer.outcome, person.name_kana) == (DoorOutcome.DONE, "クルス ナオ")
    assert (row.person, row.source, row.attended, row.planned_mode) == (person, "door", True, "onsite")


def test_a_visitor_sent_twice_is_one_person(cast, session):
    id, before = uuid4(), Person.objects.count()
    assert [visit(cast, session, id=id).outcome for _ in range(2)] == [DoorOutcome.DONE, DoorOutcome.REPEATED]
    assert (Person.objects.count() - before, Attendance.objects.count()) == (1, 1)


@pytest.mark.parametrize("name", ["高橋陽子", "髙橋　陽子", "yoko TAKAHASHI", "たかはし ようこ"])
def test_who_is_on_the_list_is_received_there_however_the_name_is_typed(cast, session, expected, name):
    assert visit(cast, session, name=name).attendance == expected
    assert Attendance.objects.filter(session=session).count() == 1


def test_the_kana_tell_two_of_one_name_apart_and_without_them_nobody_is_received(cast, session):
    people = [make_person(cast.company, name_ja="裕子", name_kana=kana) for kana in ("ユウコ", "ヒロコ")]
    with pytest.raises(door.SeveralOfThatName):
        visit(cast, session, name="裕子")
    assert visit(cast, session, name="裕子", kana="ひろこ").attendance.person == people[1]


def test_a_visitor_who_is_taken_back_counts_nowhere_and_can_be_received_again(cast, session):
    row = visit(cast, session).attendance
    record(cast, session, tap(row, "undo", at=START + timedelta(minutes=1)))
    assert state(row)[:2] == ("cancelled", None)
    record(cast, session, tap(row, at=START + timedelta(minutes=2)))
    assert state(row)[:2] == ("registered", True)


# --- By hand ----------------------------------------------------------------------------------------------------------


def test_closing_makes_absent_who_has_a_place_and_leaves_the_others(cast, session, expected):
    present = make_attendance(session, make_person(cast.company))
    excused = make_attendance(session, make_person(cast.company), attended=None)
    Attendance.objects.filter(pk=excused.pk).update(registration="apologised")
    with seen_by(cast.people["secretariat"]):
        assert door.close_attendance(session=session, actor=cast.people["secretariat"]) == 1
    assert [state(row)[1] for row in (expected, present, excused)] == [False, True, None]
    assert [row.standing for row in (expected, excused)] == ["missed", "apologised"]


def correct(cast, row, **fields):
    values = {"attended": True, "mode": "online", "is_late": False, "left_early": False, "reason": "本人の電話"}
    with seen_by(cast.people["secretariat"]):
        return door.correct_attendance(
            attendance=row, correction=door.Correction(**(values | fields)), actor=cast.people["secretariat"]
        )


def test_a_correction_is_kept_with_its_reason_and_moves_the_milestone(cast, session, expected):
    correct(cast, expected, left_early=True)
    expected.refresh_from_db()
    assert (expected.standing, expected.actual_mode, expected.note) == ("left_early", "online", "本人の電話")
    assert len(days(cast)) == 1
    correct(cast, expected, attended=False, mode="")
    assert (state(expected)[1], days(cast)) == (False, [])
    assert Event.objects.filter(verb="attendance.corrected").order_by("at").last().detail == {
        "from": "left_early",
        "to": "missed",
    }


# --- Figures ----------------------------------------------------------------------------------------------------------


def test_counts_are_of_people_and_of_companies_by_mode(cast, session, expected):
    rows = [make_attendance(session, make_person(cast.company), attended=None) for _ in range(2)]
    rows.append(make_attendance(session, make_person(cast.neighbour.company), mode="online", attended=None))
    record(cast, session, tap(rows[0]), tap(rows[1], mode="online"), tap(rows[2], mode="online"))
    Attendance.objects.filter(pk=expected.pk).update(registration="apologised")
    with seen_by(cast.people["secretariat"]):
        counts = door_counts(cast.people["secretariat"], session)
        turnout = turnouts(cast.people["secretariat"], [session])[session.pk]
    assert counts == Counts(
        people=3, companies=2, onsite_people=1, onsite_companies=1, online_people=2, online_companies=2, away=1
    )
    assert (turnout.people, turnout.companies, turnout.onsite, turnout.online) == (3, 2, 1, 2)


def test_the_list_says_what_changed_since(cast, session, expected):
    make_attendance(session, make_person(cast.company), attended=None)
    user = cast.people["secretariat"]
    Attendance.objects.update()
    last = max(row.changed_at for row in door_rows(user, session)) + timedelta(seconds=6)
    assert list(door_rows(user, session, since=last)) == []
