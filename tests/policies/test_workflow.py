"""The state table from the other side: every role x state x move. What is not listed changes nothing and logs nothing."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, transaction

from audit.models import Event
from policies.enums import State, Transition
from policies.models import ApprovalRequest, Cycle, Move, Revision, of_cycle
from policies.workflow import Restored, TransitionRefused, available, move, restore, turn_of
from programmes.models import MilestoneDate
from tests.factories import make_member, make_person, make_seat
from tests.roles import seen_by

TODAY = date(2025, 1, 15)

# Move | from these states | to | by | milestone
TABLE = """
submit          | drafting changes_requested                      | submitted         | manager staff | submitted
withdraw        | submitted in_review                             | drafting          | manager staff |
start_review    | submitted                                       | in_review         | adviser       |
lift_review     | in_review                                       | submitted         | secretariat   |
return_comments | in_review                                       | drafting          | adviser       |
request_changes | in_review                                       | changes_requested | adviser       |
endorse         | in_review                                       | endorsed          | adviser       | endorsed
revise          | endorsed                                        | drafting          | manager staff |
decline         | submitted in_review changes_requested endorsed  | drafting          | manager       |
approve         | submitted in_review changes_requested endorsed  | approved          | manager       | approved
publish         | approved                                        | published         | manager staff | published
supersede       | published                                       | superseded        | manager staff |
"""
SEES_THE_CYCLE = {"manager", "staff", "adviser", "secretariat"}


def _read(table: str) -> dict[str, tuple[set[str], str, set[str], str]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return {name: (set(sources.split()), to, set(by.split()), milestone) for name, sources, to, by, milestone in rows}


EXPECTED = _read(TABLE)


def written(cycle: Cycle) -> tuple:
    """All that a move can leave behind."""
    return (
        Cycle.objects.values_list("state", flat=True).get(pk=cycle.pk),
        list(Move.objects.filter(cycle=cycle).values_list("transition", "from_state", "to_state", "moved_on")),
        list(Event.objects.filter(object_id=cycle.pk).values_list("verb", "actor_id", "detail")),
        list(
            MilestoneDate.objects.filter(enrolment=cycle.enrolment_id)
            .exclude(kind__source="joined")
            .values_list("kind__source", "reached_on")
        ),
    )


def come_of(cycle: Cycle, transition: str, user) -> str:
    """Try the move as the person, under the web role. Return how it ended."""
    try:
        with seen_by(user):
            move(cycle=cycle, transition=Transition(transition), actor=user, today=TODAY)
    except Cycle.DoesNotExist:
        return "not there"
    except PermissionDenied:
        return "not you"
    except TransitionRefused:
        return "not now"
    return "done"


@pytest.fixture
def cycle(cast) -> Cycle:
    return Cycle.objects.get(enrolment=cast.enrolment)


def test_the_table_names_every_move():
    assert set(EXPECTED) == set(Transition.values)


@pytest.mark.parametrize("transition", Transition.values)
def test_every_role_in_every_state(cast, cycle, transition):
    sources, target, may, milestone = EXPECTED[transition]
    told, expected = {}, {}
    for who, user in cast.people.items():
        for state in State.values:
            with transaction.atomic():
                Cycle.objects.filter(pk=cycle.pk).update(state=state)
                ended = come_of(cycle, transition, user)
                told[who, state] = (ended, written(cycle))
                transaction.set_rollback(True)
            nothing = (state, [], [], [])
            if who not in SEES_THE_CYCLE:
                expected[who, state] = ("not there", nothing)
            elif who not in may:
                expected[who, state] = ("not you", nothing)
            elif state not in sources:
                expected[who, state] = ("not now", nothing)
            else:
                moves = [(transition, state, target, TODAY)]
                events = [("policy.moved", user.pk, {"transition": transition, "to": target})]
                expected[who, state] = ("done", (target, moves, events, [(milestone, TODAY)] if milestone else []))
    assert told == expected


@pytest.mark.parametrize("state", State.values)
def test_what_is_offered_is_what_is_allowed(cast, cycle, state):
    Cycle.objects.filter(pk=cycle.pk).update(state=state)
    cycle.refresh_from_db()
    for who in SEES_THE_CYCLE:
        user = cast.people[who]
        with seen_by(user):
            offered = available(cycle, user)
        assert offered == [name for name, (sources, _, may, _) in EXPECTED.items() if state in sources and who in may]


def test_the_order_of_offers_is_that_of_the_enumeration():
    assert list(EXPECTED) == Transition.values


def test_nobody_reviews_the_policy_of_their_own_company(cast, cycle):
    adviser = cast.people["adviser"]
    make_member(cast.company, user=adviser)
    Cycle.objects.filter(pk=cycle.pk).update(state=State.IN_REVIEW)
    assert come_of(cycle, "endorse", adviser) == "not you"
    assert come_of(cycle, "request_changes", adviser) == "not you"


def answered(cycle, user, outcome) -> ApprovalRequest:
    """Top management's answer to a request that this member made."""
    revision = Revision.objects.create(**of_cycle(cycle), number=1, content={}, sha256="0" * 64)
    return ApprovalRequest.objects.create(
        **of_cycle(cycle),
        revision=revision,
        approver=make_person(cycle.company),
        requested_by=user,
        decided_at=datetime(2025, 1, 15, tzinfo=UTC),
        decided_on=TODAY,
        outcome=outcome,
    )


