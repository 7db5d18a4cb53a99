"""What people are told about their place at a session: by the portal's message where they have an account, else by mail."""

from collections.abc import Iterable
from enum import StrEnum

from django.urls import reverse
from django.utils import translation

from common import dates
from notifications.services import Reader, notify, write_to
from programmes.enums import Mode, Registration
from programmes.models import Arrival, Attendance, Session


class Told(StrEnum):
    """Which words somebody is told, as the templates `notifications/mail/<…>.txt` have them."""

    REGISTERED = "session_registered"
    WAITING = "session_waiting"
    MOVED_UP = "session_moved_up"
    LEFT = "session_left"

    @classmethod
    def of(cls, attendance: Attendance) -> "Told":
        """Return what is to be told of where somebody stands now."""
        known = {Registration.REGISTERED: cls.REGISTERED, Registration.WAITING: cls.WAITING}
        return known.get(attendance.registration, cls.LEFT)

    @property
    def has_place(self) -> bool:
        return self in (Told.REGISTERED, Told.MOVED_UP)


def tell_people(*, session: Session, attendances: Iterable[Attendance], told: Told) -> None:
    """Tell people where they stand at the session. Who acts is of its secretariat, which may read every way in.

    The joining link goes to people online and the directions to people on site, and both only to those who have a place.
    They stand in the mail alone. Who has neither account nor address is told nothing; the company sees it on its page.
    """
    ways = {way.mode: way for way in Arrival.objects.filter(session=session)} if told.has_place else {}
    for attendance in attendances:
        person, way = attendance.person, ways.get(attendance.planned_mode)
        if person.user:
            with translation.override(person.user.language):
                params, way_words = facts(session, attendance), _way(attendance, way)
            notify(
                to=person.user,
                kind=told,
                actor=None,
                params=params,
                mail_only=way_words,
                path=reverse("programmes:register", args=[attendance.company_id, session.pk]),
                company_id=attendance.company_id,
                programme_id=session.programme_id,
            )
        elif person.email:
            reader = Reader(name=person.name_ja or person.name_en, address=person.email)
            with translation.override(reader.language):
                params = facts(session, attendance) | _way(attendance, way)
            write_to(to=reader, kind=told, actor=None, params=params)


def facts(session: Session, attendance: Attendance) -> dict:
    """Return what a mail says of a session and of somebody's place there, in the present language."""
    is_onsite = attendance.planned_mode == Mode.ONSITE
    return {
        "session": session.title,
        "when": dates.date_and_times(session.starts_at, session.ends_at),
        "mode": str(Mode(attendance.planned_mode).label),
        "venue": session.venue if is_onsite else "",
        "person": attendance.person.name,
        "company": attendance.company.name,
        "has_apologised": attendance.registration == Registration.APOLOGISED,
    }


def _way(attendance: Attendance, way: Arrival | None) -> dict:
    """Return the way in, in the present language: {} where there is none yet."""
    if way is None:
        return {}
    is_online = attendance.planned_mode == Mode.ONLINE
    return {
        "joining_url": way.url if is_online else "",
        "map_url": "" if is_online else way.url,
        "directions": way.note,
    }
