"""Calendar files (RFC 5545) of one meeting or several: see docs/decisions/calendars.md."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event

# What else belongs into personal calendars: each app above the one that serves them adds its own part.
_feed_parts: list[Callable] = []
PRODUCT = "-//SPP Portal//Calendar//JA"


@dataclass(frozen=True)
class Entry:
    """A meeting as a calendar knows it. The same `id` with a higher `sequence` replaces what a calendar has already."""

    id: UUID
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    path: str
    place: str = ""
    lines: tuple[str, ...] = ()
    is_cancelled: bool = False
    is_tentative: bool = False


def calendar_file(entry: Entry, *, now: datetime) -> bytes:
    """Return one meeting as a file to open: a calendar adds it, changes it, or takes it out. Times are Asia/Tokyo."""
    return written(_calendar("CANCEL" if entry.is_cancelled else "PUBLISH"), [entry], now=now)


def calendar_feed(entries: Iterable[Entry], *, name: str, now: datetime) -> bytes:
    """Return a person's calendar. What was cancelled stays in it as cancelled, because a feed cannot delete."""
    calendar = _calendar("PUBLISH")
    calendar.add("X-WR-CALNAME", name)
    calendar.add("X-WR-TIMEZONE", settings.TIME_ZONE)
    return written(calendar, entries, now=now)


def add_feed_part(part: Callable) -> None:
    """Let `part(user, since=…)` give the entries of an app for a personal calendar; for `AppConfig.ready`.

    It is called as that person, in their language, and returns also what was cancelled.
    """
    if part not in _feed_parts:
        _feed_parts.append(part)


def further_entries(user, *, since: datetime) -> list[Entry]:
    """Return what the apps above add to somebody's personal calendar, of what is not over since then."""
    return [entry for part in _feed_parts for entry in part(user, since=since)]


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODUCT)
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", method)
    return calendar


def written(calendar: Calendar, entries: Iterable[Entry], *, now: datetime) -> bytes:
    """Return the calendar with the entries and the time zones that they name."""
    for entry in entries:
        calendar.add_component(event_of(entry, now=now))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def event_of(entry: Entry, *, now: datetime) -> Event:
    """Return one entry. It has no alarm: some programs refuse files with one, and people set their own."""
    event = Event()
    event.add("UID", f"{entry.id}@{urlsplit(settings.PORTAL_URL).hostname}")
    event.add("DTSTAMP", now.astimezone(UTC))
    event.add("DTSTART", timezone.localtime(entry.starts_at))
    event.add("DTEND", timezone.localtime(entry.ends_at))
    event.add("SEQUENCE", entry.sequence)
    event.add("STATUS", "CANCELLED" if entry.is_cancelled else "TENTATIVE" if entry.is_tentative else "CONFIRMED")
    event.add("SUMMARY", entry.summary)
    if entry.place:
        event.add("LOCATION", entry.place)
    event.add("DESCRIPTION", "\n".join(entry.lines))
    event.add("URL", f"{settings.PORTAL_URL}{entry.path}")
    return event
