"""Rounds, wishes and advisers as the prepared rows of the secretariat's pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext, pgettext

from common import dates
from common.components import Cell, Column, Table, badge, link
from consultations.enums import Problem, RoundState
from consultations.models import Offer, Round, SlotWish
from consultations.queries import Calendar
from programmes.enums import Mode


@dataclass(frozen=True)
class WishCard:
    id: UUID
    company: str
    url: str
    asked: str
    text: str
    method: str
    arrange_url: str


def wish_card(wish: SlotWish) -> WishCard:
    return WishCard(
        id=wish.pk,
        company=wish.company.name,
        url=reverse("consultations:company", args=[wish.company_id]),
        asked=dates.date_and_time(wish.created_at),
        text=wish.text,
        method=str(Mode(wish.method).label) if wish.method else gettext("Either is fine"),
        arrange_url=reverse("consultations:arrange", args=[wish.company_id]),
    )


def rounds_table(rounds: Iterable[Round], counts: dict[UUID, tuple[int, int]]) -> Table:
    return Table(
        caption=gettext("Rounds of consultations"),
        columns=[
            Column(label=gettext("Round")),
            Column(label=gettext("Period")),
            Column(label=gettext("State")),
            Column(label=gettext("With a time"), numeric=True),
            Column(label=gettext("Without"), numeric=True),
        ],
        rows=[_round_row(each, *counts.get(each.pk, (0, 0))) for each in rounds],
    )


def _round_row(each: Round, offered: int, without: int) -> tuple:
    url = reverse("consultations:round", args=[each.programme_id, each.pk])
    state = badge("draft") if each.state == RoundState.DRAFT else badge("done", instead=pgettext("round", "Sent"))
    period = gettext("%(first)s to %(last)s") % {
        "first": dates.long_date(each.starts_on),
        "last": dates.long_date(each.ends_on),
    }
    return (link(gettext("Round %(number)s") % {"number": each.number}, url), period, state, offered, without)


def offers_table(offers: Iterable[Offer], *, programme_id: UUID, is_draft: bool) -> Table:
    return Table(
        caption=gettext("Proposed consultations"),
        columns=[
            Column(label=gettext("Company")),
            Column(label=gettext("Date and time")),
            Column(label=gettext("Adviser")),
            Column(label=gettext("Method")),
            Column(label=gettext("Why none")),
        ],
        rows=[_offer_row(offer, programme_id, is_draft=is_draft) for offer in offers],
    )


def _offer_row(offer: Offer, programme_id: UUID, *, is_draft: bool) -> tuple:
    page = "consultations:offer" if is_draft else "consultations:company"
    arguments = [programme_id, offer.round_id, offer.pk] if is_draft else [offer.company_id]
    return (
        link(offer.company.name, reverse(page, args=arguments)),
        Cell(dates.date_and_times(offer.starts_at, offer.ends_at), "nowrap") if offer.starts_at else None,
        offer.adviser.name if offer.adviser else None,
        str(Mode(offer.method).label) if offer.method and offer.adviser else None,
        str(Problem(offer.problem).label) if offer.problem else None,
    )


def advisers_table(found: Iterable[Calendar], held: dict[UUID, int], *, programme_id: UUID, today: date) -> Table:
    return Table(
        caption=gettext("Advisers' times"),
        columns=[
            Column(label=gettext("Adviser")),
            Column(label=gettext("Hours a week"), numeric=True),
            Column(label=gettext("Booked or held"), numeric=True),
            Column(label=gettext("Now")),
        ],
        rows=[
            (
                link(calendar.name, reverse("consultations:availability", args=[programme_id, calendar.seat_id])),
                f"{sum(last - first for times in calendar.weekly.values() for first, last, _m in times) / 60:g}",
                held.get(calendar.seat_id, 0),
                gettext("Absent") if calendar.is_absent(today) else None,
            )
            for calendar in found
        ],
    )
