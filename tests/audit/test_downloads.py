"""Whoever takes a file out is told of, whatever page handed it out."""

import pytest
from django.urls import reverse

from audit.models import Event


def sheet(cast, query: str = "") -> str:
    return reverse("reports:cohort_sheet", args=[cast.programme.pk]) + query


def told() -> list[tuple]:
    rows = Event.objects.filter(verb="file.downloaded").order_by("at")
    return list(rows.values_list("actor_id", "acting_role", "company_id", "programme_id", "detail"))


def test_a_file_that_is_handed_out_stands_in_the_trail(cast, sign_in):
    secretariat = cast.people["secretariat"]
    assert sign_in(secretariat).get(sheet(cast)).status_code == 200
    assert told() == [(secretariat.pk, "secretariat", None, cast.programme.pk, {"page": "reports:cohort_sheet"})]


def test_the_same_file_is_told_once_a_quarter_of_an_hour_and_another_one_beside_it(cast, sign_in):
    client = sign_in(cast.people["secretariat"])
    for query in ("", "", "?as=csv", "?as=csv&q=alpha"):
        client.get(sheet(cast, query))
    # A quarter of an hour may end between two of them.
    assert len({(row[0], str(row[4])) for row in told()}) == 1
    assert len(told()) in (3, 4)


@pytest.mark.parametrize(("who", "method"), [("secretariat", "head"), ("staff", "get"), ("adviser", "get")])
def test_what_is_not_handed_out_is_not_told(cast, sign_in, who, method):
    getattr(sign_in(cast.people[who]), method)(sheet(cast))
    assert told() == []


def test_a_page_is_no_file(cast, sign_in):
    assert sign_in(cast.people["manager"]).get(reverse("dashboards:looks", args=[cast.company.pk])).status_code == 200
    assert told() == []
