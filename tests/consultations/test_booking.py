"""Booking, putting off and cancelling: who may, when, what it costs, and what the refusals say."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError

from audit.models import Event
from consultations import queries, services
from consultations.enums import ChangeKind, EntryKind, State
from consultations.models import BookingDraft, Change, Consultation, LedgerEntry, Participant, Practice, Topics
from consultations.services import BookingRefused, Matters, refusals
from consultations.workflow import TransitionRefused
from jobs.models import Outbox
from policies.models import Revision
from programmes.models import Conflict
from tests.consultations.conftest import NOW, at
from tests.consultations.test_services import draft
from tests.factories import make_assignment, make_consultation, make_person, make_seat
from tests.roles import seen_by

SLOT = at("2026-11-09", "09:00")
OTHER = at("2026-11-10", "10:15")
COMPANY, STAFF = ("manager", "staff"), ("adviser", "secretariat")
OUTSIDERS = ("neighbour", "stranger", "unassigned_adviser", "former_adviser", "other_secretariat", "nobody")


def book(desk, who="manager", *, starts_at=SLOT, now=NOW, operation=None, seat=None, enrolment=None, **fields):
    actor = desk.cast.people[who]
    with seen_by(actor):
        return services.book(
            enrolment=enrolment or desk.cast.enrolment,
            adviser=seat or desk.seat,
            starts_at=starts_at,
            method=fields.pop("method", "online"),
            operation=operation or uuid4(),
            actor=actor,
            now=now,
            **fields,
        )


def put_off(desk, consultation, who="manager", *, starts_at=OTHER, now=NOW, seat=None, method="online"):
    actor = desk.cast.people[who]
    with seen_by(actor):
        return services.put_off(
            consultation=consultation,
            adviser=seat or desk.seat,
            starts_at=starts_at,
            method=method,
            actor=actor,
            now=now,
        )


def cancel(desk, consultation, who="manager", *, now=NOW, reason="出張のため"):
    actor = desk.cast.people[who]
    with seen_by(actor):
        return services.cancel(consultation=consultation, actor=actor, now=now, reason=reason)


def left(desk) -> int:
    return queries.remaining(desk.cast.enrolment)


def test_a_booking_takes_over_what_belongs_to_it(desk):
    people = [make_person(desk.cast.company) for _ in range(2)]
    matters = Matters(sections=("scope",), items=(), questions="派遣社員も対象ですか。")
    operation = uuid4()
    BookingDraft.objects.create(
        pk=operation,
        enrolment=desk.cast.enrolment,
        company=desk.cast.company,
        programme=desk.cast.programme,
        author=desk.cast.people["manager"],
    )
    booked = book(desk, people=people, matters=matters, operation=operation)
    booked.refresh_from_db()
    assert (booked.ends_at - booked.starts_at, booked.blocked_until - booked.ends_at) == (
        timedelta(hours=1),
        timedelta(minutes=15),
    )
    assert (booked.meeting_url, booked.place, booked.sequence) == ("https://meet.example/kuze", "", 0)
    assert {row.person for row in Participant.objects.filter(consultation=booked)} == set(people)
    topics = Topics.objects.get(consultation=booked)
    assert (topics.sections, topics.questions) == (["scope"], "派遣社員も対象ですか。")
    assert [change.kind for change in Change.objects.filter(consultation=booked)] == [ChangeKind.BOOKED]
    assert not BookingDraft.objects.exists()
    assert left(desk) == 1


def test_on_site_it_takes_the_place_and_no_link(desk):
    desk.seat.weekly_hours.update(method="onsite")
    booked = book(desk, method="onsite")
    assert (booked.meeting_url, booked.place) == ("", "駅前会議室")


@pytest.mark.parametrize("who", OUTSIDERS)
def test_outsiders_do_nothing(desk, who):
    consultation = make_consultation(desk.cast.enrolment, desk.seat, starts_at=SLOT, state="booked")
    for deed in (
        lambda: book(desk, who, starts_at=OTHER),
        lambda: put_off(desk, consultation, who),
        lambda: cancel(desk, consultation, who),
    ):
        with pytest.raises((PermissionDenied, Consultation.DoesNotExist)):
            deed()
    assert list(Consultation.objects.values_list("starts_at", "state")) == [(SLOT, "booked")]
    assert not Change.objects.exists()


def test_the_same_form_again_is_the_same_booking(desk):
    operation = uuid4()
    first = book(desk, operation=operation)
    assert book(desk, operation=operation) == first
    assert book(desk, operation=operation, starts_at=OTHER) == first
    assert (Consultation.objects.count(), Change.objects.count(), left(desk)) == (1, 1, 1)


@pytest.mark.parametrize(
    ("starts_at", "refusal"),
    [
        (at("2026-11-03", "09:00"), refusals.InThePast),
        (at("2026-12-28", "09:00"), refusals.OutsidePeriod),
        (at("2026-11-05", "09:00"), refusals.TooSoon),
        (at("2026-11-09", "09:05"), refusals.NotOffered),
        (at("2026-11-23", "09:00"), refusals.NotOffered),
        (at("2026-11-14", "09:00"), refusals.NotOffered),
    ],
)
def test_what_a_company_may_not_choose_is_refused_with_what_to_do(desk, starts_at, refusal):
    with pytest.raises(refusal) as refused:
        book(desk, starts_at=starts_at)
    assert "ください" in str(refused.value) or "Please" in str(refused.value)
    assert not Consultation.objects.exists()


@pytest.mark.parametrize("who", STAFF)
def test_advisers_and_the_secretariat_book_outside_the_pattern_but_within_the_period(desk, who):
    assert book(desk, who, starts_at=at("2026-11-05", "18:30")).state == State.BOOKED
    for starts_at, refusal in (
        (at("2026-11-03", "09:00"), refusals.InThePast),
        (at("2026-12-28", "09:00"), refusals.OutsidePeriod),
    ):
        with pytest.raises(refusal):
            book(desk, who, starts_at=starts_at)


@pytest.mark.parametrize("who", COMPANY + STAFF)
def test_nobody_gets_more_than_the_company_is_entitled_to(desk, who):
    book(desk)
    book(desk, starts_at=OTHER)
    third = at("2026-11-11", "09:00")
    with pytest.raises(refusals.NothingLeft):
        book(desk, who, starts_at=third)
    LedgerEntry.objects.create(
        enrolment=desk.cast.enrolment,
        company=desk.cast.company,
        programme=desk.cast.programme,
        kind=EntryKind.EXTRA,
        reason="合併のため",
        recorded_by_id=uuid4(),
    )
    assert book(desk, who, starts_at=third).state == State.BOOKED
    assert left(desk) == 0


def test_what_was_taken_meanwhile_is_said_so(desk):
    make_assignment(desk.cast.neighbour, desk.seat)
    make_consultation(desk.cast.neighbour, desk.seat, starts_at=SLOT, state="booked")
    with pytest.raises(refusals.Taken):
        book(desk)
    with pytest.raises(refusals.Taken):
        book(desk, "secretariat", starts_at=at("2026-11-09", "09:30"))


def test_the_company_is_at_one_place_at_a_time(desk):
    second = make_seat(desk.cast.programme, role="adviser")
    make_assignment(desk.cast.enrolment, second)
    book(desk, seat=second, who="secretariat", starts_at=at("2026-11-09", "09:30"))
    for who in ("manager", "secretariat"):
        with pytest.raises(refusals.CompanyBusy):
            book(desk, who)


def test_a_full_day_is_full_for_everybody(desk):
    Practice.objects.update(most_a_day=1)
    book(desk)
    for who in ("manager", "adviser"):
        with pytest.raises(refusals.DayIsFull):
            book(desk, who, starts_at=at("2026-11-09", "10:15"))


def test_who_is_not_assigned_on_the_day_cannot_be_booked(desk):
    desk.cast.enrolment.assignments.filter(adviser=desk.seat).update(ends_on=date(2026, 11, 9))
    assert book(desk).adviser == desk.seat
    for who in ("manager", "secretariat"):
        with pytest.raises(services.NotAssigned):
            book(desk, who, starts_at=OTHER)


def test_a_conflict_of_interest_blocks_and_only_those_outside_are_told(desk):
    Conflict.objects.create(
        seat=desk.seat, programme=desk.cast.programme, company=desk.cast.company, declared_by_id=desk.seat.user_id
    )
    for who, refusal in (("manager", refusals.NotOffered), ("secretariat", refusals.InConflict)):
        with pytest.raises(refusal) as refused:
            book(desk, who)
        names_it = desk.seat.name_ja in str(refused.value)
        assert names_it is (who == "secretariat")


def test_putting_off_is_the_same_record_and_costs_nothing(desk):
    draft(desk.cast)
    booked = book(desk)
    first = booked.revision_id
    draft(desk.cast, "あとから書き足しました。")
    moved = put_off(desk, booked)
    moved.refresh_from_db()
    assert (moved.pk, moved.starts_at, moved.ends_at - moved.starts_at) == (booked.pk, OTHER, timedelta(hours=1))
    assert (moved.blocked_until - moved.ends_at, moved.sequence) == (timedelta(minutes=15), 1)
    assert moved.revision_id not in (None, first)
    change = Change.objects.get(kind=ChangeKind.MOVED)
    assert (change.before, change.starts_at, change.made_by_id) == (SLOT, OTHER, desk.cast.people["manager"].pk)
    assert (Consultation.objects.count(), left(desk)) == (1, 1)
    assert put_off(desk, moved).sequence == 1


def test_a_consultation_may_move_by_less_than_its_own_length(desk):
    booked = book(desk, "adviser", starts_at=at("2026-11-09", "09:00"))
    assert put_off(desk, booked, "adviser", starts_at=at("2026-11-09", "09:30")).starts_at == at("2026-11-09", "09:30")


def test_what_the_secretariat_moves_is_pinned_by_a_worker_for_the_adviser(desk):
    draft(desk.cast)
    booked = book(desk)
    moved = put_off(desk, booked, "secretariat")
    assert moved.revision is None
    assert Outbox.objects.filter(task="consultations.keep_draft_for_adviser", args=[str(moved.pk)]).count() == 1


@pytest.mark.parametrize("who", COMPANY + STAFF)
@pytest.mark.parametrize("state", State)
def test_role_by_state_by_deed(desk, who, state):
    """From BOOKED everybody inside may put off and cancel; from anywhere else nothing changes and nothing is logged."""
    consultation = make_consultation(desk.cast.enrolment, desk.seat, starts_at=SLOT, state=state)
    if state == State.BOOKED:
        assert put_off(desk, consultation, who).starts_at == OTHER
        assert cancel(desk, consultation, who).state == State.CANCELLED
        return
    with pytest.raises(refusals.NotBooked):
        put_off(desk, consultation, who)
    if state in (State.CANCELLED, State.CANCELLED_LATE):
        assert cancel(desk, consultation, who).state == state
    else:
        with pytest.raises(TransitionRefused):
            cancel(desk, consultation, who)
    consultation.refresh_from_db()
    assert (consultation.state, consultation.starts_at, consultation.sequence) == (state, SLOT, 0)
    assert not Event.objects.filter(object_id=consultation.pk).exists()


# Monday the 9th: the business day before is Friday the 6th.
BEFORE, AFTER = at("2026-11-06", "17:00"), at("2026-11-06", "17:01")


@pytest.mark.parametrize("who", COMPANY)
@pytest.mark.parametrize(("now", "state", "remains"), [(BEFORE, "cancelled", 2), (AFTER, "cancelled_late", 1)])
def test_a_company_cancels_in_time_until_the_business_day_before(desk, who, now, state, remains):
    booked = book(desk, who)
    assert services.deadline(booked) == BEFORE
    cancelled = cancel(desk, booked, who, now=now, reason="")
    assert (cancelled.state, cancelled.sequence, left(desk)) == (state, 1, remains)
    assert Change.objects.filter(kind=ChangeKind.ENDED).count() == 1
    assert cancel(desk, booked, who, now=now).sequence == 1


@pytest.mark.parametrize("who", STAFF)
def test_others_are_always_in_time_and_say_why(desk, who):
    booked = book(desk)
    with pytest.raises(ValidationError):
        cancel(desk, booked, who, now=AFTER, reason=" ")
    cancelled = cancel(desk, booked, who, now=AFTER)
    assert (cancelled.state, cancelled.reason, left(desk)) == (State.CANCELLED, "出張のため", 2)


@pytest.mark.parametrize("who", COMPANY + STAFF)
def test_after_the_deadline_the_company_calls_and_others_still_put_it_off(desk, who):
    booked = book(desk)
    if who in COMPANY:
        with pytest.raises(refusals.TooLate):
            put_off(desk, booked, who, now=AFTER)
    else:
        assert put_off(desk, booked, who, now=AFTER).starts_at == OTHER


@pytest.mark.parametrize("who", COMPANY + STAFF)
def test_what_has_begun_is_not_put_off(desk, who):
    booked = book(desk)
    with pytest.raises(refusals.AlreadyBegun):
        put_off(desk, booked, who, now=SLOT)
    if who in COMPANY:
        with pytest.raises(refusals.AlreadyBegun):
            cancel(desk, booked, who, now=SLOT)


def test_what_it_is_about_is_content_and_can_change_until_it_begins(desk):
    booked = book(desk)
    for who in (*COMPANY, "adviser"):
        with seen_by(desk.cast.people[who]):
            services.set_matters(
                consultation=booked, matters=Matters(questions=who), actor=desk.cast.people[who], now=NOW
            )
    with seen_by(desk.cast.people["secretariat"]):
        assert not Topics.objects.exists()
        with pytest.raises(PermissionDenied):
            services.set_matters(consultation=booked, matters=Matters(), actor=desk.cast.people["secretariat"], now=NOW)
    with seen_by(desk.cast.people["manager"]), pytest.raises(refusals.AlreadyBegun):
        services.set_matters(consultation=booked, matters=Matters(), actor=desk.cast.people["manager"], now=SLOT)
    assert Topics.objects.get().questions == "adviser"


def test_the_draft_is_refreshed_until_it_begins(desk):
    draft(desk.cast)
    booked, manager = book(desk), desk.cast.people["manager"]
    draft(desk.cast, "あとから書き足しました。")
    with seen_by(manager):
        assert services.refresh_draft(consultation=booked, actor=manager, now=NOW).revision_id != booked.revision_id
        services.refresh_draft(consultation=booked, actor=manager, now=NOW)
        with pytest.raises(refusals.AlreadyBegun):
            services.refresh_draft(consultation=booked, actor=manager, now=SLOT)
    assert Revision.objects.count() == 2
    with seen_by(desk.cast.people["secretariat"]), pytest.raises(PermissionDenied):
        services.refresh_draft(consultation=booked, actor=desk.cast.people["secretariat"], now=NOW)


def test_only_people_of_the_company_come(desk):
    with pytest.raises(ValidationError):
        book(desk, people=[make_person(desk.cast.neighbour.company)])


def test_a_booking_on_its_way_is_its_authors_alone(desk):
    BookingDraft.objects.create(
        enrolment=desk.cast.enrolment,
        company=desk.cast.company,
        programme=desk.cast.programme,
        author=desk.cast.people["staff"],
        questions="Q",
    )
    seen = {}
    for who in (*COMPANY, *STAFF, "neighbour"):
        with seen_by(desk.cast.people[who]):
            seen[who] = (
                BookingDraft.objects.count(),
                BookingDraft.objects.visible_to(desk.cast.people[who]).count(),
            )
    assert seen == {who: (1, 1) if who == "staff" else (0, 0) for who in seen}


def test_a_constraint_that_is_not_about_times_is_not_taken_for_one(desk):
    operation = uuid4()
    other = make_consultation(desk.cast.neighbour, desk.seat, starts_at=at("2026-12-01"), state="booked")
    Consultation.objects.filter(pk=other.pk).update(operation=operation)
    with pytest.raises(IntegrityError, match="operation"):
        book(desk, operation=operation)


def test_every_refusal_is_one(desk):
    kinds = [kind for kind in vars(refusals).values() if isinstance(kind, type) and kind is not BookingRefused]
    assert all(issubclass(kind, BookingRefused) for kind in kinds)
