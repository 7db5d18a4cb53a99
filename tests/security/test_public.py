"""The public register under the sweep: everybody gets the same, and no word of any row that is not the register's."""

from django.urls import reverse

from policies.models import RegisterEntry, RegisterVersion
from tests.security.audiences import OWNERS, ROLES
from tests.security.sweeping import ask, client_of
from tests.security.test_sweep import Swept

LISTS = ("policies:register", "policies:register_json", "policies:register_csv")
ENTRIES = ("policies:register_entry", "policies:register_entry_json")
VERSIONS = ("policies:register_version", "policies:register_text")
OWN = ("register entry", "register version")


class Public(Swept):
    """Every page of the register x every role x the entry of each owner."""

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        for owner in OWNERS:
            entry, version = cls.world["register entry", owner], cls.world["register version", owner]
            RegisterEntry.objects.filter(pk=entry.pk).update(present=version, is_listed=True)
            RegisterVersion.objects.filter(pk=version.pk).update(withdrawn_on=None)
        cls.answers = [
            ask(client_of(cls.cookies, role), method, url, door=url, role=role, owner="-", exists=True)
            for url in cls.addresses()
            for role in ROLES
            for method in ("GET", "HEAD", "POST")
        ]

    @classmethod
    def addresses(cls) -> list[str]:
        slugs = [cls.world["register entry", owner].slug for owner in OWNERS]
        return [
            *map(reverse, LISTS),
            *(reverse(name, args=[slug]) for name in ENTRIES for slug in slugs),
            *(reverse(name, args=[slug, 1]) for name in VERSIONS for slug in slugs),
        ]

    def test_everybody_reads_and_nobody_sends(self):
        allowed = {"GET": 200, "HEAD": 200, "POST": 405}
        assert [str(a) for a in self.answers if a.status != allowed[a.method]] == []

    def test_no_word_of_any_other_table_stands_there(self):
        seen = {self.canaries[canary].place for answer in self.answers for canary in answer.canaries}
        strangers = {place for place in seen if not place.startswith(OWN) and not self.is_of_the_frame(place)}
        assert strangers == set()
        # Otherwise the pages would show nothing, and this could find nothing.
        assert seen >= {"register entry: name_ja", "register version: content"}

    @staticmethod
    def is_of_the_frame(place: str) -> bool:
        """Who is signed in sees their own name and place in the head of the page."""
        return place.startswith(("name of ", "programme: name_", "company: name_"))

    def test_who_has_not_signed_in_sees_the_register_alone(self):
        seen = {self.canaries[c].place for a in self.answers if a.role == "anonymous" for c in a.canaries}
        assert {place for place in seen if not place.startswith(OWN)} == set()

    def test_looking_writes_nothing(self):
        assert [f"{a} wrote {sorted(a.wrote)}" for a in self.answers if a.wrote - {"django_session"}] == []
