"""Say how to try the portal as each role."""

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.services import system_operator
from demo.management.refusal import refuse_outside_demo
from demo.services import kept_password, sign_in_lines, table


class Command(BaseCommand):
    help = "Print how to sign in to the demo as each role, in Japanese and English."

    def handle(self, *args, **options):
        refuse_outside_demo()
        operator = system_operator()
        for language in ("ja", "en"):
            with override(language):
                self.stdout.write(self._page(sign_in_lines(operator=operator, language=language)))

    def _page(self, lines) -> str:
        address = settings.PORTAL_URL
        words = [
            "",
            _("Sign in at %(address)s") % {"address": address},
            _("Password of everybody below: %(password)s") % {"password": kept_password()},
            _("Secretariat, advisers and managers then enter a code. This prints it: %(command)s")
            % {"command": "make code EMAIL=…"},
            _("Or ask for a code by e-mail; every e-mail of the demo lands at %(mailbox)s")
            % {"mailbox": address + reverse("notifications:mailbox")},
            "",
            *table(lines),
        ]
        return "\n".join(words)
