"""Days of the living demo, counted from the day of the first load, and times of day in Japan."""

from datetime import date, datetime, time, timedelta

import holidays
from django.utils import timezone

ONE_DAY = timedelta(days=1)


class Calendar:
    """Business days around `today`: Monday to Friday without the holidays of Japan and the days around the new year."""

    def __init__(self, today: date):
        self.today = today
        self._holidays = holidays.country_holidays("JP")

    def is_business_day(self, day: date) -> bool:
        is_new_year = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
        return day.weekday() < 5 and day not in self._holidays and not is_new_year

    def day(self, offset: int) -> date:
        """Return the day `offset` business days from today. Today is 0 whichever day it is, so that it is never empty."""
        day, step = self.today, ONE_DAY if offset > 0 else -ONE_DAY
        left = abs(offset)
        while left:
            day += step
            left -= self.is_business_day(day)
        return day

    def moment(self, offset: int, clock: str) -> datetime:
        """Return the time "13:30" in Japan on that day."""
        return timezone.make_aware(datetime.combine(self.day(offset), time.fromisoformat(clock)))

    @property
    def fiscal_year(self) -> int:
        """The year, April to March, that today lies in: a made-up programme needs one, and a real one states its own."""
        return self.today.year - (self.today.month < 4)
