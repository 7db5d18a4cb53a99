"""Every form of every page, sent in a programme that is closed: nothing changes, and it is said in words."""

from urllib.parse import urljoin

from django.utils import timezone

from programmes.models import Programme
from tests.programmes.test_ending import guarded
from tests.security.access_table import PAGES
from tests.security.doors import address
from tests.security.forms import forms_of
from tests.security.sweeping import ask, client_of
from tests.security.test_sweep import Swept, doors_of
from tests.security.test_tampering import UNREAD, rows_of
from tests.security.visiting import visit

OWNER = "company"
# Who writes in a programme. Advisers have lost their companies when it is closed, and keep the pages of their seat.
WRITERS = ("secretariat", "manager", "adviser")
# What forms without a field send: a press that does something.
REOPENS = "/ending/reopen/"


class Closed(Swept):
    """What the database refuses is no fault of the portal: no page may fail at it."""

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        programme = cls.world["programme", OWNER]
        Programme.objects.filter(pk=programme.pk).update(
            closed_at=timezone.now(), closed_by=cls.world.people["secretariat"], closed_reason="終わりました。"
        )

    def forms(self, role: str) -> list[tuple[str, dict]]:
        """Every form that posts, of every page that the role has: its address, and its fields as they stand."""
        found = {}
        for door, page in doors_of(PAGES):
            if (role, OWNER) not in page.get:
                continue
            url = address(door, self.world, OWNER, named=page.named)
            response, _ = visit(client_of(self.cookies, role), "GET", url)
            assert response.status_code < 500, url
            if response.streaming:
                list(response.streaming_content)
            elif response.headers.get("Content-Type", "").startswith("text/html"):
                for form in forms_of(response.content.decode()):
                    if form.method == "POST":
                        meant = {name: value for name, value in form.values.items() if name != UNREAD}
                        found[urljoin(url, form.action), tuple(meant)] = meant
        return [(url, meant) for (url, _names), meant in found.items()]

    def test_nothing_is_written_and_nothing_fails(self):
        tables = guarded("UPDATE") & guarded("INSERT")
        before = rows_of(self.world, OWNER, tables)
        refused, sent = set(), 0
        for role in WRITERS:
            client = client_of(self.cookies, role)
            for url, meant in self.forms(role):
                if url.endswith(REOPENS):
                    continue
                for data in (
                    meant,
                    meant | dict.fromkeys((name for name, value in meant.items() if not value), "2030-01-01"),
                ):

                    def look(wrote, url=url, role=role):
                        now = rows_of(self.world, OWNER, set(wrote) & tables)
                        assert all(rows == before[table] for table, rows in now.items()), f"{role} wrote by {url}"

                    about = {"door": url, "role": role, "owner": OWNER, "exists": True}
                    answer = ask(client, "POST", url, data, then=look, **about)
                    sent += 1
                    assert answer.status < 500, f"{answer} {data}"
                    if answer.status == 409:
                        refused.add(url)
        assert sent > 100
        assert len(refused) > 20
