from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.enums import AccessKind
from programmes.models import Enrolment, Session
from programmes.queries import (
    Turnout,
    assigned_advisers,
    milestone_counts,
    places,
    reached_milestones,
    turnouts,
    upcoming_sessions,
)
from tests.factories import (
    make_assignment,
    make_attendance,
    make_company,
    make_member,
    make_person,
    make_programme,
    make_seat,
    make_session,
    make_user,
)
from tests.roles import seen_by

NOON = datetime(2024, 12, 10, 3, tzinfo=UTC)


def kinds_of(places_of_person) -> list[tuple]:
    return [(place.kind, place.id, place.role) for place in places_of_person.all]


# --- Places -----------------------------------------------------------------------------------------------------------


def test_everybody_has_their_own_places_and_no_others(cast):
    expected = {
        "manager": [("member", cast.company.pk, "manager")],
        "staff": [("member", cast.company.pk, "staff")],
        "neighbour": [("member", cast.neighbour.company_id, "manager")],
        "adviser": [("adviser", cast.programme.pk, "adviser")],
        "unassigned_adviser": [("adviser", cast.programme.pk, "adviser")],
        "former_adviser": [("adviser", cast.programme.pk, "adviser")],
        "secretariat": [("secretariat", cast.programme.pk, "leader")],
        "other_secretariat": [("secretariat", cast.other_programme.pk, "leader")],
        "nobody": [],
    }
    found = {}
    for who in expected:
        with seen_by(cast.people[who]):
            found[who] = kinds_of(places(cast.people[who]))
    assert found == expected


def test_places_are_found_in_one_statement(cast):
    user = cast.people["manager"]
    make_seat(cast.other_programme, role="adviser", user=user)
    with seen_by(user, company_id=cast.company.pk), CaptureQueriesContext(connection) as captured:
        found = places(user, company_id=cast.company.pk)
    assert len(captured) == 1
    assert len(found.all) == 2


def test_somebody_may_have_several_places_of_every_kind(cast):
    user = cast.people["manager"]
    make_member(cast.stranger.company, user=user)
    make_seat(cast.other_programme, role="adviser", user=user)
    make_seat(cast.other_programme, role="member", user=user)
    with seen_by(user):
        found = places(user)
    assert sorted(place.kind for place in found.all) == ["adviser", "member", "member", "secretariat"]
    assert found.manages(cast.other_programme.pk)
    assert found.advises(cast.other_programme.pk)
    assert not found.manages(cast.programme.pk)
    assert found.is_member(cast.company.pk)
    assert not found.is_member(cast.neighbour.company_id)


def test_a_page_of_one_company_knows_what_the_person_is_to_it(cast):
    found = {}
    for who in ("manager", "adviser", "secretariat", "former_adviser", "stranger"):
        with seen_by(cast.people[who], company_id=cast.company.pk):
            of_company = places(cast.people[who], company_id=cast.company.pk)
        found[who] = (set(of_company.standings), [place.id for place in of_company.taking_part])
    assert found == {
        "manager": ({"member"}, [cast.programme.pk]),
        "adviser": ({"adviser"}, [cast.programme.pk]),
        "secretariat": ({"secretariat"}, [cast.programme.pk]),
        "former_adviser": (set(), []),
        "stranger": (set(), []),
    }


def test_the_names_of_other_companies_are_hidden_on_a_page_of_one(cast):
    user = cast.people["manager"]
    make_member(cast.stranger.company, user=user)
    with seen_by(user, company_id=cast.company.pk):
        names = {place.id: place.name_ja for place in places(user, company_id=cast.company.pk).all}
    assert names == {cast.company.pk: cast.company.name_ja, cast.stranger.company_id: ""}


def test_a_seat_that_ended_is_no_place(cast):
    seat = make_seat(cast.programme, role="member")
    seat.ended_at = NOON
    seat.save()
    with seen_by(seat.user):
        assert places(seat.user).all == ()


# --- Sessions ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def attended(cast) -> Session:
    """A session with four of the company (one online, one absent, one not known) and one of the neighbour."""
    session = make_session(cast.programme)
    for mode, came in (("onsite", True), ("online", True), ("onsite", False), ("onsite", None)):
        make_attendance(session, make_person(cast.company), mode=mode, attended=came)
    make_attendance(session, make_person(cast.neighbour.company), mode="online")
    return session


