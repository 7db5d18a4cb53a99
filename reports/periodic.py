"""What reports do by the clock."""

from celery.schedules import crontab
from django.utils import timezone

from jobs.tasks import told
from reports.services import reading_reminders


@told("reports.remind_readers")
def remind_readers() -> None:
    """Write down whom to remind today of a draft to read; they are sent with all else of the day."""
    reading_reminders.remind_readers(today=timezone.localdate())


SCHEDULE = {
    # Before the first digest of the day leaves, and once more in case that the first was missed.
    "remind-readers": ("reports.remind_readers", crontab(minute=45, hour="6,12")),
}
