"""The Celery app of worker and beat. The web process never imports it, and the relay has a smaller one of its own."""

import logging
import os

import django
from celery import Celery, bootsteps, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spp_portal.settings")
django.setup()

from django.conf import settings  # noqa: E402 - all below needs the settings above
from django.core.exceptions import ImproperlyConfigured  # noqa: E402
from django.db import Error, connections  # noqa: E402

from common.tenancy.guard import refuse_unsafe_database  # noqa: E402
from jobs.services.life import EVERY_SECONDS, show_life, sign_off  # noqa: E402

logger = logging.getLogger("spp_portal.celery")

app = Celery("spp_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.imports = settings.JOB_HANDLER_MODULES
app.autodiscover_tasks()
# Work by the clock that calls services stands above them, in `periodic.py`.
app.autodiscover_tasks(related_name="periodic")


class SignOfLife(bootsteps.StartStopStep):
    """Say every few seconds that the worker listens. Runs in the worker's own loop, so it is silent when that hangs."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, worker, **options):
        super().__init__(worker, **options)
        self.entry = None

    def start(self, worker):
        self._tell(show_life)
        self.entry = worker.timer.call_repeatedly(EVERY_SECONDS, self._tell, (show_life,))

    def stop(self, worker):
        if self.entry:
            self.entry.cancel()
            self._tell(sign_off)
            self.entry = None

    @staticmethod
    def _tell(deed):
        try:
            deed("worker")
        except Error as error:
            logger.warning("The database does not answer (%s)", type(error).__name__)
        finally:
            # Children that are forked later must not inherit an open line.
            connections.close_all()


app.steps["worker"].add(SignOfLife)


@signals.worker_init.connect
@signals.beat_init.connect
def refuse_unsafe_start(**kwargs):
    """End the process, with the reason, under a database role that row-level security does not bind."""
    try:
        refuse_unsafe_database()
    except ImproperlyConfigured as error:
        # Celery swallows ordinary exceptions of signal handlers.
        logger.critical("%s", error)
        raise SystemExit(1) from None
    finally:
        connections.close_all()
