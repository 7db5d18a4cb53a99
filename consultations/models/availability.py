"""When advisers have time, and for whom they may not work."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from programmes.enums import Method
from programmes.models import Assignment, Programme, Seat


class AdviserRowQuerySet(models.QuerySet):
    """Rows of advisers: their own, the secretariat's, and those of the advisers assigned to one's company.

    Row-level security draws the same line (migration 0006), by the assignments that somebody may see.
    """

    def visible_to(self, user):
        own = Q(seat__user_id=user.pk, seat__ended_at__isnull=True)
        managed = Q(programme__in=Programme.objects.managed_by(user))
        return self.filter(own | managed | Q(seat__in=Assignment.objects.visible_to(user).values("adviser")))


class Practice(IdentifiedModel):
    """How an adviser gives consultations: pauses, notice, and where."""

    seat = models.OneToOneField(Seat, on_delete=models.CASCADE, related_name="practice")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    pause_minutes = models.PositiveSmallIntegerField(_("pause after a consultation (minutes)"), default=15)
    # Business days between today and the first day that can be booked; a company can cancel until then, 17:00.
    notice_days = models.PositiveSmallIntegerField(_("notice (business days)"), default=2)
    most_a_day = models.PositiveSmallIntegerField(_("most consultations a day"), default=4)
    works_on_holidays = models.BooleanField(_("also on public holidays"), default=False)
    meeting_url = models.URLField(_("joining link"), max_length=500, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    # What a proposal goes by: a prefecture, and the languages in which somebody advises.
    region = models.CharField(_("prefecture"), max_length=50, blank=True)
    speaks_english = models.BooleanField(_("also advises in English"), default=False)

    objects = AdviserRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("practice")
        verbose_name_plural = _("practices")
        constraints = [
            models.CheckConstraint(
                condition=Q(pause_minutes__lte=240, notice_days__lte=30, most_a_day__gte=1, most_a_day__lte=20),
                name="consultations_practice_bounds",
            ),
        ]

    def __str__(self):
        return str(self.seat_id)


class WeeklyHours(IdentifiedModel):
    """A time of every week in which an adviser can be booked, Asia/Tokyo."""

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="weekly_hours")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField(_("day of the week"))  # 0 is Monday
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))
    method = models.CharField(_("method"), max_length=10, choices=Method, default=Method.ONLINE)

    objects = AdviserRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("weekly hours")
        verbose_name_plural = _("weekly hours")
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="consultations_weeklyhours_in_order"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="consultations_weeklyhours_weekday"),
        ]

    def __str__(self):
        return f"{self.weekday} {self.starts:%H:%M}"


class DayException(IdentifiedModel):
    """A day that differs from the week: closed, or open at other times. Several open times of a day are several rows."""

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="day_exceptions")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    on = models.DateField(_("day"))
    # Both empty: closed all day.
    starts = models.TimeField(_("from"), null=True, blank=True)
    ends = models.TimeField(_("until"), null=True, blank=True)
    method = models.CharField(_("method"), max_length=10, choices=Method, default=Method.ONLINE)

    objects = AdviserRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        ordering = ["on", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts__isnull=True, ends__isnull=True)
                | Q(starts__isnull=False, ends__isnull=False, ends__gt=F("starts")),
                name="consultations_dayexception_in_order",
            ),
        ]

    def __str__(self):
        return f"{self.on}"

    @property
    def is_closed(self) -> bool:
        return self.starts is None


class Absence(IdentifiedModel):
    """Days on which an adviser is away, and who stands in; the stand-in needs an assignment to be booked."""

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="absences")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    stand_in = models.ForeignKey(
        Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("stand-in")
    )

    objects = AdviserRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="consultations_absence_in_order"),
            models.CheckConstraint(
                condition=Q(stand_in__isnull=True) | ~Q(stand_in=F("seat")), name="consultations_absence_by_another"
            ),
        ]

    def __str__(self):
        return f"{self.starts_on} {self.ends_on}"