@pytest.mark.parametrize(("outcome", "target"), [("approved", "approved"), ("returned", "drafting")])
def test_staff_record_what_top_management_answered_by_link_and_nothing_else(cast, cycle, outcome, target):
    staff = cast.people["staff"]
    Cycle.objects.filter(pk=cycle.pk).update(state=State.ENDORSED)
    answer = answered(cycle, staff, outcome)
    given, other = (
        (Transition.APPROVE, Transition.DECLINE) if outcome == "approved" else (Transition.DECLINE, Transition.APPROVE)
    )
    with seen_by(staff):
        with pytest.raises(PermissionDenied):
            move(cycle=cycle, transition=other, actor=staff, today=TODAY, answer=answer)
        assert move(cycle=cycle, transition=given, actor=staff, today=TODAY, answer=answer).state == target


@pytest.mark.parametrize("wrong", ["asked by another", "on paper", "of another cycle", "not answered"])
def test_an_answer_serves_only_the_request_it_was_given_to(cast, cycle, wrong):
    staff = cast.people["staff"]
    Cycle.objects.filter(pk=cycle.pk).update(state=State.ENDORSED)
    answer = answered(cycle, staff, "approved")
    if wrong == "asked by another":
        answer.requested_by = cast.people["manager"]
    elif wrong == "on paper":
        answer.way = "paper"
    elif wrong == "of another cycle":
        answer.cycle = Cycle.objects.exclude(pk=cycle.pk).first()
    else:
        answer.outcome = ""
    with seen_by(staff), pytest.raises(PermissionDenied):
        move(cycle=cycle, transition=Transition.APPROVE, actor=staff, today=TODAY, answer=answer)
    assert written(cycle) == (State.ENDORSED, [], [], [])


def test_an_approval_says_whether_an_adviser_had_reviewed(cast, cycle):
    manager, adviser = cast.people["manager"], cast.people["adviser"]
    for transition, who, reviewed in [
        ("submit", manager, False),
        ("start_review", adviser, False),
        ("endorse", adviser, True),
        ("revise", manager, False),
        ("submit", manager, False),
        ("approve", manager, False),
        ("publish", manager, False),
    ]:
        assert come_of(cycle, transition, who) == "done"
        assert Cycle.objects.get(pk=cycle.pk).is_reviewed is reviewed, transition


def test_an_endorsed_approval_stays_marked_as_reviewed(cast, cycle):
    manager, adviser = cast.people["manager"], cast.people["adviser"]
    for transition, who in [("submit", manager), ("start_review", adviser), ("endorse", adviser), ("approve", manager)]:
        assert come_of(cycle, transition, who) == "done"
    assert Cycle.objects.get(pk=cycle.pk).is_reviewed is True


def test_the_first_day_of_a_milestone_stays(cast, cycle):
    manager = cast.people["manager"]
    for transition, day in [("submit", 6), ("withdraw", 7), ("submit", 8)]:
        with seen_by(manager):
            move(cycle=cycle, transition=Transition(transition), actor=manager, today=date(2025, 1, day))
    days = MilestoneDate.objects.filter(enrolment=cast.enrolment, kind__source="submitted")
    assert list(days.values_list("reached_on", "cancelled_on")) == [(date(2025, 1, 6), None)]


