"""A company's part in a programme: since when, until when, and the days in between, in words."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext, ngettext

from common import dates
from common.components import Event, Term, badge
from programmes.models import Enrolment, Interruption


def terms(enrolment: Enrolment, *, day: date) -> list[Term]:
    found = [
        Term(label=gettext("Company code"), value=enrolment.code),
        Term(label=gettext("Taking part since"), value=dates.long_date(enrolment.joined_on)),
    ]
    if enrolment.withdrawn_on:
        is_out = enrolment.withdrawn_on <= day
        found.append(Term(label=gettext("State"), value=badge("withdrawn" if is_out else "active")))
        found.append(Term(label=gettext("Withdrawn on"), value=dates.long_date(enrolment.withdrawn_on)))
        found.append(Term(label=gettext("Reason"), value=enrolment.withdrawal_reason))
    return found


def away(interruptions: Iterable[Interruption]) -> list[Event]:
    """Return the times in which the company did not take part, the latest first."""
    words = gettext("Withdrew; took part again from %(day)s")
    return [
        Event(
            at=each.withdrawn_on,
            title=words % {"day": dates.long_date(each.returned_on)},
            body=each.reason,
            by=each.recorded_by.name,
        )
        for each in interruptions
    ]


def left_over_lines(counts: dict[str, int]) -> list[str]:
    """Return what a company that withdraws leaves behind, which nobody cancels by itself."""
    lines = []
    if counts["booked"]:
        words = ngettext(
            "%(count)s consultation is booked and stays booked until somebody cancels it.",
            "%(count)s consultations are booked and stay booked until somebody cancels them.",
            counts["booked"],
        )
        lines.append(words % {"count": counts["booked"]})
    if counts["registered"]:
        words = ngettext(
            "%(count)s registration for a session to come stays.",
            "%(count)s registrations for sessions to come stay.",
            counts["registered"],
        )
        lines.append(words % {"count": counts["registered"]})
    if counts["advisers"]:
        words = ngettext(
            "%(count)s adviser can still read the company's texts, until the assignment is ended.",
            "%(count)s advisers can still read the company's texts, until the assignments are ended.",
            counts["advisers"],
        )
        lines.append(words % {"count": counts["advisers"]})
    return lines
