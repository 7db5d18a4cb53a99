"""Booking, holding and writing up consultations: who may, from which state, and what it leaves behind."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.utils import timezone

from common.tenancy import acting_as
from consultations.enums import State, Transition
from consultations.models import Consultation, Minutes, PrivateNote
from consultations.services import NotAssigned, book_consultation, note_privately, write_minutes
from consultations.tasks import keep_draft_for_adviser
from consultations.workflow import TransitionRefused, available, move
from jobs.models import Outbox
from policies.enums import FreezeReason
from policies.models import Cycle, Revision
from policies.services import open_cycles
from programmes.enums import MilestoneCode
from programmes.models import MilestoneDate, MilestoneKind, Seat
from programmes.services import set_milestones
from tests.factories import make_assignment, make_consultation, make_seat
from tests.factories.talk import make_paragraph
from tests.roles import seen_by

AT = datetime(2024, 12, 4, 4, tzinfo=UTC)


@pytest.fixture
def seat(cast) -> Seat:
    return Seat.objects.get(user=cast.people["adviser"])


def book(cast, seat, who, *, starts_at=AT):
    with seen_by(cast.people[who]):
        return book_consultation(
            enrolment=cast.enrolment,
            adviser=seat,
            starts_at=starts_at,
            minutes=60,
            method="online",
            actor=cast.people[who],
        )


@pytest.mark.parametrize("who", ["manager", "staff", "adviser", "secretariat"])
def test_company_adviser_and_secretariat_book(cast, seat, who):
    consultation = book(cast, seat, who)
    assert (consultation.state, consultation.minutes_long) == (State.BOOKED, 60)
    assert consultation.company_id == cast.company.pk


@pytest.mark.parametrize("who", ["neighbour", "stranger", "unassigned_adviser", "former_adviser", "other_secretariat"])
def test_nobody_else_books(cast, seat, who):
    with pytest.raises(PermissionDenied):
        book(cast, seat, who)
    assert not Consultation.objects.exists()


def draft(cast, text="すべての従業員に適用します。"):
    """Let the company write one paragraph."""
    cycle = Cycle.objects.filter(enrolment=cast.enrolment).first()
    if cycle is None:
        cycle = open_cycles(enrolments=[cast.enrolment])[cast.enrolment.pk]
    make_paragraph(cycle, ja=text)
    return cycle


@pytest.mark.parametrize("who", ["manager", "staff", "adviser"])
def test_a_booking_keeps_the_draft_as_it_is_then(cast, seat, who):
    draft(cast)
    consultation = book(cast, seat, who)
    draft(cast, "あとから書き足しました。")
    revision = consultation.revision
    assert (revision.reason, revision.frozen_by_id) == (FreezeReason.BOOKING, cast.people[who].pk)
    assert [p["ja"] for s in revision.content["sections"] for p in s["paragraphs"]] == ["すべての従業員に適用します。"]


def test_a_text_that_did_not_change_is_kept_once(cast, seat):
    cycle = draft(cast)
    first = book(cast, seat, "manager")
    second = book(cast, seat, "manager", starts_at=AT + timedelta(days=7))
    draft(cast, "あとから書き足しました。")
    third = book(cast, seat, "manager", starts_at=AT + timedelta(days=14))
    assert first.revision == second.revision != third.revision
    assert cycle.revisions.count() == 2


def test_where_nothing_is_written_nothing_is_kept(cast, seat):
    assert book(cast, seat, "manager").revision is None
    assert not Revision.objects.exists()


def test_what_the_secretariat_books_is_kept_by_a_worker_for_the_adviser(cast, seat):
    draft(cast)
    consultation = book(cast, seat, "secretariat")
    assert consultation.revision is None
    bell = Outbox.objects.get(task="consultations.keep_draft_for_adviser")
    assert (bell.actor_id, bell.args) == (seat.user_id, [str(consultation.pk)])
    for _twice in range(2):
        keep_draft_for_adviser(*bell.args, bell=str(bell.pk))
    consultation.refresh_from_db()
    assert (consultation.revision.reason, consultation.revision.frozen_by_id) == (FreezeReason.BOOKING, seat.user_id)
    assert Revision.objects.count() == 1


def test_what_was_cancelled_meanwhile_needs_no_draft(cast, seat):
    draft(cast)
    consultation = book(cast, seat, "secretariat")
    with seen_by(cast.people["manager"]):
        move(consultation=consultation, transition=Transition.CANCEL, actor=cast.people["manager"])
    with seen_by(cast.people["adviser"]):
        keep_draft_for_adviser(str(consultation.pk))
    assert not Revision.objects.exists()


def test_a_draft_waits_for_the_assignment_that_begins_later(cast, seat):
    draft(cast)
    later = make_seat(cast.programme, role="adviser")
    begins = timezone.localdate() + timedelta(days=30)
    make_assignment(cast.enrolment, later, starts_on=begins)
    at = timezone.make_aware(datetime.combine(begins + timedelta(days=3), time(13)))
    book(cast, later, "secretariat", starts_at=at)
    bell = Outbox.objects.get(task="consultations.keep_draft_for_adviser")
    assert timezone.localtime(bell.due_at) == timezone.make_aware(datetime.combine(begins, time.min))


def test_a_booking_needs_an_assignment_on_the_day(cast):
    former = Seat.objects.get(user=cast.people["former_adviser"])
    with pytest.raises(NotAssigned):
        book(cast, former, "manager")
    assert book(cast, former, "manager", starts_at=datetime(2020, 3, 31, 4, tzinfo=UTC)).adviser == former


def test_the_database_refuses_double_booking(cast, seat):
    book(cast, seat, "manager")
    with pytest.raises(IntegrityError, match="consultations_"):
        book(cast, seat, "staff", starts_at=AT + timedelta(minutes=59))


@pytest.mark.parametrize(
    ("who", "moves"),
    [
        ("manager", [Transition.CANCEL, Transition.CANCEL_LATE]),
        ("staff", [Transition.CANCEL, Transition.CANCEL_LATE]),
        ("adviser", list(Transition)),
        ("secretariat", list(Transition)),
        ("neighbour", []),
        ("unassigned_adviser", []),
        ("former_adviser", []),
        ("other_secretariat", []),
    ],
)
def test_who_may_move_a_booked_one(cast, seat, who, moves):
    consultation = make_consultation(cast.enrolment, seat, starts_at=AT, state=State.BOOKED)
    with acting_as(cast.people[who].pk):
        assert available(consultation, cast.people[who]) == moves


@pytest.mark.parametrize("state", [state for state in State if state != State.BOOKED])
@pytest.mark.parametrize("transition", Transition)
def test_held_and_cancelled_stay(cast, seat, state, transition):
    consultation = make_consultation(cast.enrolment, seat, starts_at=AT, state=state)
    with seen_by(cast.people["adviser"]), pytest.raises(TransitionRefused):
        move(consultation=consultation, transition=transition, actor=cast.people["adviser"])
    consultation.refresh_from_db()
    assert consultation.state == state


def test_each_consultation_held_reaches_its_own_milestone(cast, seat):
    kinds = [
        MilestoneKind(
            programme=cast.programme, code=f"consulted-{n}", source=MilestoneCode.CONSULTED, subject=n, name_ja=n
        )
        for n in "12"
    ]
    with seen_by(cast.people["secretariat"]):
        set_milestones(programme=cast.programme, kinds=kinds, actor=cast.people["secretariat"])
    for days in (0, 7):
        consultation = make_consultation(cast.enrolment, seat, starts_at=AT + timedelta(days=days), state=State.BOOKED)
        with seen_by(cast.people["adviser"]):
            move(consultation=consultation, transition=Transition.HOLD, actor=cast.people["adviser"])
    reached = MilestoneDate.objects.filter(kind__source=MilestoneCode.CONSULTED).values_list(
        "kind__subject", "reached_on"
    )
    assert sorted(reached) == [("1", date(2024, 12, 4)), ("2", date(2024, 12, 11))]


def test_minutes_and_notes_are_written_once_and_changed(cast, seat):
    adviser = cast.people["adviser"]
    consultation = make_consultation(cast.enrolment, seat, starts_at=AT)
    with seen_by(adviser):
        for text in ("一度目", "二度目"):
            write_minutes(consultation=consultation, text=text, actor=adviser)
            note_privately(consultation=consultation, text=text, actor=adviser)
    assert list(Minutes.objects.values_list("text", flat=True)) == ["二度目"]
    assert list(PrivateNote.objects.values_list("text", "author_id")) == [("二度目", adviser.pk)]


@pytest.mark.parametrize("who", ["manager", "secretariat", "former_adviser", "neighbour", "second_adviser"])
@pytest.mark.parametrize("write", [write_minutes, note_privately])
def test_only_the_adviser_who_gave_it_writes(cast, seat, write, who):
    consultation = make_consultation(cast.enrolment, seat, starts_at=AT)
    if who == "second_adviser":
        second = make_seat(cast.programme, role="adviser")
        make_assignment(cast.enrolment, second)
        cast.people[who] = second.user
    with acting_as(cast.people[who].pk), pytest.raises(PermissionDenied):
        write(consultation=consultation, text="…", actor=cast.people[who])
    assert not Minutes.objects.exists()
    assert not PrivateNote.objects.exists()
