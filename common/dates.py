"""Dates and times as Japanese and English readers write them, always with the weekday where there is a day.

The language is given, or the one that is active. Times are local times of the portal (Asia/Tokyo). The pieces of one
date are joined so that no line breaks inside it where the caller asks for text that is set in print (`nowrap` is the
style sheet's business).
"""

import datetime

from django.utils import timezone
from django.utils.translation import get_language

WEEKDAYS_JA = "月火水木金土日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# First fiscal year (April to March) that is counted in the era. The year an era begins is its 元年.
ERAS = ((2019, "令和"), (1989, "平成"), (1926, "昭和"))


def _japanese(language: str | None) -> bool:
    return (language or get_language() or "ja").startswith("ja")


def long_date(day: datetime.date, *, language: str | None = None, weekday: bool = True) -> str:
    """Return 2024年11月7日(木) or 7 November 2024 (Thu)."""
    if _japanese(language):
        text = f"{day.year}年{day.month}月{day.day}日"
        return f"{text}({WEEKDAYS_JA[day.weekday()]})" if weekday else text
    text = f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}"
    return f"{text} ({WEEKDAYS_EN[day.weekday()]})" if weekday else text


def short_date(day: datetime.date, *, language: str | None = None) -> str:
    """Return 2024/11/7 or 7 Nov 2024, for tables and lists where many dates stand close together."""
    if _japanese(language):
        return f"{day.year}/{day.month}/{day.day}"
    return f"{day.day} {MONTHS_EN[day.month - 1][:3]} {day.year}"


def month(day: datetime.date, *, language: str | None = None) -> str:
    """Return 2024年11月 or November 2024."""
    return f"{day.year}年{day.month}月" if _japanese(language) else f"{MONTHS_EN[day.month - 1]} {day.year}"


def clock(moment: datetime.datetime) -> str:
    """Return 9:05 or 15:30, local time."""
    local = timezone.localtime(moment)
    return f"{local.hour}:{local.minute:02d}"


def date_and_time(moment: datetime.datetime, *, language: str | None = None) -> str:
    """Return 2024年11月7日(木) 15:30 or 7 November 2024 (Thu) 15:30, local time."""
    return f"{long_date(timezone.localtime(moment).date(), language=language)} {clock(moment)}"


def date_and_times(starts_at: datetime.datetime, ends_at: datetime.datetime, *, language: str | None = None) -> str:
    """Return 2024年11月7日(木) 15:30〜17:00; both days where the end falls on another one."""
    dash = "〜" if _japanese(language) else "–"
    first, last = timezone.localtime(starts_at).date(), timezone.localtime(ends_at).date()
    if first == last:
        return f"{date_and_time(starts_at, language=language)}{dash}{clock(ends_at)}"
    return f"{date_and_time(starts_at, language=language)} {dash} {date_and_time(ends_at, language=language)}"


def month_range(first: datetime.date, last: datetime.date, *, language: str | None = None) -> str:
    """Return 2024年11月から2025年4月まで or November 2024 to April 2025; one month stands alone."""
    ends = month(first, language=language), month(last, language=language)
    if ends[0] == ends[1]:
        return ends[0]
    return f"{ends[0]}から{ends[1]}まで" if _japanese(language) else f"{ends[0]} to {ends[1]}"


def fiscal_year(year: int, *, language: str | None = None) -> str:
    """Return 令和6年度(2024年度) or FY2024. The year is a fact that somebody stated, never computed from a date."""
    if not _japanese(language):
        return f"FY{year}"
    for first, era in ERAS:
        if year >= first:
            count = "元" if year == first else year - first + 1
            return f"{era}{count}年度({year}年度)"
    return f"{year}年度"
