"""Going through every door as everybody, and writing down what came of it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from tests.roles import WebClient
from tests.security.audiences import OWNERS, ROLES
from tests.security.canaries import found_in
from tests.security.doors import Door, address, address_of_nothing
from tests.security.visiting import Visitor, visit
from tests.security.world import World

# Methods, and about whose objects each is tried: all owners where an answer says something, fewer where it cannot.
OWNERS_BY_METHOD = {
    "GET": OWNERS,
    "POST": OWNERS,
    "HEAD": ("company",),
    "OPTIONS": ("company",),
    "PUT": ("company",),
    "PATCH": ("company",),
    "DELETE": ("company",),
}
METHODS = tuple(OWNERS_BY_METHOD)
# Sessions remember who signed in, the cache counts attempts, and a look at somebody's data leaves a line in the trail.
WRITTEN_BY_LOOKING = {"django_session", "common_cache", "audit_event"}
TOKEN = re.compile(rb"\b[A-Za-z0-9]{64}\b")


@dataclass(frozen=True)
class Answer:
    """What one request came to."""

    door: str
    role: str
    owner: str
    # False where the last part of the address names nothing, in the same programme or company.
    exists: bool
    method: str
    status: int
    location: str
    canaries: frozenset[str]
    wrote: frozenset[str]
    body: bytes
    # The names in the query and the form that the view looked at.
    looked_at: frozenset[str] = frozenset()

    def __str__(self):
        return f"{self.method} {self.door} as {self.role} about {self.owner}: {self.status} {self.location}".strip()


def sign_in_all(world: World) -> dict[str, str]:
    """Sign everybody in; return their cookies."""
    cookies = {}
    for role in ROLES:
        client = WebClient()
        if world.people[role]:
            client.force_login(world.people[role])
        cookies[role] = client.cookies.output(header="", sep=";")
    return cookies


@cache
def visitor(cookies: str) -> Visitor:
    return Visitor(cookies)


def client_of(cookies: dict[str, str], role: str) -> Visitor:
    return visitor(cookies[role])


def ask(client: Visitor, method: str, url: str, data=None, *, then=lambda wrote: None, **about) -> Answer:
    """Send one request, call `then` with the tables that it wrote to, and undo what was written."""
    response, wrote = visit(client, method, url, data, then=then)
    return Answer(
        method=method,
        status=response.status_code,
        location=response.get("Location", ""),
        canaries=frozenset(found_in(response)),
        wrote=wrote,
        body=_plain(response, url),
        looked_at=frozenset(response.wsgi_request.looked_at),
        **about,
    )


def _plain(response, url: str) -> bytes:
    """The answer without what differs each time: the address itself, the number of the request, the form's token."""
    body = b"" if response.streaming else response.content
    body = body.replace(url.encode(), b"").replace(response["X-Request-ID"].encode(), b"")
    return TOKEN.sub(b"", body)


def sweep(
    world: World,
    cookies: dict[str, str],
    doors: Iterable[tuple[Door, dict]],
    *,
    methods=METHODS,
    roles=ROLES,
    missing: bool = True,
) -> Iterator[Answer]:
    """Every door, method, role and owner, and with `missing` beside each object one that does not exist."""
    for door, named in doors:
        # Where nothing in the address is an owner's, it is the same for all of them: asked once.
        asked: dict[tuple[str, str], Answer] = {}
        for owner in OWNERS if door.kwargs else OWNERS[:1]:
            url = address(door, world, owner, named=named)
            nothing = address_of_nothing(door, world, owner, named=named) if missing and door.kwargs else None
            for role in roles:
                about = {"door": door.name, "role": role, "owner": owner}
                for method in methods:
                    if owner in OWNERS_BY_METHOD[method]:
                        yield ask(client_of(cookies, role), method, url, exists=True, **about)
                if nothing:
                    if (role, nothing) not in asked:
                        asked[role, nothing] = ask(client_of(cookies, role), "GET", nothing, exists=False, **about)
                    yield replace(asked[role, nothing], owner=owner)
