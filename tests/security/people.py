"""A row of each owner in the tables of who a company is."""

from datetime import UTC, date, datetime

from companies.models import ProfileChange
from programmes.models import Interruption
from tests.security import audiences

KINDS = {
    "change of a profile": (ProfileChange, audiences.RECORDS),
    "interruption": (Interruption, audiences.RECORDS),
}


def fill(world, owner: str) -> None:
    """Make the rows; whoever wrote them is none of the cast. The database lets nobody change them, but for the canaries."""
    change = ProfileChange.objects.create(
        company=world["company", owner],
        author=world["seat", owner].user,
        by_secretariat=True,
        note="N",
        changes=[{"field": "industry", "before": "B", "after": "A"}],
        saved_at=datetime(2025, 1, 6, 3, tzinfo=UTC),
    )
    world.keep("change of a profile", owner, change)
    enrolment = world["enrolment", owner]
    away = Interruption.objects.create(
        enrolment=enrolment,
        company=enrolment.company,
        programme=enrolment.programme,
        withdrawn_on=date(2025, 1, 6),
        returned_on=date(2025, 1, 7),
        reason="R",
        recorded_by=world["seat", owner].user,
    )
    world.keep("interruption", owner, away)
