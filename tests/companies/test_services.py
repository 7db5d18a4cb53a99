"""Founding companies, letting people in and out, and the one table of access."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from audit.models import Event
from companies.models import Access, Company, Membership, Person
from companies.permissions import is_adviser_of, is_company_manager, is_member, is_secretariat_of
from companies.services import Grant, end_access, end_membership, found_companies, grant_access, link_person
from programmes.models import Seat
from tests.factories import make_company, make_member, make_person, make_user
from tests.roles import seen_by


def sees(user) -> set:
    with seen_by(user):
        return set(Company.objects.values_list("pk", flat=True))


def membership_of(cast, who) -> Membership:
    return Membership.objects.get(person__user=cast.people[who])


def test_a_membership_that_ends_is_over_at_the_next_request(cast, sign_in):
    staff = cast.people["staff"]
    address = f"/companies/{cast.company.pk}/"
    client = sign_in(staff)
    assert client.get(address).status_code == 200
    with seen_by(cast.people["secretariat"]):
        end_membership(membership=membership_of(cast, "staff"), actor=cast.people["secretariat"], now=timezone.now())
    assert client.get(address).status_code == 404
    assert sees(staff) == set()
    event = Event.objects.get(verb="membership.ended")
    assert (event.actor_id, event.company_id) == (cast.people["secretariat"].pk, cast.company.pk)


@pytest.mark.parametrize("who", ["staff", "adviser"])
def test_who_is_not_the_secretariat_ends_nobody_elses_access(cast, who):
    with pytest.raises(ProgrammingError, match="not allowed to end"), seen_by(cast.people[who]):
        end_access(source_ids=[membership_of(cast, "manager").pk])
    assert sees(cast.people["manager"]) == {cast.company.pk}


def test_one_row_that_may_not_be_ended_keeps_all_open(cast):
    sources = [membership_of(cast, who).pk for who in ("manager", "stranger")]
    with pytest.raises(ProgrammingError), seen_by(cast.people["secretariat"]):
        end_access(source_ids=sources)
    assert sees(cast.people["manager"]) == {cast.company.pk}


def test_a_person_ends_their_own_access(cast):
    staff = cast.people["staff"]
    with seen_by(staff):
        assert end_access(source_ids=[membership_of(cast, "staff").pk]) == 1
    assert sees(staff) == set()


def test_ending_twice_ends_nothing_more(cast):
    source = membership_of(cast, "staff").pk
    with seen_by(cast.people["secretariat"]):
        assert [end_access(source_ids=[source]), end_access(source_ids=[source])] == [1, 0]


def test_access_for_the_same_reason_is_one_row_that_opens_again(cast):
    staff, source = cast.people["staff"], membership_of(cast, "staff").pk
    with seen_by(cast.people["secretariat"]):
        end_access(source_ids=[source])
        grant_access(grants=[Grant(staff.pk, cast.company.pk, "member", source)])
    assert sees(staff) == {cast.company.pk}
    assert Access.objects.filter(source_id=source).count() == 1


def test_no_grants_are_no_statement(cast, django_assert_num_queries):
    with django_assert_num_queries(0):
        grant_access(grants=[])


@pytest.mark.parametrize("who", ["manager", "adviser", "unassigned_adviser", "other_secretariat", "nobody"])
@pytest.mark.parametrize("kind", ["member", "adviser", "secretariat"])
def test_nobody_grants_themselves_a_company(cast, who, kind):
    user = cast.people[who]
    with pytest.raises(ProgrammingError, match="not allowed to grant"), seen_by(user):
        grant_access(grants=[Grant(user.pk, cast.neighbour.company_id, kind, user.pk)])
    assert cast.neighbour.company_id not in sees(user)


def test_a_company_that_exists_cannot_be_founded_over(cast):
    """The founder's way in is open only while nobody at all sees the company."""
    other = cast.people["other_secretariat"]
    with pytest.raises(ProgrammingError, match="not allowed to grant"), seen_by(other):
        grant_access(grants=[Grant(other.pk, cast.company.pk, "secretariat", other.pk)])


