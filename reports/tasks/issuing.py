"""Giving a report out in the worker: both languages set anew with the number that they get, then number and files at once.

The number stands in the files, so it is known before they are set; the fingerprints of the files are known after, so they
stand on the list and on the public page, which the files name. A number that somebody else took meanwhile is not given
again: the attempt fails, and the next one sets the files with the number after it.
"""

from collections.abc import Mapping
from functools import partial

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from audit import services as audit
from common.tenancy import acting_as
from jobs.models import StoredFile
from jobs.rendering import RenderingTooLong
from jobs.services import forget_files, store_file
from jobs.tasks import JobRefused, JobRun, job_handler
from notifications.services import forget_reminders, tell_job_ended
from programmes.models import Programme
from programmes.permissions import can_manage
from reports import rendering
from reports.models import IssuedReport, Report, ReportReader
from reports.queries import one_moment
from reports.queries.issuing import (
    ISSUING,
    Prospect,
    issue_number,
    issue_of,
    next_sequence,
    photographs_of,
    prospect,
    replaceable,
)
from reports.queries.reading import reminder_keys

from .rendering import READING, TOO_LARGE, content_key, produce, read_picture, tell_failed

GONE = gettext_noop("This report was thrown away. Please make a new one.")
CHANGED = gettext_noop("This report cannot be issued as it is any more. Its page says what stands in the way.")
OTHER_LOOK = gettext_noop(
    "The portal was updated since this report was made, and would not issue it as it was read. Please make it anew in both "
    "languages."
)
REPLACED = gettext_noop(
    "The report that this one corrects was replaced by another in the meantime. Please choose again."
)


class CannotIssue(Exception):
    """Something stands in the way; `prospect` says what."""

    def __init__(self, found: Prospect):
        super().__init__(found.obstacle)
        self.prospect = found


class NotReplaceable(Exception):
    """The issue that was to be replaced is of another edition, or was replaced already."""


class NumberTaken(Exception):
    """The number or the day that the files bear is not the one that they would get now."""


def check_address(number: str) -> str:
    """Return the address of the public page that says whether a file is what was issued."""
    return f"{settings.PORTAL_URL}{reverse('reports:check_issue')}?number={number}"


def next_number(report: Report, *, replaces: IssuedReport | None, correction: str) -> rendering.Numbered:
    """Return what a report prints of the number that it would get now."""
    number = issue_number(report.programme, next_sequence(report.programme))
    return rendering.Numbered(
        number=number,
        issued_on=timezone.localdate(),
        check_url=check_address(number),
        replaces=replaces.number if replaces else "",
        correction=correction if replaces else "",
    )


@job_handler(ISSUING, on_failed=tell_failed)
def set_and_issue(run: JobRun) -> None:
    """Give the report of the job out. One that was given out meanwhile is shown instead."""
    run.step(READING, 0, 0)
    asked = run.job.params
    with one_moment(), acting_as(run.actor.pk):
        report = Report.objects.select_related("programme").filter(pk=asked["report"]).first()
        if report is None:
            raise JobRefused("no_report", GONE)
        issued = issue_of(report.pk)
        if issued is None:
            found = prospect(report)
            if found.obstacle:
                raise JobRefused("cannot_issue", CHANGED)
            replaces = IssuedReport.objects.filter(pk=asked["replaces"]).first() if asked["replaces"] else None
            numbered = next_number(report, replaces=replaces, correction=asked["correction"])
            pair = [Report.objects.get(pk=each.pk) for each in found.pair]
            if any(each.content_key != content_key(each, each.figures) for each in pair):
                raise JobRefused("other_look", OTHER_LOOK)
            pictures = {each.language: _pictures(each) for each in pair}
    if issued is None:
        files = {
            each.language: _set(each, pictures[each.language], numbered, run, first=each is pair[0]) for each in pair
        }
    with run.finishing() as job:
        if issued is None:
            try:
                issued, _created = issue_report(
                    report=report,
                    numbered=numbered,
                    files=files,
                    note=asked["note"],
                    replaces=replaces,
                    actor=run.actor,
                )
            except CannotIssue as error:
                raise JobRefused("cannot_issue", CHANGED) from error
            except NotReplaceable as error:
                raise JobRefused("replaced", REPLACED) from error
        job.result_url = reverse("reports:issued", args=[issued.programme_id, issued.pk])
        tell_job_ended(job=job, actor=run.actor)


