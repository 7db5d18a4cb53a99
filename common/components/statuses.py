"""The one vocabulary of statuses: word and look of each. Words come first; the colour only repeats them."""

from functools import lru_cache
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext_lazy


class Status(NamedTuple):
    """A word on screen and one of the looks of components.css (`tag-…`)."""

    label: Promise
    look: str


STATUSES = {
    # sections and tasks
    "not_started": Status(pgettext_lazy("status", "Not started"), "calm"),
    "in_progress": Status(pgettext_lazy("status", "In progress"), "doing"),
    "filled": Status(pgettext_lazy("status", "Filled in"), "plain"),
    "blocked": Status(pgettext_lazy("status", "Cannot start yet"), "faint"),
    "late": Status(pgettext_lazy("status", "Overdue"), "bad"),
    # a policy's states, named as in policies.workflow
    "drafting": Status(pgettext_lazy("status", "In progress"), "doing"),
    "submitted": Status(pgettext_lazy("status", "Submitted"), "sent"),
    "in_review": Status(pgettext_lazy("status", "In review"), "sent"),
    "changes_requested": Status(pgettext_lazy("status", "Changes requested"), "ask"),
    "endorsed": Status(pgettext_lazy("status", "Reviewed"), "ok"),
    "approved": Status(pgettext_lazy("status", "Approved"), "ok"),
    "published": Status(pgettext_lazy("status", "Published"), "done"),
    "superseded": Status(pgettext_lazy("status", "Earlier version"), "faint"),
    # meetings and consultations
    "planned": Status(pgettext_lazy("status", "Planned"), "calm"),
    "booked": Status(pgettext_lazy("status", "Booked"), "doing"),
    "held": Status(pgettext_lazy("status", "Held"), "plain"),
    "attended": Status(pgettext_lazy("status", "Attended"), "plain"),
    "extra": Status(pgettext_lazy("status", "Extra"), "plain"),
    "forfeited": Status(pgettext_lazy("status", "Forfeited"), "faint"),
    "cancelled_late": Status(pgettext_lazy("status", "Cancelled too late"), "ask"),
    "came_late": Status(pgettext_lazy("status", "Came late"), "plain"),
    "left_early": Status(pgettext_lazy("status", "Left early"), "plain"),
    "registered": Status(pgettext_lazy("status", "Registered"), "ok"),
    "apologised": Status(pgettext_lazy("status", "Apology"), "faint"),
    "waiting": Status(pgettext_lazy("status", "On the waiting list"), "ask"),
    "draft": Status(pgettext_lazy("status", "Draft"), "calm"),
    "missed": Status(pgettext_lazy("status", "Absent"), "ask"),
    "cancelled": Status(pgettext_lazy("status", "Cancelled"), "faint"),
    "unused": Status(pgettext_lazy("status", "Not used"), "calm"),
    # certificates of attendance
    "issued": Status(pgettext_lazy("status", "Issued"), "done"),
    "revoked": Status(pgettext_lazy("status", "Revoked"), "faint"),
    # issued reports
    "replaced": Status(pgettext_lazy("status of an issue", "Replaced"), "faint"),
    "called_back": Status(pgettext_lazy("status of an issue", "Withdrawn"), "faint"),
    "permission_gone": Status(pgettext_lazy("status of an issue", "Permission taken back"), "ask"),
    # readers of a draft report
    "reading_sent": Status(pgettext_lazy("reading", "Sent"), "calm"),
    "reading_opened": Status(pgettext_lazy("reading", "Opened"), "doing"),
    "reading_agreed": Status(pgettext_lazy("reading", "Agreed"), "ok"),
    "reading_differs": Status(pgettext_lazy("reading", "Not agreed"), "ask"),
    # jobs
    "queued": Status(pgettext_lazy("status", "Waiting"), "calm"),
    "running": Status(pgettext_lazy("status", "Running"), "doing"),
    "done": Status(pgettext_lazy("status", "Ready"), "done"),
    "failed": Status(pgettext_lazy("status", "Failed"), "bad"),
    # people, companies, invitations, action items
    "active": Status(pgettext_lazy("status", "Taking part"), "plain"),
    "invited": Status(pgettext_lazy("status", "Invited"), "doing"),
    "withdrawn": Status(pgettext_lazy("status", "Withdrawn"), "faint"),
    "signs_in": Status(pgettext_lazy("account", "Signs in"), "ok"),
    "to_be_invited": Status(pgettext_lazy("account", "Waits for an invitation"), "ask"),
    "no_account": Status(pgettext_lazy("account", "No account"), "faint"),
    "shared_mailbox": Status(pgettext_lazy("account", "Shared mailbox"), "calm"),
    "expired": Status(pgettext_lazy("status", "Expired"), "calm"),
    "open": Status(pgettext_lazy("status", "Open"), "ask"),
    "answered": Status(pgettext_lazy("status", "Answered"), "sent"),
    "closed": Status(pgettext_lazy("status", "Closed"), "plain"),
    # an adviser's time with a company
    "assignment_holds": Status(pgettext_lazy("assignment", "Holds today"), "ok"),
    "assignment_to_come": Status(pgettext_lazy("assignment", "To come"), "calm"),
    "assignment_over": Status(pgettext_lazy("assignment", "Over"), "faint"),
    "in_conflict": Status(pgettext_lazy("assignment", "Conflict of interest"), "ask"),
    # what an adviser says of a requirement
    "not_judged": Status(pgettext_lazy("status", "Not judged yet"), "faint"),
    "judged_met": Status(pgettext_lazy("status", "Met"), "ok"),
    "judged_partly": Status(pgettext_lazy("status", "Partly met"), "ask"),
    "judged_missing": Status(pgettext_lazy("status", "Missing"), "ask"),
    "judged_not_applicable": Status(pgettext_lazy("status", "Not applicable"), "calm"),
    # what a company does with advice
    "suggestion_open": Status(pgettext_lazy("status", "Not answered yet"), "ask"),
    "suggestion_accepted": Status(pgettext_lazy("status", "Taken over"), "ok"),
    "suggestion_edited": Status(pgettext_lazy("status", "Edited and taken over"), "ok"),
    "suggestion_declined": Status(pgettext_lazy("status", "Not taken over"), "calm"),
    "suggestion_withdrawn": Status(pgettext_lazy("status", "Taken back"), "faint"),
    "outdated": Status(pgettext_lazy("status", "Outdated"), "calm"),
    "passage_changed": Status(pgettext_lazy("status", "Passage changed"), "calm"),
    "resolved": Status(pgettext_lazy("status", "Resolved"), "plain"),
    "waits_for_adviser": Status(pgettext_lazy("status", "Waits for the adviser"), "sent"),
    "waits_for_company": Status(pgettext_lazy("status", "Waits for the company"), "ask"),
    "advice_open": Status(pgettext_lazy("status", "Not answered yet"), "ask"),
    "advice_done": Status(pgettext_lazy("status", "Followed"), "ok"),
    "advice_declined": Status(pgettext_lazy("status", "Not followed"), "calm"),
    "advice_withdrawn": Status(pgettext_lazy("status", "Taken back"), "faint"),
}


def badge(key: str, *, detail: str = "", instead: str = "") -> SafeString:
    """Return the tag of a status.

    `detail` follows the word ("2件"). `instead` is shown in its place where the column already says the word (a date in
    a matrix); the word is then still read aloud. Raises KeyError for a word that is not in the vocabulary.
    """
    return _badge(key, detail, instead, get_language())


# A matrix asks ten thousand times for a few hundred different tags. `typed`, because a safe "<b>" equals an unsafe one.
@lru_cache(maxsize=4096, typed=True)
def _badge(key: str, detail: str, instead: str, language: str | None) -> SafeString:
    status = STATUSES[key]
    label = conditional_escape(status.label)
    if instead:
        label = f'<span class="visually-hidden">{label} </span>{conditional_escape(instead)}'
    elif detail:
        label = f"{label} {conditional_escape(detail)}"
    return mark_safe(f'<span class="tag tag-{status.look}">{label}</span>')  # noqa: S308 - both parts are escaped above
