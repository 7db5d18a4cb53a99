from datetime import date

import pytest

from common.tenancy import acting_as
from policies import queries
from policies.enums import State, Transition
from policies.models import Cycle
from policies.rendering import journey_steps
from policies.workflow import TRANSITIONS, Restored, move, restore
from programmes.models import Enrolment
from tests.factories import make_assignment, make_company, make_programme, make_seat
from tests.roles import seen_by

APPROVED = {"approved_on": date(2025, 3, 14), "submitted_on": date(2025, 2, 10)}


def put(enrolment, state: str, **days) -> Cycle:
    """Put the enrolment's policy where an import says it stands."""
    cycle = Cycle.objects.get(enrolment=enrolment)
    operator = enrolment.programme.seats.get(role="operator").user
    with acting_as(operator.pk):
        restore(restored=[Restored(cycle, State(state), **days)], actor=operator)
    return Cycle.objects.get(pk=cycle.pk)


@pytest.fixture
def cohort(db):
    """A programme with four companies: published, approved, submitted, and one that drafts; and its secretariat."""
    programme = make_programme()
    enrolments = [make_company(programme) for _ in range(4)]
    put(enrolments[0], "published", **APPROVED, published_on=date(2025, 3, 17))
    put(enrolments[1], "approved", submitted_on=date(2025, 3, 1), approved_on=date(2025, 4, 10))
    put(enrolments[2], "submitted", submitted_on=date(2025, 3, 20))
    return programme, enrolments, make_seat(programme, role="leader").user


@pytest.mark.parametrize(
    ("day", "submitted", "formulated", "late"),
    [
        (date(2025, 2, 9), 0, 0, 0),
        (date(2025, 2, 10), 1, 0, 0),
        (date(2025, 3, 14), 2, 1, 0),
        (date(2025, 3, 31), 3, 1, 0),
        (date(2025, 4, 1), 3, 1, 3),
        (date(2025, 4, 10), 3, 2, 2),
    ],
)
def test_figures_stand_for_a_day(cohort, day, submitted, formulated, late):
    programme, _enrolments, user = cohort
    with seen_by(user):
        figures = queries.cohort_figures(user, programme, day=day)
    counted = {"submitted": submitted, "formulated": formulated, "late": late}
    assert figures == {"enrolled": 4, "without_adviser": 4} | counted


def test_a_day_that_was_corrected_no_longer_counts(cohort):
    programme, enrolments, user = cohort
    put(
        enrolments[0],
        "published",
        submitted_on=date(2025, 2, 10),
        approved_on=date(2025, 4, 1),
        published_on=date(2025, 4, 2),
    )
    with seen_by(user):
        figures = [
            queries.cohort_figures(user, programme, day=day)["formulated"]
            for day in (date(2025, 3, 31), date(2025, 4, 1))
        ]
    assert figures == [0, 1]


def test_companies_that_withdrew_leave_the_figures_from_that_day_on(cohort):
    programme, enrolments, user = cohort
    Enrolment.objects.filter(pk=enrolments[0].pk).update(withdrawn_on=date(2025, 4, 30))
    with seen_by(user):
        days = [queries.cohort_figures(user, programme, day=date(2025, 4, day)) for day in (29, 30)]
    assert [(day["enrolled"], day["formulated"]) for day in days] == [(4, 2), (3, 1)]


def test_companies_without_an_adviser_of_the_day_are_counted(cohort):
    programme, enrolments, user = cohort
    adviser = make_seat(programme, role="adviser")
    make_assignment(enrolments[0], adviser, starts_on=date(2025, 2, 1), ends_on=date(2025, 3, 31))
    with seen_by(user):
        days = (date(2025, 1, 31), date(2025, 2, 1), date(2025, 3, 31), date(2025, 4, 1))
        found = [queries.cohort_figures(user, programme, day=day)["without_adviser"] for day in days]
    assert found == [4, 3, 3, 4]


def test_enrolments_are_counted_by_state_in_the_order_of_the_work(cohort):
    programme, _enrolments, user = cohort
    with seen_by(user):
        counts = queries.state_counts(Enrolment.objects.filter(programme=programme))
    assert list(counts.items()) == [("drafting", 1), ("submitted", 1), ("approved", 1), ("published", 1)]


def test_a_company_without_a_cycle_is_counted_as_not_begun(cohort):
    programme, enrolments, user = cohort
    Cycle.objects.filter(enrolment=enrolments[3]).delete()
    with seen_by(user):
        counts = queries.state_counts(Enrolment.objects.filter(programme=programme))
    assert counts == {"": 1, "submitted": 1, "approved": 1, "published": 1}


def test_what_waits_for_a_review_comes_with_its_day_the_longest_first(cast):
    make_assignment(cast.neighbour, cast.programme.seats.get(user=cast.people["unassigned_adviser"]))
    for enrolment, who, day in ((cast.enrolment, "staff", 20), (cast.neighbour, "neighbour", 10)):
        cycle = Cycle.objects.get(enrolment=enrolment)
        with acting_as(cast.people[who].pk):
            move(cycle=cycle, transition=Transition.SUBMIT, actor=cast.people[who], today=date(2025, 2, day))
    user = cast.people["secretariat"]
    with seen_by(user):
        waiting = [
            (c.company_id, c.since) for c in queries.waiting_for_review(user, cast.programme, day=date(2025, 2, 21))
        ]
    assert waiting == [(cast.neighbour.company_id, date(2025, 2, 10)), (cast.company.pk, date(2025, 2, 20))]


def test_the_days_of_a_cycle_are_those_of_the_last_correction(cohort):
    programme, enrolments, user = cohort
    put(enrolments[1], "approved", submitted_on=date(2025, 3, 2), approved_on=date(2025, 4, 9))
    with seen_by(user):
        cycle = queries.with_steps(queries.present_cycles(user, programme, day=date(2025, 4, 30))).get(
            enrolment=enrolments[1]
        )
    assert (cycle.submitted_on, cycle.endorsed_on, cycle.approved_on, cycle.published_on) == (
        date(2025, 3, 2),
        None,
        date(2025, 4, 9),
        None,
    )


def test_every_state_has_its_step_of_the_journey():
    here = {}
    for state in (None, *State.values):
        states = [step.state for step in journey_steps(state)]
        assert states == sorted(states, key=["done", "here", "ahead"].index)
        here[state] = states.index("here") + 1 if "here" in states else None
    assert here == {
        None: 1,
        "drafting": 2,
        "submitted": 4,
        "in_review": 4,
        "changes_requested": 2,
        "endorsed": 5,
        "approved": 6,
        "published": None,
        "superseded": None,
    }
    assert set(TRANSITIONS) == set(Transition)
