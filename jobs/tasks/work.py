"""The Celery tasks of jobs: run one, end those that nobody will end, forget old bells, clear the disk."""

import logging

from celery import shared_task
from django.db import connection
from django.utils import timezone

from common import logs
from common.tenancy import acting_as
from common.tenancy.closed import CLOSED, is_about_closed
from jobs.models import Job

from . import clearing
from .bells import told
from .registry import JobRefused, handler_of
from .runs import INTERRUPTED, LeaseLost, claim, tell_failed

logger = logging.getLogger("jobs")


@shared_task(name="jobs.run_job")
def run_job(job_id: str, actor_id: str, bell: str | None = None) -> None:
    """Make one attempt at a job as `actor_id`. Does nothing when another attempt is at it, or it is finished."""
    run = claim(job_id, actor_id, handler_of)
    if run is None:
        return
    token = logs.request_id.set(f"job-{run.job.number}")
    try:
        with run.renewing():
            _attempt(run)
    finally:
        logs.request_id.reset(token)


def _attempt(run) -> None:
    try:
        run.handler.work(run)
        if not run.finished:
            with run.finishing():
                pass
    except LeaseLost as lost:
        logger.info("Stopped, because another attempt took over or it was called off: %s", lost)
    except JobRefused as refusal:
        run.refuse(refusal)
    except Exception as error:
        if is_about_closed(error):
            run.refuse(JobRefused("closed", CLOSED))
            return
        logger.exception("Job %s (%s), attempt %s, failed", run.job.number, run.job.kind, run.attempt)
        run.give_back(error)


@told("jobs.close_lost_jobs")
def close_lost_jobs() -> None:
    """End the jobs that are open though no bell will start them any more, and tell who asked.

    That is: the bell was rung ten times for nothing, or who asked may no longer see the job. Where a worker died, the
    bell is still there and ends the job itself after its last attempt.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT job_id, asker_id FROM app.close_lost_jobs(%s)", [INTERRUPTED])
        closed = cursor.fetchall()
    for job_id, asker_id in closed:
        logger.error("Job %s was given up by the sweeper", str(job_id)[:8])
        with acting_as(asker_id):
            job = Job.objects.filter(pk=job_id).first()
            if job is not None:
                tell_failed(job, handler_of(job.kind))


@told("jobs.forget_old_bells")
def forget_old_bells() -> None:
    """Delete bells a week after they were answered. Those that were given up stay until someone has looked."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM jobs_outbox WHERE done_at < now() - interval '7 days'")


@told("jobs.clear_bytes")
def clear_bytes() -> None:
    """Take from the disk what no row names any more: files that were taken away, and the rest of deeds that failed."""
    cleared = clearing.clear_bytes(now=timezone.now())
    if cleared:
        logger.info("%s files that nobody names were cleared", cleared)
