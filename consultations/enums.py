from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    """Where a consultation stands. One that was put off to another time is the same one, and still booked."""

    BOOKED = "booked", _("Booked")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Cancelled")
    CANCELLED_LATE = "cancelled_late", _("Cancelled too late")
    MISSED = "missed", _("The company did not come")


# What leaves the time free for others.
FREE_STATES = (State.CANCELLED, State.CANCELLED_LATE)
# What a company used of its entitlement, or is about to.
USED_STATES = (State.BOOKED, State.HELD, State.CANCELLED_LATE, State.MISSED)


class Transition(models.TextChoices):
    HOLD = "hold", _("Record as held")
    CANCEL = "cancel", _("Cancel")
    CANCEL_LATE = "cancel_late", _("Cancel after the deadline")
    MISS = "miss", _("Record that the company did not come")


class EntryKind(models.TextChoices):
    """What changes an entitlement beside what was booked. Each has a reason; nothing is invented."""

    EXTRA = "extra", _("Extra consultation")
    FORFEITED = "forfeited", _("Forfeited")


class ChangeKind(models.TextChoices):
    BOOKED = "booked", _("Booked")
    MOVED = "moved", _("Put off to another time")
    ENDED = "ended", _("Cancelled")


class RoundState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SENT = "sent", pgettext_lazy("round", "Sent")


class Problem(models.TextChoices):
    """Why a round has no consultation for a company."""

    NO_ADVISER = "no_adviser", _("There is no adviser for this company")
    CONFLICT = "conflict", _("Every adviser in question declared a conflict of interest")
    NO_TIME = "no_time", _("No free time within the round")
    USED_UP = "used_up", _("All consultations of the company are used or booked")
    TAKEN = "taken", _("The time was taken in the meantime")
    LEFT_OUT = "left_out", _("Left out by the secretariat")
