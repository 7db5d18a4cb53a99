"""What consultations do by the clock."""

from celery.schedules import crontab
from django.utils import timezone

from consultations.services import reminders
from jobs.tasks import told


@told("consultations.remind_of_consultations")
def remind_of_consultations() -> None:
    """Write down whom to remind today of consultations; they are sent with all else of the day."""
    reminders.remind_of_consultations(today=timezone.localdate())


SCHEDULE = {
    # Before the first digest of the day leaves, and once more in case that the first was missed.
    "remind-of-consultations": ("consultations.remind_of_consultations", crontab(minute=45, hour="6,12")),
}
