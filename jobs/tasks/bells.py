"""Answering a bell: the effect and the word "done" in one transaction, however often it is rung."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from celery import shared_task
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Now

from common.tenancy import acting_as
from jobs.models import Outbox


def told(name: str) -> Callable:
    """Make a Celery task `name` of a function that is told by an outbox row.

    The function is called with the row's arguments, in one transaction, as the row's actor. A row that is done is not
    answered again; two workers at the same row wait for each other. An error rolls back, and the relay rings again
    later. Called directly, without a bell, it is the plain function.
    """

    def decorate(function: Callable):
        @wraps(function)
        def task(*args, bell: str | None = None) -> None:
            if bell is None:
                function(*args)
            else:
                _answer(bell, function)

        return shared_task(name=name)(task)

    return decorate


def _answer(bell: str, function: Callable) -> None:
    try:
        with transaction.atomic():
            row = Outbox.objects.select_for_update().open().filter(pk=bell).first()
            if row is None:
                return
            with acting_as(row.actor_id):
                function(*row.args)
            Outbox.objects.filter(pk=bell).done()
    except Exception as error:
        note_error(bell, error)
        raise


def note_error(bell: str | None, error: BaseException) -> None:
    """Keep what went wrong last, for who looks at a row that was given up. Names the error, never its data."""
    if bell:
        Outbox.objects.filter(pk=bell).update(last_error=type(error).__name__)


def put_off(key: str, *, seconds: float) -> None:
    """Say "heard": the bell `key` is rung again in `seconds` unless it is done by then, and counts as unanswered no more.

    Called with the job's row locked, always before the bell's, so that nobody waits for the other.
    """
    again = Now() + Value(timedelta(seconds=seconds))
    Outbox.objects.open().filter(key=key).update(due_at=again, attempts=0)
