"""A row of each owner in every table of how the secretariat follows a company through the year."""

from datetime import UTC, date, datetime

from programmes.models import Charge, Extension, MemoSave, MilestoneKind
from tests.security import audiences

KINDS = {
    "person in charge": (Charge, audiences.RECORDS),
    "extension": (Extension, audiences.RECORDS),
    "memo": (MemoSave, audiences.MANAGED),
    "step of a theme": (MilestoneKind, audiences.PROGRAMME),
}


def fill(world, owner: str) -> None:
    """Make the rows, in the owner's enrolment."""
    enrolment, seat = world["enrolment", owner], world["seat", owner]
    of = {"enrolment": enrolment, "company": enrolment.company, "programme": enrolment.programme}
    step = MilestoneKind.objects.create(
        programme=enrolment.programme,
        source="theme",
        theme="grievance",
        code=f"step-{owner}",
        subject=f"step-{owner}",
        name_en="S",
    )
    world.keep("step of a theme", owner, step)
    world.keep("person in charge", owner, Charge.objects.create(seat=seat, since_on=date(2025, 1, 6), **of))
    extension = Extension.objects.create(
        kind=world["milestone kind", owner],
        due_on=date(2025, 4, 1),
        reason="E",
        granted_by=seat.user,
        since_on=date(2025, 1, 6),
        **of,
    )
    world.keep("extension", owner, extension)
    memo = MemoSave.objects.create(
        number=1, text="M", author=seat.user, saved_at=datetime(2025, 1, 6, 3, tzinfo=UTC), **of
    )
    world.keep("memo", owner, memo)
