"""What a company may have, and why it has more or less than the programme grants."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from companies.models import Company
from consultations.enums import EntryKind
from programmes.models import Enrolment, Programme, records_visible_to


class LedgerEntryQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(records_visible_to(user))


class LedgerEntry(IdentifiedModel):
    """An extra consultation or a forfeited one, with its reason. Append-only; a mistake is put right by its opposite."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="ledger_entries")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=EntryKind)
    reason = models.CharField(_("reason"), max_length=300)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by_id = models.UUIDField()

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the ledger")
        verbose_name_plural = _("entries of the ledger")
        ordering = ["recorded_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="consultations_ledgerentry_kind"),
            models.CheckConstraint(condition=~Q(reason=""), name="consultations_ledgerentry_has_reason"),
        ]

    def __str__(self):
        return f"{self.kind} {self.enrolment_id}"


class SlotWish(IdentifiedModel):
    """No time suited a company: what it wrote about when it could, for the secretariat to arrange."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="slot_wishes")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(_("when you could"), max_length=500)
    method = models.CharField(_("method"), max_length=10, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by_id = models.UUIDField()
    settled_at = models.DateTimeField(null=True)

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("wish for another time")
        verbose_name_plural = _("wishes for another time")
        ordering = ["created_at"]

    def __str__(self):
        return str(self.enrolment_id)
