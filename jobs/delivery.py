"""Ringing the bells: from the outbox to the broker. Only the relay does this.

A row is taken in a short transaction, rung outside of it, and put back when the broker does not answer. No lock is held
while the broker is spoken to, so a frozen broker holds up nobody; a relay that is killed in between only delays the bell
by one pause. A bell rung twice does no harm: every task asks the row first.
"""

import json
import logging
from dataclasses import dataclass

from celery import Celery
from django.conf import settings
from django.db import connection, transaction
from kombu import Producer
from kombu.exceptions import OperationalError

logger = logging.getLogger("jobs.relay")

# A bell that the broker forgot is rung again after half a lease, then after twice that, and so on.
FIRST_PAUSE_SECONDS = settings.JOB_LEASE_SECONDS / 2
LONGEST_PAUSE_SECONDS = 3600
MAX_RINGS = 10
BATCH = 100

# By the time of the statement, not of the transaction: the clock that `Now()` of the ORM reads, too.
_TAKE = """
UPDATE jobs_outbox
   SET attempts = attempts + 1, published_at = statement_timestamp(),
       due_at = statement_timestamp() + make_interval(secs => least(%(first)s * power(2, attempts), %(longest)s))
 WHERE id IN (SELECT id FROM jobs_outbox
               WHERE done_at IS NULL AND dead_at IS NULL AND due_at <= statement_timestamp() AND attempts < %(max)s
               ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id, task, args::text
"""
_PUT_BACK = """
UPDATE jobs_outbox SET attempts = greatest(attempts - 1, 0), due_at = statement_timestamp()
 WHERE id = ANY (%s) AND done_at IS NULL
"""
_GIVE_UP = """
UPDATE jobs_outbox SET dead_at = statement_timestamp()
 WHERE id IN (SELECT id FROM jobs_outbox
               WHERE done_at IS NULL AND dead_at IS NULL AND due_at <= statement_timestamp() AND attempts >= %s
               FOR UPDATE SKIP LOCKED)
RETURNING key, task, last_error
"""


@dataclass(frozen=True, slots=True)
class Bell:
    """An outbox row that is being rung."""

    id: object
    task: str
    args: list


def take_due_bells(limit: int = BATCH) -> list[Bell]:
    """Take up to `limit` bells that are due; nobody else takes them until their pause is over."""
    values = {"first": FIRST_PAUSE_SECONDS, "longest": LONGEST_PAUSE_SECONDS, "max": MAX_RINGS, "limit": limit}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        return [Bell(bell_id, task, json.loads(args)) for bell_id, task, args in cursor.fetchall()]


def put_back(bells: list[Bell]) -> None:
    """Make bells that could not be rung due again, as if they had not been taken."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PUT_BACK, [[bell.id for bell in bells]])


def give_up_dead_bells() -> int:
    """Stop ringing what nobody answered in MAX_RINGS times, with one ERROR line each: someone has to look."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_GIVE_UP, [MAX_RINGS])
        dead = cursor.fetchall()
    for key, task, error in dead:
        logger.error("Given up after %s rings: %s (%s). Last error: %s", MAX_RINGS, key, task, error or "no answer")
    return len(dead)


class BrokerSilent(Exception):
    """The broker did not take the message within its time."""


class Broker:
    """The line to the broker. Opened when first needed, dropped at the first error, never waited for."""

    def __init__(self):
        # Only names of tasks are sent, so the tasks themselves, and all that they import, stay out of this process.
        self.celery = Celery("relay", set_as_current=False)
        self.celery.config_from_object("django.conf:settings", namespace="CELERY")
        self.producer = None

    def ring(self, bell: Bell) -> None:
        """Send the message; raise BrokerSilent when that did not work."""
        try:
            if self.producer is None:
                self.producer = Producer(self.celery.connection_for_write(transport_options={"max_retries": 0}))
            self.celery.send_task(
                bell.task,
                args=bell.args,
                kwargs={"bell": str(bell.id)},
                producer=self.producer,
                retry=False,
                ignore_result=True,
            )
        except (OperationalError, OSError, *self._errors()) as error:
            self.close()
            raise BrokerSilent(str(error)) from error

    def _errors(self) -> tuple:
        line = self.producer.connection if self.producer else None
        return (*line.connection_errors, *line.channel_errors) if line else ()

    def close(self) -> None:
        """Hang up without saying goodbye, which a frozen broker would not hear."""
        producer, self.producer = self.producer, None
        if producer is not None:
            producer.connection.collect(socket_timeout=0.1)


class Relay:
    """One pass after another over what is due. Says once when the broker falls silent, and once when it is back."""

    def __init__(self, broker: Broker):
        self.broker = broker
        self.broker_answers = True

    def ring_due(self) -> bool:
        """Ring what is due, one bell only while the broker is silent. True when more may be waiting."""
        bells = take_due_bells(BATCH if self.broker_answers else 1)
        for number, bell in enumerate(bells):
            try:
                self.broker.ring(bell)
            except BrokerSilent as error:
                put_back(bells[number:])
                self._note(answers=False, error=error)
                return False
            except Exception:
                # A row that cannot be sent must not stop the others; it is tried again, and given up in the end.
                logger.exception("A bell for %s cannot be rung", bell.task)
                continue
            self._note(answers=True)
        return bool(bells) and (len(bells) == BATCH or len(bells) == 1)

    def _note(self, *, answers: bool, error: Exception | None = None) -> None:
        if answers == self.broker_answers:
            return
        self.broker_answers = answers
        if answers:
            logger.warning("The broker answers again")
        else:
            logger.error("The broker does not answer (%s). What is told meanwhile waits in the database.", error)
