"""What a telephone at the door shows after somebody's code was read: who it is, and in which of three colours."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext

from common import dates
from programmes.enums import DoorDeed, Registration, SessionState
from programmes.models import Attendance, DoorOperation, Session


@dataclass(frozen=True)
class Sign:
    """A page of one colour. `look` is ask, green, amber or red; the words say it, the colour repeats it."""

    look: str
    title: str
    detail: str = ""
    may_receive: bool = False
    may_undo: bool = False


def sign(row: Attendance, session: Session, *, done: DoorOperation | None, now: datetime) -> Sign:
    """Return what to show: red for another day or a session that was cancelled, amber for somebody received before."""
    day = timezone.localdate(session.starts_at)
    if session.state != SessionState.PUBLISHED:
        return Sign("red", gettext("This session does not take place."), session.title)
    if done is not None and done.changed and row.attended and done.deed != DoorDeed.UNDO:
        return Sign("green", gettext("Received"), _at(row), may_undo=True)
    if done is not None and done.deed == DoorDeed.UNDO and not row.attended:
        return Sign("ask", gettext("Taken back. Nobody is marked as present."), may_receive=True)
    if row.attended:
        return Sign("amber", gettext("Was received already"), _at(row), may_undo=True)
    if day != timezone.localdate(now):
        words = gettext("This code is for %(session)s on %(day)s, not for today.")
        return Sign("red", gettext("Another session"), words % {"session": session.title, "day": dates.long_date(day)})
    return Sign("ask", gettext("Not received yet"), _before(row), may_receive=True)


def _at(row: Attendance) -> str:
    mode = row.get_actual_mode_display()
    return f"{mode} {dates.clock(row.arrived_at)}" if row.arrived_at else str(mode)


def _before(row: Attendance) -> str:
    return {
        Registration.REGISTERED: str(row.get_planned_mode_display()),
        Registration.WAITING: gettext("They had been on the waiting list."),
        Registration.APOLOGISED: gettext("They had sent an apology."),
        Registration.CANCELLED: gettext("They had not been registered, or had withdrawn."),
    }[Registration(row.registration)]