def test_a_refusal_says_where_the_policy_stands(cast, cycle):
    with seen_by(cast.people["manager"]), pytest.raises(TransitionRefused) as refused:
        move(cycle=cycle, transition=Transition.PUBLISH, actor=cast.people["manager"], today=TODAY)
    assert (refused.value.transition, refused.value.state) == (Transition.PUBLISH, State.DRAFTING)
    assert str(State.DRAFTING.label) in str(refused.value)
    assert turn_of(State.DRAFTING) in str(refused.value)


def test_every_state_says_whose_turn_it_is():
    assert len({str(turn_of(state)) for state in State}) == len(State) - 1  # submitted and in review: the adviser's


def test_the_log_of_moves_is_append_only(cast, cycle):
    manager = cast.people["manager"]
    come_of(cycle, "submit", manager)
    for deed in (lambda: Move.objects.update(moved_on=TODAY), lambda: Move.objects.all().delete()):
        with pytest.raises(ProgrammingError, match="permission denied"), seen_by(manager):
            deed()


# --- What an import restores -------------------------------------------------------------------------------------------

DAYS = {"submitted_on": date(2024, 12, 20), "endorsed_on": date(2025, 1, 20), "approved_on": date(2025, 2, 10)}


def restore_as(user, cycle, state=State.APPROVED, **days):
    with seen_by(user):
        restore(restored=[Restored(cycle=cycle, state=state, **days)], actor=user)


def reached(cycle) -> dict:
    """Milestones that hold as of the programme's end, and those that were taken back."""
    rows = MilestoneDate.objects.filter(enrolment=cycle.enrolment_id).exclude(kind__source="joined")
    return {
        "open": dict(rows.filter(cancelled_on__isnull=True).values_list("kind__source", "reached_on")),
        "as of": set(rows.as_of(date(2025, 4, 30)).values_list("kind__source", "reached_on")),
        "all": rows.count(),
    }


def test_an_import_restores_state_days_and_milestones(cast, cycle):
    restore_as(cast.people["secretariat"], cycle, **DAYS)
    cycle.refresh_from_db()
    assert (cycle.state, cycle.is_reviewed) == (State.APPROVED, True)
    assert list(cycle.moves.values_list("transition", "from_state", "to_state", "moved_on", "is_restored")) == [
        ("submit", "drafting", "submitted", DAYS["submitted_on"], True),
        ("endorse", "submitted", "endorsed", DAYS["endorsed_on"], True),
        ("approve", "endorsed", "approved", DAYS["approved_on"], True),
    ]
    assert reached(cycle)["open"] == {
        "submitted": DAYS["submitted_on"],
        "endorsed": DAYS["endorsed_on"],
        "approved": DAYS["approved_on"],
    }
    told = Event.objects.filter(object_id=cycle.pk)
    assert list(told.values_list("verb", "detail")) == [("policy.restored", {"to": "approved"})]


def test_the_same_days_again_change_nothing(cast, cycle):
    restore_as(cast.people["secretariat"], cycle, **DAYS)
    before = (reached(cycle), Move.objects.count())
    restore_as(cast.people["secretariat"], cycle, **DAYS)
    assert (reached(cycle), Move.objects.count()) == before


def test_a_corrected_day_replaces_the_one_before_for_every_as_of_date(cast, cycle):
    restore_as(cast.people["secretariat"], cycle, **DAYS)
    later = date(2025, 2, 14)
    restore_as(cast.people["secretariat"], cycle, **(DAYS | {"approved_on": later}))
    found = reached(cycle)
    assert found["open"]["approved"] == later
    assert {day for source, day in found["as of"] if source == "approved"} == {later}
    assert found["all"] == 4  # the mistaken day stays to be seen


@pytest.mark.parametrize("who", ["manager", "staff", "adviser"])
def test_who_sees_the_cycle_without_managing_the_programme_restores_nothing(cast, cycle, who):
    with pytest.raises(PermissionDenied):
        restore_as(cast.people[who], cycle, **DAYS)
    assert written(cycle) == ("drafting", [], [], [])


@pytest.mark.parametrize("who", ["neighbour", "stranger", "unassigned_adviser", "other_secretariat", "nobody"])
def test_for_everybody_else_there_is_no_cycle_to_restore(cast, cycle, who):
    with pytest.raises(Cycle.DoesNotExist):
        restore_as(cast.people[who], cycle, **DAYS)
    assert written(cycle) == ("drafting", [], [], [])


def test_a_seat_as_adviser_does_not_make_a_secretariat(cast, cycle):
    both = make_seat(cast.programme, role="adviser", user=cast.people["manager"]).user
    with pytest.raises(PermissionDenied):
        restore_as(both, cycle, **DAYS)
