"""What runs in the worker, and how other apps write their own.

A kind of job, in the `tasks.py` of its app:

    @job_handler("report", on_failed=tell_who_asked)
    def render(run: JobRun) -> None:
        run.step(gettext_noop("Reading the figures"), 1, 4)
        ...
        with run.finishing() as job:            # one transaction: the result, the message, "done"
            job.result_url = ...

A message from below ("upward news"), told with `jobs.services.tell("consultations.close_review", …)`:

    @told("consultations.close_review")
    def close_review(review_id): ...            # one transaction, as the actor of the bell, with "done"

Both are run again when a worker is killed, so both write in that one transaction only.
"""

from .bells import told
from .registry import JobRefused, job_handler
from .runs import JobRun, LeaseLost
from .work import clear_bytes, close_lost_jobs, forget_old_bells, run_job

__all__ = [
    "JobRefused",
    "JobRun",
    "LeaseLost",
    "clear_bytes",
    "close_lost_jobs",
    "forget_old_bells",
    "job_handler",
    "run_job",
    "told",
]