@pytest.mark.parametrize(
    ("who", "turnout"),
    [
        ("secretariat", Turnout(people=3, companies=2, onsite=1, online=2, expected=1, registered=5, listed=5)),
        ("manager", Turnout(people=2, companies=1, onsite=1, online=1, expected=1, registered=4, listed=4)),
        ("adviser", Turnout(people=2, companies=1, onsite=1, online=1, expected=1, registered=4, listed=4)),
        ("neighbour", Turnout(people=1, companies=1, onsite=0, online=1, expected=0, registered=1, listed=1)),
        ("unassigned_adviser", None),
        ("other_secretariat", None),
    ],
)
def test_a_turnout_counts_whom_the_asker_may_see(cast, attended, who, turnout):
    with seen_by(cast.people[who]):
        assert turnouts(cast.people[who], [attended]).get(attended.pk) == turnout


def test_upcoming_sessions_are_those_not_over_in_the_order_of_time(cast):
    over = make_session(cast.programme, starts_at=NOON - timedelta(hours=3), ends_at=NOON)
    running = make_session(cast.programme, starts_at=NOON - timedelta(hours=1), ends_at=NOON + timedelta(hours=1))
    later = make_session(cast.programme, starts_at=NOON + timedelta(days=2))
    make_session(cast.other_programme, starts_at=NOON + timedelta(days=1))
    user = cast.people["staff"]
    with seen_by(user):
        found = list(upcoming_sessions(user, programme_ids=[cast.programme.pk, cast.other_programme.pk], now=NOON))
    assert found == [running, later]
    assert over not in found


# --- Milestones and advisers ------------------------------------------------------------------------------------------


def test_milestones_are_counted_as_of_the_day_among_those_who_take_part_on_it(db):
    programme = make_programme()
    user = make_seat(programme, role="leader").user
    make_company(programme, joined_on=date(2024, 11, 1))
    make_company(programme, joined_on=date(2024, 11, 20))
    make_company(programme, joined_on=date(2024, 11, 1), withdrawn_on=date(2024, 12, 1))
    joined = {}
    with seen_by(user):
        for day in (date(2024, 10, 31), date(2024, 11, 1), date(2024, 11, 20), date(2024, 12, 1)):
            joined[day] = milestone_counts(user, programme, day=day).get(source="joined").reached
    assert list(joined.values()) == [0, 2, 3, 2]


def test_the_milestones_of_an_enrolment_come_with_their_day(cast):
    user = cast.people["manager"]
    kind = cast.programme.milestone_kinds.get(source="joined")
    with seen_by(user):
        enrolment = Enrolment.objects.annotate(reached=reached_milestones(date(2024, 11, 1))).get()
        before = Enrolment.objects.annotate(reached=reached_milestones(date(2024, 10, 31))).get()
    assert enrolment.reached == [{"kind": str(kind.pk), "on": "2024-11-01"}]
    assert before.reached == []


def test_advisers_are_those_of_the_day(cast):
    second = make_seat(cast.programme, role="adviser", user=make_user("後任"))
    make_assignment(cast.neighbour, second, starts_on=date(2024, 12, 1), ends_on=date(2024, 12, 31))
    user = cast.people["secretariat"]
    days = (date(2024, 11, 30), date(2024, 12, 1), date(2024, 12, 31), date(2025, 1, 1))
    with seen_by(user):
        found = [
            [
                each["name_ja"]
                for each in Enrolment.objects.annotate(found=assigned_advisers(day)).get(pk=cast.neighbour.pk).found
            ]
            for day in days
        ]
    assert found == [[], ["後任"], ["後任"], []]


def test_a_place_says_its_role_in_the_readers_words(cast):
    with seen_by(cast.people["secretariat"]):
        place = places(cast.people["secretariat"]).all[0]
    assert (place.kind, place.key) == (AccessKind.SECRETARIAT, f"secretariat:{cast.programme.pk}")
    assert place.role_label == "事務局(責任者)"
