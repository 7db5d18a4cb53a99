"""Certificates by the worker: issued in batches, drawn one by one, kept in batches; and all of them in one file to print.

Each batch is a transaction of its own and finds only what is still missing, so that an attempt that was killed loses no
more than its last batch, and the next attempt goes on from there.
"""

from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from audit import services as audit
from common.tenancy import acting_as
from jobs.models import Job
from jobs.rendering import RenderingError
from jobs.services import FileRefused, store_file
from jobs.tasks import JobRefused, JobRun, job_handler
from notifications.services import tell_job_ended
from programmes import permissions
from programmes.models import Certificate, Session
from programmes.queries.certificates import ISSUE_KIND, PRINT_KIND, undrawn, valid_of
from programmes.rendering.certificates import Paper, certificate_name, certificates_pdf, print_name
from programmes.tasks.issuing import issue_certificates, keep_files

ISSUE_BATCH = 200
DRAW_BATCH = 20

ISSUING = gettext_noop("Issuing certificates")
DRAWING = gettext_noop("Drawing certificates")
READING = gettext_noop("Reading the certificates")
SETTING = gettext_noop("Setting the pages")
GONE = gettext_noop("This session is not there any more, or you may no longer issue its certificates.")
NOBODY = gettext_noop("Nobody who came is without a certificate.")
NONE_VALID = gettext_noop("There is no valid certificate to print yet. Please issue them first.")
NO_ROOM = gettext_noop("The room for files of one of the companies is used up, so its certificates cannot be kept.")
TOO_MANY = gettext_noop("These are too many certificates for one file. Please print them company by company.")


def tell_failed(job: Job) -> None:
    """Tell who asked that it failed, and why: they may have left the page."""
    tell_job_ended(job=job, actor=job.requested_by)


def _session(run: JobRun) -> Session:
    """Return the session of the job as who asked sees it, and may run it. Raises JobRefused."""
    sessions = Session.objects.visible_to(run.actor).select_related("programme")
    session = sessions.filter(pk=run.job.params["session"], programme=run.job.programme_id).first()
    if session is None or not permissions.can_manage(run.actor, session.programme_id):
        raise JobRefused("gone", GONE)
    return session


@job_handler(ISSUE_KIND, on_failed=tell_failed)
def make_certificates(run: JobRun) -> None:
    """Issue to one person or to everybody who came, then draw whatever has no file yet."""
    with acting_as(run.actor.pk):
        session = _session(run)
    wanted = run.job.params.get("attendance")
    ids = [UUID(wanted)] if wanted else None
    issued = _issue_all(run, session, ids)
    drawn = _draw_all(run, session, ids)
    if not drawn and not issued:
        raise JobRefused("nobody", NOBODY)
    with run.finishing() as job:
        job.result_url = reverse("programmes:certificates", args=[session.programme_id, session.pk])


def _issue_all(run: JobRun, session: Session, ids: list[UUID] | None) -> int:
    total = 0
    while True:
        run.step(ISSUING, total, 0)
        with acting_as(run.actor.pk):
            batch = issue_certificates(
                session=session, actor=run.actor, now=timezone.now(), attendance_ids=ids, limit=ISSUE_BATCH
            )
        total += len(batch)
        if len(batch) < ISSUE_BATCH:
            return total


def _draw_all(run: JobRun, session: Session, ids: list[UUID] | None) -> int:
    with acting_as(run.actor.pk):
        waiting = undrawn(session)
        found = list(waiting.filter(attendance__in=ids) if ids else waiting)
    for start in range(0, len(found), DRAW_BATCH):
        run.step(DRAWING, start, len(found))
        batch = found[start : start + DRAW_BATCH]
        drawn = [(certificate, *_drawn(certificate, run.job.params["language"])) for certificate in batch]
        run.check_lease()
        with acting_as(run.actor.pk):
            try:
                keep_files(drawn=drawn, actor=run.actor)
            except FileRefused as refused:
                raise JobRefused("no_room", NO_ROOM) from refused
    return len(found)


def _drawn(certificate: Certificate, language: str) -> tuple[str, bytes]:
    content = certificate.content
    return certificate_name(content, language=language), certificates_pdf(
        [Paper(certificate.code, content)], language=language
    )


@job_handler(PRINT_KIND, on_failed=tell_failed)
def print_certificates(run: JobRun) -> None:
    """One file with a page for each valid certificate, company by company."""
    language = run.job.params["language"]
    run.step(READING, 0, 2)
    with acting_as(run.actor.pk):
        session = _session(run)
        papers = [Paper(row.code, row.content) for row in valid_of(run.actor, session)]
    if not papers:
        raise JobRefused("none", NONE_VALID)
    run.step(SETTING, 1, 2)
    try:
        pdf = certificates_pdf(papers, language=language)
    except (RenderingError, MemoryError) as error:
        raise JobRefused("too_many", TOO_MANY) from error
    with run.finishing() as job:
        stored = store_file(
            name=print_name(session, language=language),
            content=pdf,
            actor=run.actor,
            programme_id=job.programme_id,
        )
        job.params = job.params | {"file": str(stored.pk)}
        job.result_url = reverse("programmes:certificates_file", args=[job.programme_id, session.pk, job.pk])
        audit.log(
            actor=run.actor,
            verb="certificates.printed",
            obj=session,
            programme_id=job.programme_id,
            detail={"count": len(papers), "file": str(stored.pk)},
        )
