"""Sessions as calendar entries (RFC 5545), for one reader: see docs/decisions/calendars.md."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from icalendar import Calendar, Event

from programmes.enums import Mode, Registration, SessionState
from programmes.models import Arrival, Attendance, Session

from .programme import method, session_url

PRODUCT = "-//SPP Portal//Sessions//JA"


@dataclass(frozen=True)
class Entry:
    """A session, what the reader said to it, and the ways in that the reader may see."""

    session: Session
    row: Attendance | None = None
    ways_in: tuple[Arrival, ...] = ()

    @property
    def is_cancelled(self) -> bool:
        gone = self.row is not None and self.row.registration in (Registration.APOLOGISED, Registration.CANCELLED)
        return gone or self.session.state == SessionState.CANCELLED

    @property
    def is_tentative(self) -> bool:
        return self.row is not None and self.row.registration == Registration.WAITING

    @property
    def sequence(self) -> int:
        """Both parts only rise, so the sum does."""
        return self.session.sequence + (self.row.sequence if self.row else 0)


def calendar_file(entry: Entry, *, now: datetime) -> bytes:
    """Return one session as a file to open: a calendar adds it, changes it, or takes it out."""
    calendar = _calendar("CANCEL" if entry.is_cancelled else "PUBLISH")
    return _written(calendar, [entry], now=now)


def calendar_feed(entries: Iterable[Entry], *, name: str, now: datetime) -> bytes:
    """Return all entries of a person. What was cancelled stays in it as cancelled, because a feed cannot delete."""
    calendar = _calendar("PUBLISH")
    calendar.add("X-WR-CALNAME", name)
    calendar.add("X-WR-TIMEZONE", settings.TIME_ZONE)
    return _written(calendar, entries, now=now)


def _calendar(kind: str) -> Calendar:
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODUCT)
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", kind)
    return calendar


def _written(calendar: Calendar, entries: Iterable[Entry], *, now: datetime) -> bytes:
    for entry in entries:
        calendar.add_component(_event(entry, now=now))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _event(entry: Entry, *, now: datetime) -> Event:
    session, event = entry.session, Event()
    event.add("UID", f"{session.pk}@{urlsplit(settings.PORTAL_URL).hostname}")
    event.add("DTSTAMP", now.astimezone(UTC))
    event.add("DTSTART", timezone.localtime(session.starts_at))
    event.add("DTEND", timezone.localtime(session.ends_at))
    event.add("SEQUENCE", entry.sequence)
    event.add("STATUS", "CANCELLED" if entry.is_cancelled else "TENTATIVE" if entry.is_tentative else "CONFIRMED")
    event.add("SUMMARY", session.title)
    if place := _place(entry):
        event.add("LOCATION", place)
    event.add("DESCRIPTION", "\n".join(_lines(entry)))
    event.add("URL", f"{settings.PORTAL_URL}{session_url(session)}")
    return event


def _place(entry: Entry) -> str:
    if entry.row:
        is_online = entry.row.planned_mode == Mode.ONLINE
        return gettext("Online") if is_online else entry.session.venue
    return entry.session.venue or method(entry.session)


def _lines(entry: Entry) -> list[str]:
    """What the entry says: how the reader takes part, and how to get in, where the reader may know it."""
    lines = [method(entry.session)]
    if entry.is_cancelled:
        return lines
    if entry.is_tentative:
        lines.append(gettext("You are on the waiting list."))
    elif entry.row:
        lines.append(gettext("You are registered: %(mode)s") % {"mode": Mode(entry.row.planned_mode).label})
    for way in entry.ways_in:
        label = gettext("Map") if way.mode == Mode.ONSITE else gettext("Joining link")
        lines += [f"{label}: {way.url}"] * bool(way.url) + [way.note] * bool(way.note)
    if entry.session.preparation:
        lines.append(gettext("To prepare: %(text)s") % {"text": entry.session.preparation})
    return lines
