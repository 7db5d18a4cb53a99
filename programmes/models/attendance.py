"""Who takes part in a session, as planned and as it came."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from companies.models import Company, Person
from programmes.enums import Mode

from .programme import Programme, records_visible_to
from .sessions import Session


class AttendanceQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(records_visible_to(user))

    def present(self):
        return self.filter(attended=True)


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
        ]

    def __str__(self):
        return f"{self.session_id} {self.person_id}"
