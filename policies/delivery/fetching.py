"""The one place that fetches an address somebody gave. It must never become a way into our own network.

Each address, also one that a page sends on to: checked for its shape, its name looked up once, every address of that
name checked, and the connection made to the very address that was checked, under the name that was asked for. So a
name that answers differently the second time changes nothing. No proxy, no cookie, no password, no other port.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from urllib.parse import SplitResult, quote, urljoin

from django.conf import settings
from django.core.exceptions import ValidationError

from policies.enums import LinkReason
from policies.validators import PORTS, split_address

MAX_SECONDS = 10
MAX_BYTES = 2 * 1024 * 1024
MAX_REDIRECTS = 3
CHUNK = 64 * 1024
KINDS = ("text/html", "application/xhtml+xml", "application/pdf")
HEADERS = {
    "Accept": ", ".join(KINDS),
    "Accept-Encoding": "gzip, identity",
    "Accept-Language": "ja, en;q=0.8",
    "Connection": "close",
    "User-Agent": "SPP-Portal-link-check/1 (checks that a published policy is still there)",
}
# Beside what Python knows as not global: ways of writing an IPv4 address inside an IPv6 one, and what is left of old
# private IPv6. A tunnel or translator on our side would lead them inwards.
NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2002::/16", "fc00::/7",
        "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip

Resolver = Callable[[str, int], list[str]]


class FetchFailed(Exception):
    """The page was not fetched. `is_refused` says that we would not, rather than that it would not answer."""

    def __init__(self, reason: LinkReason, *, is_refused: bool = False):
        super().__init__(reason.value)
        self.reason, self.is_refused = reason, is_refused


@dataclass(frozen=True)
class Answer:
    """What a page answered: where it was found in the end, what kind of thing it is, and its first 2 MB."""

    address: str
    content_type: str
    charset: str
    body: bytes


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, and of nobody's own network."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if ip.version == 6 and ip.ipv4_mapped:
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in net for net in NEVER if net.version == ip.version)


def resolve(host: str, port: int) -> list[str]:
    """Ask the system's name server. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(entry[4][0] for entry in found))


def fetch(address: str, *, resolver: Resolver = resolve) -> Answer:
    """Fetch a page, sent on at most three times, in 10 seconds altogether. Raises FetchFailed."""
    ends_at = monotonic() + MAX_SECONDS
    for _hop in range(MAX_REDIRECTS + 1):
        answer = _ask(address, ends_at=ends_at, resolver=resolver)
        if isinstance(answer, Answer):
            return answer
        address = answer
    raise FetchFailed(LinkReason.REDIRECTS)


def _ask(address: str, *, ends_at: float, resolver: Resolver) -> Answer | str:
    """Return the page, or the address that it sends on to."""
    parts = _parts(address)
    place = _place(parts, ends_at=ends_at, resolver=resolver)
    with _in_words(), _connection(parts, place, ends_at=ends_at) as line:
        line.request("GET", _target(parts), headers=HEADERS)
        with line.getresponse() as response:
            if response.status in (301, 302, 303, 307, 308):
                return urljoin(address, _plain(response.getheader("Location", "")))
            if response.status != 200:
                raise FetchFailed(LinkReason.STATUS)
            kind = response.headers.get_content_type()
            if kind not in KINDS:
                raise FetchFailed(LinkReason.KIND)
            body = _body(response)
            return Answer(address, kind, response.headers.get_content_charset("") or "", body)


def _parts(address: str) -> SplitResult:
    try:
        parts = split_address(address)
        parts.hostname.encode("idna")
    except (ValidationError, UnicodeError):
        raise FetchFailed(LinkReason.SHAPE, is_refused=True) from None
    return parts


def _plain(location: str) -> str:
    """Headers are read as Latin-1; addresses with Japanese letters are sent as UTF-8."""
    try:
        return location.encode("latin-1").decode()
    except UnicodeError:
        return location


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return f"{path}?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else path