def _pictures(report: Report) -> dict[str, tuple[bytes, str]]:
    return {str(file.pk): read_picture(file) for file in StoredFile.objects.filter(pk__in=photographs_of(report))}


def _set(report: Report, pictures: Mapping, numbered: rendering.Numbered, run: JobRun, *, first: bool):
    """Return PDF and sheet of one language; each is half of the way."""

    def tell(label: str, done: int, total: int, **params) -> None:
        run.step(label, done if first else total + done, 2 * total, **params)

    try:
        return produce(
            report.figures,
            language=report.language,
            plans=report.plans,
            written=report.written,
            photos=pictures,
            numbered=numbered,
            tell=tell,
        )
    except (RenderingTooLong, MemoryError) as error:
        raise JobRefused("too_large", TOO_LARGE) from error


@transaction.atomic
def issue_report(
    *,
    report: Report,
    numbered: rendering.Numbered,
    files: Mapping[str, tuple[bytes, bytes]],
    note: str,
    actor,
    replaces: IssuedReport | None = None,
) -> tuple[IssuedReport, bool]:
    """Issue a report with its twin in the other language under the number that their files bear; return that with True.

    `files` are PDF and sheet by language. A report that was issued already gives its issue with False. Raises
    PermissionDenied, CannotIssue, NotReplaceable, NumberTaken.
    """
    if not can_manage(actor, report.programme_id):
        raise PermissionDenied
    programme = Programme.objects.get(pk=report.programme_id)
    _one_at_a_time(programme)
    known = issue_of(report.pk)
    if known is not None:
        return known, False
    report = Report.objects.select_related("pdf", "sheet", "job").get(pk=report.pk)
    found = prospect(report)
    if found.obstacle:
        raise CannotIssue(found)
    if replaces is not None and not replaceable(programme, edition=report.edition).filter(pk=replaces.pk).exists():
        raise NotReplaceable
    sequence = next_sequence(programme)
    if (numbered.number, numbered.issued_on) != (issue_number(programme, sequence), timezone.localdate()):
        raise NumberTaken(numbered.number)
    japanese, english = (_bear_number(each, *files[each.language], actor=actor) for each in found.pair)
    issue = IssuedReport(
        programme=programme,
        sequence=sequence,
        number=numbered.number,
        edition=report.edition,
        as_of=report.as_of,
        figures_sha256=report.figures_sha256,
        report_ja=japanese,
        report_en=english,
        pdf_ja_sha256=japanese.pdf.sha256,
        pdf_en_sha256=english.pdf.sha256,
        sheet_ja_sha256=japanese.sheet.sha256,
        sheet_en_sha256=english.sheet.sha256,
        note=note,
        issued_by=actor,
        # The database enters its own.
        issued_at=timezone.now(),
        replaces=replaces,
        correction=numbered.correction if replaces else "",
    )
    issue.save(force_insert=True)
    issue.refresh_from_db(fields=["issued_at"])
    forget_reminders(keys=reminder_keys(ReportReader.objects.filter(report__in=issue.report_ids)))
    log_issue("report.issued", issue, actor, replaces=replaces.number if replaces else None)
    return issue, True


def _bear_number(report: Report, pdf: bytes, sheet: bytes, *, actor) -> Report:
    """Let a report have the files with the number in place of those without one."""
    before = [report.pdf_id, report.sheet_id]
    store = partial(store_file, actor=actor, programme_id=report.programme_id)
    report.pdf = store(name=report.pdf.name, content=pdf)
    report.sheet = store(name=report.sheet.name, content=sheet)
    report.save(update_fields=["pdf", "sheet"])
    forget_files(before)
    return report


def _one_at_a_time(programme: Programme) -> None:
    """Wait for whoever issues a report of the programme; the database takes the same lock when it gives the number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"issued_report:{programme.pk}"])


def log_issue(verb: str, issue: IssuedReport, actor, **detail) -> None:
    given = {name: value for name, value in detail.items() if value}
    audit.log(
        actor=actor,
        verb=verb,
        obj=issue,
        programme_id=issue.programme_id,
        detail={"number": issue.number, "edition": issue.edition, "as_of": issue.as_of.isoformat(), **given},
    )
