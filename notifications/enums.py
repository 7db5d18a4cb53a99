"""Words that are stored about messages."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Channel(models.TextChoices):
    """How a message reaches somebody. In the portal's inbox it stands in every case."""

    NOW = "now", pgettext_lazy("channel", "By mail at once")
    DAILY = "daily", pgettext_lazy("channel", "In the one mail of the day")
    PORTAL = "portal", pgettext_lazy("channel", "In the portal only")
