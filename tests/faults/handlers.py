"""Kinds of jobs whose course a test steers through files. Loaded by the worker of the stack (JOB_HANDLER_MODULES)."""

import os
import signal
import time
from pathlib import Path

from django.conf import settings

from jobs.services import store_file
from jobs.tasks import JobRefused, JobRun, job_handler, told
from notifications.services import tell_job_ended

PATIENCE_SECONDS = 600


def tell_failed(job) -> None:
    tell_job_ended(job=job, actor=job.requested_by)


@job_handler("test.steered", on_failed=tell_failed)
def steered(run: JobRun) -> None:
    """Say which process does it; wait to be let go when told to; leave one file and one message."""
    mode = run.job.params.get("mode", "")
    run.step("Working", 1, 3)
    # Outside of its transaction: a test may freeze this process, and what is frozen within one keeps others waiting.
    Path(settings.VAR_DIR, f"began-{run.job.pk}-{run.attempt}").write_text(str(os.getpid()))
    if mode == "wait":
        end = time.monotonic() + PATIENCE_SECONDS
        while not Path(settings.VAR_DIR, f"go-{run.job.pk}").exists() and time.monotonic() < end:
            time.sleep(0.05)
    elif mode == "poison":
        os.kill(os.getpid(), signal.SIGKILL)
    elif mode == "refuse":
        raise JobRefused("no_figures", "There are no figures.")
    elif mode == "break":
        raise RuntimeError("a mistake of ours")
    # Past the last report on purpose: an attempt that has lost its lease must be stopped by `finishing` alone.
    with run.finishing() as job:
        store_file(name="result.txt", content=str(run.attempt).encode(), actor=run.actor, programme_id=job.programme_id)
        tell_job_ended(job=job, actor=run.actor)
        job.result_url = "/"


@told("test.mark")
def mark(name: str) -> None:
    """Leave a line for each time that it ran."""
    with Path(settings.VAR_DIR, "marks").open("a") as file:
        file.write(f"{name}\n")
