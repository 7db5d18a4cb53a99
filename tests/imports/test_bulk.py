"""Rows inserted as columns are the rows that Django would have inserted."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, ProgrammingError

from companies.models import Company, Person
from imports.importing.bulk import insert_rows
from imports.models import ImportedRow
from programmes.models import Enrolment, Session
from tests.factories import make_company, make_programme, make_user
from tests.roles import seen_by

pytestmark = pytest.mark.django_db


def test_every_kind_of_value_arrives_as_it_was():
    programme = make_programme()
    company = make_company(programme).company
    person = Person(company=company, name_ja="髙﨑 ① \"'\\", name_en="", email="a@b.example", level="working")
    session = Session(
        programme=programme, code="S1", strand="closing", kind="meeting", title_ja="題", method="online",
        starts_at=datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC), ends_at=datetime(2025, 1, 2, 4, tzinfo=UTC),
    )  # fmt: skip
    said = ImportedRow(programme=programme, sheet="People", key="[1]", values={"a": [1, None, "é", True]})
    for row in (person, session, said):
        insert_rows(type(row), [row])
        kept = type(row).objects.get(pk=row.pk)
        names = [field.attname for field in row._meta.concrete_fields if not getattr(field, "auto_now_add", False)]
        assert {name: getattr(kept, name) for name in names} == {name: getattr(row, name) for name in names}
    assert Person.objects.get(pk=person.pk).created_at is not None


def test_dates_and_empty_values_arrive(django_assert_num_queries):
    programme = make_programme()
    companies = [Company(name_ja=f"会社{n}", employees=n or None) for n in range(3)]
    with django_assert_num_queries(1):
        insert_rows(Company, companies)
    insert_rows(
        Enrolment,
        [
            Enrolment(company=c, programme=programme, code=f"C{n}", joined_on=date(2025, 1, 1))
            for n, c in enumerate(companies)
        ],
    )
    assert list(Company.objects.order_by("name_ja").values_list("employees", flat=True)) == [None, 1, 2]
    assert set(Enrolment.objects.values_list("joined_on", "withdrawn_on")) == {(date(2025, 1, 1), None)}


def test_nothing_to_insert_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert_rows(Person, [])


def test_policies_and_constraints_hold():
    company = make_company(make_programme()).company
    with pytest.raises(ProgrammingError, match="row-level security"), seen_by(make_user()):
        insert_rows(Person, [Person(company=company, name_ja="誰か")])
    with pytest.raises(IntegrityError, match="companies_person_has_a_name"):
        insert_rows(Person, [Person(company=company)])
