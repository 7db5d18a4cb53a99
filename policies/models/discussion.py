"""Talk about a text: comments and questions in threads, and wording that an adviser suggests."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.enums import Language, SuggestionState, ThreadKind

from .reviews import Review
from .tenancy import Authored
from .texts import Paragraph

MAX_POST_CHARACTERS = 5_000


class Thread(Authored):
    """Posts about one passage, one section, or the whole. A passage that is rewritten does not take the thread along."""

    kind = models.CharField(max_length=10, choices=ThreadKind)
    # The review it was written in; until that is returned nobody else sees it.
    review = models.ForeignKey(Review, on_delete=models.PROTECT, null=True, blank=True, related_name="threads")
    section_code = models.CharField(max_length=30, blank=True)
    paragraph = models.ForeignKey(Paragraph, on_delete=models.PROTECT, null=True, blank=True, related_name="threads")
    language = models.CharField(max_length=2, choices=Language, default=Language.JA)
    # The words that it is about, and the text's `rev` at the time.
    quote = models.TextField(blank=True)
    base_rev = models.PositiveIntegerField(null=True, blank=True)
    answer_by = models.DateField(_("answer by"), null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by_id = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        ordering = ["created_at", "id"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=ThreadKind.values), name="policies_thread_kind")]

    def __str__(self):
        return str(self.pk)


class Post(Authored):
    """One message in a thread."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="posts")
    text = models.TextField(_("message"), max_length=MAX_POST_CHARACTERS)
    # Which side its author stood on when it was written; assignments end, and what was said stays said by that side.
    from_company = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["created_at", "id"]

    def __str__(self):
        return str(self.pk)


class Suggestion(Authored):
    """A whole new text for one paragraph. It fits only while the paragraph is what its author had before them."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, null=True, blank=True, related_name="suggestions")
    paragraph = models.ForeignKey(Paragraph, on_delete=models.PROTECT, related_name="suggestions")
    language = models.CharField(max_length=2, choices=Language, default=Language.JA)
    base_rev = models.PositiveIntegerField()
    base_text = models.TextField(blank=True)
    text = models.TextField(_("suggested wording"))
    reason = models.TextField(_("reason"), max_length=MAX_POST_CHARACTERS, blank=True)
    state = models.CharField(max_length=10, choices=SuggestionState, default=SuggestionState.OPEN)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(_("answer"), max_length=MAX_POST_CHARACTERS, blank=True)
    # What the paragraph became, when it was edited before it was taken over.
    applied_text = models.TextField(blank=True)
    # The `operation` of the save that took it over: from it the answer can be undone while nothing was changed since.
    applied_operation = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = _("suggested wording")
        verbose_name_plural = _("suggested wordings")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["paragraph", "language", "author"],
                condition=Q(state=SuggestionState.OPEN),
                name="policies_suggestion_one_open",
            ),
            models.CheckConstraint(condition=Q(state__in=SuggestionState.values), name="policies_suggestion_state"),
        ]

    def __str__(self):
        return str(self.pk)
