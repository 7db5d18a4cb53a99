"""Reports as their jobs would leave them, without setting a page: what issuing begins with."""

from datetime import date

from common.tenancy import acting_as
from jobs.models import Job
from jobs.services import store_file
from reports.models import IssuedReport, Report
from reports.queries import fingerprint, report_figures
from reports.services import request_report
from reports.services.issuing import issue_report

from .conftest import NOW

DAY = date(2025, 4, 30)


def ask(programme, user, **fields) -> Report:
    values = {"language": "ja", "edition": "public", "as_of": DAY} | fields
    with acting_as(user.pk):
        return request_report(programme=programme, actor=user, **values)[0]


def finish(report: Report, *, figures: dict | None = None) -> Report:
    """Give a report figures and files that say which it is."""
    actor, programme = report.requested_by, report.programme
    with acting_as(actor.pk):
        report.figures = figures or report_figures(programme, as_of=report.as_of, edition=report.edition, now=NOW)
        report.figures_sha256 = report.content_key = fingerprint(report.figures)
        own = f"{report.figures_sha256} {report.language}".encode()
        of = {"actor": actor, "programme_id": programme.pk}
        report.pdf = store_file(name=f"報告書 {report.language}.pdf", content=b"%PDF " + own, **of)
        report.sheet = store_file(name=f"report {report.language}.xlsx", content=b"PK " + own, **of)
        report.save()
        Job.objects.filter(pk=report.job_id).update(state=Job.State.DONE)
    return Report.objects.get(pk=report.pk)


def pair(programme, user, *, figures: dict | None = None, **fields) -> tuple[Report, Report]:
    """Return a finished report in Japanese and the same in English."""
    return tuple(
        finish(ask(programme, user, language=language, **fields), figures=figures) for language in ("ja", "en")
    )


def issue(programme, user, *, note: str = "Final", replaces=None, correction: str = "", **fields) -> IssuedReport:
    japanese, _english = pair(programme, user, **fields)
    with acting_as(user.pk):
        return issue_report(report=japanese, note=note, replaces=replaces, correction=correction, actor=user)[0]


def changed(report: Report, **companies) -> dict:
    """Return a report's figures with other counts of companies."""
    return {**report.figures, "companies": {**report.figures["companies"], **companies}}
