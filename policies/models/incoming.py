"""Texts that were brought from elsewhere and are not part of the policy yet."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from policies.enums import Language

from .tenancy import ContentQuerySet, OfCycle


class WordImportQuerySet(ContentQuerySet):
    def visible_to(self, user):
        return super().visible_to(user).filter(author_id=user.pk)

    def waiting(self):
        """Those that nobody has decided on."""
        return self.filter(taken_at__isnull=True)


class WordImport(OfCycle):
    """What was read of a Word file, until the person who brought it says where each part belongs. Theirs alone.

    `parts` are [{"heading", "section", "texts"}] in the order of the document; `section` is a proposal. The file itself is
    not kept.
    """

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file"), max_length=200)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.JA)
    parts = models.JSONField(default=list)
    # Codes of `policies.importing.word.messages.REMARKS`.
    remarks = models.JSONField(default=list)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    taken_at = models.DateTimeField(null=True, blank=True)

    objects = WordImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("text from Word")
        verbose_name_plural = _("texts from Word")
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(language__in=Language.values), name="policies_wordimport_language"
            ),
            models.UniqueConstraint(
                fields=["cycle", "author"],
                condition=models.Q(taken_at__isnull=True),
                name="policies_wordimport_one_waiting",
            ),
        ]

    def __str__(self):
        return self.file_name
