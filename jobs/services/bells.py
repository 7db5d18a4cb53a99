"""Telling the background what to do: a row in the transaction of the deed, never a message to the broker."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from jobs.models import Outbox

CHANNEL = "jobs_outbox"


def tell(task, *, key: str, actor, args: Sequence = (), run_after: datetime | None = None) -> None:
    """Let `task` run with `args` as `actor` once the present transaction is committed, and not before `run_after`.

    `task` is a task or its name. `key` says what is told: telling it twice is telling it once, until a week after it was done.
    `args` are ids as strings or numbers, never content: the table has no row-level policy. `actor` is the person in
    whose name the task reads and writes; None is nobody, who sees no tenant's row.
    """
    row = Outbox(
        key=key,
        task=task if isinstance(task, str) else task.name,
        args=[arg if isinstance(arg, int) else str(arg) for arg in args],
        actor_id=actor.pk if actor else None,
    )
    if run_after is not None:
        row.due_at = run_after
    Outbox.objects.bulk_create([row], ignore_conflicts=True)
    wake_relay()


def wake_relay() -> None:
    """Let the relay look at once; PostgreSQL passes it on at the commit and forgets it at a rollback."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
