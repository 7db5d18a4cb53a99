"""Companies that do not move, each with whose turn it is and what to do next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext, pgettext

from common import dates
from common.components import Cell, Chip, Column, Table, link, with_query
from dashboards.queries.stalled import DAYS, USUAL
from policies.enums import State
from policies.rendering import state_badge
from policies.rendering.cohort import charge_name, names
from programmes.models import Enrolment


@dataclass(frozen=True)
class NextStep:
    """Whose turn it is, what the secretariat does, and where."""

    turn: str
    words: str
    url: str


def next_step(enrolment: Enrolment) -> NextStep:
    """Suggest the next step from state, adviser and dates alone."""
    turn, words = _suggested(enrolment)
    if enrolment.state in (State.SUBMITTED, State.IN_REVIEW):
        url = reverse("policies:review_course", args=[enrolment.company_id])
    else:
        url = reverse("dashboards:following", args=[enrolment.programme_id, enrolment.company_id])
    return NextStep(turn, words, url)


def _suggested(enrolment: Enrolment) -> tuple[str, str]:
    company, adviser, desk = pgettext("turn", "Company"), pgettext("turn", "Adviser"), pgettext("turn", "Secretariat")
    if enrolment.state in (State.SUBMITTED, State.IN_REVIEW):
        if not enrolment.advisers:
            return desk, gettext("Assign an adviser: a submitted policy waits for one")
        return adviser, gettext("Ask the adviser when the review will come, or give it to another")
    if enrolment.state == State.ENDORSED:
        return company, gettext("Ask who approves the policy, and by when")
    if enrolment.state == State.APPROVED:
        return company, gettext("Ask where and when the policy will be published")
    if not enrolment.advisers:
        return desk, gettext("Assign an adviser")
    if enrolment.next_consultation:
        day = dates.short_date(timezone.localdate(enrolment.next_consultation))
        return company, gettext("A consultation is booked for %(day)s: ask how it went afterwards") % {"day": day}
    if enrolment.state == State.CHANGES_REQUESTED:
        return company, gettext("Ask what holds the answer to the adviser up, and offer a consultation")
    if enrolment.state == State.DRAFTING:
        return company, gettext("Ask what holds the draft up, and offer a consultation")
    return company, gettext("Ask whether somebody has begun, and offer a consultation")


def stalled_table(enrolments: Iterable[Enrolment], *, today: date) -> Table:
    return Table(
        caption=gettext("Companies that do not move"),
        columns=[
            Column(label=gettext("Company")),
            Column(label=gettext("Policy")),
            Column(label=gettext("Last move")),
            Column(label=gettext("Days since"), numeric=True),
            Column(label=gettext("Whose turn")),
            Column(label=gettext("Suggested next step")),
            Column(label=gettext("Adviser")),
            Column(label=gettext("In charge")),
        ],
        rows=[_row(enrolment, next_step(enrolment), today=today) for enrolment in enrolments],
    )


def _row(enrolment: Enrolment, step: NextStep, *, today: date) -> tuple:
    url = reverse("dashboards:following", args=[enrolment.programme_id, enrolment.company_id])
    return (
        link(enrolment.company.name, url),
        state_badge(enrolment.state),
        Cell(dates.short_date(enrolment.since), "nowrap"),
        (today - enrolment.since).days,
        step.turn,
        link(step.words, step.url),
        names(enrolment.advisers),
        charge_name(enrolment.in_charge),
    )


def left_out(asked: str, days: int) -> list[str]:
    """Return a sentence where the address asks for another number of days than is shown."""
    if asked in ("", str(days)):
        return []
    words = ngettext(
        "“%(value)s” cannot be chosen here. These are the companies that have not moved for %(count)s day.",
        "“%(value)s” cannot be chosen here. These are the companies that have not moved for %(count)s days.",
        days,
    )
    return [words % {"value": Truncator(asked).chars(20), "count": days}]


def day_chips(days: int, query) -> list[Chip]:
    """Return after how many days a company is listed."""
    return [
        Chip(
            label=ngettext("%(count)s day or more", "%(count)s days or more", count) % {"count": count},
            url=with_query(query, days=count if count != USUAL else None),
            active=count == days,
        )
        for count in DAYS
    ]
