"""Announcements as the secretariat's list and page show them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from common import dates
from common.components import Cell, Chip, Column, Table, Term, badge, link
from notifications.models import Message, State
from programmes.models import Notice, NoticeLetter
from programmes.queries.mailings import Result

from .mailings import LOOKS, RESULTS, and_more, chips_of_results, outcome, result_label


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
            value=_by_mail(notice),
        ),
        Term(label=pgettext("notice", "Written by"), value=notice.created_by.name),
    ]


def _by_mail(notice: Notice) -> str:
    if not notice.job:
        return pgettext("notice", "No")
    if notice.to_addresses:
        return pgettext("notice", "Yes, also to people without an account")
    return pgettext("notice", "Yes, to people with an account")


# --- What became of the mails -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mailed:
    """One recipient of an announcement: an account, or an address without one, and what became of the mail."""

    to: str
    address: str
    company: str
    company_url: str
    result: str
    at: datetime | None
    letter: NoticeLetter | None = None


def results(told: Iterable[Message], letters: Iterable[NoticeLetter], found: Mapping[UUID, Result]) -> list[Mailed]:
    """Return every recipient; `found` says by letter what the mail server said."""
    accounts = [
        Mailed(
            to=message.to_user.name,
            address=message.to_user.email,
            company="",
            company_url="",
            result=_plain(message.state),
            at=message.sent_at or message.created_at,
        )
        for message in told
    ]
    return accounts + [_mailed(letter, found.get(letter.pk)) for letter in letters]


def _mailed(letter: NoticeLetter, found: Result | None) -> Mailed:
    return Mailed(
        to=and_more(letter.person.name, len(letter.others)),
        address=letter.address,
        company=letter.company.name,
        company_url=reverse("dashboards:company", args=[letter.company_id]),
        result=_plain(found.state) if found else ("queued" if letter.mail_id else "waiting"),
        at=(found.settled_at if found else None) or letter.written_at,
        letter=letter,
    )


def _plain(state: str) -> str:
    return State.QUEUED.value if state == State.SENDING else str(state)


def shown(rows: Iterable[Mailed], *, show: str) -> list[Mailed]:
    """Return what the filter leaves."""
    return [row for row in rows if row.result == show] if show in RESULTS else list(rows)


def result_chips(rows: Sequence[Mailed], *, show: str, query) -> list[Chip]:
    return chips_of_results(Counter(row.result for row in rows), show=show, query=query)


def results_table(rows: Iterable[Mailed]) -> Table:
    """Each recipient with what became of the mail."""
    return Table(
        caption=gettext("Addresses"),
        columns=[
            Column(label=gettext("To")),
            Column(label=gettext("E-mail address")),
            Column(label=pgettext("notice", "Account")),
            Column(label=pgettext("letter", "What became of it")),
            Column(label=pgettext("letter", "When")),
        ],
        rows=[
            (
                row.to,
                row.address,
                link(row.company, row.company_url) if row.company else pgettext("notice", "With an account"),
                outcome(row.result, row.letter)
                if row.letter
                else badge(LOOKS[row.result], instead=result_label(row.result)),
                Cell(dates.short_date(timezone.localdate(row.at)), "nowrap") if row.at else None,
            )
            for row in rows
        ],
    )
