"""A report that was given out under a number: both languages, as they were, for good."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from programmes.enums import Consent
from programmes.models import Programme, QuoteUse
from reports.enums import Edition

from .reports import Report

MAX_NOTE = 300

# A permission that does not hold any more: taken back, or narrowed so that the company may not be named.
TAKEN_BACK = (
    Q(feedback__consent=Consent.NONE)
    | Q(feedback__consent=Consent.ANONYMOUS, feedback__consent_changed_at__gt=F("used_at"))
    | Q(remark__withdrawn_on__isnull=False)
    | Q(remark__isnull=False, remark__permitted_on__isnull=True)
)


class IssuedReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Issues of the programmes whose secretariat the person belongs to."""
        return self.filter(programme__in=Programme.objects.managed_by(user))

    def with_permissions(self):
        """Annotate `lost_permission`: somebody whose words an issue prints does not permit it any more."""
        uses = QuoteUse.objects.filter(TAKEN_BACK).filter(
            Q(report_id=OuterRef("report_ja_id")) | Q(report_id=OuterRef("report_en_id"))
        )
        return self.annotate(lost_permission=Exists(uses))


class IssuedReport(IdentifiedModel):
    """One number, two files and their sheets. The database lets nothing of it change but that it was withdrawn.

    Numbers of a programme follow one another without a gap; a correction is a number of its own that replaces another.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="issued_reports")
    sequence = models.PositiveIntegerField()
    # As it is quoted: SPP-2024-01. Kept, because the programme's code could be corrected later.
    number = models.CharField(_("number"), max_length=60, unique=True)
    edition = models.CharField(_("edition"), max_length=10, choices=Edition)
    as_of = models.DateField(_("figures as of"))
    figures_sha256 = models.CharField(max_length=64)
    report_ja = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="+")
    report_en = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="+")
    pdf_ja_sha256 = models.CharField(max_length=64)
    pdf_en_sha256 = models.CharField(max_length=64)
    sheet_ja_sha256 = models.CharField(max_length=64)
    sheet_en_sha256 = models.CharField(max_length=64)
    note = models.CharField(_("what it is"), max_length=MAX_NOTE)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replacement")
    correction = models.CharField(_("what was corrected"), max_length=MAX_NOTE, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawal = models.CharField(_("why it was withdrawn"), max_length=MAX_NOTE, blank=True)

    objects = IssuedReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("issued report")
        verbose_name_plural = _("issued reports")
        ordering = ["-sequence"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "sequence"], name="reports_issuedreport_sequence"),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="reports_issuedreport_from_one"),
            models.CheckConstraint(condition=Q(edition__in=Edition.values), name="reports_issuedreport_edition"),
            models.CheckConstraint(condition=~Q(note=""), name="reports_issuedreport_has_note"),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True, correction="") | (Q(replaces__isnull=False) & ~Q(correction="")),
                name="reports_issuedreport_correction_said",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawal="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawal="")),
                name="reports_issuedreport_withdrawal_said",
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def report_ids(self) -> tuple:
        return (self.report_ja_id, self.report_en_id)
