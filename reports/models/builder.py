"""A report that is being written: its figures as they were read last, and what people put beside them, block by block."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from policies.enums import SaveOutcome
from programmes.models import Feedback, Photo, Programme, Remark
from reports.enums import BlockKind, Edition, Language

MAX_TEXT = 20_000
"""What the text of one block may hold in one language."""
MAX_REASON = 500


class BuilderQuerySet(models.QuerySet):
    """Rows of a draft: the secretariat's alone."""

    def visible_to(self, user):
        return self.filter(programme__in=Programme.objects.managed_by(user))


class ReportDraft(IdentifiedModel):
    """One edition as of one day on which people write; both languages are made from it."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="report_drafts")
    edition = models.CharField(_("edition"), max_length=10, choices=Edition, default=Edition.PUBLIC)
    as_of = models.DateField(_("figures as of"))
    # As `queries.report_figures` gives them, without what people said: their consents are asked anew each time.
    figures = models.JSONField()
    read_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = BuilderQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of a report")
        verbose_name_plural = _("drafts of reports")
        ordering = ["-created_at", "id"]
        indexes = [models.Index(fields=["programme", "-created_at"], name="reports_draft_latest")]
        constraints = [
            models.CheckConstraint(condition=Q(edition__in=Edition.values), name="reports_draft_edition"),
        ]

    def __str__(self):
        return f"{self.edition} {self.as_of}"


class OfDraft(IdentifiedModel):
    """A row of a draft; the programme says whose it is."""

    draft = models.ForeignKey(ReportDraft, on_delete=models.CASCADE, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")

    objects = BuilderQuerySet.as_manager()

    class Meta:
        abstract = True


class DraftBlock(OfDraft):
    """A part of the report. What it is by itself follows from the figures; here is only what people changed of it."""

    # "outline.results", "summary.MS1": see `queries.blocks`.
    key = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=BlockKind)
    # Quotes and photographs: whether people chose them; texts say so for each language.
    is_chosen = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("block of a report")
        verbose_name_plural = _("blocks of reports")
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "key"], name="reports_block_once"),
            models.CheckConstraint(condition=Q(kind__in=BlockKind.values), name="reports_block_kind"),
        ]

    def __str__(self):
        return self.key


class BlockText(OfDraft):
    """What somebody wrote in place of the portal's sentences. `rev` rises by one with every change."""

    block = models.ForeignKey(DraftBlock, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=2, choices=Language)
    text = models.TextField(blank=True, max_length=MAX_TEXT)
    rev = models.PositiveIntegerField(default=0)
    is_edited = models.BooleanField(default=False)
    # The portal's own sentences at the last edit: other ones today mean that somebody should look again.
    automatic = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("text of a block")
        verbose_name_plural = _("texts of blocks")
        constraints = [
            models.UniqueConstraint(fields=["block", "language"], name="reports_blocktext_once"),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="reports_blocktext_language"),
        ]

    def __str__(self):
        return f"{self.block_id} {self.language} {self.rev}"


class BlockSave(OfDraft):
    """One text that reached the portal, whatever became of it. Never changed but for `settled`.

    `operation` is made by who sends; the same one again is answered, not saved again. A text that came later than
    another change is kept with `rev` null, until `settled` names the choice between both.
    """

    block = models.ForeignKey(DraftBlock, on_delete=models.CASCADE, related_name="saves")
    language = models.CharField(max_length=2, choices=Language)
    text = models.TextField(blank=True, max_length=MAX_TEXT)
    base_rev = models.PositiveIntegerField()
    rev = models.PositiveIntegerField(null=True)
    outcome = models.CharField(max_length=4, choices=SaveOutcome)
    operation = models.UUIDField()
    author_id = models.UUIDField()
    saved_at = models.DateTimeField(auto_now_add=True)
    settled = models.CharField(max_length=6, blank=True)

    class Meta:
        verbose_name = _("save of a block")
        verbose_name_plural = _("saves of blocks")
        ordering = ["saved_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["block", "language", "operation"], name="reports_blocksave_once"),
            models.CheckConstraint(
                condition=Q(outcome=SaveOutcome.LOST, rev__isnull=True)
                | (~Q(outcome=SaveOutcome.LOST) & Q(rev__isnull=False)),
                name="reports_blocksave_lost_has_no_rev",
            ),
        ]

    def __str__(self):
        return f"{self.block_id} {self.language} {self.outcome}"


class FigureOverride(OfDraft):
    """A value that is printed in place of the computed one, with the reason, which is printed too."""

    figure = models.CharField(max_length=120)
    value = models.PositiveIntegerField(_("value to print"))
    # What the portal had computed then; another one today means that somebody should look again.
    computed = models.PositiveIntegerField()
    reason_ja = models.CharField(_("reason (Japanese)"), max_length=MAX_REASON, blank=True)
    reason_en = models.CharField(_("reason (English)"), max_length=MAX_REASON, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("value entered by hand")
        verbose_name_plural = _("values entered by hand")
        ordering = ["entered_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "figure"], name="reports_override_once"),
            models.CheckConstraint(condition=~Q(reason_ja="") | ~Q(reason_en=""), name="reports_override_has_reason"),
        ]

    def __str__(self):
        return f"{self.figure} {self.value}"


class DraftPick(OfDraft):
    """What was chosen for a block: a comment, a remark of a speaker, or a photograph.

    Texts are the words as printed where they were shortened, or the caption; empty is what stands where it was taken.
    """

    block = models.ForeignKey(DraftBlock, on_delete=models.CASCADE, related_name="picks")
    order = models.PositiveSmallIntegerField(default=0)
    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, null=True, related_name="+")
    remark = models.ForeignKey(Remark, on_delete=models.CASCADE, null=True, related_name="+")
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, null=True, related_name="+")
    text_ja = models.TextField(blank=True, max_length=2000)
    text_en = models.TextField(blank=True, max_length=2000)

    class Meta:
        verbose_name = _("choice for a report")
        verbose_name_plural = _("choices for reports")
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(feedback__isnull=False, remark__isnull=True, photo__isnull=True)
                | Q(feedback__isnull=True, remark__isnull=False, photo__isnull=True)
                | Q(feedback__isnull=True, remark__isnull=True, photo__isnull=False),
                name="reports_pick_of_one",
            ),
            models.UniqueConstraint(fields=["block", "feedback"], name="reports_pick_feedback_once"),
            models.UniqueConstraint(fields=["block", "remark"], name="reports_pick_remark_once"),
            models.UniqueConstraint(fields=["block", "photo"], name="reports_pick_photo_once"),
        ]

    def __str__(self):
        return str(self.pk)
