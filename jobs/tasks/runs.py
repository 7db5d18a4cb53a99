"""One attempt at a job: taken by a lease, told apart by its number, written only while it still holds.

A worker can be killed at any instant, so nothing here relies on being told about it. The attempt holds a lease that a
thread renews; when the worker dies the lease runs out, the bell rings again, and the next attempt takes the row under
a higher number. Whatever the old one still tries to write finds no row. The lease is reckoned by the database's clock.
"""

import errno
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from uuid import UUID

from billiard.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, Q, Value
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_noop

from accounts.models import User
from common.tenancy import acting_as
from jobs.models import Job, Outbox

from .bells import put_off
from .registry import Handler, JobRefused

logger = logging.getLogger("jobs")

# The lease outlives several renewals, so that a busy machine does not lose it; a killed worker's job waits as long.
LEASE_SECONDS = settings.JOB_LEASE_SECONDS
RENEW_SECONDS = LEASE_SECONDS / 5
# A step is written at most so often, unless its words change: pages are laid out faster than anyone can read.
STEP_SECONDS = 0.3
RETRY_SECONDS = 5

GENERAL_ERROR = gettext_noop("The portal could not finish this. Nothing was changed; please try again.")
TOO_LONG = gettext_noop("This took longer than the portal allows. Please try again, or ask for less at once.")
NO_ROOM = gettext_noop("The portal has no room left to keep the file. Nothing was changed; please try again later.")
INTERRUPTED = gettext_noop("This was interrupted and has been given up. Nothing was changed; please try again.")


class LeaseLost(Exception):
    """Another attempt has taken over, or the job was called off: stop, and write nothing."""


def _lease():
    return Now() + Value(timedelta(seconds=LEASE_SECONDS))


def claim(job_id: UUID | str, actor_id: UUID | str, handler_of) -> "JobRun | None":
    """Take the job for one attempt, or return None when there is nothing to do now; the bell is answered either way."""
    with acting_as(actor_id):
        leased = ExpressionWrapper(Q(lease_until__gt=Now()), output_field=BooleanField())
        job = Job.objects.select_for_update().annotate(leased=leased).filter(pk=job_id).first()
        actor = User.objects.filter(pk=actor_id, is_active=True).first()
        if job is None or actor is None:
            # Out of the asker's sight since then. Without its bell the sweeper ends it, with words.
            Outbox.objects.filter(key__startswith=f"job:{job_id}:").done()
            return None
        if not job.is_open:
            Outbox.objects.filter(key=job.bell_key).done()
            return None
        if job.state == Job.State.RUNNING and job.leased:
            put_off(job.bell_key, seconds=LEASE_SECONDS + 1)
            return None
        handler = handler_of(job.kind)
        if job.attempt >= job.max_attempts:
            _fail(job, handler, Job.ErrorKind.FAILED, "interrupted", INTERRUPTED, {})
            return None
        if job.attempt:
            logger.warning("Job %s (%s): attempt %s ended without a word", job.number, job.kind, job.attempt)
        attempt = job.attempt + 1
        Job.objects.filter(pk=job.pk).update(
            state=Job.State.RUNNING, attempt=attempt, lease_until=_lease(), started_at=Coalesce("started_at", Now())
        )
        put_off(job.bell_key, seconds=LEASE_SECONDS + 1)
        job.refresh_from_db()
        return JobRun(job, actor, handler)


