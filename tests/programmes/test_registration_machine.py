"""Registering, changing, apologising, sending deputies, withdrawing and adding places in any order, and two at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from audit.models import Event
from programmes import queries, services
from programmes.models import Attendance, Session
from programmes.services import RegistrationRefused
from tests.factories import make_cast, make_person, make_session
from tests.roles import seen_by

MODES = ("onsite", "online")
PEOPLE = [(company, number) for company in ("company", "neighbour") for number in range(4)]
SOMEBODY, WAYS = st.sampled_from(PEOPLE), st.sampled_from(MODES)
BY_SECRETARIAT = st.booleans()


class Registrations(RuleBasedStateMachine):
    """One session with few places, two companies and their secretariat; a plain picture in Python beside the table."""

    def __init__(self):
        super().__init__()
        cast = make_cast()
        self.secretariat = cast.people["secretariat"]
        self.staff = {"company": cast.people["staff"], "neighbour": cast.people["neighbour"]}
        companies = {"company": cast.company, "neighbour": cast.neighbour.company}
        self.people = {key: make_person(companies[key[0]]) for key in PEOPLE}
        starts_at = timezone.now() + timedelta(days=5)
        self.session = make_session(cast.programme, starts_at=starts_at, capacity_onsite=2, capacity_online=1)
        # What is expected: who has a place or a turn in which mode, who has said no, and how often somebody moved up.
        self.capacity = {"onsite": 2, "online": 1}
        self.placed: dict = {}
        self.turns: dict = {}  # person -> (mode, number drawn)
        self.gone: dict = {}
        self.drawn = self.moved = 0
        self.sequences: dict = {}

    # --- The picture --------------------------------------------------------------------------------------------------

    def queue(self, mode: str) -> list:
        waiting = [(number, person) for person, (way, number) in self.turns.items() if way == mode]
        return [person for _number, person in sorted(waiting)]

    def free(self, mode: str) -> int:
        limit = self.capacity[mode]
        return 99 if limit is None else limit - sum(way == mode for way in self.placed.values())

    def has_place(self, mode: str) -> bool:
        return self.free(mode) > 0 and not self.queue(mode)

    def forget(self, person) -> None:
        for where in (self.placed, self.turns, self.gone):
            where.pop(person, None)

    def fill(self) -> None:
        for mode in MODES:
            for person in self.queue(mode)[: max(0, self.free(mode))]:
                self.forget(person)
                self.placed[person] = mode
                self.moved += 1

    # --- Deeds --------------------------------------------------------------------------------------------------------

    def do(self, person, by_secretariat, deed, **values) -> bool:
        """Do it as the company or its secretariat under the web's role; return whether it was done."""
        actor = self.secretariat if by_secretariat else self.staff[person[0]]
        try:
            with seen_by(actor):
                deed(session=self.session, person=self.people[person], actor=actor, **values)
        except RegistrationRefused:
            return False
        return True

    @rule(person=SOMEBODY, mode=WAYS, by_secretariat=BY_SECRETARIAT)
    def register(self, person, mode, by_secretariat):
        done = self.do(person, by_secretariat, services.register, mode=mode)
        if self.placed.get(person) == mode or self.turns.get(person, ("",))[0] == mode:
            assert done
            return
        has_place = self.has_place(mode)
        assert done is (has_place or person not in self.placed)
        if not done:
            return
        self.forget(person)
        if has_place:
            self.placed[person] = mode
        else:
            self.drawn += 1
            self.turns[person] = (mode, self.drawn)
        self.fill()

    @rule(person=SOMEBODY, deputy=st.none() | SOMEBODY, by_secretariat=BY_SECRETARIAT)
    def apologise(self, person, deputy, by_secretariat):
        values = {"deputy": self.people[deputy]} if deputy else {}
        done = self.do(person, by_secretariat, services.apologise, reason="R", **values)
        place, turn = self.placed.get(person), self.turns.get(person)
        may_send = deputy and (place or turn) and deputy[0] == person[0] and deputy != person
        assert done is bool(deputy is None or (may_send and deputy not in self.placed))
        if not done:
            return
        self.forget(person)
        self.gone[person] = "apologised"
        if deputy:
            self.forget(deputy)
            if place:
                self.placed[deputy] = place
            else:
                self.turns[deputy] = turn
        self.fill()

    @rule(person=SOMEBODY, by_secretariat=BY_SECRETARIAT)
    def withdraw(self, person, by_secretariat):
        done = self.do(person, by_secretariat, services.withdraw)
        assert done is (person in self.placed or person in self.turns or person in self.gone)
        if done:
            self.forget(person)
            self.gone[person] = "cancelled"
            self.fill()

    @rule(mode=WAYS, more=st.sampled_from([1, 2, None]))
    def add_places(self, mode, more):
        if self.capacity[mode] is None:
            return
        self.capacity[mode] = more and self.capacity[mode] + more
        self.session.capacity_onsite, self.session.capacity_online = (self.capacity[way] for way in MODES)
        self.session.save()
        before = set(self.placed)
        self.fill()
        with seen_by(self.secretariat):
            moved = services.fill_places(session=self.session, actor=self.secretariat)
        assert {row.person_id for row in moved} == {self.people[one].pk for one in set(self.placed) - before}

    # --- What is always true ------------------------------------------------------------------------------------------

    @invariant()
    def the_rows_are_the_picture(self):
        rows = {row.person_id: row for row in Attendance.objects.filter(session=self.session)}
        expected = {person: ("registered", mode) for person, mode in self.placed.items()}
        expected |= {person: ("waiting", mode) for person, (mode, _number) in self.turns.items()}
        found = {
            person: (rows[self.people[person].pk].registration, rows[self.people[person].pk].planned_mode)
            for person in expected
        }
        assert found == expected
        gone = {person: rows[self.people[person].pk].registration for person in self.gone}
        assert gone == self.gone
        assert len(rows) == len(expected) + len(gone)

    @invariant()
    def counts_are_the_rows_and_no_place_is_given_twice(self):
        for user in (self.secretariat, self.staff["company"]):
            with seen_by(user):
                taken = queries.places_taken([self.session])
            for mode in MODES:
                places = sum(way == mode for way in self.placed.values())
                found = taken.get((self.session.pk, mode), queries.NONE_TAKEN)
                assert (found.places, found.waiting) == (places, len(self.queue(mode)))
                assert self.capacity[mode] is None or places <= self.capacity[mode]
                # Nobody waits beside an empty chair.
                assert not found.waiting or places == self.capacity[mode]

    @invariant()
    def the_order_of_the_waiting_list_is_kept(self):
        for mode in MODES:
            rows = Attendance.objects.filter(session=self.session, planned_mode=mode).waiting()
            assert list(rows.values_list("person_id", flat=True)) == [self.people[p].pk for p in self.queue(mode)]

    @invariant()
    def whoever_moves_up_is_written_down_and_sequences_rise(self):
        assert (
            Event.objects.filter(verb="attendance.moved_up", programme_id=self.session.programme_id).count()
            == self.moved
        )
        now = dict(Attendance.objects.filter(session=self.session).values_list("person_id", "sequence"))
        assert all(now[person] >= sequence for person, sequence in self.sequences.items())
        self.sequences = now


