"""The relay: the one process that publishes to the broker what the others wrote into the outbox."""

import contextlib
import logging
import select
import signal
import time

from django.core.management.base import BaseCommand
from django.db import Error, connection

from common.tenancy.guard import refuse_unsafe_database
from jobs.delivery import Broker, Relay, give_up_dead_bells
from jobs.services.bells import CHANNEL
from jobs.services.life import EVERY_SECONDS, show_life, sign_off

logger = logging.getLogger("jobs.relay")

POLL_SECONDS = 1.0
SILENT_PAUSE_SECONDS = 1.0


class Command(BaseCommand):
    help = "Publish the outbox to the broker until stopped. Several may run at once."
    requires_system_checks = []
    # The line on which LISTEN was said; a new line has to say it anew.
    listening = None

    def handle(self, *args, **options):
        self.stopped = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        refuse_unsafe_database()
        self.relay = Relay(Broker())
        self.database_answers = True
        self.due = {show_life: 0.0, give_up_dead_bells: 0.0}
        while not self.stopped:
            try:
                self._turn()
            except Error as error:
                self._database_lost(error)
        self.relay.broker.close()
        with contextlib.suppress(Error):
            sign_off("relay")

    def _stop(self, number, frame):
        self.stopped = True

    def _turn(self) -> None:
        """Listen, ring until nothing is due, then sleep until somebody tells something or a second is over."""
        self._listen()
        if not self.database_answers:
            self.database_answers = True
            logger.warning("The database answers again")
        self._now_and_then()
        more = self.relay.ring_due()
        if more or self.stopped:
            return
        if not self.relay.broker_answers:
            time.sleep(SILENT_PAUSE_SECONDS)
        self._wait_for_news()

    def _listen(self) -> None:
        if self.listening is None or self.listening is not connection.connection:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            self.listening = connection.connection

    def _now_and_then(self) -> None:
        now = time.monotonic()
        for deed, arguments in ((show_life, ["relay"]), (give_up_dead_bells, [])):
            if now >= self.due[deed]:
                self.due[deed] = now + EVERY_SECONDS
                deed(*arguments)

    def _wait_for_news(self) -> None:
        line = connection.connection
        with connection.wrap_database_errors:
            line.poll()
            if not line.notifies:
                select.select([line], [], [], POLL_SECONDS)
                line.poll()
        line.notifies.clear()

    def _database_lost(self, error: Error) -> None:
        if self.database_answers:
            self.database_answers = False
            logger.error("The database does not answer (%s). Trying again every second.", type(error).__name__)
        connection.close()
        time.sleep(POLL_SECONDS)