class JobRun:
    """What a handler is given: `job` as it was taken, `actor` in whose name, `attempt`, and the ways to report.

    Each report is a short transaction of its own, so call them outside the handler's transactions.
    """

    def __init__(self, job: Job, actor: User, handler: Handler):
        self.job, self.actor, self.handler = job, actor, handler
        self.attempt = job.attempt
        self.finished = False
        self._lost = threading.Event()
        self._said, self._said_at = "", 0.0

    def _held(self):
        return Job.objects.held(self.job.pk, self.attempt)

    def step(self, label: str, done: int = 0, total: int = 0, **params) -> None:
        """Say what is being done: a msgid with its parameters, and how much of it. Raises LeaseLost."""
        now = monotonic()
        if label == self._said and done < total and now - self._said_at < STEP_SECONDS:
            self._raise_if_lost()
            return
        with acting_as(self.actor.pk):
            kept = self._held().update(
                step=label, step_params=params, steps_done=done, steps_total=total, lease_until=_lease()
            )
        if not kept:
            self._lost.set()
        self._said, self._said_at = label, now
        self._raise_if_lost()

    def check_lease(self) -> None:
        """Raise LeaseLost when another attempt has taken over, or the job was called off."""
        with acting_as(self.actor.pk):
            if not self._held().exists():
                self._lost.set()
        self._raise_if_lost()

    def _raise_if_lost(self) -> None:
        if self._lost.is_set():
            raise LeaseLost(f"job {self.job.number}, attempt {self.attempt}")

    @contextmanager
    def finishing(self) -> Iterator[Job]:
        """Open the one transaction in which the result is written, as the actor. Raises LeaseLost before the block.

        The job's row is locked and this attempt holds it, so what the block writes is written by no other attempt.
        Set `job.result_url` in the block. Leaving it marks the job done and its bell answered.
        """
        with acting_as(self.actor.pk):
            job = self._held().select_for_update().first()
            if job is None:
                raise LeaseLost(f"job {self.job.number}, attempt {self.attempt}")
            yield job
            job.state, job.lease_until = Job.State.DONE, None
            job.step, job.step_params = "", {}
            job.finished_at = Now()
            job.save()
            Outbox.objects.filter(key=job.bell_key).done()
        self.finished = True

    def refuse(self, refusal: JobRefused) -> None:
        """Record that the person has to put something right."""
        _drop_dead_line()
        self._fail_if_held(Job.ErrorKind.REFUSED, refusal.code, refusal.message, refusal.params)

    def give_back(self, error: BaseException) -> None:
        """After an error that is nobody's input: queue the job for its next attempt, or fail it for good."""
        _drop_dead_line()
        if self.attempt < self.job.max_attempts:
            with acting_as(self.actor.pk):
                if self._held().update(state=Job.State.QUEUED, lease_until=None, step="", step_params={}):
                    put_off(self.job.bell_key, seconds=RETRY_SECONDS * self.attempt)
            return
        code, words = _in_words(error)
        self._fail_if_held(Job.ErrorKind.FAILED, code, words, {})

    def _fail_if_held(self, kind: str, code: str, words: str, params: dict) -> None:
        with acting_as(self.actor.pk):
            job = self._held().select_for_update().first()
            if job is not None:
                _fail(job, self.handler, kind, code, words, params)

    @contextmanager
    def renewing(self) -> Iterator[None]:
        """Renew the lease from a thread, on a connection of its own, while the block works."""
        ended = threading.Event()
        thread = threading.Thread(target=self._renew_until, args=[ended], name=f"lease-{self.job.number}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(timeout=RENEW_SECONDS)

    def _renew_until(self, ended: threading.Event) -> None:
        try:
            while not ended.wait(RENEW_SECONDS):
                try:
                    with acting_as(self.actor.pk):
                        if not self._held().update(lease_until=_lease()):
                            self._lost.set()
                            return
                        put_off(self.job.bell_key, seconds=LEASE_SECONDS + 1)
                except Error:
                    # The lease may run out; then this attempt finds no row to write, and another one starts.
                    logger.warning("Job %s: the lease could not be renewed", self.job.number)
                    connection.close()
        finally:
            connection.close()


def _drop_dead_line() -> None:
    """Let the next statement open a new line when the error was that the database hung up."""
    if not connection.in_atomic_block and connection.connection is not None and not connection.is_usable():
        connection.close()


def _in_words(error: BaseException) -> tuple[str, str]:
    if isinstance(error, SoftTimeLimitExceeded):
        return "too_long", TOO_LONG
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        return "no_room", NO_ROOM
    return "error", GENERAL_ERROR


def _fail(job: Job, handler: Handler, kind: str, code: str, words: str, params: dict) -> None:
    """End the job in the present transaction, and let its app tell whom it concerns."""
    job.state, job.lease_until, job.finished_at = Job.State.FAILED, None, Now()
    job.step, job.step_params = "", {}
    job.error_kind, job.error_code, job.error, job.error_params = kind, code, words, params
    job.save()
    job.refresh_from_db()
    Outbox.objects.filter(key=job.bell_key).done()
    log = logger.info if kind == Job.ErrorKind.REFUSED else logger.error
    log("Job %s (%s) failed: %s", job.number, job.kind, code)
    tell_failed(job, handler)


def tell_failed(job: Job, handler: Handler) -> None:
    """Call the app's `on_failed` in a savepoint: its own error must not undo the word that the job failed."""
    if handler.on_failed is None:
        return
    try:
        with transaction.atomic():
            handler.on_failed(job)
    except Exception:
        logger.exception("Job %s (%s): telling of the failure failed", job.number, job.kind)
