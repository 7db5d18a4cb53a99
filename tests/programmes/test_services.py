"""Founding a programme, seats, enrolment, assignments, and milestones as of a day."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from accounts.services import system_operator
from audit.models import Event
from companies.models import Company, Membership, Person
from programmes.enums import MilestoneCode
from programmes.models import (
    Assignment,
    Attendance,
    Enrolment,
    Feedback,
    MilestoneDate,
    MilestoneKind,
    Programme,
    Seat,
    Session,
)
from programmes.permissions import can_found, can_manage
from programmes.services import (
    Places,
    Reached,
    add_seats,
    assign_advisers,
    cancel_milestones,
    change_assignment,
    end_assignment,
    end_seat,
    enrol_companies,
    ensure_operator_seat,
    found_programme,
    open_places,
    propose_milestones,
    reach_milestone,
    reach_milestones,
    set_milestones,
    take_seat,
)
from tests.factories import (
    make_assignment,
    make_attendance,
    make_company,
    make_milestone_kinds,
    make_person,
    make_programme,
    make_seat,
    make_session,
    make_user,
)
from tests.roles import seen_by

TODAY = timezone.localdate()


def companies_of(user) -> set:
    with seen_by(user):
        return set(Company.objects.values_list("pk", flat=True))


def content_of(user) -> set:
    with seen_by(user):
        return set(Company.objects.content_visible_to(user).values_list("pk", flat=True))


def as_secretariat(cast):
    return seen_by(cast.people["secretariat"])


def seat_of(cast, who) -> Seat:
    return Seat.objects.get(user=cast.people[who])


def draft_programme(**fields) -> Programme:
    days = {"starts_on": date(2025, 10, 1), "ends_on": date(2026, 3, 31)}
    return Programme(code="new", name_ja="新しいプログラム", fiscal_year=2025, **(days | fields))


# --- Founding -----------------------------------------------------------------------------------------------------------


def test_a_founder_takes_the_first_seat_and_manages(cast):
    secretariat = cast.people["secretariat"]
    with as_secretariat(cast):
        seat = found_programme(programme=draft_programme(), actor=secretariat)
        assert can_manage(secretariat, seat.programme_id)
    assert (seat.role, seat.user) == ("leader", secretariat)
    assert Event.objects.get(verb="programme.founded", programme_id=seat.programme_id).actor_id == secretariat.pk


@pytest.mark.parametrize("who", ["manager", "adviser", "nobody"])
def test_others_found_nothing(cast, who):
    user = cast.people[who]
    with seen_by(user):
        assert can_found(user) is False
    with pytest.raises(ProgrammingError, match="row-level security"), seen_by(user):
        found_programme(programme=draft_programme(), actor=user)
    assert not Programme.objects.filter(code="new").exists()


def test_nobody_takes_a_first_seat_where_somebody_manages(cast):
    other = cast.people["other_secretariat"]
    with pytest.raises(ProgrammingError, match="row-level security"), seen_by(other):
        Seat.objects.create(programme=cast.programme, role="leader", email=other.email, user=other)


def test_without_a_seat_the_operator_sees_nothing_of_a_programme(cast):
    operator = system_operator()
    with seen_by(operator):
        assert ensure_operator_seat(programme=cast.programme, operator=operator).role == "operator"
    with as_secretariat(cast):
        end_seat(
            seat=Seat.objects.get(user=operator, programme=cast.programme),
            actor=cast.people["secretariat"],
            now=timezone.now(),
        )
    assert cast.company.pk not in companies_of(operator)
    with seen_by(operator), pytest.raises(ObjectDoesNotExist):
        ensure_operator_seat(programme=cast.programme, operator=operator)


# --- Seats --------------------------------------------------------------------------------------------------------------


def test_a_seat_opens_what_it_may_see_when_it_is_taken(cast):
    user, seat = make_user(), Seat(programme=cast.programme, role="member", email="new@example.com", name_en="New")
    with as_secretariat(cast):
        add_seats(seats=[seat], actor=cast.people["secretariat"])
    assert companies_of(user) == set()
    with as_secretariat(cast):
        take_seat(seat=seat, user=user, actor=cast.people["secretariat"])
    assert companies_of(user) == {cast.company.pk, cast.neighbour.company_id}
    assert content_of(user) == set()
    told = Event.objects.filter(object_id=seat.pk).order_by("verb").values_list("verb", "detail")
    assert list(told) == [("seat.added", {"role": "member"}), ("seat.taken", {"role": "member"})]


@pytest.mark.parametrize("who", ["manager", "adviser", "unassigned_adviser", "other_secretariat"])
def test_only_the_secretariat_adds_seats(cast, who):
    seat = Seat(programme=cast.programme, role="leader", email="new@example.com", user=cast.people[who])
    with pytest.raises(ProgrammingError, match="row-level security"), seen_by(cast.people[who]):
        add_seats(seats=[seat], actor=cast.people[who])


@pytest.mark.parametrize("who", ["secretariat", "adviser"])
def test_a_seat_that_ends_is_over_at_the_next_request(cast, sign_in, who):
    client, address = sign_in(cast.people[who]), f"/companies/{cast.company.pk}/"
    assert client.get(address).status_code == 200
    leader = make_seat(cast.programme, role="leader").user
    with seen_by(leader):
        end_seat(seat=seat_of(cast, who), actor=leader, now=timezone.now())
    assert client.get(address).status_code == 404
    assert client.get(f"/programmes/{cast.programme.pk}/").status_code == 404


def test_a_seat_that_changes_hands_is_closed_for_who_had_it(cast):
    before, after = cast.people["adviser"], make_user()
    with as_secretariat(cast):
        take_seat(seat=seat_of(cast, "adviser"), user=after, actor=cast.people["secretariat"])
    assert (content_of(before), content_of(after)) == (set(), {cast.company.pk})


def test_an_ended_seat_opens_nothing_any_more(cast):
    seat, user = seat_of(cast, "unassigned_adviser"), make_user()
    with as_secretariat(cast):
        end_seat(seat=seat, actor=cast.people["secretariat"], now=timezone.now())
        take_seat(seat=seat, user=user, actor=cast.people["secretariat"])
    make_assignment(cast.neighbour, seat)
    assert (companies_of(user), companies_of(cast.people["unassigned_adviser"])) == (set(), set())


def test_an_account_finds_every_place_that_waits_for_its_address(cast):
    user = make_user(email="Yoko@example.com")
    seat = Seat.objects.create(programme=cast.programme, role="adviser", email="yoko@EXAMPLE.com")
    person = make_person(cast.company, email="yoko@example.com")
    Membership.objects.create(company=cast.company, person=person, role="manager")
    make_person(cast.neighbour.company, email="yoko@example.com")
    make_person(cast.neighbour.company, email="yoko@example.com")  # a shared address does not say who
    with as_secretariat(cast):
        assert open_places(user=user, actor=cast.people["secretariat"]) == Places(seats=1, companies=1)
    seat.refresh_from_db()
    assert (seat.user, Person.objects.get(pk=person.pk).user) == (user, user)
    assert companies_of(user) == {cast.company.pk}


# --- Enrolment ----------------------------------------------------------------------------------------------------------


def test_every_seat_of_the_secretariat_sees_a_company_that_joins(cast):
    second = make_seat(cast.programme, role="member").user
    company = make_company(cast.other_programme).company
    enrolment = Enrolment(
        company=company, programme=cast.programme, code="C99", joined_on=cast.programme.starts_on + timedelta(days=3)
    )
    with seen_by(system_operator()):
        enrol_companies(enrolments=[enrolment], actor=system_operator())
    for user in (second, cast.people["secretariat"]):
        assert company.pk in companies_of(user)
    assert company.pk not in companies_of(cast.people["adviser"])
    joined = MilestoneDate.objects.get(enrolment=enrolment)
    assert (joined.kind.source, joined.reached_on) == ("joined", enrolment.joined_on)
    assert Event.objects.filter(verb="company.enrolled", company_id=company.pk, programme_id=cast.programme.pk).exists()


def test_the_denominator_is_who_takes_part_on_the_day(db):
    programme = make_programme()
    make_company(programme)
    make_company(programme, joined_on=date(2024, 12, 1))
    make_company(programme, withdrawn_on=date(2025, 1, 31))
    taking_part = {
        day: Enrolment.objects.filter(programme=programme).as_of(day).count()
        for day in (date(2024, 10, 31), date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 30), date(2025, 1, 31))
    }
    assert list(taking_part.values()) == [0, 2, 3, 3, 2]


# --- Assignments --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts", "ends", "sees"),
    [
        (0, None, True),
        (-9, 0, True),
        (0, 0, True),
        (-9, -1, False),
        (1, None, False),
        (1, 9, False),
    ],
)
def test_an_assignment_opens_the_content_from_its_first_day_to_its_last(cast, starts, ends, sees):
    make_assignment(
        cast.neighbour,
        seat_of(cast, "unassigned_adviser"),
        starts_on=TODAY + timedelta(days=starts),
        ends_on=None if ends is None else TODAY + timedelta(days=ends),
    )
    assert content_of(cast.people["unassigned_adviser"]) == ({cast.neighbour.company_id} if sees else set())


@pytest.mark.parametrize(("day", "sees"), [(-1, False), (0, True), (5, True)])
def test_an_assignment_ends_after_its_last_day(cast, day, sees):
    assignment = Assignment.objects.get(adviser=seat_of(cast, "adviser"))
    with as_secretariat(cast):
        end_assignment(assignment=assignment, ends_on=TODAY + timedelta(days=day), actor=cast.people["secretariat"])
    assert (cast.company.pk in content_of(cast.people["adviser"])) is sees


def test_changed_days_of_an_assignment_close_and_open(cast):
    adviser, assignment = cast.people["adviser"], Assignment.objects.get(adviser=seat_of(cast, "adviser"))
    for starts, sees in [(1, False), (-1, True)]:
        assignment.starts_on = TODAY + timedelta(days=starts)
        with as_secretariat(cast):
            change_assignment(assignment=assignment, actor=cast.people["secretariat"])
        assert (cast.company.pk in content_of(adviser)) is sees


@pytest.mark.parametrize("who", ["manager", "adviser", "unassigned_adviser", "other_secretariat"])
def test_only_the_secretariat_assigns(cast, who):
    assignment = Assignment(
        enrolment=cast.neighbour,
        company_id=cast.neighbour.company_id,
        programme=cast.programme,
        adviser=seat_of(cast, "unassigned_adviser"),
        starts_on=TODAY,
    )
    with pytest.raises(ProgrammingError, match="row-level security"), seen_by(cast.people[who]):
        assign_advisers(assignments=[assignment], actor=cast.people[who])


def test_an_adviser_of_another_programme_cannot_be_assigned(cast):
    foreign = make_seat(cast.other_programme, role="adviser")
    with pytest.raises(IntegrityError, match="same_programme_id"), transaction.atomic():
        make_assignment(cast.enrolment, foreign)


# --- Milestones ---------------------------------------------------------------------------------------------------------

FIRST, SECOND = date(2025, 1, 10), date(2025, 2, 20)


def days_of(enrolment, source="approved") -> list[tuple]:
    rows = MilestoneDate.objects.filter(enrolment=enrolment, kind__source=source).order_by("recorded_at")
    return list(rows.values_list("reached_on", "cancelled_on"))


def counted(enrolment, day, source="approved") -> int:
    return MilestoneDate.objects.as_of(day).filter(enrolment=enrolment, kind__source=source).count()


def reach(cast, day, **fields):
    with as_secretariat(cast):
        reach_milestone(
            enrolment=cast.enrolment,
            source=MilestoneCode.APPROVED,
            reached_on=day,
            evidence=cast.enrolment,
            actor=cast.people["secretariat"],
            **fields,
        )


def correct(cast, day):
    item = Reached(cast.enrolment.pk, MilestoneCode.APPROVED, "", day, cast.enrolment)
    with as_secretariat(cast):
        reach_milestones(reached=[item], actor=cast.people["secretariat"])


def test_a_milestone_counts_from_its_day(cast):
    reach(cast, FIRST)
    days = (FIRST - timedelta(days=1), FIRST, SECOND)
    assert [counted(cast.enrolment, day) for day in days] == [0, 1, 1]
    row = MilestoneDate.objects.get(enrolment=cast.enrolment, kind__source="approved")
    assert row.evidence == f"programmes.enrolment:{cast.enrolment.pk}"


def test_the_first_day_stays(cast):
    reach(cast, FIRST)
    reach(cast, SECOND)
    assert days_of(cast.enrolment) == [(FIRST, None)]


def test_a_correction_cancels_the_mistake_for_every_day(cast):
    reach(cast, FIRST)
    correct(cast, SECOND)
    assert days_of(cast.enrolment) == [(FIRST, FIRST), (SECOND, None)]
    assert [counted(cast.enrolment, day) for day in (FIRST, SECOND - timedelta(days=1), SECOND)] == [0, 0, 1]


def test_the_same_correction_again_writes_nothing(cast):
    correct(cast, FIRST)
    correct(cast, FIRST)
    assert days_of(cast.enrolment) == [(FIRST, None)]


def test_what_is_cancelled_stays_to_be_seen(cast):
    reach(cast, FIRST)
    dates = list(MilestoneDate.objects.filter(enrolment=cast.enrolment, kind__source="approved"))
    with as_secretariat(cast):
        cancel_milestones(dates=dates, actor=cast.people["secretariat"])
    assert [day for day, _ in days_of(cast.enrolment)] == [FIRST]
    assert counted(cast.enrolment, SECOND) == 0


def test_milestones_are_never_deleted_by_the_web(cast):
    reach(cast, FIRST)
    with as_secretariat(cast):
        assert MilestoneDate.objects.all().delete() == (0, {})
    assert days_of(cast.enrolment) == [(FIRST, None)]


def test_a_programme_without_the_milestone_ignores_it(cast):
    MilestoneDate.objects.filter(kind__source="approved").delete()
    MilestoneKind.objects.filter(programme=cast.programme, source="approved").delete()
    reach(cast, FIRST)
    assert days_of(cast.enrolment) == []


def test_a_subject_is_a_milestone_of_its_own(cast):
    kinds = [
        MilestoneKind(programme=cast.programme, code=f"s-{code}", source="session", subject=code, name_en=code)
        for code in ("A", "B")
    ]
    with as_secretariat(cast):
        set_milestones(programme=cast.programme, kinds=kinds, actor=cast.people["secretariat"])
        reach_milestone(
            enrolment=cast.enrolment,
            source=MilestoneCode.SESSION,
            subject="B",
            reached_on=FIRST,
            evidence=cast.enrolment,
            actor=cast.people["secretariat"],
        )
    reached = MilestoneDate.objects.filter(enrolment=cast.enrolment, kind__source="session")
    assert list(reached.values_list("kind__subject", flat=True)) == ["B"]


def test_many_milestones_take_as_many_statements_as_one(cast, django_assert_max_num_queries):
    programme = make_programme()
    enrolments = [make_company(programme) for _ in range(12)]
    reached = [Reached(e.pk, MilestoneCode.SUBMITTED, "", FIRST, e) for e in enrolments]
    with django_assert_max_num_queries(10):
        reach_milestones(reached=reached, actor=system_operator())
    assert MilestoneDate.objects.filter(programme=programme, kind__source="submitted").count() == 12


def test_milestones_that_a_programme_has_are_left(cast):
    kinds = make_milestone_kinds(cast.programme)
    before = MilestoneKind.objects.filter(programme=cast.programme).count()
    with as_secretariat(cast):
        set_milestones(programme=cast.programme, kinds=kinds, actor=cast.people["secretariat"])
    assert MilestoneKind.objects.filter(programme=cast.programme).count() == before


def test_the_usual_milestones_follow_the_sessions(cast):
    sessions = [make_session(cast.programme), make_session(cast.programme)]
    kinds = propose_milestones(programme=cast.programme, sessions=sessions)
    assert [kind.subject for kind in kinds if kind.source == "session"] == [session.code for session in sessions]
    assert len({(kind.source, kind.subject) for kind in kinds}) == len(kinds)
    assert [kind.order for kind in kinds] == sorted(kind.order for kind in kinds)


# --- What the database itself refuses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "constraint"),
    [
        (lambda c: draft_programme(ends_on=date(2025, 9, 30)).save(), "programmes_programme_ends_after_start"),
        (
            lambda c: draft_programme(
                consultations_start_on=date(2025, 12, 1), consultations_end_on=date(2025, 11, 1)
            ).save(),
            "programmes_programme_consultations_in_order",
        ),
        (lambda c: Programme.objects.filter(pk=c.programme.pk).update(name_ja="", name_en=""), "has_a_name"),
        (lambda c: make_session(c.programme, ends_at=timezone.now() - timedelta(days=9000)), "ends_after_start"),
        (
            lambda c: Session.objects.create(
                programme=c.programme,
                code=make_session(c.programme).code,
                starts_at=timezone.now(),
                ends_at=timezone.now() + timedelta(hours=1),
            ),
            "programmes_session_code_once",
        ),
        (
            lambda c: Enrolment.objects.filter(pk=c.enrolment.pk).update(withdrawn_on=date(2000, 1, 1)),
            "programmes_enrolment_withdrawn_after_joined",
        ),
        (
            lambda c: make_company(c.programme) and Enrolment.objects.filter(programme=c.programme).update(code="X"),
            "programmes_enrolment_code_once",
        ),
        (
            lambda c: make_assignment(c.enrolment, seat_of(c, "adviser"), starts_on=date(2024, 1, 1)),
            "programmes_assignment_no_overlap",
        ),
        (
            lambda c: make_assignment(
                c.neighbour, seat_of(c, "adviser"), starts_on=date(2024, 1, 2), ends_on=date(2024, 1, 1)
            ),
            "programmes_assignment_in_order|range lower bound",
        ),
        (lambda c: Seat.objects.create(programme=c.programme, role="owner", email="a@example.com"), "seat_role"),
        (
            lambda c: Seat.objects.create(programme=c.programme, role="adviser", email=c.people["adviser"].email),
            "programmes_seat_once",
        ),
    ],
)
def test_impossible_rows_are_refused(cast, make, constraint):
    with pytest.raises(Exception, match=constraint), transaction.atomic():
        make(cast)


@pytest.mark.parametrize(("attended", "mode"), [(True, ""), (False, "online"), (None, "onsite")])
def test_how_somebody_came_is_known_exactly_when_they_came(cast, attended, mode):
    attendance = make_attendance(make_session(cast.programme), make_person(cast.company))
    with pytest.raises(IntegrityError, match="programmes_attendance_mode_when_present"), transaction.atomic():
        Attendance.objects.filter(pk=attendance.pk).update(attended=attended, actual_mode=mode)


def test_a_person_is_once_in_a_session(cast):
    session, person = make_session(cast.programme), make_person(cast.company)
    make_attendance(session, person)
    with pytest.raises(IntegrityError, match="programmes_attendance_once"), transaction.atomic():
        make_attendance(session, person)


def test_feedback_says_something(cast):
    person, session = make_person(cast.company), make_session(cast.programme)
    both = {"company": cast.company, "programme": cast.programme}
    with pytest.raises(IntegrityError, match="programmes_feedback_has_text"), transaction.atomic():
        Feedback.objects.create(session=session, person=person, **both)
