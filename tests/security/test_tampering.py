"""Ids of other tenants, and nonsense, where a page does not expect them: in queries and in every field of every form.

The most common hole of portals like this one is an id from a query or a body that is looked up without its tenant.
"""

import re
from collections.abc import Collection
from urllib.parse import urlencode, urljoin, urlsplit
from uuid import UUID

from django.db import connection
from django.urls import resolve

from tests.security.access_table import PAGES
from tests.security.doors import address
from tests.security.forms import forms_of
from tests.security.sweeping import Answer, ask, client_of
from tests.security.test_sweep import Swept, doors_of
from tests.security.visiting import ALL, visit
from tests.security.world import KINDS, World

IDS = ("company", "programme", "session", "person", "enrolment", "seat", "cycle", "report", "programme's job")
# What pages take from an address, and what a hole would take.
PARAMETERS = (
    *("q", "page", "sort", "show", "state", "day", "as_of", "next", "place"),
    *("id", "company", "company_id", "programme", "programme_id", "adviser", "session", "person", "user"),
)
# The test client is asked for no token, so nothing would read what stands there.
UNREAD = "csrfmiddlewaretoken"
# Fields that no form offers and that a careless one would take over.
SMUGGLED = {"state": "published", "role": "manager", "is_operator": "1", "requested_by": "1", "plan": "{}"}
MARKUP = "'\"<script>"
# What tells the fields of one row of a form from those of another.
ROW = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+")
NONSENSE = (
    "\0",
    MARKUP,
    "-1",
    "9" * 40,
    "x" * 5000,
    "2024-13-45",
    "0001-01-01",
    "9999-12-31",
    "\u202e",
    "%00",
    "１２",
)


def rows_of(world: World, owner: str, tables: Collection[str], *, but: UUID | None = None) -> dict[str, str]:
    """Fingerprints of all that belongs to a tenant in these tables.

    In a programme that both take part in, what somebody wrote for themselves (`but`) is theirs and not the other's.
    """
    prints = {}
    company, programme = world["company", owner].pk, world["programme", owner].pk
    for model in {model for model, _ in KINDS.values() if model._meta.db_table in tables}:
        columns = {column.column for column in model._meta.local_fields}
        column, tenant = ("company_id", company) if "company_id" in columns else ("programme_id", programme)
        if column not in columns:
            column, tenant = "id", company if model._meta.label == "companies.Company" else programme
        table = model._meta.db_table
        query = f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t.id)) FROM "{table}" t WHERE "{column}" = %s'
        values = [tenant]
        if but and column == "programme_id" and "user_id" in columns:
            query, values = f'{query} AND "user_id" IS DISTINCT FROM %s', [tenant, but]
        with connection.cursor() as cursor:
            cursor.execute(query, values)
            prints[table] = cursor.fetchone()[0]
    return prints


def first_of_each_kind(names: Collection[str]) -> list[str]:
    """Return the names of fields without those that differ from an earlier one by a number or an id alone."""
    return list({ROW.sub("#", name): name for name in reversed(list(names))}.values())


class Tried:
    """What was sent to an address already, as far as the view looked at it.

    Each request begins from the same rows, because the one before was undone. So a request in which nothing is
    different that the view looked at goes the same way, step by step, and need not be sent again. What it looked at is
    noted by tests/security/visiting.py.
    """

    def __init__(self):
        self.known: dict[str, list[tuple[frozenset[str], dict]]] = {}
        self.asked_for = 0

    def already(self, url: str, data: dict) -> bool:
        self.asked_for += 1
        return any(
            data == sent if ALL in names else all(data.get(name) == sent.get(name) for name in names)
            for names, sent in self.known.get(url, ())
        )

    def remember(self, url: str, data: dict, answer: Answer) -> None:
        self.known.setdefault(url, []).append((answer.looked_at, data))


