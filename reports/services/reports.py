"""Asking for a report, asking again, and rendering one at once for the command line."""

import datetime
import hashlib
import json
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_noop

from audit import services as audit
from common.tenancy import acting_as
from jobs.services import cancel_job, request_job, retry_job
from programmes.models import Programme
from programmes.permissions import can_manage
from reports.models import Report, ReportDraft
from reports.queries import fingerprint, one_moment, report_figures
from reports.queries.builder import printed_figures, written_by_people
from reports.tasks import KIND, READING, Tell, produce

TITLE = gettext_noop("Implementation report: %(programme)s")


@transaction.atomic
def request_report(
    *,
    programme: Programme,
    language: str,
    edition: str,
    as_of: datetime.date,
    actor,
    plans: str = "",
    draft: ReportDraft | None = None,
) -> tuple[Report, bool]:
    """Ask for a report and return it with True; while the same one is being made, that one with False.

    Of a draft, figures and texts are frozen as they are now, so that both languages say the same. Raises
    PermissionDenied for anyone but the programme's secretariat.
    """
    if not can_manage(actor, programme.pk):
        raise PermissionDenied
    plans = "\n".join(plans.splitlines()).strip()
    report = Report(
        programme=programme, language=language, edition=edition, as_of=as_of, plans=plans, requested_by=actor
    )
    said = [plans]
    if draft:
        report.draft, report.figures = draft, printed_figures(draft)
        report.written = written_by_people(draft, language)
        said += [report.written, fingerprint(report.figures)]
    words = hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]
    job, created = request_job(
        KIND,
        title=TITLE,
        title_params={"programme": {"ja": programme.name_ja, "en": programme.name_en}},
        params={"report": str(report.pk)},
        programme_id=programme.pk,
        dedupe=f"{language}:{edition}:{as_of.isoformat()}:{words}",
        actor=actor,
    )
    if not created:
        return Report.objects.get(job=job), False
    report.job = job
    report.save(force_insert=True)
    audit.log(
        actor=actor,
        verb="report.requested",
        obj=report,
        programme_id=programme.pk,
        detail={"language": language, "edition": edition, "as_of": as_of.isoformat()},
    )
    return report, True


@transaction.atomic
def retry_report(*, report: Report, actor) -> Report:
    """Press a failed report again; return it, or the same one if somebody asked for it anew meanwhile.

    Raises PermissionDenied, and JobNotOpen when it has not failed.
    """
    if not can_manage(actor, report.programme_id):
        raise PermissionDenied
    job = retry_job(job=report.job, actor=actor)
    audit.log(actor=actor, verb="report.retried", obj=report, programme_id=report.programme_id)
    return report if job.pk == report.job_id else Report.objects.get(job=job)


@transaction.atomic
def cancel_report(*, report: Report, actor) -> None:
    """Call off the making of a report. Raises PermissionDenied, and JobNotOpen when it is over."""
    if not can_manage(actor, report.programme_id):
        raise PermissionDenied
    cancel_job(job=report.job, actor=actor)
    audit.log(actor=actor, verb="report.cancelled", obj=report, programme_id=report.programme_id)


def render_now(
    *,
    programme: Programme,
    language: str,
    edition: str,
    as_of: datetime.date,
    actor,
    now: datetime.datetime,
    tell: Tell,
    plans: str = "",
) -> tuple[bytes, bytes, Mapping]:
    """Return PDF, sheet and figures, made in this process and not stored.

    The figures are read as `actor` in one transaction of its own; the rendering is done outside of it.
    """
    tell(READING, 0, 0)
    with one_moment(), acting_as(actor.pk):
        if not can_manage(actor, programme.pk):
            raise PermissionDenied
        figures = report_figures(programme, as_of=as_of, edition=edition, now=now)
    pdf, sheet = produce(figures, language=language, plans=plans, tell=tell)
    return pdf, sheet, figures
