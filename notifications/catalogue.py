"""How what the portal says reaches people: at once, in the one mail of the day, or in the portal alone.

One digest a day is the most that anybody gets. What does not wait for it is the list `AT_ONCE`, here and nowhere else;
everything beside it belongs to a `Topic`, for which each person chooses (views.SettingsView).
"""

from dataclasses import dataclass

from django.utils.translation import pgettext_lazy

from .enums import Channel

DIGEST = "digest"


@dataclass(frozen=True)
class Exempt:
    """Mails that leave at once whatever somebody chose, and why. `kinds` are the beginnings of kinds of `notify`."""

    label: str
    reason: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Topic:
    """What people choose for together: kinds of messages by their beginnings, and how these may arrive."""

    code: str
    label: str
    help_text: str
    kinds: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = (Channel.NOW, Channel.DAILY, Channel.PORTAL)
    default: Channel = Channel.DAILY
    # Whether it waits until the morning; not what somebody has just pressed a button for.
    keeps_quiet: bool = True


AT_ONCE = (
    Exempt(
        pgettext_lazy("exempt mail", "Sign-in codes, invitations, and changes of your password or addresses"),
        pgettext_lazy("exempt mail", "They are needed to get in, or to see that somebody else tries to."),
        ("invitation",),
    ),
    Exempt(
        pgettext_lazy("exempt mail", "The link by which top management approves a policy"),
        pgettext_lazy("exempt mail", "It is for one deed, expires after seven days, and its reader has no account."),
        ("approval_requested",),
    ),
    Exempt(
        pgettext_lazy("exempt mail", "Your dates: sessions and consultations booked, moved or cancelled"),
        pgettext_lazy(
            "exempt mail",
            "Whoever heard of it a day later could stand before a closed door. The mail holds the way in.",
        ),
        ("session_", "consultation_"),
    ),
    Exempt(
        pgettext_lazy("exempt mail", "Letters that the secretariat has signed and addressed to your company"),
        pgettext_lazy(
            "exempt mail",
            "Their words stand in the mail alone. Those who were reminded in the last five working days are left out.",
        ),
        ("mailing_",),
    ),
    Exempt(
        pgettext_lazy("exempt mail", "Links for people without an account"),
        pgettext_lazy("exempt mail", "They have no other way to what they are asked to read or answer."),
        ("report_reading",),
    ),
)

REMINDERS = "reminders"
TOPICS = (
    Topic(
        "policy",
        pgettext_lazy("topic", "Human rights policy"),
        pgettext_lazy("topic", "Drafts handed in, reviews, questions and answers, approval, publication."),
        ("policy_", "review_", "submission_", "approval_"),
    ),
    Topic(
        "advice",
        pgettext_lazy("topic", "Advisers and minutes"),
        pgettext_lazy("topic", "An adviser is assigned; minutes are shared, changed, or found not right."),
        ("adviser_", "minutes_"),
    ),
    Topic(
        "enquiries",
        pgettext_lazy("topic", "Enquiries to the secretariat"),
        pgettext_lazy("topic", "A question of a company, or the secretariat's answer."),
        ("enquiry_",),
    ),
    Topic(
        "notices",
        pgettext_lazy("topic", "Announcements"),
        pgettext_lazy("topic", "What the secretariat says to all, where it sends that by mail, too."),
        ("notice",),
    ),
    Topic(
        "company",
        pgettext_lazy("topic", "Your company's profile"),
        pgettext_lazy("topic", "What the secretariat has corrected in it."),
        ("profile_",),
    ),
    Topic(
        "surveys",
        pgettext_lazy("topic", "Surveys after sessions"),
        pgettext_lazy("topic", "The way to the questions."),
        ("survey_",),
    ),
    Topic(
        "reports",
        pgettext_lazy("topic", "Implementation reports"),
        pgettext_lazy("topic", "What readers of a draft say of it."),
        ("report_",),
    ),
    Topic(
        REMINDERS,
        pgettext_lazy("topic", "Reminders"),
        pgettext_lazy("topic", "Sessions and consultations ahead, registrations that end soon, surveys still open."),
        channels=(Channel.DAILY, Channel.PORTAL),
    ),
    Topic(
        "jobs",
        pgettext_lazy("topic", "Files that you have ordered"),
        pgettext_lazy("topic", "That a document, a report or an import is ready, or did not work."),
        ("job_",),
        channels=(Channel.NOW, Channel.PORTAL),
        default=Channel.NOW,
        keeps_quiet=False,
    ),
)


def is_at_once(kind: str) -> bool:
    """Whether a message of this kind waits for nothing and nobody chooses."""
    return any(kind.startswith(exempt.kinds) for exempt in AT_ONCE if exempt.kinds)


def topic_of(kind: str) -> Topic | None:
    """Return what a kind of message belongs to; None for what leaves at once, and for a kind that nothing is known of."""
    if is_at_once(kind):
        return None
    return next((topic for topic in TOPICS if topic.kinds and kind.startswith(topic.kinds)), None)
