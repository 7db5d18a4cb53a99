"""Enquiries as lists and threads show them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from common import dates
from common.components import Cell, Chip, Column, Table, badge, link, with_query
from programmes.models import Enquiry, EnquiryPost


def enquiry_url(enquiry: Enquiry) -> str:
    return reverse("programmes:enquiry", args=[enquiry.company_id, enquiry.pk])


def standing_label(standing: str) -> str:
    return {
        "open": pgettext("enquiry", "Waits for an answer"),
        "answered": pgettext("enquiry", "Answered"),
        "closed": pgettext("enquiry", "Closed"),
    }[standing]


def standing_badge(enquiry: Enquiry) -> SafeString:
    return badge(enquiry.standing, instead=standing_label(enquiry.standing))


def enquiries_table(enquiries: Iterable[Enquiry], *, with_company: bool) -> Table:
    """Enquiries with where they stand; the secretariat's list names the company, too."""
    columns = [
        Column(label=pgettext("enquiry", "What it is about")),
        *([Column(label=gettext("Company"))] if with_company else []),
        Column(label=pgettext("enquiry", "State")),
        Column(label=pgettext("enquiry", "Asked by")),
        Column(label=pgettext("enquiry", "Last word")),
    ]
    rows = [
        (
            link(enquiry.subject, enquiry_url(enquiry)),
            *([enquiry.company.name] if with_company else []),
            standing_badge(enquiry),
            enquiry.asked_by.name,
            Cell(dates.date_and_time(enquiry.said_at), "nowrap"),
        )
        for enquiry in enquiries
    ]
    return Table(caption=pgettext("enquiry", "Enquiries"), columns=columns, rows=rows)


def enquiry_chips(counts: Mapping[str, int], *, show: str, query) -> list[Chip]:
    chips = [
        Chip(label=gettext("All"), url=with_query(query, show=None, page=None), active=not show, count=counts["all"])
    ]
    return chips + [
        Chip(
            label=standing_label(name),
            url=with_query(query, show=name, page=None),
            active=show == name,
            count=counts[name],
        )
        for name in ("open", "answered", "closed")
        if counts[name] or show == name
    ]


@dataclass(frozen=True)
class Post:
    """A word of a thread: who said it, for whom, when."""

    who: str
    side: str
    at: str
    text: str
    is_answer: bool


def posts(rows: Iterable[EnquiryPost]) -> list[Post]:
    return [
        Post(
            who=row.author.name,
            side=pgettext("enquiry", "Secretariat") if row.is_answer else pgettext("enquiry", "Company"),
            at=dates.date_and_time(row.said_at),
            text=row.text,
            is_answer=row.is_answer,
        )
        for row in rows
    ]