def test_a_secretariat_founds_companies_and_sees_them(cast):
    secretariat = cast.people["secretariat"]
    seat = Seat.objects.get(user=secretariat)
    company = Company(name_ja="新会社")
    with seen_by(secretariat):
        found_companies(companies=[company], actor=secretariat, source_id=seat.pk)
    assert company.pk in sees(secretariat)
    assert company.pk not in sees(cast.people["other_secretariat"])
    assert Event.objects.filter(verb="company.founded", company_id=company.pk).count() == 1


@pytest.mark.parametrize("who", ["manager", "adviser", "nobody"])
def test_others_found_no_company(cast, who):
    user = cast.people[who]
    with pytest.raises(ProgrammingError, match="row-level security"), seen_by(user):
        found_companies(companies=[Company(name_ja="新会社")], actor=user, source_id=user.pk)


def test_a_person_without_membership_is_linked_and_sees_nothing(cast):
    person, user = make_person(cast.company), make_user()
    with seen_by(cast.people["secretariat"]):
        link_person(person=person, user=user, actor=cast.people["secretariat"])
    assert Person.objects.get(pk=person.pk).user == user
    assert sees(user) == set()


def test_a_place_that_changes_hands_is_closed_for_who_had_it(cast):
    before, after = cast.people["staff"], make_user()
    with seen_by(cast.people["secretariat"]):
        link_person(person=Person.objects.get(user=before), user=after, actor=cast.people["secretariat"])
    assert (sees(before), sees(after)) == (set(), {cast.company.pk})


def test_one_human_at_two_companies_is_one_account_and_two_persons(cast):
    other = make_company(cast.programme)
    user = make_member(other.company, user=cast.people["staff"])
    assert sees(user) == {cast.company.pk, other.company_id}
    assert Person.objects.filter(user=user).count() == 2


def test_rights_follow_the_kind_of_access(cast):
    def rights(who):
        user, company = cast.people[who], cast.company.pk
        with seen_by(user):
            return tuple(
                may(user, company) for may in (is_member, is_company_manager, is_adviser_of, is_secretariat_of)
            )

    assert {who: rights(who) for who in cast.people} == {
        "manager": (True, True, False, False),
        "staff": (True, False, False, False),
        "neighbour": (False, False, False, False),
        "stranger": (False, False, False, False),
        "adviser": (False, False, True, False),
        "unassigned_adviser": (False, False, False, False),
        "former_adviser": (False, False, False, False),
        "secretariat": (False, False, False, True),
        "other_secretariat": (False, False, False, False),
        "nobody": (False, False, False, False),
    }


# --- What the database itself refuses ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "constraint"),
    [
        (lambda c: Company.objects.create(), "companies_company_has_a_name"),
        (lambda c: Company.objects.create(name_ja="社", corporate_number="123"), "companies_company_number_shape"),
        (
            lambda c: Company.objects.create(name_ja="社", corporate_number="0000012050002"),
            "companies_company_number_shape",
        ),
        (lambda c: make_person(c, name_ja="", name_en=""), "companies_person_has_a_name"),
        (lambda c: make_person(c, level="chief"), "companies_person_level"),
        (
            lambda c: Membership.objects.create(company=c, person=make_person(c), role="owner"),
            "companies_membership_role",
        ),
    ],
)
def test_impossible_rows_are_refused(cast, make, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make(cast.company)


def test_a_person_has_one_open_membership(cast):
    person = Person.objects.get(user=cast.people["staff"])
    with pytest.raises(IntegrityError, match="companies_membership_one_open"), transaction.atomic():
        Membership.objects.create(company=cast.company, person=person, role="manager")
    Membership.objects.filter(person=person).update(ended_at=timezone.now())
    Membership.objects.create(company=cast.company, person=person, role="manager")


def test_an_account_is_one_person_of_a_company(cast):
    with pytest.raises(IntegrityError, match="companies_person_once_a_company"), transaction.atomic():
        make_person(cast.company, user=cast.people["staff"])


def test_a_membership_is_of_a_person_of_the_company(cast):
    foreign = make_person(cast.neighbour.company)
    with pytest.raises(IntegrityError, match="same_company_id"), transaction.atomic():
        Membership.objects.create(company=cast.company, person=foreign, role="staff")


def test_access_ends_after_it_begins(cast):
    access = Access.objects.filter(company=cast.company).first()
    with pytest.raises(IntegrityError, match="companies_access_ends_after_start"), transaction.atomic():
        Access.objects.filter(pk=access.pk).update(valid_until=access.starts_at - timedelta(days=1))
