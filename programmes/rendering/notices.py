"""Announcements as the secretariat's list and page show them."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from common import dates
from common.components import Cell, Column, Table, Term, badge, link
from programmes.models import Notice


def notice_url(notice: Notice) -> str:
    return reverse("programmes:notice", args=[notice.programme_id, notice.pk])


def shown_when(notice: Notice) -> str:
    """Return the days on which it is shown."""
    first = dates.short_date(notice.visible_from)
    if notice.visible_until is None:
        return pgettext("notice", "from %(day)s") % {"day": first}
    return pgettext("notice", "%(first)s to %(last)s") % {
        "first": first,
        "last": dates.short_date(notice.visible_until),
    }


def notice_badge(notice: Notice, *, today: date) -> SafeString:
    if notice.visible_from > today:
        return badge("planned", instead=pgettext("notice", "Not shown yet"))
    if not notice.is_shown(today):
        return badge("closed", instead=pgettext("notice", "Shown no more"))
    return badge("active", instead=pgettext("notice", "Shown"))


def read_of(read: int, reached: int) -> str:
    """Return how many have read it, of how many whom it is for today."""
    return pgettext("notice", "%(read)s of %(reached)s people") % {"read": read, "reached": reached}


def notices_table(notices: Iterable[Notice], reached: Mapping[str, int], *, today: date) -> Table:
    return Table(
        caption=pgettext("notice", "Announcements"),
        columns=[
            Column(label=pgettext("notice", "Title")),
            Column(label=pgettext("notice", "For whom")),
            Column(label=pgettext("notice", "Shown")),
            Column(label=pgettext("notice", "State")),
            Column(label=pgettext("notice", "Read by")),
        ],
        rows=[
            (
                link(notice.title, notice_url(notice)),
                notice.get_audience_display(),
                Cell(shown_when(notice), "nowrap"),
                notice_badge(notice, today=today),
                read_of(notice.read_count, reached[notice.audience]),
            )
            for notice in notices
        ],
    )


def notice_terms(notice: Notice, *, read: int, reached: int, today: date) -> list[Term]:
    return [
        Term(label=pgettext("notice", "For whom"), value=notice.get_audience_display()),
        Term(label=pgettext("notice", "Shown"), value=shown_when(notice)),
        Term(label=pgettext("notice", "State"), value=notice_badge(notice, today=today)),
        Term(label=pgettext("notice", "Read by"), value=read_of(read, reached)),
        Term(
            label=pgettext("notice", "By mail"),
            value=notice.job.get_state_display() if notice.job else pgettext("notice", "No"),
        ),
        Term(label=pgettext("notice", "Written by"), value=notice.created_by.name),
    ]
