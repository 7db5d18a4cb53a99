"""The sweep: every address x method x role x owner, as the database role that the web uses.

One world serves all tests of the class; Django's own TestCase makes it once and undoes what each test wrote.
"""

import logging
import tempfile
from collections.abc import Iterator
from itertools import islice
from unittest import TestCase as PlainTestCase
from unittest.mock import patch

from django.apps import apps
from django.db import connection
from django.test import TestCase, override_settings
from django.urls import reverse

from tests.security.access_table import GATES, PAGES, SIGN_IN_PAGE, Page
from tests.security.audiences import PEOPLE, RECORDS
from tests.security.canaries import plant
from tests.security.doors import Door, all_doors, crossed_address
from tests.security.sweeping import WRITTEN_BY_LOOKING, Answer, ask, ask_methods, client_of, sign_in_all, sweep
from tests.security.world import KINDS, make_world

DOORS = {door.name: door for door in all_doors()}
UNKNOWN_METHODS = ("PUT", "PATCH", "DELETE")


class Classification(PlainTestCase):
    def test_every_address_is_in_the_table_and_every_line_has_an_address(self):
        assert set(DOORS) == set(PAGES) | set(GATES)

    def test_no_address_is_two_things(self):
        assert set(PAGES) & set(GATES) == set()

    def test_every_page_is_in_one_part_of_the_sweep(self):
        swept = [app for part in PARTS for app in part.apps]
        assert len(swept) == len(set(swept))
        assert {app_of(name) for name in PAGES} <= set(swept)


def expected(page: Page, answer: Answer) -> set[int]:
    """The statuses that the table allows for this request."""
    pair = (answer.role, answer.owner)
    if answer.method in UNKNOWN_METHODS:
        return {405}
    if answer.role == "anonymous":
        return {302}
    if pair not in page.known_to:
        return {404}
    refused = {403, 405} if pair not in page.open_to else {405}
    if answer.method in ("GET", "HEAD"):
        return set(page.got) if pair in page.get else (refused if not page.get else {403})
    if answer.method == "POST":
        return set(page.posted) if pair in page.post else (refused if not page.post else {403})
    return {200, *page.got} if pair in page.open_to else {403}