class Tampering:
    """Somebody on every page that is for them, with ids of a tenant that is none of theirs."""

    # Who tampers, from which tenant, and with whose ids.
    role: str
    owner: str
    victim: str
    # Some of the fields that their forms offer; without them the forms would not have been found.
    offered: set[str]

    def setUp(self):
        tables = {model._meta.db_table for model, _ in KINDS.values()}
        self.before = rows_of(self.world, self.victim, tables, but=self.shared())
        ids = (str(self.world[kind, self.victim].pk) for kind in IDS)
        self.values = [*ids, *NONSENSE]
        self.pages = [
            address(door, self.world, self.owner, named=page.named)
            for door, page in doors_of(PAGES)
            if (self.role, self.owner) in page.get
        ]

    def shared(self) -> UUID | None:
        """Who tampers, where both tenants are in one programme."""
        is_shared = self.world["programme", self.owner].pk == self.world["programme", self.victim].pk
        return self.world.people[self.role].pk if is_shared else None

    def send(self, method: str, url: str, data=None) -> Answer:
        """Send what was tampered with; whatever comes of it, others' rows stay as they are."""

        def look(wrote):
            """In the tables that were written to: the others are as they were."""
            for table, rows in rows_of(self.world, self.victim, wrote, but=self.shared()).items():
                assert rows == self.before[table], (
                    f"{self.role} changed {table} of {self.victim} by {method} {url} {data}"
                )

        client = client_of(self.cookies, self.role)
        about = {"door": url.split("?")[0], "role": self.role, "owner": self.owner, "exists": True}
        answer = ask(client, method, url, data, then=look, **about)
        assert answer.status < 500, f"{answer} {data}"
        return answer

    def test_queries(self):
        tried, answers = Tried(), []
        for url in self.pages:
            for number, value in enumerate(self.values):
                query = dict.fromkeys(PARAMETERS, value)
                # Two in any case: an id and markup stand in the address that the frame of every page writes down.
                if number not in (0, self.values.index(MARKUP)) and tried.already(url, query):
                    continue
                answers.append(self.send("GET", f"{url}?{urlencode(query)}"))
                tried.remember(url, query, answers[-1])
        assert len(answers) > 2 * len(self.pages)
        assert tried.asked_for >= (len(self.values) - 2) * len(self.pages) > 500
        assert self.leaks(answers) == []

    def forms(self):
        """Every form that posts, of every page, once: its address, and its fields as they were meant."""
        found = {}
        for url in self.pages:
            response, _ = visit(client_of(self.cookies, self.role), "GET", url)
            if response.headers.get("Content-Type", "").startswith("text/html"):
                for form in forms_of(response.content.decode()):
                    if form.method == "POST":
                        meant = {name: value for name, value in form.values.items() if name != UNREAD}
                        found[urljoin(url, form.action), tuple(meant)] = meant
            elif response.streaming:
                list(response.streaming_content)
        return [(url, meant) for (url, _), meant in found.items()]

    def test_forms(self):
        """All fields at once in every form, and each by itself in one form of a kind: one view reads them all.

        Of the rows of a form, whose fields differ by a number or an id in their name, the first is tried by itself: one
        form reads them all, and the values for all fields at once reach the others.
        """
        tried, answers, fields, kinds = Tried(), [], set(), set()

        def send(data):
            if not tried.already(url, data):
                answers.append(self.send("POST", url, data))
                tried.remember(url, data, answers[-1])

        for url, meant in self.forms():
            kind = resolve(urlsplit(url).path).view_name, *meant
            alone = () if kind in kinds else first_of_each_kind(meant)
            kinds.add(kind)
            fields |= set(meant)
            send(meant)
            send(meant | SMUGGLED)
            for value in self.values if meant else ():
                send(dict.fromkeys(meant, value) | SMUGGLED)
                for name in alone:
                    send(meant | {name: value})
        assert self.offered <= fields
        assert len(answers) > 2 * len(kinds)
        assert self.leaks(answers) == []


class ByManager(Tampering, Swept):
    role, owner, victim = "manager", "company", "neighbour"
    offered = {"language", "place"}


class ByAdviser(Tampering, Swept):
    role, owner, victim = "adviser", "company", "stranger"
    offered = {"language", "place"}


class BySecretariat(Tampering, Swept):
    role, owner, victim = "secretariat", "company", "stranger"
    offered = {"language", "place", "as_of"}
