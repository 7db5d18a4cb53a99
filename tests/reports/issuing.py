"""Reports as their jobs would leave them, without setting a page: what issuing begins with."""

from datetime import date

from common.tenancy import acting_as
from jobs.models import Job
from jobs.services import store_file
from jobs.tasks import run_job, runs
from reports import rendering
from reports.models import IssuedReport, Report
from reports.queries import fingerprint, report_figures
from reports.services import request_report
from reports.tasks.issuing import issue_report, next_number
from reports.tasks.rendering import content_key
from tests.roles import web_role

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
        report.figures_sha256 = fingerprint(report.figures)
        report.content_key = content_key(report, report.figures)
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


def give_number(report: Report, actor, *, note: str = "Final", replaces=None, correction: str = ""):
    """Issue a report as the worker does once both languages are set, with files that name the number alone."""
    with acting_as(actor.pk):
        numbered = next_number(report, replaces=replaces, correction=correction)
        files = {
            language: tuple(f"{kind} {numbered.number} {language}".encode() for kind in ("%PDF", "PK"))
            for language in ("ja", "en")
        }
        return issue_report(report=report, numbered=numbered, files=files, note=note, replaces=replaces, actor=actor)


def worked(monkeypatch) -> Job:
    """Let the worker do what is open, without setting a page; return the last job."""
    job = Job.objects.open().get()
    monkeypatch.setattr(runs, "RENEW_SECONDS", 3600)
    monkeypatch.setattr(
        rendering, "report_pdf", lambda figures, *, numbered, **_more: f"%PDF {numbered} {_more['language']}".encode()
    )
    monkeypatch.setattr(
        rendering, "report_sheet", lambda figures, *, language, numbered: f"PK {numbered} {language}".encode()
    )
    with web_role():
        run_job(str(job.pk), str(job.requested_by_id))
    job.refresh_from_db()
    return job


def issue(programme, user, *, note: str = "Final", replaces=None, correction: str = "", **fields) -> IssuedReport:
    japanese, _english = pair(programme, user, **fields)
    return give_number(japanese, user, note=note, replaces=replaces, correction=correction)[0]


def changed(report: Report, **companies) -> dict:
    """Return a report's figures with other counts of companies."""
    return {**report.figures, "companies": {**report.figures["companies"], **companies}}
