"""What notifications do by the clock."""

from datetime import timedelta

SCHEDULE = {"erase-old-mail": ("notifications.erase_old_mail", timedelta(hours=1))}
