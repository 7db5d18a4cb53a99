"""Questions of a company to the secretariat, answered where both see them; not advisers, and no other company."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from companies.enums import AccessKind
from companies.models import Company

from .programme import Programme, records_visible_to

MOST_TEXT = 4000


class EnquiryQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The company's own people and the secretariat of the programme."""
        return self.filter(records_visible_to(user, AccessKind.MEMBER))

    def waiting(self):
        """Where the company waits for an answer."""
        return self.filter(closed_at__isnull=True, is_answered=False)

    def answered(self):
        return self.filter(closed_at__isnull=True, is_answered=True)

    def closed(self):
        return self.filter(closed_at__isnull=False)


class Enquiry(IdentifiedModel):
    """A question and what was said about it. It is open, answered or closed, as its last word and its end say."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="enquiries")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="enquiries")
    subject = models.CharField(_("subject"), max_length=120)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    # The last word: when it was said, and whether the secretariat said it.
    said_at = models.DateTimeField()
    is_answered = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")
        ordering = ["-said_at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(subject=""), name="programmes_enquiry_has_a_subject")]
        indexes = [models.Index(fields=["programme", "said_at"], name="programmes_enquiry_said")]

    def __str__(self):
        return self.subject

    @property
    def standing(self) -> str:
        """Return one of open, answered, closed: words of `common.components.STATUSES`."""
        if self.closed_at:
            return "closed"
        return "answered" if self.is_answered else "open"


class EnquiryPostQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(records_visible_to(user, AccessKind.MEMBER))


class EnquiryPost(IdentifiedModel):
    """One word of an enquiry. Append-only."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="posts")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_answer = models.BooleanField(default=False)
    text = models.TextField(_("text"), max_length=MOST_TEXT)
    said_at = models.DateTimeField()

    objects = EnquiryPostQuerySet.as_manager()

    class Meta:
        verbose_name = _("word of an enquiry")
        verbose_name_plural = _("words of an enquiry")
        ordering = ["said_at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="programmes_enquirypost_has_a_text")]

    def __str__(self):
        return f"{self.enquiry_id} {self.pk}"
