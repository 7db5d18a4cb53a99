"""Throwing away what was never issued: a report with its readers, or a draft with all that was made of it."""

import contextlib

from django.core.exceptions import PermissionDenied
from django.db import transaction

from audit import services as audit
from jobs.services import JobNotOpen, cancel_job, forget_files
from notifications.services import forget_reminders
from programmes.permissions import can_manage
from reports.models import Report, ReportDraft, ReportReader
from reports.queries.issuing import issue_of, issuing_job
from reports.queries.reading import reminder_keys
from reports.queries.throwing_away import loss_of_draft, take_away, unissued_reports


class WasIssued(Exception):
    """The report was given out under a number: it is kept."""


class BeingIssued(Exception):
    """A report of it is being given out at this moment."""


@transaction.atomic
def throw_away_report(*, report: Report, actor) -> None:
    """Throw a report away that was not issued: its job is called off, its readers' links open nothing any more.

    Raises PermissionDenied, WasIssued, BeingIssued.
    """
    if not can_manage(actor, report.programme_id):
        raise PermissionDenied
    _guard_issuing(report.programme, [report], actor)
    _take_away(report, actor)


@transaction.atomic
def throw_away_draft(*, draft: ReportDraft, actor) -> None:
    """Throw a draft away with its history and with what was made of it but for what was issued, which stays as it is.

    Raises PermissionDenied, BeingIssued.
    """
    if not can_manage(actor, draft.programme_id):
        raise PermissionDenied
    draft = ReportDraft.objects.select_for_update().get(pk=draft.pk)
    reports, loss = unissued_reports(draft), loss_of_draft(draft)
    _guard_issuing(draft.programme, reports, actor)
    for report in reports:
        _take_away(report, actor)
    audit.log(
        actor=actor,
        verb="report_draft.thrown_away",
        obj=draft,
        programme_id=draft.programme_id,
        detail={
            "edition": draft.edition,
            "as_of": draft.as_of.isoformat(),
            "texts": loss.texts,
            "reports": loss.reports,
            "issued": loss.issued,
        },
    )
    take_away("throw_away_report_draft", draft.pk)


def _guard_issuing(programme, reports: list[Report], actor) -> None:
    job = issuing_job(actor, programme)
    if job is not None and {str(report.pk) for report in reports} & set(job.params["reports"]):
        raise BeingIssued


def _take_away(report: Report, actor) -> None:
    # First the work: an attempt that is under way loses its job, and writes nothing more.
    with contextlib.suppress(JobNotOpen):
        cancel_job(job=report.job, actor=actor)
    report = Report.objects.select_for_update(of=["self"]).get(pk=report.pk)
    if issue_of(report.pk):
        raise WasIssued
    forget_reminders(keys=reminder_keys(ReportReader.objects.filter(report=report)))
    audit.log(
        actor=actor,
        verb="report.thrown_away",
        obj=report,
        programme_id=report.programme_id,
        detail={"language": report.language, "edition": report.edition, "as_of": report.as_of.isoformat()},
    )
    take_away("throw_away_report", report.pk)
    forget_files([report.pdf_id, report.sheet_id])
