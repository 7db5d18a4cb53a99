"""Every address of the portal, read from the resolver: nobody has to remember to add one to a list."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, get_resolver, reverse

from tests.security.world import World


@dataclass(frozen=True)
class Door:
    """A URL pattern: its name with namespaces, and the names of the parts of its address that vary."""

    name: str
    kwargs: tuple[str, ...]


def all_doors() -> list[Door]:
    return sorted(_walk(get_resolver(), ()), key=lambda door: door.name)


def _walk(resolver, namespaces: tuple[str, ...]) -> Iterator[Door]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield Door(":".join([*namespaces, pattern.name or f"unnamed {pattern.pattern}"]), _parts(resolver, pattern))
        else:
            yield from _walk(pattern, (*namespaces, *filter(None, [pattern.namespace])))


def _parts(resolver, pattern: URLPattern) -> tuple[str, ...]:
    return (*resolver.pattern.regex.groupindex, *pattern.pattern.regex.groupindex)


# Which kind of data (tests/security/world.py) a part of an address names, unless the access table says otherwise.
NAMED_BY = {
    "company_id": "company",
    "programme_id": "programme",
    "session_id": "session",
    "kind_id": "milestone kind",
    "attendance_id": "attendance",
    "list_id": "online list",
    "person_id": "person",
    "observer_id": "observer",
    "enrolment_id": "enrolment",
    "consultation_id": "consultation",
    "offer_id": "offer",
    "round_id": "round",
    "seat_id": "seat",
    "assignment_id": "assignment",
    "absence_id": "absence",
    "draft_id": "booking on its way",
    "cycle_id": "cycle",
    "policy_id": "policy",
    "paragraph_id": "paragraph",
    "save_id": "save",
    "code": "section code",
    "report_id": "report",
    "report_draft_id": "draft of a report",
    "block_id": "block of a report",
    "block_save_id": "save of a block",
    "issue_id": "issued report",
    "reader_id": "reader of a report",
    "import_id": "import",
    "suggestion_id": "returned suggestion",
    "thread_id": "returned thread",
    "item_id": "action item",
    "job_id": "programme's job",
    "evidence_id": "evidence",
    "announcement_id": "announcement",
    "file_id": "programme's file",
    "certificate_id": "certificate",
    "remark_id": "remark on a presentation",
    "word_import_id": "text from Word",
    "mailing_id": "mailing",
    "notice_id": "notice",
    "invitation_id": "invitation",
    "enquiry_id": "enquiry",
    "message_id": "own message",
}


def address(door: Door, world: World, owner: str, *, named: dict[str, str]) -> str:
    """The address of the owner's object. Raises KeyError for a part that the sweep cannot fill: teach it above."""
    parts = NAMED_BY | named
    return reverse(door.name, kwargs={part: world[parts[part], owner].pk for part in door.kwargs})


def address_of_nothing(door: Door, world: World, owner: str, *, named: dict[str, str]) -> str:
    """The same address up to its last part, which names an object that does not exist."""
    parts = NAMED_BY | named
    *known, last = door.kwargs
    ids = {part: world[parts[part], owner].pk for part in known}
    return reverse(door.name, kwargs=ids | {last: uuid.UUID(int=1, version=4)})


def crossed_address(door: Door, world: World, owner: str, other: str, *, named: dict[str, str]) -> str:
    """The address of one owner up to its last part, which names an object of another."""
    parts = NAMED_BY | named
    *known, last = door.kwargs
    ids = {part: world[parts[part], owner].pk for part in known}
    return reverse(door.name, kwargs=ids | {last: world[parts[last], other].pk})
