"""Planning, changing and cancelling sessions, and telling those who registered."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from audit.models import Event
from common import dates
from notifications.models import Message, OutgoingMail
from programmes.models import AgendaItem, Arrival, Attendance, Facilitator, MilestoneKind, Session
from programmes.services import planning
from programmes.services.planning import PlanRefused, WayIn
from tests.factories import make_attendance, make_member, make_person, make_seat
from tests.programmes.planning import NEXT_YEAR, WAYS_IN, at, drafted, plan, published
from tests.roles import seen_by

NOW = timezone.now()


@pytest.fixture
def planner(cast):
    user = cast.people["secretariat"]
    with seen_by(user):
        yield user


def change(session, user, *, ways_in=WAYS_IN, facilitators=(), now=NOW, **changes):
    changes.setdefault("code", session.code)
    return planning.change_session(
        session=session, plan=plan(ways_in=ways_in, facilitators=facilitators, **changes), actor=user, now=now
    )


def people(cast, session, *modes: str, registration="registered") -> list[Attendance]:
    """People of the cast's company, registered or not, each in a mode; none has an account or an address."""
    rows = [make_attendance(session, make_person(cast.company), mode=mode, attended=None) for mode in modes]
    for row in rows:
        row.registration = registration
        row.waiting_since = NOW if registration == "waiting" else None
        row.save()
    return rows


# --- Drafts -----------------------------------------------------------------------------------------------------------


def test_a_draft_keeps_all_that_was_said_and_is_the_secretariats_alone(cast):
    seat = make_seat(cast.programme, role="adviser")
    planner = cast.people["secretariat"]
    with seen_by(planner):
        made = planning.plan_session(
            programme=cast.programme, plan=plan(ways_in=WAYS_IN, facilitators=[seat]), actor=planner
        )
    session = Session.objects.get(pk=made.pk)
    assert (session.state, session.sequence, session.capacity_onsite) == ("draft", 0, 20)
    assert {(a.mode, a.url, a.note_ja) for a in Arrival.objects.filter(session=session)} == {
        ("onsite", "https://map.example/ap", "3階です。"),
        ("online", "https://meet.example/1", ""),
    }
    assert [f.seat_id for f in Facilitator.objects.filter(session=session)] == [seat.pk]
    assert Event.objects.filter(verb="session.planned", object_id=session.pk).count() == 1
    for who in ("manager", "adviser", "stranger", "other_secretariat"):
        user = cast.people[who]
        with seen_by(user):
            assert not Session.objects.visible_to(user).filter(pk=session.pk).exists()
            assert not Arrival.objects.filter(session_id=session.pk).exists()


@pytest.mark.parametrize("who", ["manager", "adviser", "other_secretariat", "nobody"])
def test_only_the_secretariat_plans(cast, who):
    user = cast.people[who]
    with seen_by(user), pytest.raises(PermissionDenied):
        planning.plan_session(programme=cast.programme, plan=plan(), actor=user)
    assert not Session.objects.exists()


def test_a_code_is_given_once_in_a_programme(cast, planner):
    drafted(cast, code="S1")
    with pytest.raises(ValidationError) as refused:
        planning.plan_session(programme=cast.programme, plan=plan(code="S1"), actor=planner)
    assert list(refused.value.message_dict) == ["code"]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("ends", {"ends_at": at("13:30")}),
        ("ends", {"ends_at": at("13:00")}),
        ("registration_ends_at", {"registration_ends_at": at("13:31")}),
    ],
)
def test_times_that_cannot_be_are_refused(cast, planner, field, changes):
    with pytest.raises(ValidationError) as refused:
        planning.plan_session(programme=cast.programme, plan=plan(**changes), actor=planner)
    assert list(refused.value.message_dict) == [field]
    assert not Session.objects.exists()


def test_a_draft_can_be_thrown_away_and_nothing_else(cast, planner):
    session = drafted(cast)
    AgendaItem.objects.create(session=session, programme=cast.programme, order=1, kind="lecture", title_ja="一")
    planning.discard_session(session=session, actor=planner)
    assert (Session.objects.count(), AgendaItem.objects.count(), Arrival.objects.count()) == (0, 0, 0)
    with pytest.raises(PlanRefused):
        planning.discard_session(session=published(cast.programme), actor=planner)
    assert Session.objects.count() == 1


# --- Changing ---------------------------------------------------------------------------------------------------------


