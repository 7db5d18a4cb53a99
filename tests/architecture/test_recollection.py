"""The cast of one test is that of every other, to the last row, and nobody's changes are in it."""

import json
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, transaction

from companies.models import Company
from tests.factories import make_cast, make_user
from tests.recollection import Recollection


@contextmanager
def one_test():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def everything() -> dict[str, list]:
    """Every row of every table, in an order of its own."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT to_jsonb(t) FROM "{model._meta.db_table}" t')
            found[model._meta.label] = sorted(json.dumps(row, sort_keys=True) for (row,) in cursor.fetchall())
    return found


def test_what_is_put_back_is_what_was_made(db):
    cast = Recollection(make_cast)
    with one_test():
        made, rows = cast.give(), everything()
    assert not Company.objects.exists()
    with one_test():
        again = cast.give()
        assert everything() == rows
    assert again == made
    assert again is not made
    assert again.company.name == made.company.name
    assert [user.email for user in again.people.values()] == [user.email for user in made.people.values()]


def test_changes_of_one_test_are_not_in_the_next(db):
    cast = Recollection(make_cast)
    for _ in range(3):
        with one_test():
            company = cast.give().company
            assert company.name_en == Company.objects.get(pk=company.pk).name_en != "Changed"
            company.name_en = "Changed"
            company.save()


def test_beside_somebody_it_is_made_anew(db):
    """Their ids could be those of the rows that are kept."""
    cast = Recollection(make_cast)
    with one_test():
        kept = cast.give()
    make_user()
    assert {cast.give().company.pk, cast.give().company.pk}.isdisjoint({kept.company.pk})
    assert Company.objects.count() == 6
