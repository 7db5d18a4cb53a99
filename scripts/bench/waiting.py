"""An adviser for whom every company of the programme waits, so that the queue can be measured at its longest."""

from datetime import date, timedelta

from django.urls import reverse

from accounts.models import User
from accounts.services import system_operator
from common.tenancy import acting_as
from policies.models import Cycle, Revision, Submission, of_cycle
from programmes.models import Assignment, Enrolment, Programme, Seat
from programmes.services import add_seats, assign_advisers, take_seat

# Texts of other people's are written past row-level security, as a restored backup would be.
OWNER = "owner"
EMAIL = "queue@bench.example"


def queue(code: str) -> tuple[User, str]:
    """Assign one adviser to all companies of the programme, and let each of them wait. Return adviser and address."""
    operator = system_operator()
    user = User.objects.create_user(email=EMAIL)
    with acting_as(operator.pk):
        programme = Programme.objects.get(code=code)
        seat = Seat(programme=programme, role="adviser", name_ja="計測", name_en="Bench", email=EMAIL)
        add_seats(seats=[seat], actor=operator)
        take_seat(seat=seat, user=user, actor=operator)
        enrolments = Enrolment.objects.filter(programme=programme)
        assign_advisers(assignments=[_assignment(enrolment, seat) for enrolment in enrolments], actor=operator)
        cycles = list(Cycle.objects.filter(programme=programme))
    _hand_in(cycles, seat)
    return user, reverse("dashboards:advising", args=[programme.pk])


def _assignment(enrolment: Enrolment, seat: Seat) -> Assignment:
    return Assignment(
        enrolment=enrolment,
        company_id=enrolment.company_id,
        programme_id=enrolment.programme_id,
        adviser=seat,
        starts_on=date(2024, 1, 1),
    )


def _hand_in(cycles: list[Cycle], seat: Seat) -> None:
    own = [of_cycle(cycle) for cycle in cycles]
    # The two versions of the comparison have the first numbers.
    revisions = [Revision(**tenant, number=1000, content={"sections": []}, sha256="0" * 64) for tenant in own]
    Revision.objects.using(OWNER).bulk_create(revisions, batch_size=1000)
    submissions = [
        Submission(
            **tenant,
            revision=revision,
            reference=f"BENCH-{number}",
            submitted_by_id=seat.user_id,
            due_on=date(2025, 1, 1) + timedelta(days=number % 30),
            adviser_id=seat.pk,
            characters=2000,
        )
        for number, (tenant, revision) in enumerate(zip(own, revisions, strict=True))
    ]
    Submission.objects.using(OWNER).bulk_create(submissions, batch_size=1000)
