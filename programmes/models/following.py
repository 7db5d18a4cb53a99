"""How the secretariat follows a company through the year: who sees to it, longer deadlines, and a memo of its own."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from companies.models import Company

from .programme import Enrolment, MilestoneKind, Programme, Seat, records_visible_to


class LastingQuerySet(models.QuerySet):
    """Rows that hold from a day on, until the day on which another took their place."""

    def as_of(self, day):
        """Those that hold on `day`. What began and ended on one day held on none."""
        return self.filter(Q(until_on__isnull=True) | Q(until_on__gt=day), since_on__lte=day)

    def standing(self):
        return self.filter(until_on__isnull=True)

    def visible_to(self, user):
        return self.filter(records_visible_to(user))


class Charge(IdentifiedModel):
    """Who of the secretariat sees to a company in this programme, since when. Its people and advisers may know it."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="charges")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="charges")
    since_on = models.DateField(_("since"))
    until_on = models.DateField(_("until"), null=True, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = LastingQuerySet.as_manager()

    class Meta:
        verbose_name = _("person in charge")
        verbose_name_plural = _("people in charge")
        ordering = ["since_on", "recorded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(until_on__isnull=True), name="programmes_charge_one_open"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("since_on")), name="programmes_charge_in_order"
            ),
        ]

    def __str__(self):
        return f"{self.seat_id} {self.enrolment_id}"


class Extension(IdentifiedModel):
    """Another deadline of one company for one milestone, granted on a day and for a reason.

    It holds from the day it was granted: an earlier as-of date knows nothing of it. Written once; the next one, or
    taking it back, ends it.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="extensions")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    kind = models.ForeignKey(MilestoneKind, on_delete=models.PROTECT, related_name="extensions")
    due_on = models.DateField(_("due on"))
    reason = models.CharField(_("reason"), max_length=300)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since_on = models.DateField(_("granted on"))
    until_on = models.DateField(_("ended on"), null=True, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = LastingQuerySet.as_manager()

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["since_on", "recorded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "kind"], condition=Q(until_on__isnull=True), name="programmes_extension_one_open"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("since_on")),
                name="programmes_extension_in_order",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="programmes_extension_has_a_reason"),
        ]
        indexes = [models.Index(fields=["programme", "kind"], name="programmes_extension_kind")]

    def __str__(self):
        return f"{self.kind_id} {self.due_on}"


class MemoSaveQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The secretariat of the programme alone: neither the company nor its advisers."""
        return self.filter(programme__in=Programme.objects.managed_by(user))

    def standing(self):
        """Without those that lost to somebody else's text and were never taken over."""
        return self.filter(is_beside=False)


class MemoSave(IdentifiedModel):
    """A text of the secretariat's memo on a company as somebody saved it. Append-only: the last that is not beside stands."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="memo_saves")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField(_("number"))
    text = models.TextField(_("memo"), blank=True)
    # True where somebody else had saved meanwhile: kept to be read and taken over by hand, never shown as the memo.
    is_beside = models.BooleanField(default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    objects = MemoSaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("memo")
        verbose_name_plural = _("memos")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "number"], name="programmes_memosave_number_once"),
        ]

    def __str__(self):
        return str(self.number)
