"""The PDF of shared minutes: read as who asked, set outside any transaction, kept as content of the company."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from audit import services as audit
from common.tenancy import acting_as
from consultations.models import Consultation
from consultations.queries.minutes import MINUTES_KIND, own_minutes, participants, tasks_of
from consultations.rendering.minutes import file_name, minutes_page, minutes_pdf
from jobs.models import Job
from jobs.rendering import RenderingTooLong
from jobs.services import store_file
from jobs.tasks import JobRefused, JobRun, job_handler
from notifications.services import tell_job_ended

READING = gettext_noop("Reading the minutes")
SETTING = gettext_noop("Setting the pages")
GONE = gettext_noop("You may no longer read these minutes.")
TOO_LARGE = gettext_noop("These minutes are too long for one PDF. Please ask whoever runs the portal for help.")


def tell_failed(job: Job) -> None:
    """Tell who asked that it failed, and why: they may have left the page."""
    tell_job_ended(job=job, actor=job.requested_by)


@job_handler(MINUTES_KIND, on_failed=tell_failed)
def make_pdf(run: JobRun) -> None:
    """Make the PDF of the job, in the language that it was asked for in."""
    now, language = timezone.now(), run.job.params["language"]
    run.step(READING, 0, 2)
    with acting_as(run.actor.pk):
        consultation, page = _read(run.job, actor=run.actor, language=language, now=now)
    run.step(SETTING, 1, 2)
    try:
        pdf = minutes_pdf(page)
    except (RenderingTooLong, MemoryError) as error:
        raise JobRefused("too_large", TOO_LARGE) from error
    with run.finishing() as job:
        stored = store_file(
            name=file_name(consultation, language=language),
            content=pdf,
            actor=run.actor,
            company_id=consultation.company_id,
            programme_id=consultation.programme_id,
            is_content=True,
        )
        job.params = job.params | {"file": str(stored.pk)}
        job.result_url = reverse("consultations:minutes_file", args=[consultation.company_id, consultation.pk, job.pk])
        audit.log(
            actor=run.actor,
            verb="minutes.printed",
            obj=consultation,
            company_id=consultation.company_id,
            programme_id=consultation.programme_id,
            detail={"language": language},
        )


def _read(job: Job, *, actor, language: str, now) -> tuple[Consultation, str]:
    """Return the consultation and its page. Raises JobRefused where they are out of the sight of who asked."""
    consultations = Consultation.objects.visible_to(actor).select_related("company", "adviser")
    consultation = consultations.filter(pk=job.params["consultation"]).first()
    minutes = own_minutes(actor, consultation) if consultation else None
    if minutes is None or minutes.shared_at is None:
        raise JobRefused("gone", GONE)
    names = [row.person.name for row in participants(actor, consultation)]
    tasks = [each for each in tasks_of(actor, [consultation.pk]) if each.item]
    return consultation, minutes_page(consultation, minutes, tasks, names=names, language=language, at=now)
