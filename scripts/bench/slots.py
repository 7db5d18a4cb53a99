"""Fifty advisers with hours, all assigned to one company, and a round for every company: booking at its largest."""

import resource
import time as clock
from datetime import date, time, timedelta
from uuid import uuid4

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import system_operator
from common.tenancy import acting_as
from consultations import services
from consultations.models import BookingDraft, Practice, WeeklyHours
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


def propose(code: str, desk: User) -> dict:
    """Propose a round for every company; return what it took. Nothing of it is kept."""
    today = timezone.localdate()
    with acting_as(desk.pk), transaction.atomic(), CaptureQueriesContext(connection) as queries:
        programme = Programme.objects.get(code=code)
        began, used = clock.perf_counter(), _cpu_seconds()
        made = services.propose_round(
            programme=programme,
            number=99,
            starts_on=today,
            ends_on=today + timedelta(weeks=WEEKS),
            actor=desk,
            now=timezone.now(),
        )
        seconds, cpu = clock.perf_counter() - began, _cpu_seconds() - used
        offers = made.offers.count()
        transaction.set_rollback(True)
    return {
        "companies": offers,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
        "queries": len(queries),
    }


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
