from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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
    # Recorded by the secretariat, because it happens at the company and nowhere in the portal.
    THEME = "theme", pgettext_lazy("milestone", "Step of a theme")


class Audience(models.TextChoices):
    """For whom a session is held; see `companies.enums.PersonLevel`."""

    ALL = "all", _("Everybody")
    MANAGEMENT = "management", _("Management level")
    WORKING = "working", _("Working level")


class SessionState(models.TextChoices):
    """A draft is the secretariat's alone; what is published is told to those who registered when it changes."""

    DRAFT = "draft", pgettext_lazy("session", "Draft")
    PUBLISHED = "published", pgettext_lazy("session", "Published")
    CANCELLED = "cancelled", pgettext_lazy("session", "Cancelled")


class SessionTransition(models.TextChoices):
    PUBLISH = "publish", pgettext_lazy("session", "Publish")
    CANCEL = "cancel", pgettext_lazy("session", "Cancel")


class MaterialKind(models.TextChoices):
    FILE = "file", _("File")
    LINK = "link", _("Link")
    RECORDING = "recording", _("Recording")


class Registration(models.TextChoices):
    """What was said before a session. Whether somebody came is another matter, and known only afterwards."""

    REGISTERED = "registered", _("Registered")
    WAITING = "waiting", _("On the waiting list")
    APOLOGISED = "apologised", _("Apology")
    CANCELLED = "cancelled", _("Withdrawn")


class Source(models.TextChoices):
    """How somebody came onto the list of a session."""

    IMPORT = "import", _("Workbook")
    COMPANY = "company", _("Registered by the company")
    SECRETARIAT = "secretariat", _("Registered by the secretariat")
    DOOR = "door", _("Came without registering")
    ONLINE_LIST = "online_list", _("On the list of the online meeting")


class ObserverKind(models.TextChoices):
    """Who looks on at a session. Observers are never counted as participants."""

    ILO = "ilo", _("ILO")
    GOVERNMENT = "government", _("Government")
    MEMBER = "member", _("Member company")
    OTHER = "other", _("Other")


class DoorDeed(models.TextChoices):
    CHECK_IN = "check_in", _("Checked in")
    UNDO = "undo", _("Check-in taken back")
    WALK_IN = "walk_in", _("Came without registering")


class DoorOutcome(models.TextChoices):
    """What became of a tap at the door."""

    DONE = "done", _("Recorded")
    # The list stood so already, perhaps by another device.
    ALREADY = "already", _("Recorded before")
    # Somebody did something else about this person later, while this device had no network.
    OVERTAKEN = "overtaken", _("Something later counts")
    # The same tap was sent twice.
    REPEATED = "repeated", _("Recorded before")
    # Nobody of this session, or a mode that it does not have.
    REFUSED = "refused", _("Not recorded")


class ListOrigin(models.TextChoices):
    ZOOM = "zoom", "Zoom"
    TEAMS = "teams", "Microsoft Teams"
    OTHER = "other", _("Another list")


class Consent(models.TextChoices):
    """Whether somebody's words may be printed in a report, asked apart from everything else."""

    NONE = "none", _("Not to be quoted")
    ANONYMOUS = "anonymous", _("May be quoted without a name")
    COMPANY = "company", _("May be quoted with the name of the company")


class QuestionKind(models.TextChoices):
    SCALE = "scale", _("Scale from 1 to 5")
    CHOICE = "choice", _("One of several")
    TEXT = "text", _("Own words")


class RemarkKind(models.TextChoices):
    """What was said at a closing meeting after a company had presented."""

    QUESTION = "question", _("Question")
    ANSWER = "answer", _("Answer")
    COMMENT = "comment", _("Comment")


class MailingAsk(models.TextChoices):
    """What a mailing of the secretariat asks for."""

    POLICY = "policy", pgettext_lazy("reminder", "Policy not submitted yet")
    REGISTRATION = "registration", pgettext_lazy("reminder", "Nobody registered for a session")
    CONSULTATION = "consultation", pgettext_lazy("reminder", "No consultation booked")
    MILESTONE = "milestone", pgettext_lazy("reminder", "A milestone is overdue")


class Tone(models.TextChoices):
    POLITE = "polite", pgettext_lazy("tone", "Polite: a first reminder")
    NORMAL = "normal", pgettext_lazy("tone", "Normal: a second reminder")
    LAST = "last", pgettext_lazy("tone", "Last: before the matter is closed")


class LetterOutcome(models.TextChoices):
    """How far a letter of a mailing is on the portal's side; what the mail server says is known by its mail."""

    WAITING = "waiting", pgettext_lazy("letter", "Not written yet")
    WRITTEN = "written", pgettext_lazy("letter", "Handed to the post")
    CALLED_OFF = "called_off", pgettext_lazy("letter", "Called off")
    CLOSED = "closed", pgettext_lazy("letter", "The account is closed")


class NoticeAudience(models.TextChoices):
    COMPANIES = "companies", pgettext_lazy("audience", "All companies")
    ADVISERS = "advisers", pgettext_lazy("audience", "All advisers")
    ALL = "all", pgettext_lazy("audience", "Companies and advisers")