class Swept(TestCase):
    """A world with canaries, and everybody signed in."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        logging.disable(logging.WARNING)
        cls.addClassCleanup(logging.disable, logging.NOTSET)
        cls.media = cls.enterClassContext(tempfile.TemporaryDirectory())
        sessions = {"SESSION_ENGINE": "tests.security.visiting"}
        cls.enterClassContext(override_settings(MEDIA_ROOT=cls.media, ACCOUNT_RATE_LIMITS=False, **sessions))
        super().setUpClass()

    @classmethod
    def setUpTestData(cls):
        cls.world = make_world()
        cls.canaries = plant(cls.world)
        cls.cookies = sign_in_all(cls.world)

    def run_sweep(self, doors, **kwargs) -> Iterator[Answer]:
        for door, page in doors:
            yield from sweep(self.world, self.cookies, [(door, page.named)], **kwargs)

    def leaks(self, answers) -> list[str]:
        """Canaries that stood in an answer to somebody they are not for."""
        return list(self.each_leak(answers))

    def each_leak(self, answers) -> Iterator[str]:
        for answer in answers:
            for canary in sorted(answer.canaries):
                if not self.canaries[canary].is_for(answer.role):
                    yield f"{answer} shows {self.canaries[canary].place} of {self.canaries[canary].owner}"


def doors_of(page_table) -> list[tuple[Door, Page]]:
    return [(DOORS[name], page) for name, pages in page_table.items() for page in pages if name in DOORS]


class Answers(tuple):
    """What came of a sweep. Nobody changes it, so Django need not copy it for each test as it does with rows."""

    def __deepcopy__(self, memo):
        return self


def app_of(name: str) -> str:
    return name.partition(":")[0]


class Sweep:
    """The whole of it, once, for the addresses of some apps; then questions about what came of it.

    In parts, because it takes longer than anything else and several processes can do it together.
    """

    apps: tuple[str, ...]

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.answers = Answers(
            (page, answer)
            for door, page in cls.doors()
            for answer in sweep(cls.world, cls.cookies, [(door, page.named)])
        )

    @classmethod
    def doors(cls) -> list[tuple[Door, Page]]:
        return [(door, page) for door, page in doors_of(PAGES) if app_of(door.name) in cls.apps]

    def test_the_sweep_went_somewhere(self):
        assert len(self.answers) > 50 * len(self.doors())

    def test_every_answer_is_the_one_in_the_table(self):
        wrong = [
            f"{answer}, expected {sorted(allowed)}"
            for page, answer in self.answers
            if answer.exists and answer.status not in (allowed := expected(page, answer))
        ]
        assert wrong == []

    def test_nobody_reads_what_is_not_for_them(self):
        assert self.leaks(answer for _, answer in self.answers) == []

    def test_who_has_not_signed_in_is_sent_to_sign_in(self):
        answers = [
            answer for _, answer in self.answers if answer.role == "anonymous" and answer.method not in UNKNOWN_METHODS
        ]
        assert [str(answer) for answer in answers if not answer.location.startswith(SIGN_IN_PAGE)] == []

    def test_an_object_of_others_and_no_object_are_answered_alike(self):
        """Otherwise the answer would tell that it exists."""
        missing = {(a.door, a.role, a.owner): a for _, a in self.answers if not a.exists}
        telling = [
            str(answer)
            for page, answer in self.answers
            if answer.exists
            and answer.method == "GET"
            and (answer.role, answer.owner) not in page.known_to
            # That the company is there is no secret to those who see its records: the frame names their places.
            and not (DOORS[answer.door].kwargs == ("company_id",) and (answer.role, answer.owner) in RECORDS)
            and (nothing := missing.get((answer.door, answer.role, answer.owner)))
            and (answer.status, answer.body) != (nothing.status, nothing.body)
        ]
        assert telling == []

    def test_what_does_not_exist_is_not_there(self):
        answers = [a for _, a in self.answers if not a.exists and a.role != "anonymous"]
        assert [str(answer) for answer in answers if answer.status != 404] == []

    def test_looking_writes_nothing(self):
        """GET, HEAD and OPTIONS leave the database as it was, but for the session and the log of looks."""
        writing = [
            f"{answer} wrote {sorted(answer.wrote - WRITTEN_BY_LOOKING)}"
            for _, answer in self.answers
            if answer.method in ("GET", "HEAD", "OPTIONS") and answer.wrote - WRITTEN_BY_LOOKING
        ]
        assert writing == []

    def test_what_is_refused_writes_nothing(self):
        writing = [
            f"{answer} wrote {sorted(answer.wrote - {'django_session'})}"
            for _, answer in self.answers
            if answer.status in (403, 404, 405) and answer.wrote - {"django_session"}
        ]
        assert writing == []

    def test_some_canaries_were_seen(self):
        """Otherwise the pages would show nothing, and the sweep could find nothing."""
        seen = {canary for _, answer in self.answers for canary in answer.canaries}
        assert len({self.canaries[canary].place for canary in seen}) > 20


class SweepOfProgrammes(Sweep, Swept):
    apps = ("programmes",)


class SweepOfPolicies(Sweep, Swept):
    apps = ("policies",)


class SweepOfConsultations(Sweep, Swept):
    apps = ("consultations",)


class SweepOfTheRest(Sweep, Swept):
    apps = ("accounts", "dashboards", "imports", "jobs", "notifications", "reports")


PARTS = (SweepOfProgrammes, SweepOfPolicies, SweepOfConsultations, SweepOfTheRest)


GATE_PARTS = {
    "document": "none",
    "token": "none",
    "key": "none",
    "uidb36": "1",
    "pk": 1,
    "name": "home",
    "done": 1,
    "slug": "none",
    "number": 1,
    "code": "none",
}


class Gates(Swept):
    """Signing in and what belongs to it: the same answers to everybody, whichever tenant they come from."""

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.answers = [
            ask(client_of(cls.cookies, role), method, cls.address(name), door=name, role=role, owner="-", exists=True)
            for name in GATES
            for role in ("anonymous", "manager", "secretariat", "nobody")
            for method in ("GET", "POST", "DELETE")
        ]

    @staticmethod
    def address(name: str) -> str:
        return reverse(name, kwargs={part: GATE_PARTS[part] for part in DOORS[name].kwargs})

    def test_every_answer_is_the_one_in_the_table(self):
        told = {}
        for answer in self.answers:
            if answer.method in ("GET", "POST"):
                when = "before" if answer.role == "anonymous" else "after"
                told.setdefault(answer.door, {}).setdefault((when, answer.method), set()).add(answer.status)
        expected = {
            name: {
                (when, method): {status}
                for when in ("before", "after")
                for method, status in zip(("GET", "POST"), getattr(gate, when), strict=True)
            }
            for name, gate in GATES.items()
        }
        assert told == expected

    def test_no_other_method_is_taken(self):
        answers = [answer for answer in self.answers if answer.method in UNKNOWN_METHODS]
        assert {answer.status for answer in answers} == {405}

    def test_nobody_reads_what_is_not_for_them(self):
        assert self.leaks(self.answers) == []


class Crossed(Swept):
    """The programme of one owner and the object of another in one address: it is not there, whoever asks."""

    def test_an_object_is_only_below_its_own_programme(self):
        answers = [
            answer
            for door, page in doors_of(PAGES)
            # A section has the same name in every company.
            if len(door.kwargs) > 1 and "code" not in door.kwargs
            for owner, other in (("company", "stranger"), ("stranger", "company"))
            for url in [crossed_address(door, self.world, owner, other, named=page.named)]
            for role in PEOPLE
            for about in [{"door": door.name, "role": role, "owner": owner, "exists": False}]
            for answer in ask_methods(client_of(self.cookies, role), ("GET", "POST"), url, **about)
        ]
        assert len(answers) >= 5 * 2 * len(PEOPLE) * 2
        assert [str(answer) for answer in answers if answer.status not in (404, 405)] == []
        assert self.leaks(answers) == []


def _sabotage(test: TestCase) -> None:
    """Make every door of the code let everything through: the forgotten filter, everywhere at once."""
    for model in apps.get_models():
        manager = getattr(model, "objects", None)
        for door in ("visible_to", "content_visible_to"):
            if hasattr(manager, door):
                patcher = patch.object(type(manager.all()), door, lambda rows, user, **when: rows.all())
                patcher.start()
                test.addCleanup(patcher.stop)


class WithoutFilters(Swept):
    """The saboteur: no door filters, and still nobody reads what is not for them, because the database does not tell."""

    roles = ("manager", "adviser", "unassigned_adviser", "secretariat", "other_secretariat")

    def test_the_database_holds(self):
        _sabotage(self)
        answers = list(self.run_sweep(doors_of(PAGES), methods=("GET",), roles=self.roles, missing=False))
        assert self.leaks(answers) == []
        assert [str(answer) for answer in answers if answer.status >= 500] == []

    def test_without_the_database_the_sweep_sees_the_leaks(self):
        """The negative control: with the net gone too, pages must show what they should not, or the sweep is blind."""
        _sabotage(self)
        with connection.cursor() as cursor:
            for model in {model for model, _ in KINDS.values()}:
                table = connection.ops.quote_name(model._meta.db_table)
                cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        answers = self.run_sweep(
            doors_of(PAGES), methods=("GET",), roles=("manager", "other_secretariat"), missing=False
        )
        enough = 101
        assert len(list(islice(self.each_leak(answers), enough))) == enough
