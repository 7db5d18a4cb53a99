"""A report that somebody asked for: what it is of, the figures it was made from, and the files that came of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from jobs.models import Job, StoredFile
from programmes.models import Programme
from reports.enums import Edition, Language

from .builder import ReportDraft

MAX_PLANS = 4000


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Reports of the programmes whose secretariat the person belongs to."""
        return self.filter(programme__in=Programme.objects.managed_by(user))

    def ready(self):
        return self.filter(pdf__isnull=False)


class Report(IdentifiedModel):
    """One edition in one language as of one day. Its job says how far it is; its figures never change once frozen."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="reports")
    language = models.CharField(_("language"), max_length=2, choices=Language)
    edition = models.CharField(_("edition"), max_length=10, choices=Edition, default=Edition.PUBLIC)
    as_of = models.DateField(_("figures as of"))
    # What the secretariat writes about the future, in the report's language. Blank lines part paragraphs.
    plans = models.TextField(_("future plans"), blank=True, max_length=MAX_PLANS)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="report")
    created_at = models.DateTimeField(auto_now_add=True)

    # What people had written when the report was asked for: see `queries.blocks`. Its figures are then the draft's.
    draft = models.ForeignKey(ReportDraft, on_delete=models.SET_NULL, null=True, blank=True, related_name="reports")
    written = models.JSONField(null=True)

    figures = models.JSONField(null=True)
    figures_sha256 = models.CharField(max_length=64, blank=True)
    # Fingerprint of figures, language, edition, plans and the look: equal keys, equal files.
    content_key = models.CharField(max_length=64, blank=True)
    pdf = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    sheet = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(language__in=Language.values), name="reports_report_language"),
            models.CheckConstraint(condition=Q(edition__in=Edition.values), name="reports_report_edition"),
            models.CheckConstraint(
                condition=Q(pdf__isnull=True) | (Q(sheet__isnull=False, figures__isnull=False) & ~Q(content_key="")),
                name="reports_report_whole_when_ready",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "-created_at"], name="reports_report_latest"),
            models.Index(fields=["programme", "content_key"], name="reports_report_content"),
        ]

    def __str__(self):
        return f"{self.programme_id} {self.language} {self.edition} {self.as_of}"

    @property
    def is_ready(self) -> bool:
        return self.pdf_id is not None
