"""Say whether worker, beat and relay are alive: for health checks, and for who waits until the portal is up."""

import time

from django.core.management.base import BaseCommand, CommandError

from jobs.services.life import PROCESSES, silent_processes


class Command(BaseCommand):
    help = "Exit with 0 when worker, beat and relay gave a sign of life lately; else name who did not."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("processes", nargs="*", metavar="PROCESS", help="only these: worker, beat, relay")
        parser.add_argument("--wait", type=float, default=0, metavar="SECONDS", help="wait so long for them")

    def handle(self, *args, **options):
        asked = options["processes"] or PROCESSES
        unknown = set(asked) - set(PROCESSES)
        if unknown:
            raise CommandError(f"Not a process: {', '.join(sorted(unknown))}. There are {', '.join(PROCESSES)}.")
        end = time.monotonic() + options["wait"]
        while (silent := [name for name in silent_processes() if name in asked]) and time.monotonic() < end:
            time.sleep(0.5)
        if silent:
            raise CommandError("No sign of life: " + ", ".join(silent))
        self.stdout.write(f"Alive: {', '.join(asked)}.")
