"""Giving a report out under a number, correcting one by another, and withdrawing one."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from audit import services as audit
from jobs.models import Job
from jobs.services import request_job
from programmes.permissions import can_manage
from reports.models import IssuedReport, Report
from reports.queries.issuing import ISSUING, Obstacle, prospect, replaceable
from reports.tasks.issuing import CannotIssue, NotReplaceable, log_issue

from .reports import request_report

__all__ = [
    "AlreadyWithdrawn",
    "CannotIssue",
    "NotReplaceable",
    "request_issue",
    "request_twins",
    "withdraw_issue",
]

TITLE = gettext_noop("Issuing the implementation report: %(programme)s")


class AlreadyWithdrawn(Exception):
    """The issue was withdrawn before."""


@transaction.atomic
def request_issue(
    *, report: Report, note: str, actor, replaces: IssuedReport | None = None, correction: str = ""
) -> tuple[Job, bool]:
    """Let a report be given out with its twin under the next number, which both are set with; return the job with True.

    Of one programme one report is given out at a time: while another one is, its job is returned with False. Raises
    PermissionDenied, CannotIssue, NotReplaceable.
    """
    if not can_manage(actor, report.programme_id):
        raise PermissionDenied
    found = prospect(report)
    if found.obstacle:
        raise CannotIssue(found)
    programme = report.programme
    if replaces is not None and not replaceable(programme, edition=report.edition).filter(pk=replaces.pk).exists():
        raise NotReplaceable
    job, created = request_job(
        ISSUING,
        title=TITLE,
        title_params={"programme": {"ja": programme.name_ja, "en": programme.name_en}},
        params={
            "report": str(report.pk),
            "reports": [str(each.pk) for each in found.pair],
            "note": note,
            "replaces": str(replaces.pk) if replaces else "",
            "correction": correction if replaces else "",
        },
        programme_id=programme.pk,
        dedupe="issue",
        actor=actor,
    )
    if created:
        audit.log(actor=actor, verb="report.issue_requested", obj=report, programme_id=programme.pk)
    return job, created


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
    log_issue("report.withdrawn", issue, actor)
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
    if found.obstacle in (Obstacle.DIFFERENT, Obstacle.PERMISSION):
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