def test_a_change_of_a_draft_tells_nobody_and_raises_nothing(cast, planner):
    session = drafted(cast)
    people(cast, session, "onsite")
    done = change(session, planner, starts_at=at("10:00"), ends_at=at("12:00"))
    assert (done.told, done.session.sequence, Message.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("changes", "rises", "tells"),
    [
        ({"starts_at": at("10:00")}, True, True),
        ({"ends_at": at("17:00")}, True, True),
        ({"venue_ja": "日比谷"}, True, True),
        ({"method": "onsite"}, True, True),
        ({"title_ja": "新しい題"}, True, False),
        ({"ways_in": (WAYS_IN[0], WayIn("online", "https://meet.example/2"))}, True, False),
        ({"capacity_onsite": 5}, False, False),
        ({"preparation_ja": "名刺"}, False, False),
        ({}, False, False),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_what_calendars_show_raises_the_sequence_and_time_venue_and_method_are_told(
    cast, planner, changes, rises, tells
):
    session = published(cast.programme)
    member = cast.people["staff"]
    make_attendance(session, member.people.get(), mode="onsite", attended=None)
    change(session, planner)  # the ways in
    before = Session.objects.get(pk=session.pk).sequence
    done = change(session, planner, **changes)
    assert (done.session.sequence - before, done.told) == (int(rises), int(tells))
    assert Message.objects.filter(to_user=member, kind="session_changed").count() == int(tells)


def test_what_is_over_is_corrected_without_a_word(cast, planner):
    session = published(
        cast.programme, starts_at=at("13:30") - timedelta(days=900), ends_at=at("14:30") - timedelta(days=900)
    )
    make_attendance(session, cast.people["staff"].people.get(), attended=True)
    done = change(session, planner, starts_at=session.starts_at, ends_at=session.ends_at, venue_ja="別の会場")
    assert (done.told, done.session.sequence) == (0, 1)


def test_the_agenda_moves_with_the_start_of_the_session(cast, planner):
    session = published(cast.programme)
    item = AgendaItem.objects.create(
        session=session,
        programme=cast.programme,
        order=1,
        kind="lecture",
        title_ja="一",
        starts_at=at("14:00"),
        ends_at=at("15:00"),
    )
    days = timedelta(days=7)
    change(session, planner, starts_at=at("13:30") + days, ends_at=at("16:30") + days)
    item.refresh_from_db()
    assert (item.starts_at, item.ends_at) == (at("14:00") + days, at("15:00") + days)
    with pytest.raises(ValidationError) as refused:
        change(session, planner, starts_at=at("13:30") + days, ends_at=at("14:59") + days)
    assert list(refused.value.message_dict) == ["ends"]


@pytest.mark.parametrize(("places", "allowed"), [(3, True), (2, True), (1, False), (0, False), (None, True)])
def test_there_are_never_fewer_places_than_people(cast, planner, places, allowed):
    session = published(cast.programme)
    people(cast, session, "onsite", "onsite", "online")
    people(cast, session, "onsite", registration="waiting")
    people(cast, session, "onsite", registration="cancelled")
    if allowed:
        assert change(session, planner, capacity_onsite=places).session.capacity_onsite == places
        return
    with pytest.raises(ValidationError) as refused:
        change(session, planner, capacity_onsite=places)
    assert list(refused.value.message_dict) == ["capacity_onsite"]
    assert Session.objects.get(pk=session.pk).capacity_onsite == 20


def test_more_people_than_places_after_walk_ins_do_not_stop_other_changes(cast, planner):
    session = published(cast.programme, capacity_onsite=1)
    people(cast, session, "onsite", "onsite")
    assert change(session, planner, capacity_onsite=1, venue_ja="日比谷").session.venue_ja == "日比谷"


def test_more_places_go_to_who_waits_longest(cast, planner):
    session = published(cast.programme, capacity_onsite=1)
    people(cast, session, "onsite")
    (waiting,) = people(cast, session, "onsite", registration="waiting")
    change(session, planner, capacity_onsite=2)
    waiting.refresh_from_db()
    assert waiting.registration == "registered"


def test_who_registered_for_a_mode_that_is_gone_takes_part_in_the_other(cast, planner):
    session = published(cast.programme)
    onsite, waiting = people(cast, session, "onsite"), people(cast, session, "onsite", registration="waiting")
    apologised = people(cast, session, "onsite", registration="apologised")
    done = change(session, planner, method="online", venue_ja="", venue_en="")
    assert done.moved == 2
    for row, mode in ((onsite[0], "online"), (waiting[0], "online"), (apologised[0], "onsite")):
        row.refresh_from_db()
        assert row.planned_mode == mode
    assert (onsite[0].sequence, apologised[0].sequence) == (1, 0)


def test_the_mode_that_is_left_needs_a_place_for_all_of_them(cast, planner):
    session = published(cast.programme)
    people(cast, session, "onsite", "online")
    with pytest.raises(ValidationError) as refused:
        change(session, planner, method="online", capacity_online=1)
    assert list(refused.value.message_dict) == ["capacity_online"]
    assert sorted(Attendance.objects.values_list("planned_mode", flat=True)) == ["online", "onsite"]


def test_a_cancelled_session_is_not_changed(cast, planner):
    session = published(cast.programme)
    planning.cancel_session(session=session, actor=planner, now=NOW)
    with pytest.raises(PlanRefused):
        change(session, planner, venue_ja="日比谷")


# --- Publishing and cancelling ----------------------------------------------------------------------------------------


def test_a_session_on_site_is_not_published_without_a_venue(cast, planner):
    session = drafted(cast, venue_ja="", venue_en="")
    with pytest.raises(PlanRefused):
        planning.publish_session(session=session, actor=planner)
    session.refresh_from_db()
    assert (session.state, session.sequence, session.published_at) == ("draft", 0, None)
    change(session, planner, method="online", venue_ja="", venue_en="")
    assert planning.publish_session(session=session, actor=planner).state == "published"


def test_a_published_session_is_a_milestone_until_it_is_cancelled(cast, planner):
    kinds = MilestoneKind.objects.filter(programme=cast.programme, source="session")
    before = set(kinds.values_list("subject", flat=True))
    session = drafted(cast)
    assert set(kinds.values_list("subject", flat=True)) == before
    planning.publish_session(session=session, actor=planner)
    kind = kinds.get(subject="S9")
    assert (kind.code, kind.name_en, kind.due_on) == ("session-s9", "Human rights due diligence", NEXT_YEAR)
    planning.cancel_session(session=session, actor=planner, now=timezone.now())
    assert set(kinds.values_list("subject", flat=True)) == before


def test_a_cancelled_session_is_told_to_those_with_a_place_and_those_who_wait(cast):
    planner = cast.people["secretariat"]
    session = published(cast.programme)
    english = make_member(cast.company)
    type(english).objects.filter(pk=english.pk).update(language="en")
    make_attendance(session, english.people.get(), attended=None)
    (without_account,) = people(cast, session, "online", registration="waiting")
    without_account.person.email = "shared@example.com"
    without_account.person.save()
    people(cast, session, "online")  # no account and no address: the company tells them
    gone = make_attendance(session, cast.people["staff"].people.get(), attended=None)
    gone.registration = "cancelled"
    gone.save()
    with seen_by(planner):
        done = planning.cancel_session(session=session, actor=planner, now=NOW)
    assert (done.told, done.session.state) == (2, "cancelled")
    mails = {mail.recipient: mail for mail in OutgoingMail.objects.all()}
    assert set(mails) == {english.email, "shared@example.com"}
    assert "Cancelled: Human rights due diligence" in mails[english.email].subject
    assert "中止" in mails["shared@example.com"].subject
    assert without_account.person.name_ja in mails["shared@example.com"].body
    assert f"/sessions/{session.pk}/" in mails[english.email].body
    assert "/sessions/" not in mails["shared@example.com"].body


@pytest.mark.parametrize("reason", ["over", "somebody is there"])
def test_what_took_place_is_not_cancelled(cast, planner, reason):
    session = published(cast.programme)
    if reason == "over":
        now = session.ends_at
    else:
        now = session.starts_at
        make_attendance(session, make_person(cast.company), attended=True)
    with pytest.raises(PlanRefused):
        planning.cancel_session(session=session, actor=planner, now=now)
    assert Session.objects.get(pk=session.pk).state == "published"


def test_a_mail_says_what_it_was_until_now_in_the_readers_language(cast):
    planner = cast.people["secretariat"]
    session = published(cast.programme)
    staff = cast.people["staff"]
    make_attendance(session, staff.people.get(), attended=None)
    with seen_by(planner):
        change(session, planner, starts_at=at("10:00"), ends_at=at("12:00"), venue_ja="日比谷図書文化館")
    body = OutgoingMail.objects.get(recipient=staff.email).body
    lines = [line.strip() for line in body.splitlines()]
    assert [line.partition("：")[2] for line in lines if line.startswith("変更前：")] == [
        dates.date_and_times(at("13:30"), at("16:30"), language="ja"),
        "AP東京丸の内",
    ]
    assert f"日時: {dates.date_and_times(at('10:00'), at('12:00'), language='ja')}" in lines
    assert "会場: 日比谷図書文化館" in lines


def test_each_state_of_a_session_is_told_once(cast, planner):
    session = published(cast.programme)
    make_attendance(session, cast.people["staff"].people.get(), attended=None)
    told = [
        planning.tell_participants(session=session, kind=planning.CHANGED, actor=planner),
        planning.tell_participants(session=session, kind=planning.CHANGED, actor=planner),
    ]
    assert told == [1, 0]
