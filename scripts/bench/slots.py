"""Fifty advisers with hours, all assigned to one company, and a round for every company: booking at its largest."""

import resource
import time as clock
from collections.abc import Callable
from datetime import date, time, timedelta
from uuid import uuid4

from counting import asking
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import system_operator
from common.tenancy import acting_as
from companies.models import Membership, Person
from consultations import services
from consultations.models import BookingDraft, Practice, Round, WeeklyHours
from consultations.tasks.rounds import tell_some
from notifications.models import Message
from programmes.enums import SeatRole
from programmes.models import Assignment, Enrolment, Programme, Seat
from programmes.services import add_seats, assign_advisers

ADVISERS, WEEKS = 50, 8


def slot_page(code: str, member: User, company_id: str) -> str:
    """Give the programme fifty advisers with two open half days a day; return the address of the company's times."""
    operator, today = system_operator(), timezone.localdate()
    with acting_as(operator.pk):
        programme = Programme.objects.get(code=code)
        Programme.objects.filter(pk=programme.pk).update(
            consultations_start_on=today,
            consultations_end_on=today + timedelta(weeks=WEEKS),
            ends_on=max(programme.ends_on, today + timedelta(weeks=WEEKS)),
            consultations_per_company=9,
        )
        enrolment = Enrolment.objects.get(programme=programme, company_id=company_id)
        seats = [
            Seat(programme=programme, role=SeatRole.ADVISER, name_ja=f"計測{n:02}", email=f"slots{n}@bench.example")
            for n in range(ADVISERS)
        ]
        add_seats(seats=seats, actor=operator)
        both = {"enrolment": enrolment, "company_id": enrolment.company_id, "programme": programme}
        assign_advisers(
            assignments=[Assignment(**both, adviser=seat, starts_on=date(2024, 1, 1)) for seat in seats],
            actor=operator,
        )
        Practice.objects.bulk_create(Practice(seat=seat, programme=programme) for seat in seats)
        WeeklyHours.objects.bulk_create(
            WeeklyHours(seat=seat, programme=programme, weekday=weekday, starts=time(starts), ends=time(starts + 3))
            for seat in seats
            for weekday in range(5)
            for starts in (9, 13)
        )
    with acting_as(member.pk):
        draft = BookingDraft.objects.create(pk=uuid4(), author=member, **both)
    return reverse("consultations:book_time", args=[company_id, draft.pk])


def whole_round(code: str, desk: User) -> dict:
    """Propose a round for every company, book it, and tell the people; return what each took. Nothing of it is kept.

    Nobody is assigned, so that every company can go to every adviser: as much choice as there can be. Every adviser and
    somebody of every company has an account, so that both are told.
    """
    with acting_as(desk.pk), transaction.atomic():
        programme = Programme.objects.get(code=code)
        Assignment.objects.filter(programme=programme).delete()
        _open_accounts(programme)
        now, today = timezone.now(), timezone.localdate()
        span = {"starts_on": today, "ends_on": today + timedelta(weeks=WEEKS)}
        proposal = _measured(
            lambda: services.propose_round(programme=programme, number=99, **span, actor=desk, now=now)
        )
        made = Round.objects.get(programme=programme, number=99)
        proposal |= {"companies": made.offers.count(), "with_a_time": made.offers.filter(adviser__isnull=False).count()}
        booking = _measured(lambda: services.send_round(made=made, actor=desk, now=now))
        told = Message.objects.count()
        telling = _measured(lambda: _tell_all(made, desk))
        told = Message.objects.count() - told
        transaction.set_rollback(True)
    return {"proposal": proposal, "booking": booking, "invitations": telling | {"messages": told}}


def _open_accounts(programme: Programme) -> None:
    seats = list(Seat.objects.filter(programme=programme, role=SeatRole.ADVISER, user__isnull=True))
    companies = Enrolment.objects.filter(programme=programme, company__memberships__isnull=True)
    ids = list(companies.values_list("company_id", flat=True))
    users = [User(email=f"account{n}@bench.example", name_ja=f"計測{n}") for n in range(len(seats) + len(ids))]
    User.objects.bulk_create(users)
    for seat, user in zip(seats, users, strict=False):
        seat.user = user
    Seat.objects.bulk_update(seats, ["user"])
    people = [
        Person(company_id=pk, name_ja=user.name_ja, email=user.email, user=user)
        for pk, user in zip(ids, users[len(seats) :], strict=True)
    ]
    Person.objects.bulk_create(people)
    Membership.objects.bulk_create(
        Membership(company_id=each.company_id, person=each, role="manager") for each in people
    )


def _tell_all(made: Round, desk: User) -> None:
    while tell_some(made.pk, actor=desk):
        pass


def _measured(deed: Callable) -> dict:
    with CaptureQueriesContext(connection) as queries:
        began, used = clock.perf_counter(), _cpu_seconds()
        deed()
        seconds, cpu = clock.perf_counter() - began, _cpu_seconds() - used
    return {"seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2), "queries": len(asking(queries))}


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
