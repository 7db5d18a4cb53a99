"""Giving a report out under a number, correcting one by another, and withdrawing one."""

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from audit import services as audit
from programmes.models import Programme
from programmes.permissions import can_manage
from reports.models import IssuedReport, Report
from reports.queries.issuing import Obstacle, Prospect, issue_of, prospect, replaceable

from .reports import request_report


class CannotIssue(Exception):
    """Something stands in the way; `prospect` says what."""

    def __init__(self, found: Prospect):
        super().__init__(found.obstacle)
        self.prospect = found


class NotReplaceable(Exception):
    """The issue that was to be replaced is of another edition, or was replaced already."""


class AlreadyWithdrawn(Exception):
    """The issue was withdrawn before."""


@transaction.atomic
def issue_report(
    *, report: Report, note: str, actor, replaces: IssuedReport | None = None, correction: str = ""
) -> tuple[IssuedReport, bool]:
    """Issue a report with its twin in the other language under the next number; return that with True.

    A report that was issued already gives its issue with False. Raises PermissionDenied, CannotIssue, NotReplaceable.
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
    last = IssuedReport.objects.filter(programme=programme).order_by("-sequence").first()
    sequence = last.sequence + 1 if last else 1
    japanese, english = found.pair
    issue = IssuedReport(
        programme=programme,
        sequence=sequence,
        number=issue_number(programme, sequence),
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
        correction=correction if replaces else "",
    )
    issue.save(force_insert=True)
    issue.refresh_from_db(fields=["issued_at"])
    _log("report.issued", issue, actor, replaces=replaces.number if replaces else None)
    return issue, True


def issue_number(programme: Programme, sequence: int) -> str:
    """Return a number as it is quoted: SPP-2024-01."""
    return f"{programme.code.upper()}-{sequence:02d}"


def _one_at_a_time(programme: Programme) -> None:
    """Wait for whoever issues a report of the programme; the database takes the same lock when it gives the number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"issued_report:{programme.pk}"])


@transaction.atomic
def withdraw_issue(*, issue: IssuedReport, reason: str, actor) -> IssuedReport:
    """Withdraw an issue: it stays in the list and its files are kept, and whoever checks it is told.

    Raises PermissionDenied and AlreadyWithdrawn.
    """
    if not can_manage(actor, issue.programme_id):
        raise PermissionDenied
    issue = IssuedReport.objects.select_for_update().get(pk=issue.pk)
    if issue.withdrawn_at:
        raise AlreadyWithdrawn
    issue.withdrawn_at, issue.withdrawn_by, issue.withdrawal = timezone.now(), actor, reason
    issue.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal"])
    _log("report.withdrawn", issue, actor)
    return issue


@transaction.atomic
def request_twins(*, report: Report, actor) -> Report:
    """Ask for what is missing to issue a report, and return the report to go on with.

    That is the other language; or both anew, where the figures have changed since the first one was made. Raises
    PermissionDenied.
    """
    if not can_manage(actor, report.programme_id):
        raise PermissionDenied
    found = prospect(report)
    if found.obstacle == Obstacle.MISSING:
        _ask(report, language=found.other_language, plans="", actor=actor)
        return report
    if found.obstacle == Obstacle.DIFFERENT:
        _ask(report, language=found.other_language, plans=found.twin.plans, actor=actor)
        return _ask(report, language=report.language, plans=report.plans, actor=actor)
    return report


def _ask(report: Report, *, language: str, plans: str, actor) -> Report:
    """Ask for a report like this one in a language."""
    asked, _created = request_report(
        programme=report.programme,
        language=language,
        edition=report.edition,
        as_of=report.as_of,
        actor=actor,
        plans=plans,
        draft=report.draft,
    )
    return asked


def _log(verb: str, issue: IssuedReport, actor, **detail) -> None:
    given = {name: value for name, value in detail.items() if value}
    audit.log(
        actor=actor,
        verb=verb,
        obj=issue,
        programme_id=issue.programme_id,
        detail={"number": issue.number, "edition": issue.edition, "as_of": issue.as_of.isoformat(), **given},
    )
