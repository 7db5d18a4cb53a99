"""The worker draws the list at the door, and badges."""

from django.urls import reverse
from django.utils.translation import gettext_noop

from audit import services as audit
from common.tenancy import acting_as
from jobs.models import Job
from jobs.rendering import RenderingError
from jobs.services import store_file
from jobs.tasks import JobRefused, JobRun, job_handler
from notifications.services import tell_job_ended
from programmes import permissions
from programmes.models import Session
from programmes.queries.door import PAPER_KIND, door_rows
from programmes.rendering.door_papers import lines, paper_name, papers_pdf

READING = gettext_noop("Reading the list")
SETTING = gettext_noop("Setting the pages")
GONE = gettext_noop("This session is not there any more, or you may no longer print its list.")
NOBODY = gettext_noop("Nobody is expected, so that there is nothing to print.")
TOO_MANY = gettext_noop("These are too many people for one file.")


def tell_failed(job: Job) -> None:
    """Tell who asked that it failed, and why: they may have left the page."""
    tell_job_ended(job=job, actor=job.requested_by)


@job_handler(PAPER_KIND, on_failed=tell_failed)
def print_papers(run: JobRun) -> None:
    """Draw what was asked for, as the list stands now."""
    kind, language = run.job.params["paper"], run.job.params["language"]
    run.step(READING, 0, 2)
    with acting_as(run.actor.pk):
        sessions = Session.objects.visible_to(run.actor).filter(programme=run.job.programme_id)
        session = sessions.filter(pk=run.job.params["session"]).first()
        if session is None or not permissions.can_manage(run.actor, session.programme_id):
            raise JobRefused("gone", GONE)
        people = lines(door_rows(run.actor, session), kind=kind, language=language)
    if not people:
        raise JobRefused("nobody", NOBODY)
    run.step(SETTING, 1, 2)
    try:
        pdf = papers_pdf(session, people, kind=kind, language=language)
    except (RenderingError, MemoryError) as error:
        raise JobRefused("too_many", TOO_MANY) from error
    with run.finishing() as job:
        stored = store_file(
            name=paper_name(session, kind=kind, language=language),
            content=pdf,
            actor=run.actor,
            programme_id=job.programme_id,
        )
        job.params = job.params | {"file": str(stored.pk)}
        job.result_url = reverse("programmes:door_paper", args=[job.programme_id, session.pk, job.pk])
        audit.log(
            actor=run.actor,
            verb="door.printed",
            obj=session,
            programme_id=job.programme_id,
            detail={"paper": kind, "count": len(people)},
        )
