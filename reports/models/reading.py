"""The reading round: readers from outside look at a report before it is issued, and say block by block what they think."""

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from programmes.models import Programme
from reports.enums import Language, Verdict

from .reports import Report

MAX_COMMENT = 2000


class ReadingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Readers and what they said: the secretariat's alone."""
        return self.filter(programme__in=Programme.objects.managed_by(user))


class ReportReaderQuerySet(ReadingQuerySet):
    def with_counts(self):
        """Annotate `said`: how many blocks a reader commented on."""
        return self.annotate(said=Count("comments", filter=~Q(comments__text="")))


class ReportReader(IdentifiedModel):
    """Somebody who was sent a link to a report that is not issued yet. The link's word is kept as its hash alone."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="readers")
    name = models.CharField(_("name"), max_length=100)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail address"))
    # In which they are written to; the report has its own.
    language = models.CharField(_("language"), max_length=2, choices=Language)
    token_hash = models.CharField(max_length=64, unique=True)
    due_on = models.DateField(_("by when"))
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    reason = models.TextField(blank=True, max_length=MAX_COMMENT)

    objects = ReportReaderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reader of a report")
        verbose_name_plural = _("readers of reports")
        ordering = ["invited_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(language__in=Language.values), name="reports_reader_language"),
            models.CheckConstraint(condition=Q(verdict__in=["", *Verdict.values]), name="reports_reader_verdict"),
            models.CheckConstraint(condition=~Q(verdict="differs") | ~Q(reason=""), name="reports_reader_says_why"),
            models.UniqueConstraint(
                fields=["report", "email"], condition=Q(revoked_at=None), name="reports_reader_one_link"
            ),
        ]

    def __str__(self):
        return self.name


class ReadingComment(IdentifiedModel):
    """What a reader says of one block. Empty where they took it back."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    reader = models.ForeignKey(ReportReader, on_delete=models.CASCADE, related_name="comments")
    # The place in the report and its heading as the reader saw it.
    block = models.CharField(max_length=100)
    heading = models.CharField(max_length=300)
    text = models.TextField(blank=True, max_length=MAX_COMMENT)
    written_at = models.DateTimeField()

    objects = ReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment of a reader")
        verbose_name_plural = _("comments of readers")
        ordering = ["written_at", "id"]
        constraints = [models.UniqueConstraint(fields=["reader", "block"], name="reports_readingcomment_once")]

    def __str__(self):
        return f"{self.reader_id} {self.block}"
