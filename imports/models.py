"""Uploaded workbooks, and what each row said when it was last imported."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from common.models import IdentifiedModel, in_language
from jobs.models import Job, StoredFile
from programmes.models import Programme


class ImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own uploads while they belong to no programme; those of a programme to its secretariat."""
        return self.filter(
            Q(programme__isnull=True, uploaded_by_id=user.pk) | Q(programme__in=Programme.objects.managed_by(user))
        )

    def for_list(self):
        """Without the long columns."""
        return self.defer("findings", "plan").select_related("uploaded_by")


class Import(IdentifiedModel):
    """One workbook on its way: uploaded, checked, confirmed, registered. Nothing else is written before the last step."""

    class Stage(models.TextChoices):
        """Where it stands, computed from its times; never stored."""

        UPLOADED = "uploaded", _("Being checked")
        REFUSED = "refused", _("Could not be read")
        FAULTY = "faulty", _("To be corrected")
        CHECKED = "checked", _("Checked, not registered yet")
        CONFIRMED = "confirmed", _("Being registered")
        APPLIED = "applied", pgettext_lazy("import", "Registered")

    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="imports")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    file_name = models.CharField(max_length=200)
    # The uploader's alone until the programme is known; then a copy that the programme's secretariat may read.
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    # Known when the file has been read and its programme is the uploader's; else when it is registered.
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, null=True, related_name="imports")
    check_job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    apply_job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")

    checked_at = models.DateTimeField(null=True)
    # As the workbook names it.
    programme_code = models.CharField(max_length=50, blank=True)
    name_ja = models.CharField(max_length=200, blank=True)
    name_en = models.CharField(max_length=200, blank=True)
    # Why it was not read at all: a code of `importing.reading.messages` and its parameters.
    refusal = models.CharField(max_length=40, blank=True)
    refusal_params = models.JSONField(default=dict)
    error_count = models.PositiveIntegerField(default=0)
    gap_count = models.PositiveIntegerField(default=0)
    notice_count = models.PositiveIntegerField(default=0)
    findings = models.JSONField(default=list)
    # What would change, as `importing.planning.Plan.as_json` gives it; after registering, what did.
    plan = models.JSONField(default=dict)
    annotated = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")

    confirmed_at = models.DateTimeField(null=True)
    # Conflicts in which the file wins, by their id; "all" for every one.
    taken = models.JSONField(default=list)
    applied_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-uploaded_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(programme__isnull=False, error_count=0, refusal=""),
                name="imports_import_applied_is_clean",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(checked_at__isnull=False, confirmed_at__gte=F("checked_at")),
                name="imports_import_confirmed_after_check",
            ),
        ]
        indexes = [models.Index(fields=["uploaded_by", "-uploaded_at"], name="imports_import_uploader")]

    def __str__(self):
        return self.file_name

    @property
    def name(self) -> str:
        """The programme's name as the workbook tells it; empty until it has been read."""
        return in_language(self, "name")

    @property
    def stage(self) -> "Import.Stage":
        if self.applied_at:
            return self.Stage.APPLIED
        if not self.checked_at:
            return self.Stage.UPLOADED
        if self.refusal:
            return self.Stage.REFUSED
        if self.error_count:
            return self.Stage.FAULTY
        return self.Stage.CONFIRMED if self.confirmed_at else self.Stage.CHECKED

    @property
    def can_be_confirmed(self) -> bool:
        return self.stage == self.Stage.CHECKED


class ImportedRow(IdentifiedModel):
    """What a row of a sheet said when it was last imported: the third party of every comparison."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="imported_rows")
    sheet = models.CharField(max_length=20)
    key = models.CharField(max_length=500)
    values = models.JSONField()

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        constraints = [
            models.UniqueConstraint(fields=["programme", "sheet", "key"], name="imports_importedrow_once"),
        ]

    def __str__(self):
        return f"{self.sheet} {self.key}"
