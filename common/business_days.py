"""Working days in Japan: not at weekends, on public holidays, nor on the days at the turn of the year when banks close."""

from datetime import date, timedelta
from functools import cache

import holidays

SATURDAY = 5


@cache
def _closed(year: int) -> frozenset[date]:
    """Return the public holidays and bank holidays of a year, as the package `holidays` knows them."""
    return frozenset(holidays.country_holidays("JP", years=year, categories=(holidays.PUBLIC, holidays.BANK)))


def is_holiday(day: date) -> bool:
    """Whether the day is a public holiday or one on which banks are closed; a Sunday alone is none."""
    return day in _closed(day.year)


def is_business_day(day: date) -> bool:
    return day.weekday() < SATURDAY and not is_holiday(day)


def business_day_from(day: date) -> date:
    """Return the day itself or, where it is none to work on, the next one that is."""
    while not is_business_day(day):
        day += timedelta(days=1)
    return day


def add_business_days(day: date, number: int) -> date:
    """Return the business day that comes `number` business days after `day`, which is not counted itself."""
    for _ in range(number):
        day = business_day_from(day + timedelta(days=1))
    return day


def business_day_before(day: date) -> date:
    """Return the last business day before `day`."""
    day -= timedelta(days=1)
    while not is_business_day(day):
        day -= timedelta(days=1)
    return day
