"""What happens by the clock, and the clock.

Beat publishes nothing to the broker: it writes bells, as everybody else does, and the relay rings them. So nothing is
lost while the broker is away, and nothing piles up: of each periodic task one bell at most is open.
"""

import logging
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec

from celery.beat import PersistentScheduler
from celery.schedules import crontab
from django.apps import apps
from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from .models import Outbox
from .services.bells import tell
from .services.life import EVERY_SECONDS, show_life

logger = logging.getLogger("jobs.beat")

# Name: task and schedule. Other apps have such a table in their own `periodic.py`.
SCHEDULE = {
    "close-lost-jobs": ("jobs.close_lost_jobs", timedelta(seconds=settings.JOB_LEASE_SECONDS)),
    "forget-old-bells": ("jobs.forget_old_bells", crontab(hour=3, minute=10)),
    "clear-bytes": ("jobs.clear_bytes", crontab(hour=3, minute=40)),
}


def whole_schedule() -> dict[str, dict]:
    """Return the schedules of all apps, as Celery writes them."""
    found = {}
    for app in apps.get_app_configs():
        name = f"{app.name}.periodic"
        if find_spec(name) is not None:
            found |= getattr(import_module(name), "SCHEDULE", {})
    return {name: {"task": task, "schedule": schedule} for name, (task, schedule) in found.items()}


class BellScheduler(PersistentScheduler):
    """Celery's scheduler, with the outbox in place of the broker."""

    # Celery would connect to the broker to make one.
    producer = None
    database_answers = True

    def setup_schedule(self):
        self.app.conf.beat_schedule = whole_schedule()
        super().setup_schedule()

    def install_default_entries(self, data):
        """Celery's own entries clean a result store, which the portal has not."""

    def apply_async(self, entry, producer=None, advance=True, **kwargs):
        entry = self.reserve(entry) if advance else entry
        try:
            if not Outbox.objects.open().filter(task=entry.task, key__startswith="beat:").exists():
                tell(entry.task, key=f"beat:{entry.name}:{timezone.now():%Y-%m-%dT%H:%M:%S.%f}", actor=None)
        except Error as error:
            self._database_lost(error)
        self._tasks_since_sync += 1
        if self.should_sync():
            self._do_sync()

    def tick(self, *args, **kwargs):
        pause = super().tick(*args, **kwargs)
        try:
            show_life("beat")
            self.database_answers = True
        except Error as error:
            self._database_lost(error)
        return min(pause, EVERY_SECONDS)

    def _database_lost(self, error: Error) -> None:
        if self.database_answers:
            logger.error("The database does not answer (%s).", type(error).__name__)
        self.database_answers = False
        connection.close()
