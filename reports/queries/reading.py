"""Questions about the reading round: who was asked, what they said, and what a link opens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from reports.models import IssuedReport, ReadingComment, Report, ReportReader

from .issuing import issue_of


class ReadingStatus(StrEnum):
    """What a reader's link is good for."""

    OPEN = "open"
    REVOKED = "revoked"
    OVER = "over"
    ISSUED = "issued"


@dataclass(frozen=True)
class ReadingDoor:
    """The row behind a link, its programme, and whose rights it was made with."""

    reader_id: UUID
    programme_id: UUID
    user_id: UUID


def reading_door(token_hash: str) -> ReadingDoor | None:
    """Return what stands behind the hash of a link's word, through the one function that answers without a person."""
    if not token_hash:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT reader_id, programme_id, user_id FROM app.report_reader(%s)", [token_hash])
        row = cursor.fetchone()
    return ReadingDoor(*row) if row else None


# Days before the end on which a reader who has not answered is reminded, and the day after it.
AHEAD, OVER = (3, 0), -1
MAKE_GOOD = 3
"""For so many days after the end a day on which the clock stood still is made good."""


def readers_waiting(day: date) -> list[tuple[UUID, UUID]]:
    """Return who may have to be reminded by the clock, each with the person whose rights their link was made with."""
    with connection.cursor() as cursor:
        days = max(*AHEAD, MAKE_GOOD)
        cursor.execute("SELECT reader_id, user_id FROM app.report_readers_waiting(%s, %s)", [day, days])
        return cursor.fetchall()


def reminder_key(reader_id: UUID, days: int) -> str:
    """Return under which a reader is reminded so many days before the end, once."""
    return f"report_reader:{reader_id}:{days}"


def reminder_keys(readers: Iterable[ReportReader]) -> list[str]:
    """Return all keys under which these readers could be reminded."""
    return [reminder_key(reader.pk, days) for reader in readers for days in (*AHEAD, OVER)]


def reader_behind(door: ReadingDoor) -> ReportReader | None:
    """Return the reader, while the rights that the link was made with still reach it."""
    rows = ReportReader.objects.filter(pk=door.reader_id)
    return rows.select_related("report__programme", "invited_by").first()


def reading_status(reader: ReportReader, *, issued: IssuedReport | None, today: date) -> ReadingStatus:
    if reader.revoked_at:
        return ReadingStatus.REVOKED
    if issued:
        return ReadingStatus.ISSUED
    return ReadingStatus.OPEN if today <= reader.due_on else ReadingStatus.OVER


def status_now(reader: ReportReader, *, today: date) -> ReadingStatus:
    return reading_status(reader, issued=issue_of(reader.report_id), today=today)


def readers_of(user, report: Report) -> QuerySet[ReportReader]:
    """Return whom a report was sent to, with how much each said."""
    return ReportReader.objects.visible_to(user).filter(report=report).select_related("invited_by").with_counts()


def comments_by_block(user, report: Report) -> list[tuple[str, list[ReadingComment]]]:
    """Return what was said, heading by heading, in the order in which the headings were first commented on."""
    rows = ReadingComment.objects.visible_to(user).filter(reader__report=report).exclude(text="")
    said = list(rows.select_related("reader").order_by("written_at", "id"))
    order = list(dict.fromkeys(comment.block for comment in said))
    said.sort(key=lambda comment: order.index(comment.block))
    groups = [list(group) for _block, group in groupby(said, lambda comment: comment.block)]
    return [(group[0].heading, group) for group in groups]


def own_comments(reader: ReportReader) -> dict[str, str]:
    """Return what a reader said so far, by block."""
    return dict(reader.comments.values_list("block", "text"))
