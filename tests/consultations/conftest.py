"""An adviser with hours, in a programme whose consultations lie around a fixed day."""

from dataclasses import dataclass
from datetime import date, datetime, time

import pytest
from django.utils import timezone

from consultations.models import Practice, WeeklyHours
from programmes.models import Seat
from tests.factories import Cast

# A Wednesday in business days; holidays nearby are 3 November (Tue) and 23 November (Mon) of 2026.
NOW = datetime(2026, 11, 4, 10, tzinfo=timezone.get_default_timezone())


def at(day: str, clock: str = "10:00") -> datetime:
    """Return a moment of November 2026 or of a full date, in local time."""
    on = date.fromisoformat(day)
    return datetime.combine(on, time.fromisoformat(clock), tzinfo=timezone.get_default_timezone())


@dataclass
class Desk:
    cast: Cast
    seat: Seat

    def hours(self, weekday: int, starts: str, ends: str, method: str = "online", *, seat: Seat | None = None):
        return WeeklyHours.objects.create(
            seat=seat or self.seat,
            programme=self.cast.programme,
            weekday=weekday,
            starts=time.fromisoformat(starts),
            ends=time.fromisoformat(ends),
            method=method,
        )


@pytest.fixture
def desk(cast) -> Desk:
    """The adviser of the cast works from Monday to Friday, 9:00 to 12:00: at 9:00 and 10:15, with a pause of 15 minutes."""
    programme = cast.programme
    programme.starts_on, programme.ends_on = date(2026, 10, 1), date(2027, 3, 31)
    programme.consultations_start_on, programme.consultations_end_on = date(2026, 11, 1), date(2026, 12, 25)
    programme.save()
    for enrolment in (cast.enrolment, cast.neighbour):
        enrolment.programme = programme
    seat = Seat.objects.get(user=cast.people["adviser"])
    Practice.objects.create(
        seat=seat, programme=programme, meeting_url="https://meet.example/kuze", place="駅前会議室", notice_days=2
    )
    desk = Desk(cast, seat)
    for weekday in range(5):
        desk.hours(weekday, "09:00", "12:00")
    return desk
