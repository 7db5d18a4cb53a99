"""What policies do by the clock."""

from celery.schedules import crontab

SCHEDULE = {
    # Every night those whose last check is a week old, so that a week's checks do not all fall on one night.
    "check-links-again": ("policies.check_links_again", crontab(hour=2, minute=20)),
    "remind-of-reviews": ("policies.remind_of_reviews", crontab(hour=7, minute=40)),
}
