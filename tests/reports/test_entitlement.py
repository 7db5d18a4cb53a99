"""The ledger in the report: what is recorded is named, it adds up, and for the rest there is no reason."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from common.tenancy import acting_as
from consultations.models import Change, LedgerEntry
from reports.queries import report_figures
from tests.factories import make_company, make_consultation, make_programme, make_seat

from .conftest import END, NOW

PARTS = ("used", "cancelled_late", "missed", "forfeited", "later", "unmarked", "unused")
DAY = datetime(2025, 2, 3, 1, tzinfo=UTC)


@pytest.fixture
def year(db):
    """A programme that grants two consultations each, its secretariat, an adviser, and three companies."""
    programme = make_programme()
    user, adviser = make_seat(programme, role="leader").user, make_seat(programme, role="adviser")
    return programme, user, adviser, [make_company(programme) for _ in range(3)]


def ask(year, *, as_of=END) -> dict:
    programme, user, *_rest = year
    with acting_as(user.pk):
        return report_figures(programme, as_of=as_of, edition="public", now=NOW)["consultations"]


def entry(enrolment, kind: str, *, on: datetime = DAY) -> None:
    row = LedgerEntry.objects.create(
        enrolment=enrolment,
        company=enrolment.company,
        programme=enrolment.programme,
        kind=kind,
        reason="理由",
        recorded_by_id=uuid4(),
    )
    LedgerEntry.objects.filter(pk=row.pk).update(recorded_at=on)


def parts(found: dict) -> dict:
    assert found["entitled"] + found["extra"] == sum(found[name] for name in PARTS)
    return {name: found[name] for name in ("extra", *PARTS) if found[name]}


def test_everything_recorded_has_its_own_number_and_they_add_up(year):
    _programme, _user, adviser, (one, two, three) = year
    make_consultation(one, adviser, starts_at=DAY, state="cancelled_late")
    make_consultation(one, adviser, starts_at=DAY + timedelta(days=1), state="missed")
    make_consultation(two, adviser, starts_at=DAY + timedelta(days=2), state="held")
    entry(two, "forfeited")
    for number in range(3):
        make_consultation(three, adviser, starts_at=DAY + timedelta(days=3 + number), state="held")
    entry(three, "extra")
    assert parts(ask(year)) == {"extra": 1, "used": 4, "cancelled_late": 1, "missed": 1, "forfeited": 1}


def test_what_nobody_recorded_stays_unused(year):
    _programme, _user, adviser, (one, _two, _three) = year
    make_consultation(one, adviser, starts_at=DAY, state="cancelled")
    assert parts(ask(year)) == {"unused": 6}


def test_more_than_a_company_had_hides_nothing_of_another(year):
    _programme, _user, adviser, (one, *_others) = year
    for number in range(4):
        make_consultation(one, adviser, starts_at=DAY + timedelta(days=number), state="missed")
    assert parts(ask(year)) == {"missed": 2, "unused": 4}


def test_an_entry_counts_from_the_day_on_which_it_was_recorded(year):
    _programme, _user, _adviser, (one, *_others) = year
    entry(one, "extra", on=datetime(2025, 3, 10, 3, tzinfo=UTC))
    entry(one, "forfeited", on=datetime(2025, 3, 12, 3, tzinfo=UTC))
    assert parts(ask(year, as_of=date(2025, 3, 9))) == {"unused": 6}
    assert parts(ask(year, as_of=date(2025, 3, 10))) == {"extra": 1, "unused": 7}
    assert parts(ask(year, as_of=date(2025, 3, 12))) == {"extra": 1, "forfeited": 1, "unused": 6}


def test_a_late_cancellation_counts_from_the_moment_of_it_on(year):
    """The day before, it was booked; where nobody recorded when, it counts when it would have taken place."""
    programme, _user, adviser, (one, *_others) = year
    late = make_consultation(one, adviser, starts_at=datetime(2025, 3, 12, 3, tzinfo=UTC), state="cancelled_late")
    assert parts(ask(year, as_of=date(2025, 3, 11))) == {"later": 1, "unused": 5}
    assert parts(ask(year, as_of=date(2025, 3, 12))) == {"cancelled_late": 1, "unused": 5}
    change = Change.objects.create(
        consultation=late,
        company=one.company,
        programme=programme,
        kind="ended",
        starts_at=late.starts_at,
        made_by_id=uuid4(),
    )
    Change.objects.filter(pk=change.pk).update(made_at=datetime(2025, 3, 11, 3, tzinfo=UTC))
    assert parts(ask(year, as_of=date(2025, 3, 10))) == {"later": 1, "unused": 5}
    assert parts(ask(year, as_of=date(2025, 3, 11))) == {"cancelled_late": 1, "unused": 5}


def test_the_pilot_says_28_of_32_and_invents_nothing(pilot):
    found = pilot.figures()["consultations"]
    assert (found["held"], found["entitled"]) == (28, 32)
    assert parts(found) == {"used": 28, "unused": 4}
