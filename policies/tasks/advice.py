"""The PDF of how advice was handled: read as who asked, set outside any transaction, keep as content of the company."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from audit import services as audit
from common.tenancy import acting_as
from companies.models import Company
from jobs.models import Job
from jobs.rendering import RenderingTooLong
from jobs.services import store_file
from jobs.tasks import JobRefused, JobRun, job_handler
from notifications.services import tell_job_ended
from policies.queries.actions import ADVICE_KIND, action_items, suggestions_behind
from policies.rendering.advice import AdviceRow, advice_file_name, advice_pdf, advice_rows

READING = gettext_noop("Reading the advice and the answers")
SETTING = gettext_noop("Setting the pages")
GONE = gettext_noop("You may no longer read the advice of this company.")
TOO_LARGE = gettext_noop("There is too much advice for one PDF. Please ask whoever runs the portal for help.")


def tell_failed(job: Job) -> None:
    """Tell who asked that it failed, and why: they may have left the page."""
    tell_job_ended(job=job, actor=job.requested_by)


@job_handler(ADVICE_KIND, on_failed=tell_failed)
def list_advice(run: JobRun) -> None:
    """Make the PDF of the job, in the language that it was asked for in."""
    now, language = timezone.now(), run.job.params["language"]
    run.step(READING, 0, 2)
    with acting_as(run.actor.pk):
        company, rows = _read(run.job, actor=run.actor, now=now)
    run.step(SETTING, 1, 2)
    try:
        pdf = advice_pdf(rows, company=company, language=language, at=now)
    except (RenderingTooLong, MemoryError) as error:
        raise JobRefused("too_large", TOO_LARGE) from error
    name = advice_file_name(company, language=language, at=now)
    with run.finishing() as job:
        stored = store_file(name=name, content=pdf, actor=run.actor, company_id=job.company_id, is_content=True)
        job.params = job.params | {"file": str(stored.pk)}
        job.result_url = reverse("policies:advice_file", args=[job.company_id, job.pk])
        audit.log(
            actor=run.actor,
            verb="advice.listed",
            obj=stored,
            company_id=job.company_id,
            detail={"count": len(rows), "language": language},
        )


def _read(job: Job, *, actor, now) -> tuple[dict[str, str], list[AdviceRow]]:
    """Return the company's names and all rows. Raises JobRefused where they are out of the sight of who asked."""
    company = Company.objects.content_visible_to(actor).filter(pk=job.company_id).first()
    if company is None:
        raise JobRefused("gone", GONE)
    items = list(action_items(actor, company))
    rows = advice_rows(items, suggestions_behind(items), today=timezone.localdate(now))
    return {"ja": company.name_ja, "en": company.name_en}, rows
