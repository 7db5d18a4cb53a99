"""Say whether worker, beat and relay are alive: for health checks, and for who waits until the portal is up."""

import time

from django.core.management.base import BaseCommand, CommandError

from jobs.services.life import silent_processes


class Command(BaseCommand):
    help = "Exit with 0 when worker, beat and relay gave a sign of life lately; else name who did not."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--wait", type=float, default=0, metavar="SECONDS", help="wait so long for them")

    def handle(self, *args, **options):
        end = time.monotonic() + options["wait"]
        while (silent := silent_processes()) and time.monotonic() < end:
            time.sleep(0.5)
        if silent:
            raise CommandError("No sign of life: " + ", ".join(silent))
        self.stdout.write("All processes are alive.")
