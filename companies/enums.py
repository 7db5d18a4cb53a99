from django.db import models
from django.utils.translation import gettext_lazy as _


class AccessKind(models.TextChoices):
    """Why somebody may see a company; content is for the first two."""

    MEMBER = "member", _("Member of the company")
    ADVISER = "adviser", _("Assigned adviser")
    SECRETARIAT = "secretariat", _("Secretariat of a programme")


class MemberRole(models.TextChoices):
    MANAGER = "manager", _("Company manager")
    STAFF = "staff", _("Staff")


class PersonLevel(models.TextChoices):
    """For which audience somebody stands, which is not the same as their rights."""

    MANAGEMENT = "management", _("Management level")
    WORKING = "working", _("Working level")
