"""What is closed stays as it is: the database refuses every change, whoever asks and whatever the code forgot.

The trigger stands on every table whose rows belong to what can be closed (`KeepClosed`); see
docs/decisions/closed-programmes.md.
"""

from django.db import Error
from django.utils.translation import gettext_noop

SQLSTATE = "SPP01"
CLOSED = gettext_noop(
    "The programme is closed. It can be read, but nothing in it can be changed. The leader of its secretariat can open"
    " it again."
)


def is_about_closed(error: BaseException | None) -> bool:
    """Whether the database refused a change because what it belongs to is closed."""
    return isinstance(error, Error) and getattr(error.__cause__, "pgcode", None) == SQLSTATE
