"""Sending a letter to many by the worker, in batches that another attempt goes on from."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from common.tenancy import acting_as
from jobs.models import Job
from jobs.tasks import JobRefused, JobRun, job_handler
from notifications.services import tell_job_ended
from programmes import permissions
from programmes.models import Mailing, MailingRecipient
from programmes.queries.mailings import KIND

from .writing import write_letters

BATCH = 20

WRITING = gettext_noop("Writing the letters")
GONE = gettext_noop("This letter is not there any more, or you may no longer send it.")
CALLED_OFF = gettext_noop("This letter was called off. What had not left the portal was not sent.")


def tell_failed(job: Job) -> None:
    """Tell who pressed that not every letter was written: they may have left the page."""
    tell_job_ended(job=job, actor=job.requested_by)


def _mailing(run: JobRun) -> Mailing:
    mailings = Mailing.objects.visible_to(run.actor)
    mailing = mailings.filter(pk=run.job.params["mailing"], programme=run.job.programme_id).first()
    if mailing is None or not permissions.can_manage(run.actor, mailing.programme_id):
        raise JobRefused("gone", GONE)
    if mailing.called_off_at:
        raise JobRefused("called_off", CALLED_OFF)
    return mailing


@job_handler(KIND, on_failed=tell_failed)
def send_mailing(run: JobRun) -> None:
    """Write every letter that is still to be written; how many were written already is where the bar begins."""
    with acting_as(run.actor.pk):
        mailing = _mailing(run)
        letters = MailingRecipient.objects.filter(mailing=mailing)
        total, done = letters.count(), letters.exclude(pk__in=letters.waiting()).count()
    while True:
        run.step(WRITING, done, total)
        with acting_as(run.actor.pk):
            written = write_letters(mailing=mailing, actor=run.actor, now=timezone.now(), limit=BATCH)
        done += written
        if written < BATCH:
            break
    with run.finishing() as job:
        job.result_url = reverse("dashboards:mailing", args=[mailing.programme_id, mailing.pk])
