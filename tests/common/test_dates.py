"""Dates as people write them in both languages."""

from datetime import UTC, date, datetime

import pytest

from common import dates

AFTERNOON = datetime(2024, 11, 7, 6, 30, tzinfo=UTC)  # 15:30 in Tokyo


@pytest.mark.parametrize(
    ("language", "weekday", "expected"),
    [
        ("ja", True, "2024年11月7日(木)"),
        ("ja", False, "2024年11月7日"),
        ("en", True, "7 November 2024 (Thu)"),
        ("en", False, "7 November 2024"),
    ],
)
def test_a_day_bears_its_weekday_unless_told_otherwise(language, weekday, expected):
    assert dates.long_date(date(2024, 11, 7), language=language, weekday=weekday) == expected


@pytest.mark.parametrize(
    ("hours", "language", "expected"),
    [
        (1.5, "ja", "2024年11月7日(木) 15:30〜17:00"),
        (1.5, "en", "7 November 2024 (Thu) 15:30–17:00"),
        (24, "ja", "2024年11月7日(木) 15:30 〜 2024年11月8日(金) 15:30"),
        (24, "en", "7 November 2024 (Thu) 15:30 – 8 November 2024 (Fri) 15:30"),
    ],
)
def test_times_are_those_of_tokyo_and_name_the_second_day_only_when_there_is_one(hours, language, expected):
    ends_at = datetime.fromtimestamp(AFTERNOON.timestamp() + hours * 3600, tz=UTC)
    assert dates.date_and_times(AFTERNOON, ends_at, language=language) == expected


def test_a_moment_before_midnight_in_utc_is_the_next_day_in_tokyo():
    assert dates.date_and_time(datetime(2024, 12, 31, 15, 5, tzinfo=UTC), language="ja") == "2025年1月1日(水) 0:05"


@pytest.mark.parametrize(
    ("last", "language", "expected"),
    [
        (date(2025, 4, 30), "ja", "2024年11月から2025年4月まで"),
        (date(2025, 4, 30), "en", "November 2024 to April 2025"),
        (date(2024, 11, 30), "ja", "2024年11月"),
        (date(2024, 11, 30), "en", "November 2024"),
    ],
)
def test_a_period_within_one_month_is_that_month(last, language, expected):
    assert dates.month_range(date(2024, 11, 1), last, language=language) == expected


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2024, "令和6年度(2024年度)"),
        (2019, "令和元年度(2019年度)"),
        (2018, "平成30年度(2018年度)"),
        (1989, "平成元年度(1989年度)"),
        (1988, "昭和63年度(1988年度)"),
    ],
)
def test_a_fiscal_year_is_counted_in_its_era(year, expected):
    assert dates.fiscal_year(year, language="ja") == expected
    assert dates.fiscal_year(year, language="en") == f"FY{year}"
