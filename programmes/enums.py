from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationRole(models.TextChoices):
    ORGANISER = "organiser", _("Organiser")
    LEADER = "leader", _("Leader")
    SUBLEADER = "subleader", _("Subleader")
    MEMBER = "member", _("Member company")
    COOPERATING = "cooperating", _("Cooperating organisation")


class SeatRole(models.TextChoices):
    LEADER = "leader", _("Secretariat, leader")
    MEMBER = "member", _("Secretariat")
    ADVISER = "adviser", _("Adviser")
    # Command-line work; visible like every other seat.
    OPERATOR = "operator", _("System operator")


MANAGING_ROLES = (SeatRole.LEADER, SeatRole.MEMBER, SeatRole.OPERATOR)


class Strand(models.TextChoices):
    MANAGEMENT_STUDY = "management_study", _("Management Study Meeting")
    WORKING_LEVEL = "working_level", _("Education for working-level personnel")
    CLOSING = "closing", _("Closing meeting")


class SessionKind(models.TextChoices):
    SEMINAR = "seminar", _("Seminar")
    WORKSHOP = "workshop", _("Workshop")
    MEETING = "meeting", _("Meeting")


class Method(models.TextChoices):
    ONSITE = "onsite", _("On site")
    ONLINE = "online", _("Online")
    HYBRID = "hybrid", _("On site and online")


class Mode(models.TextChoices):
    ONSITE = "onsite", _("On site")
    ONLINE = "online", _("Online")


class AgendaKind(models.TextChoices):
    LECTURE = "lecture", _("Lecture")
    CASE = "case", _("Example")
    REVIEW = "review", _("Review")
    GROUP_WORK = "group_work", _("Group work")
    SHARING = "sharing", _("Sharing of views")
    PRESENTATION = "presentation", _("Presentations")
    COMMENTS = "comments", _("Comments")
    INTRODUCTION = "introduction", _("Introduction")


class MilestoneCode(models.TextChoices):
    """Milestones that the portal itself can reach; a programme names which of them it has, in its own words."""

    JOINED = "joined", _("Joined")
    SESSION = "session", _("Took part in a session")
    SUBMITTED = "submitted", _("First draft submitted")
    CONSULTED = "consulted", _("Consultation held")
    ENDORSED = "endorsed", _("Reviewed")
    APPROVED = "approved", _("Approved")
    PUBLISHED = "published", _("Published")
