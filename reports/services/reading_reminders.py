"""Reminding readers of a draft by the clock: before the end and on its last day, and after it, each once.

Whoever has said whether they agree is not reminded, and nobody is once the report is issued, thrown away, or the link
ended. A reminder cannot hold the link, of which the portal keeps the hash alone: it says in which mail it is.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby

from django.urls import reverse
from django.utils import timezone

from common import dates
from common.tenancy import acting_as
from notifications.services import Due, Reader, remind_all
from reports.models import ReportReader
from reports.queries.reading import AHEAD, MAKE_GOOD, OVER, readers_waiting, reminder_key
from reports.rendering.wording import is_japanese


def remind_readers(*, today: date) -> None:
    """Write down who is to be reminded today; a day on which the clock stood still is made good on the next.

    Each person's readers are a piece of work in that person's name. Whoever has left the secretariat reaches none of
    them, and neither do the links that they sent.
    """
    for user_id, found in groupby(readers_waiting(today), key=lambda row: row[1]):
        with acting_as(user_id):
            readers = ReportReader.objects.filter(pk__in=[reader_id for reader_id, _user in found])
            readers = list(readers.select_related("report__programme", "invited_by").order_by("pk"))
            remind_all(due for reader in readers if (due := _due(reader, today)))
            remind_all(_unread(readers, today))


def _due(reader: ReportReader, today: date) -> Due | None:
    """Return what a reader is to hear: of the days that have come the latest; nothing of before they were asked."""
    left = (reader.due_on - today).days
    if left < 0:
        days = OVER
    else:
        come = [days for days in AHEAD if left <= days]
        if not come:
            return None
        days = min(come)
    due_on = reader.due_on - timedelta(days=days)
    if timezone.localdate(reader.invited_at) >= due_on:
        return None
    return Due(
        to=Reader(name=reader.name, address=reader.email, language=reader.language),
        kind="report_reading",
        due_on=due_on,
        last_on=reader.due_on if days >= 0 else reader.due_on + timedelta(days=MAKE_GOOD),
        key=reminder_key(reader.pk, days),
        params=lambda: {
            "programme": reader.report.programme.name,
            "inviter": str(reader.invited_by),
            "address": reader.invited_by.email,
            "sent_on": dates.long_date(timezone.localdate(reader.invited_at)),
            "due_on": dates.long_date(reader.due_on),
            "is_over": days == OVER,
            "is_last": days == 0,
        },
        programme_id=reader.programme_id,
    )


def _unread(readers: Iterable[ReportReader], today: date) -> list[Due]:
    """Return what whoever sent the links is to hear the day after the end: how many have not answered, by report."""
    over = [reader for reader in readers if reader.due_on < today]
    over.sort(key=lambda reader: (str(reader.report_id), reader.due_on))
    dues = []
    for (report_id, due_on), group in groupby(over, key=lambda reader: (reader.report_id, reader.due_on)):
        silent = list(group)
        first = silent[0]
        dues.append(
            Due(
                to=first.invited_by,
                kind="report_unread",
                due_on=due_on + timedelta(days=1),
                last_on=due_on + timedelta(days=MAKE_GOOD),
                key=f"report_unread:{report_id}:{due_on.isoformat()}",
                params=lambda silent=silent, first=first: {
                    "programme": first.report.programme.name,
                    "readers": ("、" if is_japanese() else ", ").join(reader.name for reader in silent),
                    "due_on": dates.long_date(first.due_on),
                },
                path=reverse("reports:readers", args=[first.programme_id, report_id]),
                programme_id=first.programme_id,
            )
        )
    return dues
