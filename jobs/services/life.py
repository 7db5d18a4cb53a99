"""Signs of life of the processes that have no page to ask."""

from datetime import timedelta

from django.db import connection
from django.db.models import Value
from django.db.models.functions import Now

from jobs.models import Heartbeat

PROCESSES = ("worker", "beat", "relay")
EVERY_SECONDS = 5
FRESH_SECONDS = 20


def show_life(process: str) -> None:
    """Write that `process` is well, now by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO jobs_heartbeat (process, at) VALUES (%s, now()) ON CONFLICT (process) DO UPDATE SET at = now()",
            [process],
        )


def sign_off(process: str) -> None:
    """Take the sign of life back, so that nobody waits for a process that was stopped in good order."""
    Heartbeat.objects.filter(process=process).delete()


def silent_processes() -> list[str]:
    """Name the processes that gave no sign of life lately."""
    fresh = Heartbeat.objects.filter(at__gt=Now() - Value(timedelta(seconds=FRESH_SECONDS)))
    alive = set(fresh.values_list("process", flat=True))
    return [process for process in PROCESSES if process not in alive]