@pytest.mark.django_db
def test_counts_equal_rows_and_no_seat_is_given_twice_in_any_order():
    class Isolated(Registrations):
        """Each history in a savepoint of its own."""

        def __init__(self):
            self.savepoint = transaction.savepoint()
            super().__init__()

        def teardown(self):
            transaction.savepoint_rollback(self.savepoint)

    run_state_machine_as_test(
        Isolated,
        settings=settings(
            max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


# --- At once ----------------------------------------------------------------------------------------------------------


def at_once(*deeds) -> None:
    """Do all of it at the same moment, each on a connection of its own and in a transaction as a request has it."""
    start = threading.Barrier(len(deeds))

    def run(deed):
        try:
            start.wait()
            with transaction.atomic():
                deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        for done in [pool.submit(run, deed) for deed in deeds]:
            done.result()


@pytest.fixture
def world(transactional_db):
    cast = make_cast()
    session = make_session(cast.programme, starts_at=timezone.now() + timedelta(days=5), capacity_onsite=1)
    sides = [(cast.people["staff"], cast.company), (cast.people["neighbour"], cast.neighbour.company)]
    return cast, session, sides


def registering(session, user, person):
    def deed():
        with seen_by(user):
            services.register(session=session, person=person, mode="onsite", actor=user)

    return deed


def registrations(session) -> list[str]:
    return sorted(Attendance.objects.filter(session=session).values_list("registration", flat=True))


def test_the_last_seat_goes_to_one_of_many_at_once(world):
    _cast, session, sides = world
    at_once(*[registering(session, user, make_person(company)) for user, company in sides for _ in range(3)])
    assert registrations(session) == ["registered", *["waiting"] * 5]


def test_the_same_person_tapped_twice_at_once_has_one_row(world):
    _cast, session, [(user, company), _other] = world
    person = make_person(company)
    at_once(*[registering(session, user, person) for _ in range(4)])
    assert registrations(session) == ["registered"]


def test_places_that_become_free_while_others_register_are_filled_in_order(world):
    cast, session, [(user, company), (other, neighbour)] = world
    holder, first = make_person(company), make_person(neighbour)
    registering(session, user, holder)()
    registering(session, other, first)()

    def leave():
        with seen_by(user):
            services.withdraw(session=session, person=holder, actor=user)

    def enlarge():
        with seen_by(cast.people["secretariat"]):
            locked = Session.objects.select_for_update().get(pk=session.pk)
            locked.capacity_onsite = 2
            locked.save()
            services.fill_places(session=locked, actor=cast.people["secretariat"])

    newcomers = [registering(session, user, make_person(company)) for _ in range(3)]
    at_once(leave, enlarge, *newcomers)
    assert registrations(session) == ["cancelled", "registered", "registered", "waiting", "waiting"]
    # Who waited before all of them is in.
    assert Attendance.objects.get(person=first).registration == "registered"
