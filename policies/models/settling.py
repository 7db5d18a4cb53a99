"""What became of texts that came too late."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from policies.enums import Settlement

from .tenancy import ContentQuerySet, OfCycle
from .texts import ParagraphSave


class SettledSave(OfCycle):
    """Somebody looked at a text that came too late beside the one that stands, and chose. Append-only."""

    save_of = models.OneToOneField(ParagraphSave, on_delete=models.CASCADE, related_name="settled")
    choice = models.CharField(max_length=6, choices=Settlement)
    settled_by_id = models.UUIDField()
    settled_at = models.DateTimeField(auto_now_add=True)

    objects = ContentQuerySet.as_manager()

    class Meta:
        verbose_name = _("settled save")
        verbose_name_plural = _("settled saves")
        constraints = [
            models.CheckConstraint(condition=models.Q(choice__in=Settlement.values), name="policies_settledsave_choice")
        ]

    def __str__(self):
        return f"{self.save_of_id} {self.choice}"
