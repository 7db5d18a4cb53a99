"""What people said after a session."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from companies.enums import AccessKind
from companies.models import Company, Person

from .programme import Programme, records_visible_to
from .sessions import Session


class FeedbackQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A company's own and, for the secretariat, those of its programmes; never the advisers."""
        return self.filter(records_visible_to(user, AccessKind.MEMBER))

    def quotable(self):
        return self.filter(is_quotable=True)


class Feedback(IdentifiedModel):
    """What a person said after a session, and whether it may be quoted without a name."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="feedback")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="feedback")
    comment_ja = models.TextField(_("comment (Japanese)"), blank=True, max_length=2000)
    comment_en = models.TextField(_("comment (English)"), blank=True, max_length=2000)
    is_quotable = models.BooleanField(_("may be quoted"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["session", "created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "person"], name="programmes_feedback_once"),
            models.CheckConstraint(
                condition=~Q(comment_ja="") | ~Q(comment_en=""), name="programmes_feedback_has_text"
            ),
        ]

    def __str__(self):
        return f"{self.session_id} {self.person_id}"
