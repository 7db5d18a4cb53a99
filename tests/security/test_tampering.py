"""Ids of other tenants, and nonsense, where a page does not expect them: in queries and in every field of every form.

The most common hole of portals like this one is an id from a query or a body that is looked up without its tenant.
"""

from collections.abc import Collection
from urllib.parse import urlencode, urljoin

from django.db import connection

from tests.security.access_table import PAGES
from tests.security.doors import address
from tests.security.forms import forms_of
from tests.security.sweeping import Answer, ask, client_of
from tests.security.test_sweep import Swept, doors_of
from tests.security.world import KINDS, World

# Who tampers: from which tenant, and with whose ids.
TAMPERERS = {
    "manager": ("company", "neighbour"),
    "adviser": ("company", "stranger"),
    "secretariat": ("company", "stranger"),
}
IDS = ("company", "programme", "session", "person", "enrolment", "seat", "cycle", "report", "programme's job")
# What pages take from an address, and what a hole would take.
PARAMETERS = (
    *("q", "page", "sort", "show", "state", "day", "as_of", "next", "place"),
    *("id", "company", "company_id", "programme", "programme_id", "adviser", "session", "person", "user"),
)
# Fields that no form offers and that a careless one would take over.
SMUGGLED = {"state": "published", "role": "manager", "is_operator": "1", "requested_by": "1", "plan": "{}"}
NONSENSE = (
    "\0",
    "'\"<script>",
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


def rows_of(world: World, owner: str, tables: Collection[str]) -> dict[str, str]:
    """Fingerprints of all that belongs to a tenant in these tables."""
    prints = {}
    company, programme = world["company", owner].pk, world["programme", owner].pk
    for model in {model for model, _ in KINDS.values() if model._meta.db_table in tables}:
        columns = {column.column for column in model._meta.local_fields}
        column, tenant = ("company_id", company) if "company_id" in columns else ("programme_id", programme)
        if column not in columns:
            column, tenant = "id", company if model._meta.label == "companies.Company" else programme
        table = model._meta.db_table
        query = f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t.id)) FROM "{table}" t WHERE "{column}" = %s'
        with connection.cursor() as cursor:
            cursor.execute(query, [tenant])
            prints[table] = cursor.fetchone()[0]
    return prints


class Tampering(Swept):
    """Each tamperer on every page that is for them."""

    def setUp(self):
        tables = {model._meta.db_table for model, _ in KINDS.values()}
        self.before = {owner: rows_of(self.world, owner, tables) for owner in ("neighbour", "stranger")}

    def pages(self, role: str, owner: str):
        for door, page in doors_of(PAGES):
            if (role, owner) in page.get:
                yield address(door, self.world, owner, named=page.named)

    def send(self, role: str, method: str, url: str, data=None) -> Answer:
        """Send what was tampered with; whatever comes of it, others' rows stay as they are."""
        owner, victim = TAMPERERS[role]

        def look(wrote):
            """In the tables that were written to: the others are as they were."""
            for table, rows in rows_of(self.world, victim, wrote).items():
                assert rows == self.before[victim][table], (
                    f"{role} changed {table} of {victim} by {method} {url} {data}"
                )

        client = client_of(self.cookies, role)
        door = url.split("?")[0]
        answer = ask(client, method, url, data, then=look, exists=True, door=door, role=role, owner=owner)
        assert answer.status < 500, f"{answer} {data}"
        return answer

    def values(self, role: str) -> list[str]:
        return [*(str(self.world[kind, TAMPERERS[role][1]].pk) for kind in IDS), *NONSENSE]

    def test_queries(self):
        answers = [
            self.send(role, "GET", f"{url}?{urlencode(dict.fromkeys(PARAMETERS, value))}")
            for role, (owner, _) in TAMPERERS.items()
            for url in self.pages(role, owner)
            for value in self.values(role)
        ]
        assert len(answers) > 500
        assert self.leaks(answers) == []

    def forms(self, role: str):
        """Every form that posts, of every page, once."""
        found = {}
        for url in self.pages(role, TAMPERERS[role][0]):
            response = client_of(self.cookies, role).get(url)
            if response.headers.get("Content-Type", "").startswith("text/html"):
                for form in forms_of(response.content.decode()):
                    if form.method == "POST":
                        found[urljoin(url, form.action), tuple(form.values)] = form
            elif response.streaming:
                list(response.streaming_content)
        return [(url, form.values) for (url, _), form in found.items()]

    def test_forms(self):
        answers, fields = [], set()
        for role in TAMPERERS:
            for url, meant in self.forms(role):
                fields |= set(meant)
                for value in self.values(role):
                    answers.append(self.send(role, "POST", url, dict.fromkeys(meant, value) | SMUGGLED))
                    answers += [self.send(role, "POST", url, meant | {name: value}) for name in meant]
        assert {"language", "as_of", "place"} <= fields
        assert self.leaks(answers) == []
