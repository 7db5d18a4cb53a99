"""Consultations as the prepared rows and cards that the components take."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, npgettext, pgettext

from common import dates
from common.components import STATUSES, Cell, Chip, Column, Figure, Table, badge, link, with_query
from consultations.enums import State
from consultations.models import Consultation, Minutes
from consultations.queries import Ledger


def when(consultation: Consultation) -> str:
    return dates.date_and_times(consultation.starts_at, consultation.ends_at)


def state_badge(consultation: Consultation, *, now: datetime) -> SafeString:
    """Return the state; one that is over but was never recorded says so."""
    if consultation.state == State.BOOKED and consultation.ends_at < now:
        return badge("open", detail=gettext("not recorded whether it was held"))
    return badge(consultation.state)


def times_unit(count: int) -> str:
    return npgettext("unit", "consultation", "consultations", count)


_ALWAYS = ("held", "booked", "cancelled", "unused")
_WHERE_ANY = ("cancelled_late", "missed", "extra", "forfeited")


def ledger_figures(ledger: Ledger, *, is_over: bool) -> list[Figure]:
    totals = {"held": ledger.entitled or None}
    labels = {} if is_over else {"unused": pgettext("ledger", "Not yet used")}
    return [
        Figure(
            label=labels.get(name, str(STATUSES[name].label)),
            value=getattr(ledger, name),
            total=totals.get(name),
            unit=times_unit(getattr(ledger, name)),
        )
        for name in _ALWAYS + tuple(name for name in _WHERE_ANY if getattr(ledger, name))
    ]


def ledger_line(ledger: Ledger, *, is_over: bool) -> str:
    """Return the ledger in words, as it may stand in a report: 28 of 32 held, 4 unused: reason not recorded.

    As long as the programme's consultations are not over (`is_over`), the rest is not unused: it can still be booked.
    """
    if not ledger.entitled:
        return ""
    sentences = [
        gettext("%(held)s of %(entitled)s consultations were held.")
        % {"held": ledger.held, "entitled": ledger.entitled}
    ]
    words = {
        "booked": gettext("%(count)s more are booked."),
        "cancelled_late": gettext("%(count)s were cancelled too late."),
        "missed": gettext("The company did not come to %(count)s."),
        "extra": gettext("%(count)s were granted in addition, with a reason."),
        "forfeited": gettext("%(count)s were forfeited, with a reason."),
    }
    sentences += [words[name] % {"count": count} for name in words if (count := getattr(ledger, name))]
    if ledger.unused:
        rest = gettext("%(count)s unused: reason not recorded.")
        if not is_over:
            rest = gettext("%(count)s are not yet used and can still be booked.")
        sentences.append(rest % {"count": ledger.unused})
    return ("" if (get_language() or "ja").startswith("ja") else " ").join(sentences)


def state_chips(counts: dict[str, int], *, state: str | None, query) -> list[Chip]:
    every = Chip(label=gettext("All"), url=with_query(query, state=None), active=not state, count=sum(counts.values()))
    return [every] + [
        Chip(label=str(STATUSES[key].label), url=with_query(query, state=key), active=state == key, count=count)
        for key, count in counts.items()
    ]


def consultations_table(consultations: Iterable[Consultation], *, now: datetime, query, sort: str) -> Table:
    """Consultations of several companies, each row headed by its company."""
    return Table(
        caption=gettext("Consultations"),
        columns=[
            Column(label=gettext("Company"), sort="name"),
            Column(label=gettext("Date and time"), sort="when"),
            Column(label=gettext("Adviser")),
            Column(label=gettext("Method")),
            Column(label=gettext("State")),
        ],
        rows=[
            (
                link(each.company.name, reverse("consultations:company", args=[each.company_id])),
                Cell(when(each), "nowrap"),
                each.adviser.name,
                Cell(each.get_method_display(), "nowrap"),
                state_badge(each, now=now),
            )
            for each in consultations
        ],
        query=query,
        sort=sort,
    )


@dataclass(frozen=True)
class Card:
    """One consultation of a company: when, with whom, how, what came of it."""

    when: str
    adviser: str
    method: str
    status: SafeString
    minutes: str = ""
    minutes_url: str = ""
    url: str = ""


def card(consultation: Consultation, *, now: datetime, minutes: Minutes | None = None) -> Card:
    return Card(
        when=when(consultation),
        adviser=pgettext("adviser's name", "Adviser: %(name)s") % {"name": consultation.adviser.name},
        method=consultation.get_method_display(),
        status=state_badge(consultation, now=now),
        minutes=_said(minutes) if minutes else "",
        minutes_url=reverse("consultations:minutes", args=[consultation.company_id, consultation.pk])
        if minutes
        else "",
        url=reverse("consultations:booked", args=[consultation.company_id, consultation.pk]),
    )


def _said(minutes: Minutes) -> str:
    """Return the passages of the minutes one after the other."""
    return "\n\n".join(filter(None, (minutes.matters, minutes.advice, minutes.text)))
