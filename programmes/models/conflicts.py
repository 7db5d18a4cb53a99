"""For whom an adviser may not work."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from companies.models import Company

from .programme import Programme, Seat


class ConflictQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An adviser's own, and all for those who run the programme; the company is not told."""
        own = Q(seat__user_id=user.pk, seat__ended_at__isnull=True)
        return self.filter(own | Q(programme__in=Programme.objects.managed_by(user)))

    def standing(self):
        return self.filter(withdrawn_at__isnull=True)


class Conflict(IdentifiedModel):
    """A conflict of interest that an adviser declared, as one who is retained by the company or by its buyer."""

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="conflicts")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    declared_at = models.DateTimeField(default=timezone.now)
    declared_by_id = models.UUIDField()
    withdrawn_at = models.DateTimeField(null=True)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "company"], condition=Q(withdrawn_at__isnull=True), name="programmes_conflict_once"
            ),
        ]

    def __str__(self):
        return f"{self.seat_id} {self.company_id}"
