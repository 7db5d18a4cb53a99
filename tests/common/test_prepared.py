"""Statements that are built once: the same answers as the query they come from, each time for another person."""

from uuid import uuid4

import pytest
from django.utils import timezone

from common.prepared import Prepared
from companies.models import Access, Company, companies_of


@pytest.fixture
def people(cast):
    return [cast.people[role] for role in ("manager", "neighbour", "stranger", "adviser", "secretariat", "nobody")]


def test_it_answers_as_the_query_does_whoever_is_asked_about(people):
    prepared = Prepared(lambda user_id: Access.objects.valid().filter(user_id=user_id).values("company_id"))
    told = [set(Company.objects.filter(pk__in=prepared(user.pk))) for user in people]
    assert told == [
        set(Company.objects.filter(accesses__in=Access.objects.filter(user=user).valid())) for user in people
    ]
    assert len({frozenset(companies) for companies in told}) > 3


def test_it_is_built_once_and_only_when_it_is_asked(people):
    built = []

    def build(user_id):
        built.append(user_id)
        return Access.objects.filter(user_id=user_id).values("company_id")

    prepared = Prepared(build)
    assert built == []
    assert [len(prepared.rows(user.pk)) for user in people] == [
        Access.objects.filter(user=user).count() for user in people
    ]
    assert len(built) == 1


def test_several_ids_each_go_to_their_place_and_may_stand_twice(cast):
    def build(user_id, company_id):
        own = Access.objects.filter(user_id=user_id, company_id=company_id).values_list("company_id", "user_id")
        return own.union(Access.objects.filter(company_id=company_id).values_list("company_id", "user_id"))

    prepared = Prepared(build, ids=2)
    for user in (cast.people["manager"], cast.people["neighbour"]):
        for company in (cast.company, cast.neighbour.company):
            assert set(prepared.rows(user.pk, company.pk)) == set(
                Access.objects.filter(company=company).values_list("company_id", "user_id")
            )


def test_nobody_s_id_finds_nothing(cast):
    assert list(Company.objects.filter(pk__in=companies_of(cast.people["nobody"]))) == []
    assert Prepared(lambda user_id: Access.objects.filter(user_id=user_id).values("pk")).rows(None) == []


def test_a_moment_of_python_s_is_refused(db):
    prepared = Prepared(lambda user_id: Access.objects.valid(timezone.now()).filter(user_id=user_id).values("pk"))
    with pytest.raises(ValueError, match="moment"):
        prepared(uuid4())


def test_an_id_that_the_statement_leaves_out_is_refused(db):
    with pytest.raises(ValueError, match="nowhere"):
        Prepared(lambda user_id: Access.objects.values("pk"))(uuid4())


def test_too_few_and_too_many_ids_are_refused(db):
    prepared = Prepared(lambda user_id: Access.objects.filter(user_id=user_id).values("pk"))
    for ids in ((), (uuid4(), uuid4())):
        with pytest.raises(TypeError, match="takes 1 ids"):
            prepared(*ids)


def test_access_that_ended_a_moment_ago_is_no_access(cast):
    """The moment is asked anew each time, although the statement is not."""
    manager = cast.people["manager"]
    assert set(Company.objects.visible_to(manager)) == {cast.company}
    Access.objects.filter(user=manager).update(valid_until=timezone.now())
    assert set(Company.objects.visible_to(manager)) == set()
