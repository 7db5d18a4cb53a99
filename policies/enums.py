from django.db import models
from django.utils.translation import gettext_lazy as _


class Theme(models.TextChoices):
    """What a policy is about; one policy a theme for each company."""

    HUMAN_RIGHTS = "human_rights", _("Human rights")


class State(models.TextChoices):
    """Where a cycle stands. Words on screen are labels of these; "late" is computed, never stored."""

    DRAFTING = "drafting", _("Drafting")
    SUBMITTED = "submitted", _("Submitted")
    IN_REVIEW = "in_review", _("In review")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    ENDORSED = "endorsed", _("Reviewed")
    APPROVED = "approved", _("Approved")
    PUBLISHED = "published", _("Published")
    SUPERSEDED = "superseded", _("Superseded")


OPEN_STATES = (
    State.DRAFTING,
    State.SUBMITTED,
    State.IN_REVIEW,
    State.CHANGES_REQUESTED,
    State.ENDORSED,
    State.APPROVED,
)
FORMULATED_STATES = (State.APPROVED, State.PUBLISHED)


class Transition(models.TextChoices):
    SUBMIT = "submit", _("Submit")
    WITHDRAW = "withdraw", _("Withdraw the submission")
    START_REVIEW = "start_review", _("Start the review")
    REQUEST_CHANGES = "request_changes", _("Ask for changes")
    ENDORSE = "endorse", _("Mark as reviewed")
    REVISE = "revise", _("Edit again")
    APPROVE = "approve", _("Approve")
    PUBLISH = "publish", _("Publish")
    SUPERSEDE = "supersede", _("Replace by the next version")
