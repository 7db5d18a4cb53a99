"""Going through every door as everybody, and writing down what came of it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from common.middleware import KnownMethodsMiddleware
from tests.roles import WebClient
from tests.security.audiences import OWNERS, ROLES
from tests.security.canaries import found_in
from tests.security.doors import Door, address, address_of_nothing
from tests.security.visiting import SessionStore, Visitor, visit
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
# The methods that reach a view; the others are answered before it.
REACHING = set(KnownMethodsMiddleware.methods)
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
    # The view refused and had not looked at the method by then: another method would go the same way.
    refused_any_method: bool = False

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
    # Signing in has looked at sessions before they were whole.
    SessionStore.read.clear()
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
        refused_any_method=response.wsgi_request.refused_any_method,
        **about,
    )


def _plain(response, url: str) -> bytes:
    """The answer without what differs each time: the address itself, the number of the request, the form's token."""
    body = b"" if response.streaming else response.content
    body = body.replace(url.encode(), b"").replace(response["X-Request-ID"].encode(), b"")
    return TOKEN.sub(b"", body)


def ask_methods(client: Visitor, methods: Iterable[str], url: str, *, owner: str, **about) -> Iterator[Answer]:
    """Ask with each method that is tried on this owner's objects.

    Where the view refused the first and had not looked at its method, those that reach the view are not sent again: until
    then the view cannot know which one it is, so they are refused alike. Those that no page takes are sent each time.
    """
    first = None
    for method in methods:
        if owner not in OWNERS_BY_METHOD[method]:
            continue
        if first and first.refused_any_method and method in REACHING:
            yield replace(first, method=method)
        else:
            answer = ask(client, method, url, owner=owner, **about)
            first = first or answer
            yield answer


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
                yield from ask_methods(client_of(cookies, role), methods, url, exists=True, **about)
                if nothing:
                    if (role, nothing) not in asked:
                        asked[role, nothing] = ask(client_of(cookies, role), "GET", nothing, exists=False, **about)
                    yield replace(asked[role, nothing], owner=owner)
