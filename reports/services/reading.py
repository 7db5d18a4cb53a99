"""The reading round: sending the link, ending it, and what its holder does with it."""

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from audit import services as audit
from common import dates
from common.tokens import new_token, token_hash
from notifications.services import Reader, forget_reminders, notify, write_to
from programmes.permissions import can_manage
from reports.models import ReadingComment, Report, ReportReader
from reports.queries.issuing import issue_of
from reports.queries.reading import ReadingStatus, reminder_keys, status_now


class NotReadable(Exception):
    """The report is not ready, or it was issued already."""


class HasLink(Exception):
    """Somebody with this address has a link to this report already."""


class ReadingClosed(Exception):
    """The link does nothing any more; `status` says why."""

    def __init__(self, status: ReadingStatus):
        super().__init__(status)
        self.status = status


@transaction.atomic
def invite_reader(
    *, report: Report, name: str, organisation: str, email: str, language: str, due_on: date, actor
) -> tuple[ReportReader, str]:
    """Send somebody a link to a report that is not issued yet; return them with the word, which is kept nowhere else.

    Raises PermissionDenied, NotReadable, HasLink.
    """
    if not can_manage(actor, report.programme_id):
        raise PermissionDenied
    if not report.is_ready or issue_of(report.pk):
        raise NotReadable
    token = new_token()
    reader = ReportReader(
        programme_id=report.programme_id,
        report=report,
        name=name,
        organisation=organisation,
        email=email.lower(),
        language=language,
        token_hash=token_hash(token),
        due_on=due_on,
        invited_by=actor,
    )
    try:
        with transaction.atomic():
            reader.save(force_insert=True)
    except IntegrityError:
        raise HasLink from None
    _write(reader, token, actor=actor)
    _log("reading.invited", reader, actor, due_on=due_on.isoformat())
    return reader, token


def _write(reader: ReportReader, token: str, *, actor) -> None:
    with translation.override(reader.language):
        params = {
            "programme": reader.report.programme.name,
            "inviter": str(actor),
            "due_on": dates.long_date(reader.due_on),
        }
    write_to(
        to=Reader(name=reader.name, address=reader.email, language=reader.language),
        kind="report_reading",
        actor=actor,
        params=params,
        path=reading_path(token),
        reply_to=actor.email,
    )


def reading_path(token: str) -> str:
    return reverse("reports:read_draft", args=[token])


@transaction.atomic
def revoke_reader(*, reader: ReportReader, actor) -> None:
    """End a reader's link; what they said is kept. Raises PermissionDenied. Twice changes nothing."""
    if not can_manage(actor, reader.programme_id):
        raise PermissionDenied
    row = ReportReader.objects.select_for_update().get(pk=reader.pk)
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        forget_reminders(keys=reminder_keys([row]))
        _log("reading.revoked", row, actor)


# --- By link ------------------------------------------------------------------------------------------------------------


def _held(reader: ReportReader, now: datetime) -> ReportReader:
    """Return the row, locked, while its link is good. Raises ReadingClosed."""
    row = ReportReader.objects.select_for_update().get(pk=reader.pk)
    status = status_now(row, today=timezone.localdate(now))
    if status != ReadingStatus.OPEN:
        raise ReadingClosed(status)
    return row


@transaction.atomic
def open_by_link(*, reader: ReportReader, now: datetime) -> None:
    """Note that a reader has opened the report: a press of theirs, because mail programs open links by themselves."""
    row = _held(reader, now)
    if row.opened_at is None:
        row.opened_at = now
        row.save(update_fields=["opened_at"])
        _log("reading.opened", row, None)


@transaction.atomic
def answer_by_link(
    *,
    reader: ReportReader,
    comments: Mapping[str, str],
    headings: Mapping[str, str],
    verdict: str,
    reason: str,
    now: datetime,
) -> None:
    """Keep what a reader says of each block, and whether they agree; sent again, it replaces what they said before.

    Raises ReadingClosed.
    """
    row = _held(reader, now)
    known = dict(row.comments.values_list("block", "text"))
    changed = [
        ReadingComment(
            reader=row,
            programme_id=row.programme_id,
            block=block,
            heading=headings[block][:300],
            text=text,
            written_at=now,
        )
        for block, text in comments.items()
        if block in headings and text != known.get(block, "")
    ]
    ReadingComment.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["reader", "block"],
        update_fields=["heading", "text", "written_at"],
    )
    reason = reason if verdict else ""
    is_news = bool(changed) or (verdict, reason) != (row.verdict, row.reason)
    row.verdict, row.reason = verdict, reason
    if is_news:
        row.answered_at = now
    # Who answers from a page that was open before has read it, too.
    row.opened_at = row.opened_at or now
    row.save(update_fields=["verdict", "reason", "answered_at", "opened_at"])
    if verdict:
        forget_reminders(keys=reminder_keys([row]))
    if is_news:
        _log("reading.answered", row, None, verdict=verdict, comments=len(changed))
        _tell(row)


def _tell(reader: ReportReader) -> None:
    """Tell who invited, once for each verdict: comments alone wait on the page."""
    if reader.verdict:
        notify(
            to=reader.invited_by,
            kind="report_read",
            actor=None,
            params={"reader": reader.name, "is_agreed": reader.verdict == "agreed"},
            path=reverse("reports:readers", args=[reader.programme_id, reader.report_id]),
            programme_id=reader.programme_id,
            key=f"report_read:{reader.pk}:{reader.verdict}",
        )


def _log(verb: str, reader: ReportReader, actor, **detail) -> None:
    by_link = {} if actor else {"by": "link"}
    audit.log(actor=actor, verb=verb, obj=reader, programme_id=reader.programme_id, detail={**detail, **by_link})
