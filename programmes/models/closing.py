"""The closing meeting: what each company presents, in which order, and what was asked and said."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from companies.models import Company
from jobs.models import StoredFile
from programmes.enums import RemarkKind

from .programme import Enrolment, Programme, records_visible_to
from .sessions import Session


class PresentationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(records_visible_to(user))


class Presentation(IdentifiedModel):
    """A company's three topics for the closing meeting, in the words and the language of the company."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="presentations")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="presentations")
    # Place in the running order; empty until the secretariat set it.
    order = models.PositiveSmallIntegerField(_("order"), null=True, blank=True)
    presenter = models.CharField(_("who presents"), max_length=100, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=[("ja", "日本語"), ("en", "English")], default="ja"
    )
    impressions = models.TextField(_("impressions and difficulties"), max_length=2000, blank=True)
    learned = models.TextField(_("what we learned"), max_length=2000, blank=True)
    next_steps = models.TextField(_("what comes next"), max_length=2000, blank=True)
    # Slides of the company's own; without them the portal draws some from the topics.
    slides = models.ForeignKey(StoredFile, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    TOPICS = ("impressions", "learned", "next_steps")

    objects = PresentationQuerySet.as_manager()

    class Meta:
        verbose_name = _("presentation")
        verbose_name_plural = _("presentations")
        ordering = ["order", "enrolment__code"]
        constraints = [
            models.UniqueConstraint(fields=["session", "enrolment"], name="programmes_presentation_once"),
        ]

    def __str__(self):
        return str(self.enrolment_id)

    @property
    def topics(self) -> int:
        """How many of the three topics say something."""
        return sum(bool(getattr(self, name).strip()) for name in self.TOPICS)


class MeetingRemarkQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(records_visible_to(user) | Q(programme__in=Programme.objects.visible_to(user), company=None))


class MeetingRemark(IdentifiedModel):
    """A question, an answer or a comment at the closing meeting, on one company's presentation or on all."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="meeting_remarks")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=RemarkKind)
    said_by = models.CharField(_("who said it"), max_length=200, blank=True)
    text = models.TextField(_("what was said"), max_length=2000)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MeetingRemarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("remark at the meeting")
        verbose_name_plural = _("remarks at the meeting")
        ordering = ["created_at", "id"]

    def __str__(self):
        return str(self.pk)
