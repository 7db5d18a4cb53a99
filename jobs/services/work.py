"""Asking for slow work, asking again, calling it off."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from jobs.models import Job

from .bells import tell

RUN_JOB = "jobs.run_job"


class JobNotOpen(Exception):
    """The job is in a state in which this cannot be done: it is finished, or already under way again."""


@transaction.atomic
def request_job(
    kind: str,
    *,
    title: str,
    actor,
    title_params: dict | None = None,
    params: dict | None = None,
    programme_id: UUID | None = None,
    company_id: UUID | None = None,
    is_content: bool = False,
    dedupe: str = "",
    max_attempts: int = 3,
) -> tuple[Job, bool]:
    """Ask for work of `kind` and return `(job, created)`. It starts after the commit of the present transaction.

    `title` is a msgid (`gettext_noop`), `title_params` its parameters; a parameter may be `{"ja": …, "en": …}`.
    `params` are ids and codes for the handler. The job belongs to the company, else the programme, else `actor`;
    `is_content` closes it to those who see only the company's records. With `dedupe`, asking for the same while it is
    open gives the job there is, also when two people ask at the same moment: the second waits for the first's commit.
    """
    key = f"{kind}:{company_id or programme_id or actor.pk}:{dedupe}" if dedupe else ""
    job = Job(
        kind=kind,
        title=title,
        title_params=title_params or {},
        params=params or {},
        requested_by=actor,
        programme_id=programme_id,
        company_id=company_id,
        is_content=is_content,
        dedupe_key=key,
        max_attempts=max_attempts,
    )
    # The open one can end between our insert and our look: then there is room for ours.
    for _chance in range(3):
        Job.objects.bulk_create([job], ignore_conflicts=bool(key))
        found = Job.objects.open().filter(dedupe_key=key).first() if key else job
        if found is not None:
            break
    else:
        raise JobNotOpen(f"A job with the key {key} is open and out of sight.")
    if found.pk == job.pk:
        _ring(job, actor=actor)
    return found, found.pk == job.pk


@transaction.atomic
def retry_job(*, job: Job, actor) -> Job:
    """Queue a failed or cancelled job again, with all its attempts, in `actor`'s name; raise JobNotOpen otherwise.

    When the same was asked for anew in the meantime, that job is returned and this one stays as it is.
    """
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.state not in (Job.State.FAILED, Job.State.CANCELLED):
        raise JobNotOpen(f"The job {job.pk} is {job.state}.")
    twin = Job.objects.open().filter(dedupe_key=job.dedupe_key).first() if job.dedupe_key else None
    if twin is not None:
        return twin
    job.state = Job.State.QUEUED
    job.round += 1
    job.attempt = job.steps_done = job.steps_total = 0
    job.step = job.error = job.error_kind = job.error_code = ""
    job.step_params, job.error_params = {}, {}
    job.lease_until = job.started_at = job.finished_at = None
    job.save()
    _ring(job, actor=actor)
    return job


@transaction.atomic
def cancel_job(*, job: Job, actor) -> None:
    """Call off a job that is queued or running; what a running attempt still does reaches no row. Else JobNotOpen."""
    changed = (
        Job.objects.open()
        .filter(pk=job.pk)
        .update(state=Job.State.CANCELLED, finished_at=Now(), lease_until=None, step="", step_params={})
    )
    if not changed:
        raise JobNotOpen(f"The job {job.pk} is finished.")


def _ring(job: Job, *, actor) -> None:
    tell(RUN_JOB, key=job.bell_key, args=[job.pk, actor.pk], actor=actor)
