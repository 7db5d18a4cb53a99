"""A round of consultations that the secretariat proposes, adjusts and sends."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from companies.models import Company
from consultations.enums import RoundState
from programmes.enums import Mode
from programmes.models import Enrolment, Programme, Seat


class RoundQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(programme__in=Programme.objects.managed_by(user))


class Round(IdentifiedModel):
    """The first, second … consultation of all companies, within some weeks."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField(_("number"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    state = models.CharField(max_length=6, choices=RoundState, default=RoundState.DRAFT, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["programme", "number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="consultations_round_once"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="consultations_round_in_order"),
        ]

    def __str__(self):
        return str(self.number)


class Offer(IdentifiedModel):
    """What a round proposes for one company, or why nothing could be proposed. Nobody but the secretariat sees it."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="offers")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="offers")
    adviser = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="offers")
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    method = models.CharField(max_length=10, choices=Mode, blank=True)
    # A code of why there is none: no_adviser, no_time, conflict, used_up.
    problem = models.CharField(max_length=12, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed consultation")
        verbose_name_plural = _("proposed consultations")
        ordering = ["enrolment__code"]
        constraints = [
            models.UniqueConstraint(fields=["round", "enrolment"], name="consultations_offer_once"),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True, ends_at__isnull=True, adviser__isnull=True)
                | Q(starts_at__isnull=False, ends_at__isnull=False, adviser__isnull=False, problem=""),
                name="consultations_offer_whole",
            ),
        ]

    def __str__(self):
        return str(self.enrolment_id)
