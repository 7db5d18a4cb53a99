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


# While a frozen revision is reviewed the working copy may be written on; what changed meanwhile is told at the return.
EDITABLE_STATES = (State.DRAFTING, State.SUBMITTED, State.IN_REVIEW, State.CHANGES_REQUESTED)


class Transition(models.TextChoices):
    SUBMIT = "submit", _("Submit")
    WITHDRAW = "withdraw", _("Withdraw the submission")
    START_REVIEW = "start_review", _("Start the review")
    LIFT_REVIEW = "lift_review", _("Lift the review")
    RETURN_COMMENTS = "return_comments", _("Return with comments")
    REQUEST_CHANGES = "request_changes", _("Ask for changes")
    ENDORSE = "endorse", _("Mark as reviewed")
    REVISE = "revise", _("Edit again")
    DECLINE = "decline", _("Return to the staff")
    APPROVE = "approve", _("Approve")
    PUBLISH = "publish", _("Publish")
    SUPERSEDE = "supersede", _("Replace by the next version")


class Language(models.TextChoices):
    """Languages that a policy is written in. Japanese is the text; English is its translation, on request."""

    JA = "ja", _("Japanese")
    EN = "en", _("English")


class SaveOutcome(models.TextChoices):
    """What became of a text that somebody sent: it became the text, it came too late, or it changed nothing."""

    KEPT = "kept", _("Saved")
    LOST = "lost", _("Came later than another change")
    SAME = "same", _("No change")


class Settlement(models.TextChoices):
    """What was chosen when a text had come too late."""

    MINE = "mine", _("Kept the text that came too late")
    THEIRS = "theirs", _("Left the text that stood")
    MERGED = "merged", _("Made one text of both")


class FreezeReason(models.TextChoices):
    """Why a revision was frozen."""

    REQUEST = "request", _("Kept on request")
    SUBMISSION = "submission", _("Submitted")
    RETURN = "return", _("Review returned")
    ENDORSEMENT = "endorsement", _("Reviewed")
    APPROVAL = "approval", _("Sent for approval")
    PUBLICATION = "publication", _("Published")
    BOOKING = "booking", _("Consultation booked")


class ExportKind(models.TextChoices):
    """What file is made of a text."""

    PDF = "pdf", _("PDF")
    WORD = "word", _("Word")
    TRACKED = "tracked", _("Word with tracked changes")


class ThreadKind(models.TextChoices):
    COMMENT = "comment", _("Comment")
    QUESTION = "question", _("Question")


class SuggestionState(models.TextChoices):
    """Whether wording that an adviser suggested was taken over. That it is outdated is computed from the paragraph."""

    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Taken over")
    EDITED = "edited", _("Edited and taken over")
    DECLINED = "declined", _("Not taken over")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Decision(models.TextChoices):
    """How a review was returned: one decision for the whole."""

    CHANGES = "changes", _("Please change")
    ENDORSED = "endorsed", _("Reviewed")
    COMMENTS = "comments", _("Comments only")


class Judgement(models.TextChoices):
    """What an adviser says of one requirement."""

    MET = "met", _("Met")
    PARTLY = "partly", _("Partly met")
    MISSING = "missing", _("Missing")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


class ActionSource(models.TextChoices):
    """Where an action item comes from. `source_id` is the row, in whichever table the source has."""

    VERDICT = "verdict", _("Review of a requirement")
    COMMENT = "comment", _("Comment")
    SUGGESTION = "suggestion", _("Suggested wording")
    CONSULTATION = "consultation", _("Consultation")


class ActionState(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    DECLINED = "declined", _("Not followed")
    # Taken back by who gave it: there is nothing to answer any more.
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ApprovalOutcome(models.TextChoices):
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned with a reason")


class ApprovalWay(models.TextChoices):
    """How top management's decision reached the portal."""

    LINK = "link", _("By link")
    PAPER = "paper", _("Signed paper")


class EvidenceKind(models.TextChoices):
    """What is shown by dated facts, not by the text: UN Guiding Principle 16 (b), (d) and (e), and dialogue held."""

    EXPERTISE = "expertise", _("Expertise consulted")
    DIALOGUE = "dialogue", _("Dialogue held")
    COMMUNICATION = "communication", _("Told to those concerned")
    EMBEDDING = "embedding", _("Procedure changed")


class LinkState(models.TextChoices):
    """What the check of a published address found."""

    WAITING = "waiting", _("Not checked yet")
    FOUND = "found", _("The policy is there")
    NO_NAME = "no_name", _("The page does not name the company")
    TOP_PAGE = "top_page", _("A top page, not the policy itself")
    BROKEN = "broken", _("The page does not answer")
    REFUSED = "refused", _("The address may not be checked")


class LinkReason(models.TextChoices):
    """Why the check of an address ended as it did, where the state alone does not tell what to mend."""

    NAME = "name", _("The name in the address does not exist, or nobody answers for it.")
    CONNECTION = "connection", _("No connection came about.")
    CERTIFICATE = "certificate", _("The certificate of the page is not valid.")
    SLOW = "slow", _("The page took longer than 10 seconds.")
    STATUS = "status", _("The page answered with an error.")
    KIND = "kind", _("What is there is neither a web page nor a PDF.")
    REDIRECTS = "redirects", _("The page sends on to others more than three times.")
    PLACE = "place", _("The address leads into a private network.")
    SHAPE = "shape", _("The address is not one of a public web page.")
