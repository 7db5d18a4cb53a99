"""What one adviser tells the next about a company."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from companies.enums import AccessKind
from companies.models import Access, Company
from programmes.models import Assignment, Programme


class HandOverNoteQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the company's assigned advisers, and nobody else: neither the company nor the secretariat."""
        return self.filter(company__in=Access.objects.of(user, AccessKind.ADVISER).company_ids())


class HandOverNote(IdentifiedModel):
    """A note of an assigned adviser for whoever advises the company beside or after them."""

    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="hand_over_note")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("hand-over note"), max_length=4000)
    written_at = models.DateTimeField(auto_now=True)

    objects = HandOverNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("hand-over note")
        verbose_name_plural = _("hand-over notes")

    def __str__(self):
        return str(self.assignment_id)