def _place(parts: SplitResult, *, ends_at: float, resolver: Resolver) -> tuple[str, int]:
    """Look the name up once and return where to connect. One private address among several refuses them all."""
    port = PORTS[parts.scheme]
    host = parts.hostname.encode("idna").decode()
    known = test_hosts().get(host)
    if known:
        return known
    found = _resolved_in_time(resolver, host, port, ends_at=ends_at)
    try:
        if not all(is_public(address) for address in found):
            raise FetchFailed(LinkReason.PLACE, is_refused=True)
    except ValueError:
        raise FetchFailed(LinkReason.NAME) from None
    # A machine without IPv6 reaches who has both.
    return min(found, key=lambda address: ":" in address), port


def test_hosts() -> dict[str, tuple[str, int]]:
    """Return the made-up names of tests and demo with the local servers behind them; nobody else has any."""
    return settings.LINK_CHECK_TEST_HOSTS if settings.DEVELOPMENT else {}


def _resolved_in_time(resolver: Resolver, host: str, port: int, *, ends_at: float) -> list[str]:
    """A name server may be silent longer than we wait, and the system's call cannot be broken off: so in a thread."""
    found: list[str] = []

    def look_up():
        try:
            found.extend(resolver(host, port))
        except (OSError, UnicodeError):
            found.clear()

    thread = threading.Thread(target=look_up, name="look-up", daemon=True)
    thread.start()
    thread.join(timeout=max(0.0, ends_at - monotonic()))
    if thread.is_alive():
        raise FetchFailed(LinkReason.SLOW)
    if not found:
        raise FetchFailed(LinkReason.NAME)
    return list(found)


class _PinnedLine(http.client.HTTPConnection):
    """A connection to one IP address under another name: the name is in Host and, with TLS, checked in the certificate."""

    def __init__(self, host: str, *, scheme: str, place: tuple[str, int], timeout: float):
        self.default_port = PORTS[scheme]
        super().__init__(host, PORTS[scheme], timeout=timeout)
        self.place, self.is_secure = place, scheme == "https"

    def connect(self):
        self.sock = socket.create_connection(self.place, self.timeout)
        if self.is_secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


@contextmanager
def _connection(parts: SplitResult, place: tuple[str, int], *, ends_at: float) -> Iterator[_PinnedLine]:
    """Open a line that is cut at the end of the time, also for a server that sends one byte a second."""
    remaining = ends_at - monotonic()
    if remaining <= 0:
        raise FetchFailed(LinkReason.SLOW)
    line = _PinnedLine(parts.hostname.encode("idna").decode(), scheme=parts.scheme, place=place, timeout=remaining)
    cutter = threading.Timer(remaining, _cut, [line])
    cutter.daemon = True
    cutter.start()
    try:
        yield line
        if monotonic() >= ends_at:  # cut off, an answer looks as if it had ended
            raise FetchFailed(LinkReason.SLOW)
    except (OSError, http.client.HTTPException):
        if monotonic() >= ends_at:
            raise FetchFailed(LinkReason.SLOW) from None
        raise
    finally:
        cutter.cancel()
        line.close()


def _cut(line: _PinnedLine) -> None:
    if line.sock is not None:
        try:
            line.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


@contextmanager
def _in_words() -> Iterator[None]:
    """Say what went wrong on the line in one of our words."""
    try:
        yield
    except ssl.SSLError:
        raise FetchFailed(LinkReason.CERTIFICATE) from None
    except TimeoutError:
        raise FetchFailed(LinkReason.SLOW) from None
    except (OSError, http.client.HTTPException, zlib.error, ValueError):
        raise FetchFailed(LinkReason.CONNECTION) from None


def _body(response: http.client.HTTPResponse) -> bytes:
    """Read the first 2 MB, unpacked to 2 MB at most; what comes after is not needed to know the page."""
    parts, size = [], 0
    while size < MAX_BYTES and (chunk := response.read1(CHUNK)):
        parts.append(chunk)
        size += len(chunk)
    body = b"".join(parts)[:MAX_BYTES]
    if response.getheader("Content-Encoding", "").strip().lower() in ("gzip", "x-gzip"):
        return zlib.decompressobj(wbits=31).decompress(body, MAX_BYTES)
    return body
