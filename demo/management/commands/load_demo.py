"""Load what the portal is tried with: the FY2024 pilot and a made-up programme around today."""

import time

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.services import system_operator
from demo.management.refusal import refuse_outside_demo
from demo.services import is_loaded, kept_password, load_living_demo, make_password, renew_passwords


class Command(BaseCommand):
    help = "Load the FY2024 pilot and the living demo. A second run says that they are there and changes nothing."

    def handle(self, *args, **options):
        refuse_outside_demo()
        self.began = time.monotonic()
        operator = system_operator()
        is_new = not kept_password()
        password = make_password() if is_new else kept_password()
        self._load_living(operator, password)
        if is_new and renew_passwords(password=password):
            self._tell("The file with the demo's password was gone; everybody has a new one.")

    def _load_living(self, operator, password: str) -> None:
        if is_loaded(actor=operator):
            self._tell("The living demo is there.")
            return
        load_living_demo(today=timezone.localdate(), actor=operator, password=password, tell=self._tell)
        self._tell("The living demo is loaded.")

    def _tell(self, sentence: str) -> None:
        """Say how far it is, with the seconds since the start, at once also where the output is a pipe."""
        self.stdout.write(f"{time.monotonic() - self.began:5.1f} s  {sentence}")
        self.stdout.flush()
