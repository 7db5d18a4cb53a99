"""Shapes of what companies write about their policies."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

PORTS = {"http": 80, "https": 443}
MAX_ADDRESS = 500


def split_address(address: str) -> SplitResult:
    """Take an address apart; raise ValidationError unless it has the shape of a public web page's.

    That is: http or https at their usual ports, no user name or password, and a host with a name of at least two
    parts that is not a number in disguise. Where the name leads is another question (`delivery.fetching`).
    """
    if any(char.isspace() or ord(char) < 32 or char == "\\" for char in address) or len(address) > MAX_ADDRESS:
        raise ValidationError(_("An address has no spaces and at most 500 characters."), code="shape")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ValidationError(_("This is not the address of a web page."), code="shape") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValidationError(_("An address begins with https:// or http://."), code="shape")
    if parts.username is not None or parts.password is not None:
        raise ValidationError(_("An address for everybody holds no user name and no password."), code="shape")
    if port is not None and port != PORTS[parts.scheme]:
        raise ValidationError(_("Only the usual ports of web pages are possible: leave the port out."), code="shape")
    if not _is_public_name(parts.hostname):
        raise ValidationError(_("The address needs a public name, such as www.example.co.jp."), code="shape")
    return parts


def _is_public_name(host: str) -> bool:
    """Whether a host has at least two parts and the last is no number: 127.1, 0x7f.1 and [::1] are none."""
    try:
        ipaddress.ip_address(host.strip("[]").split("%")[0])
    except ValueError:
        labels = host.rstrip(".").split(".")
        last = labels[-1]
        return len(labels) > 1 and all(labels) and not last[0].isdigit() and last not in LOCAL_ENDINGS
    return False


# Names that no public name server knows (RFC 6761, 6762, 8375, and what routers and clouds use inside).
LOCAL_ENDINGS = frozenset({"local", "localhost", "localdomain", "internal", "intranet", "lan", "home", "corp", "arpa"})


def validate_address(address: str) -> None:
    """Refuse what is not the address of a public web page."""
    split_address(address)


# What the front page of a site is called.
_FRONT_PAGES = {"index", "default", "home", "top", "main", "welcome"}
_LANGUAGES = {"ja", "jp", "en", "ja-jp", "en-us", "jpn", "eng", "japanese", "english"}


def is_top_page(address: str) -> bool:
    """Whether an address looks like the front page of a site, in some language, and not like one text there."""
    parts = urlsplit(address)
    if parts.query:
        return False
    names = [name.lower() for name in parts.path.split("/") if name]
    if names and names[-1].partition(".")[0] in _FRONT_PAGES:
        names.pop()
    return not [name for name in names if name not in _LANGUAGES]
