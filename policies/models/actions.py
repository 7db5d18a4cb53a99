"""What the company was advised to do and what it answered: one table for reviews, consultations and what comes later."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from companies.models import Company, Person
from policies.enums import ActionSource, ActionState
from programmes.models import Enrolment, Programme

from .records import Cycle
from .tenancy import ContentQuerySet


class ActionItemQuerySet(ContentQuerySet):
    def open(self):
        return self.filter(state=ActionState.OPEN)


class ActionItem(IdentifiedModel):
    """One piece of advice or one task, with the company's answer to it. Nothing in it is a draft: it was returned."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="action_items")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    # The cycle it is about; a task from a consultation may be about none.
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, null=True, blank=True, related_name="action_items")
    source = models.CharField(max_length=15, choices=ActionSource)
    source_id = models.UUIDField()
    section_code = models.CharField(max_length=30, blank=True)
    requirement = models.CharField(max_length=40, blank=True)
    text = models.TextField(_("advice"), max_length=5_000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="action_items")
    due_on = models.DateField(_("due on"), null=True, blank=True)
    state = models.CharField(max_length=10, choices=ActionState, default=ActionState.OPEN)
    answer = models.TextField(_("answer"), max_length=5_000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("action item")
        verbose_name_plural = _("action items")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id", "requirement"], name="policies_actionitem_once"),
            models.CheckConstraint(condition=Q(state__in=ActionState.values), name="policies_actionitem_state"),
        ]
        indexes = [models.Index(fields=["company", "state"], name="policies_actionitem_state")]

    def __str__(self):
        return str(self.pk)
