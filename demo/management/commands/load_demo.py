"""Load what the portal is tried with: the FY2024 pilot and a made-up programme around today."""

import time

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.services import system_operator
from demo.management.refusal import refuse_outside_demo
from demo.services import (
    add_pilot_texts,
    data,
    give_apps,
    give_password,
    is_loaded,
    kept_password,
    load_living_demo,
    load_pilot,
    make_kept_password,
    open_pilot,
)


class Command(BaseCommand):
    help = "Load the FY2024 pilot and the living demo. A second run says that they are there and changes nothing."

    def handle(self, *args, **options):
        refuse_outside_demo()
        self.began = time.monotonic()
        operator = system_operator()
        self._load_living(operator)
        self._load_pilot(operator)
        self._give_password()

    def _load_living(self, operator) -> None:
        if is_loaded(actor=operator):
            self._tell("The living demo is there.")
            return
        load_living_demo(today=timezone.localdate(), actor=operator, tell=self._tell)
        self._tell("The living demo is loaded.")

    def _load_pilot(self, operator) -> None:
        if is_loaded(actor=operator, code=data.PILOT_CODE):
            self._tell("The FY2024 pilot is there.")
        else:
            self._tell("Importing the FY2024 pilot from its workbook …")
            load_pilot(actor=operator, now=timezone.now())
            self._tell("The FY2024 pilot is loaded.")
        open_pilot(actor=operator)
        add_pilot_texts(actor=operator, now=timezone.now())

    def _give_password(self) -> None:
        """Last, so that a load that was cut off is caught up with; a lost password is replaced for everybody."""
        kept = kept_password()
        given = give_password(password=kept or make_kept_password(), to_everybody=not kept)
        if given:
            self._tell(f"{given} people can sign in.")
        apps = give_apps()
        if apps:
            self._tell(f"{apps} of them have an authenticator app; `make code EMAIL=address` says what it shows.")

    def _tell(self, sentence: str) -> None:
        """Say how far it is, with the seconds since the start, at once also where the output is a pipe."""
        self.stdout.write(f"{time.monotonic() - self.began:5.1f} s  {sentence}")
        self.stdout.flush()
