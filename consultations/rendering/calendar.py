"""A consultation as a calendar entry, for whoever may see it."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext

from common.calendars import Entry, calendar_file
from consultations.enums import FREE_STATES
from consultations.models import Consultation
from consultations.queries import own_consultations
from programmes.enums import Mode


def calendar_entry(consultation: Consultation, *, is_gone: bool = False) -> Entry:
    """Return the entry in the present language. What the consultation is about stays in the portal.

    `is_gone` where somebody else gives it now: in the calendar of whom it was taken from it is cancelled.
    """
    is_cancelled = is_gone or consultation.state in FREE_STATES
    is_online = consultation.method == Mode.ONLINE
    lines = [gettext("Adviser: %(name)s") % {"name": consultation.adviser.name}, consultation.get_method_display()]
    if is_online and consultation.meeting_url and not is_cancelled:
        lines.append(f"{gettext('Joining link')}: {consultation.meeting_url}")
    return Entry(
        id=consultation.pk,
        sequence=consultation.sequence,
        starts_at=consultation.starts_at,
        ends_at=consultation.ends_at,
        summary=gettext("Individual consultation: %(company)s") % {"company": consultation.company.name},
        path=reverse("consultations:prepare", args=[consultation.company_id, consultation.pk]),
        place=gettext("Online") if is_online else consultation.place or consultation.get_method_display(),
        lines=tuple(lines),
        is_cancelled=is_cancelled,
    )


def own_entries(user, *, since: datetime) -> list[Entry]:
    """Return what consultations add to somebody's personal calendar: times, people, the way there, nothing of the content."""
    return [
        calendar_entry(each, is_gone=each.adviser.user_id != user.pk and each.was_given_away)
        for each in own_consultations(user, since=since)
    ]


def consultation_calendar(consultation: Consultation, *, now: datetime) -> bytes:
    """Return the file that adds the consultation to a calendar, moves it there, or takes it out."""
    return calendar_file(calendar_entry(consultation), now=now)
