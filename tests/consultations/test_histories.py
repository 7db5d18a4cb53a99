"""Any order of offers, bookings, moves, cancellations and entries keeps no overlap and a ledger that adds up."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from consultations import queries, services
from consultations.enums import FREE_STATES, State, Transition
from consultations.models import Consultation, LedgerEntry, Practice, Round, WeeklyHours
from consultations.services import BookingRefused, RoundRefused
from consultations.workflow import TransitionRefused, move
from programmes.models import Enrolment
from tests.consultations.conftest import NOW, at
from tests.factories import make_assignment, make_cast
from tests.roles import seen_by

WHO = st.sampled_from(["manager", "adviser", "secretariat", "neighbour"])
DAYS = st.integers(0, 3)
QUARTERS = st.integers(0, 11)
PLACES = st.integers(0, 20)
GRANTED = 2
# Every way to say no. Anything else is a mistake of ours, an IntegrityError above all.
REFUSALS = (
    BookingRefused, TransitionRefused, RoundRefused, PermissionDenied, ValidationError,
    Consultation.DoesNotExist, Enrolment.DoesNotExist,
)  # fmt: skip


class Bookings(RuleBasedStateMachine):
    """Two companies and one adviser on four days; every deed may be refused, none may break the rules."""

    def __init__(self):
        super().__init__()
        self.history = transaction.atomic()
        self.history.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.history.__exit__(None, None, None)

    @initialize()
    def set_up(self):
        cast = make_cast()
        programme = cast.programme
        programme.starts_on, programme.ends_on = at("2026-10-01").date(), at("2027-03-31").date()
        programme.consultations_start_on, programme.consultations_end_on = programme.starts_on, programme.ends_on
        programme.consultations_per_company = GRANTED
        programme.save()
        self.cast, self.now = cast, NOW
        self.seat = programme.seats.get(user=cast.people["adviser"])
        make_assignment(cast.neighbour, self.seat)
        self.pause = 15
        Practice.objects.create(seat=self.seat, programme=programme, notice_days=0, most_a_day=20)
        for weekday in range(5):
            WeeklyHours.objects.create(
                seat=self.seat, programme=programme, weekday=weekday, starts=at("2026-11-09", "09:00").time(),
                ends=at("2026-11-09", "12:00").time(),
            )  # fmt: skip

    def moment(self, day: int, quarter: int) -> datetime:
        return at("2026-11-09", "09:00") + timedelta(days=day, minutes=15 * quarter)

    def enrolment(self, which: bool) -> Enrolment:
        found = self.cast.neighbour if which else self.cast.enrolment
        return Enrolment.objects.select_related("programme", "company").get(pk=found.pk)

    def one(self, place: int) -> Consultation | None:
        rows = list(Consultation.objects.select_related("enrolment__programme", "adviser").order_by("pk"))
        return rows[place % len(rows)] if rows else None

    def attempt(self, who: str, deed) -> None:
        try:
            with seen_by(self.cast.people[who]):
                deed(self.cast.people[who])
        except REFUSALS:
            pass

    @rule(who=WHO, which=st.booleans(), day=DAYS, quarter=QUARTERS)
    def book(self, who, which, day, quarter):
        operation, enrolment = uuid4(), self.enrolment(which)
        for _twice in range(2):
            self.attempt(
                who,
                lambda actor: services.book(
                    enrolment=enrolment,
                    adviser=self.seat,
                    starts_at=self.moment(day, quarter),
                    method="online",
                    operation=operation,
                    actor=actor,
                    now=self.now,
                ),
            )
        assert Consultation.objects.filter(operation=operation).count() <= 1

    @rule(who=WHO, place=PLACES, day=DAYS, quarter=QUARTERS)
    def put_off(self, who, place, day, quarter):
        if (one := self.one(place)) is not None:
            before = queries.remaining(one.enrolment)
            self.attempt(
                who,
                lambda actor: services.put_off(
                    consultation=one,
                    adviser=self.seat,
                    starts_at=self.moment(day, quarter),
                    method="online",
                    actor=actor,
                    now=self.now,
                ),
            )
            assert queries.remaining(one.enrolment) == before

    @rule(who=WHO, place=PLACES)
    def cancel(self, who, place):
        if (one := self.one(place)) is not None:
            self.attempt(who, lambda actor: services.cancel(consultation=one, actor=actor, now=self.now, reason="理由"))

    @rule(place=PLACES, transition=st.sampled_from([Transition.HOLD, Transition.MISS]))
    def record(self, place, transition):
        if (one := self.one(place)) is not None:
            self.attempt(
                "adviser", lambda actor: move(consultation=one, transition=transition, actor=actor, now=self.now)
            )

    @rule(which=st.booleans(), kind=st.sampled_from(["extra", "forfeited"]))
    def record_entry(self, which, kind):
        self.attempt(
            "secretariat",
            lambda actor: services.record_entry(
                enrolment=self.enrolment(which), kind=kind, reason="理由", operation=uuid4(), actor=actor
            ),
        )

    @rule()
    def send_a_round(self):
        number = Round.objects.count() + 1

        def deed(actor):
            made = services.propose_round(
                programme=self.enrolment(False).programme,
                number=number,
                starts_on=self.moment(0, 0).date(),
                ends_on=self.moment(3, 0).date(),
                actor=actor,
                now=self.now,
            )
            services.send_round(made=made, actor=actor, now=self.now)

        self.attempt("secretariat", deed)

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours):
        self.now += timedelta(hours=hours)

    @invariant()
    def nobody_is_at_two_places(self):
        if not hasattr(self, "cast"):
            return
        rows = list(Consultation.objects.exclude(state__in=FREE_STATES).order_by("starts_at"))
        for number, one in enumerate(rows):
            for other in rows[number + 1 :]:
                if one.adviser_id == other.adviser_id:
                    assert one.blocked_until <= other.starts_at
                if one.company_id == other.company_id:
                    assert one.ends_at <= other.starts_at

    @invariant()
    def the_ledger_adds_up(self):
        if not hasattr(self, "cast"):
            return
        for which in (False, True):
            enrolment = self.enrolment(which)
            rows = list(Consultation.objects.filter(enrolment=enrolment))
            entries = list(LedgerEntry.objects.filter(enrolment=enrolment))
            sums = queries.own_ledger(rows, entitled=GRANTED, now=self.now, entries=entries)
            used = sums.held + sums.booked + sums.cancelled_late + sums.missed + sums.forfeited
            assert sums.entitled + sums.extra == used + sums.unused
            assert queries.remaining(enrolment) == sums.unused
            lines = queries.ledger_lines(enrolment, rows, entries)
            assert sum(line.counts for line in lines) == lines[-1].left == sums.unused
            free = sum(row.state == State.CANCELLED for row in rows)
            assert free == sums.cancelled


def test_no_history_breaks_the_rules(db):
    run_state_machine_as_test(
        Bookings,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
