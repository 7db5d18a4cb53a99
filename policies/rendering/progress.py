"""Policies as the prepared rows, steps and events that the components take."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from common import dates
from common.components import STATUSES, Cell, Chip, Column, Event, Step, Table, badge, link, with_query
from policies.enums import State, Transition
from policies.models import Cycle, Move

# Which steps of the journey are behind a company whose policy is in this state: learn, write, submit, review, approve,
# publish. A policy of which nothing was submitted is being written.
_STEP_OF_STATE = {
    State.DRAFTING: 1,
    State.SUBMITTED: 3,
    State.IN_REVIEW: 3,
    State.CHANGES_REQUESTED: 1,
    State.ENDORSED: 4,
    State.APPROVED: 5,
    State.PUBLISHED: 6,
    State.SUPERSEDED: 6,
}


def journey_steps(state: str | None) -> list[Step]:
    """Return the six steps of a policy with the one where the company is; none is, once all is done."""
    labels = [
        gettext("Learn"),
        gettext("Write"),
        gettext("Submit"),
        gettext("Adviser's review"),
        gettext("Approval by top management"),
        gettext("Publish"),
    ]
    here = _STEP_OF_STATE[State(state)] if state else 0
    states = ["done"] * here + ["here"] + ["ahead"] * len(labels)
    return [Step(label=label, state=states[number]) for number, label in enumerate(labels)]


def state_badge(state: str | None) -> SafeString:
    """Return the badge of a policy's state; a policy that nobody began is "not started"."""
    return badge(state or "not_started")


def state_label(state: str) -> str:
    """Return the word of a state, the one that its badge shows; "" is a policy that nobody began."""
    return str(STATUSES[state or "not_started"].label)


def _titles() -> dict[str, str]:
    """Return what is said of each move, by what it does to the policy."""
    return {
        Transition.SUBMIT: gettext("Submitted to the adviser"),
        Transition.WITHDRAW: gettext("Submission withdrawn"),
        Transition.START_REVIEW: gettext("The adviser began the review"),
        Transition.LIFT_REVIEW: gettext("The secretariat lifted the review"),
        Transition.RETURN_COMMENTS: gettext("The adviser returned it with comments"),
        Transition.REQUEST_CHANGES: gettext("The adviser asked for changes"),
        Transition.ENDORSE: gettext("Reviewed by the adviser"),
        Transition.REVISE: gettext("Being edited again"),
        Transition.DECLINE: gettext("Returned by top management"),
        Transition.APPROVE: gettext("Approved by top management"),
        Transition.PUBLISH: gettext("The policy was published"),
        Transition.SUPERSEDE: gettext("Replaced by the next version"),
    }


def move_events(moves: Iterable[Move]) -> list[Event]:
    """Return the dated moves of a cycle, the latest first. A day that came with an import says so.

    What an import tells of a move that was made here, too, is the same move.
    """
    titles, imported = _titles(), gettext("Date from an imported workbook")
    ordered = sorted(moves, key=lambda move: (move.moved_on, move.recorded_at), reverse=True)
    made = {(move.transition, move.moved_on) for move in ordered if not move.is_restored}
    told = [move for move in ordered if not (move.is_restored and (move.transition, move.moved_on) in made)]
    return [Event(at=m.moved_on, title=titles[m.transition], by=imported if m.is_restored else "") for m in told]


def day(value) -> Cell | None:
    """Return a date as a cell that does not break."""
    return Cell(dates.short_date(value), "nowrap") if value else None


def cycles_table(cycles: Iterable[Cycle], *, query, sort: str) -> Table:
    """Where each policy stands, and on which day it got there."""
    return Table(
        caption=gettext("Policies"),
        columns=[
            Column(label=gettext("Company"), sort="name"),
            Column(label=gettext("State")),
            Column(label=pgettext("day", "Submitted"), sort="submitted"),
            Column(label=pgettext("day", "Reviewed"), sort="endorsed"),
            Column(label=pgettext("day", "Approved"), sort="approved"),
            Column(label=pgettext("day", "Published"), sort="published"),
        ],
        rows=[
            (
                link(cycle.company.name, reverse("policies:company", args=[cycle.company_id])),
                state_badge(cycle.state),
                day(cycle.submitted_on),
                day(cycle.endorsed_on),
                _approval(cycle),
                _publication(cycle),
            )
            for cycle in cycles
        ],
        query=query,
        sort=sort,
    )


def _approval(cycle: Cycle):
    if cycle.approved_on and not cycle.is_reviewed:
        not_reviewed = gettext("Not reviewed by an adviser")
        return format_html(
            '<span class="nowrap">{}<br><small>{}</small></span>', dates.short_date(cycle.approved_on), not_reviewed
        )
    return day(cycle.approved_on)


def _publication(cycle: Cycle):
    if cycle.published_on and cycle.policy.published_url:
        return Cell(link(dates.short_date(cycle.published_on), cycle.policy.published_url), "nowrap")
    return day(cycle.published_on)


def state_chips(counts: dict[str, int], *, state: str | None, query) -> list[Chip]:
    """Return one chip a state that occurs, with its number; `state` is the chosen one, None for all of them."""
    chips = [
        Chip(
            label=gettext("All"),
            url=with_query(query, state=None),
            active=state is None,
            count=sum(counts.values()),
        )
    ]
    return chips + [
        Chip(label=state_label(key), url=with_query(query, state=key or "none"), active=state == key, count=count)
        for key, count in counts.items()
    ]
