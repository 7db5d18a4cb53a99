"""Individual consultations: who, when, what came of it. Booking screens and minutes come with their own work."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from companies.models import Company
from consultations.enums import State
from policies.models import Revision
from programmes.enums import Mode
from programmes.models import Enrolment, Programme, Seat, records_visible_to


class ConsultationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(records_visible_to(user))

    def held(self):
        return self.filter(state=State.HELD)


def _no_overlap(name: str, who: str) -> ExclusionConstraint:
    """Nobody is in two consultations at once; the database decides races, cancelled ones aside."""
    times = Func("starts_at", "ends_at", RangeBoundary(), function="TSTZRANGE", output_field=DateTimeRangeField())
    return ExclusionConstraint(
        name=name,
        expressions=[(who, RangeOperators.EQUAL), (times, RangeOperators.OVERLAPS)],
        condition=~Q(state=State.CANCELLED),
    )


class Consultation(IdentifiedModel):
    """One consultation of a company with its adviser."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="consultations")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="consultations")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="consultations")
    adviser = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="consultations")
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    method = models.CharField(_("method"), max_length=10, choices=Mode)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.BOOKED)
    # The draft as it was when this was booked; empty where nothing was written then. Its text has a door of its own.
    revision = models.ForeignKey(Revision, on_delete=models.SET_NULL, null=True, related_name="+", editable=False)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="consultations_ends_after_start"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="consultations_state"),
            _no_overlap("consultations_adviser_once", "adviser"),
            _no_overlap("consultations_company_once", "company"),
        ]
        indexes = [models.Index(fields=["programme", "starts_at"], name="consultations_programme_start")]

    def __str__(self):
        return f"{self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def minutes_long(self) -> int:
        """Length in minutes."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class MinutesQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(company__in=Company.objects.content_visible_to(user))


class Minutes(IdentifiedModel):
    """What was said, as far as the company and its advisers share it."""

    consultation = models.OneToOneField(Consultation, on_delete=models.CASCADE, related_name="minutes")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("minutes"), max_length=20000)
    written_at = models.DateTimeField(auto_now=True)

    objects = MinutesQuerySet.as_manager()

    class Meta:
        verbose_name = _("minutes")
        verbose_name_plural = _("minutes")

    def __str__(self):
        return str(self.consultation_id)


class PrivateNoteQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(author_id=user.pk, company__in=Company.objects.content_visible_to(user))


class PrivateNote(IdentifiedModel):
    """An adviser's own note on a consultation, which nobody else reads."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="private_notes")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("private note"), max_length=20000)
    written_at = models.DateTimeField(auto_now=True)

    objects = PrivateNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("private note")
        verbose_name_plural = _("private notes")
        constraints = [
            models.UniqueConstraint(fields=["consultation", "author"], name="consultations_privatenote_once"),
        ]

    def __str__(self):
        return str(self.consultation_id)
