"""What is open in a programme that is to be closed, and how it was closed, as what the components take."""

from collections.abc import Iterable

from django.utils.translation import gettext, pgettext

from common import dates
from common.components import Column, Table, Term, link
from programmes.models import Programme
from programmes.signals import Unfinished


def unfinished_table(things: Iterable[Unfinished]) -> Table:
    return Table(
        caption=gettext("Still open"),
        columns=[Column(label=pgettext("ending", "What")), Column(label=gettext("How many"), numeric=True)],
        rows=[(link(each.title, each.url) if each.url else each.title, each.count) for each in things],
        cards=False,
    )


def ending_terms(programme: Programme) -> list[Term]:
    """Since when, by whom and why; of an open programme that was closed before, when it was opened again."""
    terms = []
    if programme.closed_by_id:
        closed_at = programme.closed_at
        terms += [
            Term(label=gettext("Closed by"), value=programme.closed_by.name),
            Term(label=gettext("Reason for closing"), value=programme.closed_reason),
        ]
        if closed_at:
            terms.insert(0, Term(label=gettext("Closed on"), value=dates.date_and_time(closed_at)))
    if programme.reopened_at:
        terms += [
            Term(label=gettext("Opened again on"), value=dates.date_and_time(programme.reopened_at)),
            Term(label=gettext("Opened again by"), value=programme.reopened_by.name),
            Term(label=gettext("Reason for opening again"), value=programme.reopened_reason),
        ]
    return terms
