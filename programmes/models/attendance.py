"""Who takes part in a session, as planned and as it came."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from companies.models import Company, Person
from jobs.models import StoredFile
from programmes.enums import DoorDeed, ListOrigin, Mode, Registration, Source

from .programme import Programme, records_visible_to
from .sessions import Session


class AttendanceQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(records_visible_to(user))

    def present(self):
        return self.filter(attended=True)

    def registered(self):
        """Who has a place: neither waiting nor withdrawn nor excused."""
        return self.filter(registration=Registration.REGISTERED)

    def waiting(self):
        """Who waits for a place, the first first."""
        return self.filter(registration=Registration.WAITING).order_by("waiting_since", "pk")


class Attendance(IdentifiedModel):
    """A person at a session: the mode they planned, whether they came, and how."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="attendances")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="attendances")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="attendances")
    planned_mode = models.CharField(_("planned mode"), max_length=10, choices=Mode)
    # Empty until the session: null is "not known yet", true and false are what happened.
    attended = models.BooleanField(_("attended"), null=True)
    actual_mode = models.CharField(_("actual mode"), max_length=10, choices=Mode, blank=True)
    registration = models.CharField(
        _("registration"), max_length=12, choices=Registration, default=Registration.REGISTERED
    )
    source = models.CharField(max_length=12, choices=Source, default=Source.IMPORT, editable=False)
    registered_at = models.DateTimeField(default=timezone.now, editable=False)
    # The order of the waiting list; empty for who does not wait.
    waiting_since = models.DateTimeField(null=True, editable=False)
    # Comes in this person's stead, who sent an apology.
    deputy_for = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("in place of")
    )
    # Why somebody does not come.
    apology = models.CharField(_("reason"), max_length=300, blank=True)
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    is_late = models.BooleanField(_("came late"), default=False)
    left_early = models.BooleanField(_("left early"), default=False)
    # How long somebody was in the online meeting, from its own list; empty where no list says so.
    minutes_online = models.PositiveIntegerField(_("minutes online"), null=True, blank=True)
    # Why a person decided by hand what no list says.
    note = models.CharField(_("reason for the entry by hand"), max_length=300, blank=True)
    # Rises with every change of the registration; with the session's own it makes the SEQUENCE of the calendar entry.
    sequence = models.PositiveIntegerField(default=0, editable=False)
    # Written by the database at every change, so that a list at the door can ask what is new.
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        constraints = [
            models.UniqueConstraint(fields=["session", "person"], name="programmes_attendance_once"),
            models.CheckConstraint(
                # A condition that comes out as null is not refused, so null is asked about wherever it may stand.
                condition=(Q(attended=True, attended__isnull=False) & ~Q(actual_mode=""))
                | (Q(attended__isnull=True) & Q(actual_mode=""))
                | (Q(attended=False, attended__isnull=False) & Q(actual_mode="")),
                name="programmes_attendance_mode_when_present",
            ),
            models.CheckConstraint(
                condition=Q(registration__in=Registration.values), name="programmes_attendance_registration"
            ),
            models.CheckConstraint(
                condition=Q(attended__isnull=True) | Q(attended=False) | Q(registration=Registration.REGISTERED),
                name="programmes_attendance_present_has_a_place",
            ),
            models.CheckConstraint(
                condition=Q(registration=Registration.WAITING, waiting_since__isnull=False)
                | (~Q(registration=Registration.WAITING) & Q(waiting_since__isnull=True)),
                name="programmes_attendance_waits_since",
            ),
            models.CheckConstraint(
                condition=Q(attended=True, attended__isnull=False) | Q(is_late=False, left_early=False),
                name="programmes_attendance_late_when_present",
            ),
        ]
        indexes = [models.Index(fields=["session", "changed_at"], name="programmes_attendance_changed")]

    def __str__(self):
        return f"{self.session_id} {self.person_id}"

    @property
    def standing(self) -> str:
        """Return a key of `common.components.STATUSES`: what is to be said of this person and the session.

        attended, came_late, left_early, missed, apologised, cancelled, waiting, or planned while nobody knows.
        """
        if self.attended:
            return "came_late" if self.is_late else "left_early" if self.left_early else "attended"
        if self.registration != Registration.REGISTERED:
            return str(self.registration)
        return "planned" if self.attended is None else "missed"


class DoorOperationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(programme__in=Programme.objects.managed_by(user))


class DoorOperation(models.Model):
    """One tap at the door. Its id comes from the device that sent it, so that a tap sent twice counts once. Append-only."""

    id = models.UUIDField(primary_key=True)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="door_operations")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    attendance = models.ForeignKey(Attendance, on_delete=models.CASCADE, null=True, related_name="door_operations")
    deed = models.CharField(max_length=10, choices=DoorDeed)
    mode = models.CharField(max_length=10, choices=Mode, blank=True)
    # By the device's clock, set right where that was far off; `recorded_at` is the portal's.
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by_id = models.UUIDField()
    # False where the list already stood so, or another device came first.
    changed = models.BooleanField(default=True)
    # How the row stood before somebody was checked in, so that it can be taken back: see `services.door`.
    before = models.JSONField(default=dict)

    objects = DoorOperationQuerySet.as_manager()

    class Meta:
        verbose_name = _("operation at the door")
        verbose_name_plural = _("operations at the door")
        ordering = ["recorded_at"]
        indexes = [models.Index(fields=["session", "recorded_at"], name="programmes_door_session")]

    def __str__(self):
        return f"{self.deed} {self.pk}"


class OnlineListQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(programme__in=Programme.objects.managed_by(user))


class OnlineList(IdentifiedModel):
    """The list of an online meeting as it was uploaded, what each line is taken for, and when that was confirmed."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="online_lists")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    origin = models.CharField(max_length=10, choices=ListOrigin)
    name = models.CharField(_("file"), max_length=150)
    encoding = models.CharField(max_length=20)
    online_share = models.PositiveSmallIntegerField(_("minimum share online (%)"))
    # People as the list has them, several joins of one merged: `programmes.importing.online` says which keys.
    entries = models.JSONField(default=list)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    uploaded_by_id = models.UUIDField()
    confirmed_at = models.DateTimeField(null=True)

    objects = OnlineListQuerySet.as_manager()

    class Meta:
        verbose_name = _("list of an online meeting")
        verbose_name_plural = _("lists of online meetings")
        ordering = ["-uploaded_at"]

    def __str__(self):
        return self.name


class CertificateQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(records_visible_to(user))

    def valid(self):
        return self.filter(revoked_at__isnull=True)


class Certificate(IdentifiedModel):
    """That a person took part in a session, as printed, with a code by which anybody can verify it."""

    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="certificates")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="certificates")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    # At least 128 bits of chance, in letters that are not mistaken for each other on paper.
    code = models.CharField(max_length=40, unique=True)
    # What is printed, in both languages, as on the day of issue.
    content = models.JSONField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(auto_now_add=True)
    issued_by_id = models.UUIDField()
    revoked_at = models.DateTimeField(null=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate of attendance")
        verbose_name_plural = _("certificates of attendance")
        ordering = ["issued_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["attendance"], condition=Q(revoked_at__isnull=True), name="programmes_certificate_one_valid"
            )
        ]

    def __str__(self):
        return self.code


class CalendarFeedQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user_id=user.pk)


class CalendarFeed(IdentifiedModel):
    """A person's own calendar address. Only the hash of its token is kept; a new address ends the old one."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="calendar_feeds")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at__isnull=True), name="programmes_calendarfeed_one"
            )
        ]

    def __str__(self):
        return str(self.pk)
