from datetime import date

import pytest

from common.business_days import add_business_days, business_day_from, is_business_day


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 20), True),  # Friday
        (date(2026, 11, 21), False),  # Saturday
        (date(2026, 11, 22), False),  # Sunday
        (date(2026, 11, 23), False),  # Labour Thanksgiving Day
        (date(2026, 11, 24), True),
        (date(2026, 12, 30), True),
        (date(2026, 12, 31), False),  # banks are closed
        (date(2027, 1, 1), False),
        (date(2027, 1, 4), True),
        (date(2026, 5, 6), False),  # in place of a holiday on a Sunday
    ],
)
def test_weekends_holidays_and_the_turn_of_the_year_are_free(day, works):
    assert is_business_day(day) is works


def test_days_are_counted_from_the_day_after():
    friday = date(2026, 11, 20)
    assert add_business_days(friday, 0) == friday
    assert add_business_days(friday, 1) == date(2026, 11, 24)
    assert add_business_days(date(2026, 12, 30), 1) == date(2027, 1, 4)
    assert add_business_days(date(2026, 11, 22), 5) == date(2026, 11, 30)


def test_a_free_day_gives_way_to_the_next_that_is_not():
    assert business_day_from(date(2026, 11, 21)) == date(2026, 11, 24)
    assert business_day_from(date(2026, 11, 24)) == date(2026, 11, 24)
