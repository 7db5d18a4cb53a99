"""Who acts, as the database knows it."""

import pytest
from django.db import connection, transaction

from common.tenancy import acting_as, current_user_id, set_context
from companies.models import Company
from tests.roles import seen_by, web_role


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [name])
        return cursor.fetchone()[0]


def test_nobody_acts_at_first(db):
    assert current_user_id() is None


def test_the_context_is_given_back(cast):
    manager, adviser = cast.people["manager"], cast.people["adviser"]
    with acting_as(manager.pk, company_id=cast.company.pk, request_id="first"):
        with acting_as(adviser.pk):
            assert current_user_id() == adviser.pk
            assert setting("app.company_id") == ""
            assert setting("app.request_id") == "first"
        assert current_user_id() == manager.pk
        assert setting("app.company_id") == str(cast.company.pk)
    assert current_user_id() is None


def test_the_context_is_given_back_after_an_error(cast):
    with acting_as(cast.people["manager"].pk):
        with pytest.raises(ZeroDivisionError), acting_as(cast.people["adviser"].pk):
            raise ZeroDivisionError
        assert current_user_id() == cast.people["manager"].pk


def test_narrowing_holds_until_the_context_is_given_back(cast):
    with seen_by(cast.people["secretariat"]):
        set_context(cast.people["secretariat"].pk, company_id=cast.neighbour.company_id)
        assert list(Company.objects.values_list("pk", flat=True)) == [cast.neighbour.company_id]
    with seen_by(cast.people["secretariat"]):
        assert Company.objects.count() == 2


def test_narrowing_to_a_company_of_others_shows_nothing(cast):
    with seen_by(cast.people["manager"], company_id=cast.neighbour.company_id):
        assert Company.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_context_needs_a_transaction(db):
    with pytest.raises(transaction.TransactionManagementError, match="open transaction"):
        set_context(None)


@pytest.mark.django_db(transaction=True)
def test_the_context_dies_with_the_transaction(db):
    with transaction.atomic():
        set_context(None, request_id="gone")
    assert setting("app.user_id") == ""
    with web_role():
        assert Company.objects.count() == 0
