"""A session as a calendar entry for one reader: see docs/decisions/calendars.md."""

from collections.abc import Iterable

from django.utils.translation import gettext

from common.calendars import Entry
from programmes.enums import Mode, Registration, SessionState
from programmes.models import Arrival, Attendance, Session

from .programme import method, session_url


def session_entry(session: Session, row: Attendance | None, ways_in: Iterable[Arrival]) -> Entry:
    """Return the session with what the reader said to it (`row`) and the ways in that the reader may see.

    The sequence is the session's and the registration's: both only rise, so the sum does.
    """
    gone = row is not None and row.registration in (Registration.APOLOGISED, Registration.CANCELLED)
    is_cancelled = gone or session.state == SessionState.CANCELLED
    return Entry(
        id=session.pk,
        sequence=session.sequence + (row.sequence if row else 0),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        summary=session.title,
        path=session_url(session),
        place=_place(session, row),
        lines=(method(session),) if is_cancelled else (method(session), *_lines(session, row, ways_in)),
        is_cancelled=is_cancelled,
        is_tentative=row is not None and row.registration == Registration.WAITING,
    )


def _place(session: Session, row: Attendance | None) -> str:
    if row and row.planned_mode == Mode.ONLINE:
        return gettext("Online")
    return session.venue or method(session)


def _lines(session: Session, row: Attendance | None, ways_in: Iterable[Arrival]) -> list[str]:
    """How the reader takes part, and how to get in."""
    lines = []
    if row and row.registration == Registration.WAITING:
        lines.append(gettext("You are on the waiting list."))
    elif row:
        lines.append(gettext("You are registered: %(mode)s") % {"mode": Mode(row.planned_mode).label})
    for way in ways_in:
        label = gettext("Map") if way.mode == Mode.ONSITE else gettext("Joining link")
        lines += [f"{label}: {way.url}"] * bool(way.url) + [way.note] * bool(way.note)
    if session.preparation:
        lines.append(gettext("To prepare: %(text)s") % {"text": session.preparation})
    return lines
