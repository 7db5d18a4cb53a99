"""What notifications do by the clock."""

from datetime import timedelta

from celery.schedules import crontab
from django.utils import timezone

from jobs.tasks import told

from . import services


@told("notifications.send_digests")
def send_digests() -> None:
    """Send everybody their one mail with what they are to be reminded of today."""
    services.send_digests(now=timezone.now())


SCHEDULE = {
    "erase-old-mail": ("notifications.erase_old_mail", timedelta(hours=1)),
    # Often, because a reminder may be written down during the day; nobody gets a second mail on the same day.
    "send-digests": ("notifications.send_digests", crontab(minute="5,35", hour="8-18")),
}
