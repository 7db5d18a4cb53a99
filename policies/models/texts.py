"""The working copy: sections, paragraphs with stable ids, their texts in each language, and every save there ever was."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.enums import Language, SaveOutcome

from .tenancy import ContentQuerySet, OfCycle

MAX_SECTION_CHARACTERS = 20_000
"""What one section may hold in one language, all paragraphs together."""


class Interview(OfCycle):
    """What the company answered to the plain questions that a first draft is composed from."""

    answers = models.JSONField(default=dict)
    answered_by_id = models.UUIDField()
    answered_at = models.DateTimeField(auto_now=True)
    # When a draft was last composed from the answers.
    composed_at = models.DateTimeField(null=True, blank=True)

    objects = ContentQuerySet.as_manager()

    class Meta:
        verbose_name = _("interview")
        verbose_name_plural = _("interviews")
        constraints = [models.UniqueConstraint(fields=["cycle"], name="policies_interview_once")]

    def __str__(self):
        return str(self.cycle_id)


class Section(OfCycle):
    """A part of the policy that the catalogue names; here is only what the company said of it."""

    code = models.CharField(max_length=30)
    order = models.PositiveSmallIntegerField()
    # "This part is filled in", said by a person; never computed, and never the same as "submitted".
    is_filled = models.BooleanField(default=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ContentQuerySet.as_manager()

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["cycle", "code"], name="policies_section_once")]

    def __str__(self):
        return self.code


class ParagraphQuerySet(ContentQuerySet):
    def standing(self):
        """Without those that were taken out."""
        return self.filter(removed_at__isnull=True)


class Paragraph(OfCycle):
    """A paragraph, which comments and suggestions hold on to. Taking it out keeps it: it can be put back."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="paragraphs")
    order = models.PositiveIntegerField()
    # The clause of the catalogue that it was composed from; empty when somebody wrote it.
    clause = models.CharField(max_length=60, blank=True)
    # The first paragraph of an earlier cycle that it goes on from: by it, texts of two cycles are compared.
    origin_id = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by_id = models.UUIDField(null=True, blank=True)

    objects = ParagraphQuerySet.as_manager()

    class Meta:
        verbose_name = _("paragraph")
        verbose_name_plural = _("paragraphs")
        ordering = ["order", "created_at", "id"]
        indexes = [models.Index(fields=["section", "order"], name="policies_paragraph_order")]

    def __str__(self):
        return str(self.pk)


class ParagraphText(OfCycle):
    """The text of a paragraph in one language, as it is now.

    `rev` rises by one with every change: who saves says which one they saw. `source_rev` is the `rev` of the Japanese
    text that a translation was made from.
    """

    paragraph = models.ForeignKey(Paragraph, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=2, choices=Language)
    rev = models.PositiveIntegerField(default=1)
    text = models.TextField(blank=True)
    source_rev = models.PositiveIntegerField(null=True, blank=True)
    # The last rev that was composed from answers; while it is the present one, nobody has edited the text.
    composed_rev = models.PositiveIntegerField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by_id = models.UUIDField(null=True)

    objects = ContentQuerySet.as_manager()

    class Meta:
        verbose_name = _("text of a paragraph")
        verbose_name_plural = _("texts of paragraphs")
        constraints = [
            models.UniqueConstraint(fields=["paragraph", "language"], name="policies_text_once_a_language"),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="policies_text_language"),
        ]

    def __str__(self):
        return f"{self.paragraph_id} {self.language} {self.rev}"

    @property
    def is_untouched(self) -> bool:
        """Whether it still is what was composed."""
        return self.composed_rev == self.rev


class ParagraphSave(OfCycle):
    """One text that reached the portal, whatever became of it: the history. Append-only.

    `operation` is made by who sends; the same one again is answered, not saved again. A save that came later than
    another change is kept here with `rev` null and settled when somebody looked at both texts.
    """

    paragraph = models.ForeignKey(Paragraph, on_delete=models.CASCADE, related_name="saves")
    language = models.CharField(max_length=2, choices=Language)
    base_rev = models.PositiveIntegerField()
    rev = models.PositiveIntegerField(null=True)
    text = models.TextField(blank=True)
    outcome = models.CharField(max_length=4, choices=SaveOutcome)
    operation = models.UUIDField()
    author_id = models.UUIDField()
    saved_at = models.DateTimeField(auto_now_add=True)

    objects = ContentQuerySet.as_manager()

    class Meta:
        verbose_name = _("save")
        verbose_name_plural = _("saves")
        ordering = ["saved_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["paragraph", "language", "operation"], name="policies_save_once"),
            models.UniqueConstraint(
                fields=["paragraph", "language", "rev"],
                condition=Q(outcome=SaveOutcome.KEPT),
                name="policies_save_one_a_rev",
            ),
            models.CheckConstraint(
                condition=Q(outcome=SaveOutcome.LOST, rev__isnull=True)
                | (~Q(outcome=SaveOutcome.LOST) & Q(rev__isnull=False)),
                name="policies_save_lost_has_no_rev",
            ),
        ]

    def __str__(self):
        return f"{self.paragraph_id} {self.language} {self.outcome}"
