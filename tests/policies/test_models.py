"""What the tables of policies refuse whatever the code does."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from policies.enums import OPEN_STATES, State, Transition
from policies.models import Cycle, Move, Policy, Revision
from policies.services import open_cycles
from programmes.models import Enrolment
from tests.factories import make_programme


@pytest.fixture
def cycle(cast) -> Cycle:
    return Cycle.objects.get(enrolment=cast.enrolment)


@pytest.fixture
def next_year(cast) -> Enrolment:
    """The same company in the programme of another year."""
    programme = make_programme()
    return Enrolment.objects.create(company=cast.company, programme=programme, code="C1", joined_on=programme.starts_on)


def draft(cycle, enrolment, number=2) -> Cycle:
    own = {"company": cycle.company, "programme": enrolment.programme, "enrolment": enrolment}
    return Cycle(policy=cycle.policy, number=number, **own)


@pytest.mark.parametrize("state", State.values)
def test_one_round_at_a_time(cycle, next_year, state):
    """The next round begins when the last is published; until then there is one."""
    Cycle.objects.filter(pk=cycle.pk).update(state=state)
    if state in OPEN_STATES:
        with pytest.raises(IntegrityError, match="policies_cycle_one_open"), transaction.atomic():
            draft(cycle, next_year).save()
    else:
        draft(cycle, next_year).save()
        assert cycle.policy.cycles.count() == 2


def test_one_policy_a_theme(cycle):
    with pytest.raises(IntegrityError, match="policies_policy_once_a_theme"), transaction.atomic():
        Policy.objects.create(company=cycle.company)


def test_the_next_round_may_begin_in_the_same_year_under_the_next_number(cast, cycle):
    Cycle.objects.filter(pk=cycle.pk).update(state=State.PUBLISHED)
    with pytest.raises(IntegrityError, match="policies_cycle_number_once"), transaction.atomic():
        draft(cycle, cast.enrolment, number=1).save()
    draft(cycle, cast.enrolment).save()
    assert list(cycle.policy.cycles.order_by("number").values_list("number", flat=True)) == [1, 2]


@pytest.mark.parametrize("values", [{"state": "late"}, {"state": ""}])
def test_no_other_state(cycle, values):
    with pytest.raises(IntegrityError, match="policies_cycle_state"), transaction.atomic():
        Cycle.objects.filter(pk=cycle.pk).update(**values)


def test_a_round_stays_with_its_company_and_programme(cast, cycle):
    wrong = {
        "policy": Policy.objects.get(company=cast.neighbour.company),
        "enrolment": cast.neighbour,
        "programme": cast.other_programme,
    }
    for name, value in wrong.items():
        with pytest.raises(IntegrityError), transaction.atomic():
            Cycle.objects.filter(pk=cycle.pk).update(**{name: value})


def test_what_belongs_to_a_round_stays_in_its_tenant(cast, cycle):
    foreign = {"company": cast.neighbour.company, "programme": cast.programme}
    elsewhere = {"company": cast.company, "programme": cast.other_programme}
    for tenant in (foreign, elsewhere):
        with pytest.raises(IntegrityError), transaction.atomic():
            Revision.objects.create(cycle=cycle, number=1, content={}, sha256="0" * 64, **tenant)
        with pytest.raises(IntegrityError), transaction.atomic():
            Move.objects.create(
                cycle=cycle,
                transition=Transition.SUBMIT,
                from_state=State.DRAFTING,
                to_state=State.SUBMITTED,
                moved_on=date(2025, 1, 1),
                **tenant,
            )


def test_numbers_of_revisions_are_given_once(cycle):
    tenant = {"company_id": cycle.company_id, "programme_id": cycle.programme_id}
    Revision.objects.create(cycle=cycle, number=1, content={}, sha256="0" * 64, **tenant)
    with pytest.raises(IntegrityError, match="policies_revision_number_once"), transaction.atomic():
        Revision.objects.create(cycle=cycle, number=1, content={}, sha256="1" * 64, **tenant)


def test_opening_rounds_again_opens_none(cast, cycle):
    assert open_cycles(enrolments=[cast.enrolment]) == {cast.enrolment.pk: cycle}
    assert Cycle.objects.filter(enrolment=cast.enrolment).count() == 1
