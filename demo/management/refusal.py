"""What the commands of the demo say where there is no demo."""

from django.conf import settings
from django.core.management.base import CommandError


def refuse_outside_demo() -> None:
    """Raise CommandError unless this installation is a demo, because made-up people must not stand beside real ones."""
    if not settings.DEMO:
        raise CommandError(
            "This installation is not a demo: PORTAL_DEMO is not set. The demo's made-up companies and accounts must"
            " not stand beside real ones, so nothing was done."
        )
