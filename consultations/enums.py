from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    BOOKED = "booked", _("Booked")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Cancelled")


class Transition(models.TextChoices):
    HOLD = "hold", _("Record as held")
    CANCEL = "cancel", _("Cancel")
