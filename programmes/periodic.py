"""What programmes do by the clock."""

from celery.schedules import crontab
from django.utils import timezone

from jobs.tasks import told
from programmes.services import reminders, survey


@told("programmes.remind_of_sessions")
def remind_of_sessions() -> None:
    """Write down whom to remind today of sessions and of registration that ends; they are sent with all else of the day."""
    reminders.remind_of_sessions(today=timezone.localdate())


@told("programmes.remind_of_surveys")
def remind_of_surveys() -> None:
    """Remind those who have not answered a survey that closes soon: in the day's digest, or by a mail of their own."""
    survey.remind_by_the_clock(now=timezone.now())


SCHEDULE = {
    # Before the first digest of the day leaves, and once more in case that the first was missed.
    "remind-of-sessions": ("programmes.remind_of_sessions", crontab(minute=40, hour="6,12")),
    # Shortly before the first digest, and once in the day, when mails may leave that are nobody's digest.
    "remind-of-surveys": ("programmes.remind_of_surveys", crontab(minute=50, hour="7,12")),
}
