"""A stand-in can be booked only where they are assigned: the pages say so, and to whom it is still to be done."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from consultations.models import Absence
from consultations.queries import waiting_stand_ins
from tests.counting import queries_of
from tests.factories import make_assignment, make_company, make_seat
from tests.roles import seen_by


@pytest.fixture
def adviser(cast):
    return cast.programme.seats.get(user=cast.people["adviser"])


@pytest.fixture
def away(cast, adviser):
    """The cast's adviser is away in a week; the stand-in advises nobody yet."""
    return absence(cast, adviser, make_seat(cast.programme, role="adviser"))


def absence(cast, adviser, stand_in, *, days: int = 7):
    first = timezone.localdate() + timedelta(days=days)
    return Absence.objects.create(
        seat=adviser,
        programme=cast.programme,
        starts_on=first,
        ends_on=first + timedelta(days=6),
        stand_in=stand_in,
    )


def waiting(cast, who="secretariat") -> list[list[str]]:
    user = cast.people[who]
    with seen_by(user):
        found = waiting_stand_ins(user, cast.programme, day=timezone.localdate())
    return [[name["name_ja"] for name in each.unassigned] for each in found]


def page(name, cast, *args) -> str:
    return reverse(f"consultations:{name}", args=[cast.programme.pk, *args])


def test_the_secretariat_is_told_to_whom_the_stand_in_is_to_be_assigned(cast, adviser, away, sign_in):
    assert waiting(cast) == [[cast.company.name_ja]]
    text = sign_in(cast.people["secretariat"]).get(page("overview", cast)).content.decode()
    assert f'href="{reverse("dashboards:stand_in", args=[cast.programme.pk, away.pk])}"' in text
    assert f"割り当てが必要な企業:{cast.company.name_ja}" in text


@pytest.mark.parametrize("who", ["secretariat", "adviser"])
def test_the_page_of_the_absence_says_it_too(cast, adviser, away, sign_in, who):
    text = sign_in(cast.people[who]).get(page("availability", cast, adviser.pk)).content.decode()
    assert f"事務局がまだ代理に割り当てていない企業:{cast.company.name_ja}" in text
    assert "これだけでは割り当ては変わりません" in text


def test_once_assigned_there_is_nothing_to_do(cast, adviser, away, sign_in):
    """An assignment counts that holds in some of these days, not one that was over before."""
    make_assignment(cast.enrolment, away.stand_in, ends_on=timezone.localdate())
    assert waiting(cast) == [[cast.company.name_ja]]
    make_assignment(cast.enrolment, away.stand_in, starts_on=away.starts_on)
    assert waiting(cast) == []
    text = sign_in(cast.people["secretariat"]).get(page("availability", cast, adviser.pk)).content.decode()
    assert "まだ代理に割り当てていない" not in text


def test_what_is_over_or_has_no_stand_in_waits_for_nothing(cast, adviser):
    absence(cast, adviser, None)
    absence(cast, adviser, make_seat(cast.programme, role="adviser"), days=-30)
    assert waiting(cast) == []


@pytest.mark.parametrize("who", ["manager", "stranger", "other_secretariat", "nobody"])
def test_others_learn_nothing(cast, away, who):
    names = [name for found in waiting(cast, who) for name in found]
    assert names in ([], [cast.company.name_ja] if who == "manager" else [])


def test_the_overview_asks_the_same_whatever_waits(cast, adviser, sign_in):
    client, counts = sign_in(cast.people["secretariat"]), []
    for count in (1, 10):
        for number in range(count):
            make_assignment(make_company(cast.programme), adviser)
            absence(cast, adviser, make_seat(cast.programme, role="adviser"), days=10 + number)
        counts.append(len(queries_of(client, page("overview", cast))))
    assert counts == [11, 11]
