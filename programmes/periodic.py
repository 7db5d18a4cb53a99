"""What programmes do by the clock."""

from celery.schedules import crontab
from django.utils import timezone

from jobs.tasks import told
from programmes.services import reminders


@told("programmes.remind_of_sessions")
def remind_of_sessions() -> None:
    """Write down whom to remind today of sessions and of registration that ends; they are sent with all else of the day."""
    reminders.remind_of_sessions(today=timezone.localdate())


SCHEDULE = {
    # Before the first digest of the day leaves, and once more in case that the first was missed.
    "remind-of-sessions": ("programmes.remind_of_sessions", crontab(minute=40, hour="6,12")),
}
