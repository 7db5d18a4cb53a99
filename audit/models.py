"""The trail of who did what. Told by every app, knowing none: ids without foreign keys, append-only by grants."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel


class EventQuerySet(models.QuerySet):
    def of_company(self, company_id):
        return self.filter(company_id=company_id)


class Event(IdentifiedModel):
    """One deed: who, in which role, what, on which thing, of which company and programme."""

    at = models.DateTimeField(auto_now_add=True)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=200, blank=True)
    # Written by the database, which knows as whom the actor acts: manager, staff, adviser, secretariat, …
    acting_role = models.CharField(max_length=12, blank=True)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.UUIDField(null=True)
    object_label = models.CharField(max_length=200, blank=True)
    company_id = models.UUIDField(null=True)
    programme_id = models.UUIDField(null=True)
    # Counts, dates, states: never a text that somebody wrote.
    detail = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=32, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [
            models.Index(fields=["company_id", "-at"], name="audit_company_at"),
            models.Index(fields=["programme_id", "-at"], name="audit_programme_at"),
            models.Index(fields=["actor_id", "-at"], name="audit_actor_at"),
            models.Index(
                fields=["object_id", "-at"], name="audit_account_at", condition=models.Q(object_type="accounts.user")
            ),
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb}"
