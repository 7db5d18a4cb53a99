"""Words of the trail: what a deed is about, and as whom somebody did it."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """What a deed is about: the filter of the trail, in the order it is offered."""

    LOOK = "look", pgettext_lazy("trail", "Looks from outside")
    TAKING_OUT = "taking_out", pgettext_lazy("trail", "Exports and downloads")
    SIGN_IN = "sign_in", pgettext_lazy("trail", "Signing in and accounts")
    ACCESS = "access", pgettext_lazy("trail", "People and rights")
    POLICY = "policy", pgettext_lazy("trail", "Policy")
    REVIEW = "review", pgettext_lazy("trail", "Reviews and advice")
    CONSULTATION = "consultation", pgettext_lazy("trail", "Consultations")
    SESSION = "session", pgettext_lazy("trail", "Sessions and attendance")
    MESSAGE = "message", pgettext_lazy("trail", "Letters, announcements and enquiries")
    PROGRAMME = "programme", pgettext_lazy("trail", "Programme and milestones")
    REPORT = "report", pgettext_lazy("trail", "Reports")


class ActingRole(models.TextChoices):
    """As whom somebody did it, at the time. Written by the database (app.tell_acting_role); "" where no role tells."""

    MANAGER = "manager", pgettext_lazy("trail", "Company manager")
    STAFF = "staff", pgettext_lazy("trail", "Staff of the company")
    ADVISER = "adviser", pgettext_lazy("trail", "Adviser")
    SECRETARIAT = "secretariat", pgettext_lazy("trail", "Secretariat")
    OPERATOR = "operator", pgettext_lazy("trail", "System operator")
    LINK = "link", pgettext_lazy("trail", "By a link, without signing in")
    SYSTEM = "system", pgettext_lazy("trail", "The portal itself")
