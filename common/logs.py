"""What every log line has, the number of its request, and what none may have, the key of a page that opens by a link."""

import logging
import re
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIdFilter(logging.Filter):
    def filter(self, record):
        record.request_id = request_id.get()
        return True


# Addresses whose last part is the key itself (common.views.links, programmes.views.calendar).
LINKS = re.compile(r"/(approve|invitation|read|reading|survey|calendar|verify)/[^/\s\"'?]+")


class LinkFilter(logging.Filter):
    """Write /approve/… for the address of a link: whoever reads the log must not be able to use it."""

    def filter(self, record):
        message = record.getMessage()
        if masked := _masked(message):
            record.msg, record.args = masked, ()
        return True


def _masked(message: str) -> str:
    """Return the message without keys, or "" when it holds none."""
    masked, count = LINKS.subn(r"/\1/…", message)
    return masked if count else ""
