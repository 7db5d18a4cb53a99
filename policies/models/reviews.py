"""A text on its way through an adviser's hands. That it is there is a record; what is said of it is content."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from policies.enums import Decision, Judgement
from programmes.models import Programme, Seat, records_visible_to

from .records import Revision
from .tenancy import Authored, ContentQuerySet, OfCycle


class RecordQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(records_visible_to(user))


class SubmissionQuerySet(RecordQuerySet):
    def waiting(self):
        """Neither answered nor taken back."""
        return self.filter(closed_at__isnull=True)


class Submission(OfCycle):
    """A frozen revision handed to the adviser, with the number that confirms it."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="submissions")
    reference = models.CharField(_("reference number"), max_length=20, unique=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(auto_now_add=True)
    due_on = models.DateField(_("answer by"))
    # The adviser it is meant for; empty where the company has none yet, or several who settle it among themselves.
    adviser = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="submissions")
    # How long the text is, and how much of it changed since the last one that an adviser began to review. Counted once, at
    # submission, because the adviser's queue shows it for many texts at a time. In characters of the Japanese text.
    characters = models.PositiveIntegerField(default=0)
    compared_with = models.ForeignKey(Revision, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    characters_added = models.PositiveIntegerField(default=0)
    characters_removed = models.PositiveIntegerField(default=0)
    # Answered by a returned review, withdrawn, or overtaken by an approval.
    closed_at = models.DateTimeField(null=True, blank=True)
    was_withdrawn = models.BooleanField(default=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["submitted_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle"], condition=Q(closed_at__isnull=True), name="policies_submission_one_open"
            )
        ]
        indexes = [
            models.Index(
                fields=["programme", "due_on"], condition=Q(closed_at__isnull=True), name="policies_submission_waiting"
            )
        ]

    def __str__(self):
        return self.reference


class Review(OfCycle):
    """An adviser's work on a submission: returned with one decision, or closed unseen."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="reviews")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    # Withdrawn, lifted or handed over before it was returned: what was written stays its author's.
    closed_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    # How much advice was returned: a count, for those who may not read it.
    advice_count = models.PositiveIntegerField(default=0)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["started_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle"],
                condition=Q(returned_at__isnull=True, closed_at__isnull=True),
                name="policies_review_one_open",
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True, decision="")
                | Q(returned_at__isnull=False, decision__in=Decision.values),
                name="policies_review_decided_when_returned",
            ),
        ]

    def __str__(self):
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.returned_at is None and self.closed_at is None


class Letter(Authored):
    """The words that go with a returned review."""

    review = models.OneToOneField(Review, on_delete=models.CASCADE, related_name="letter")
    text = models.TextField(_("covering words"), max_length=5_000, blank=True)
    # Why the policy is marked as reviewed although not every requirement is met.
    reason = models.TextField(_("reason"), max_length=2_000, blank=True)

    class Meta:
        verbose_name = _("covering words")
        verbose_name_plural = _("covering words")

    def __str__(self):
        return str(self.review_id)


class Verdict(Authored):
    """What an adviser says of one requirement, with advice."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="verdicts")
    requirement = models.CharField(max_length=40)
    judgement = models.CharField(max_length=15, choices=Judgement)
    advice = models.TextField(_("advice"), max_length=5_000, blank=True)
    # Taken from the review before, because the text it speaks of did not change.
    is_carried = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        constraints = [models.UniqueConstraint(fields=["review", "requirement"], name="policies_verdict_once")]

    def __str__(self):
        return f"{self.requirement} {self.judgement}"


class OwnNoteQuerySet(ContentQuerySet):
    def visible_to(self, user):
        return super().visible_to(user).filter(author_id=user.pk)


class ReviewNote(OfCycle):
    """An adviser's own note on a policy. Nobody else reads it, ever."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    section_code = models.CharField(max_length=30, blank=True)
    text = models.TextField(_("own note"), max_length=20_000)
    written_at = models.DateTimeField(auto_now=True)

    objects = OwnNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("own note")
        verbose_name_plural = _("own notes")
        constraints = [
            models.UniqueConstraint(fields=["cycle", "author", "section_code"], name="policies_reviewnote_once")
        ]

    def __str__(self):
        return str(self.pk)


class PhraseQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(author_id=user.pk)


class Phrase(IdentifiedModel):
    """Wording that an adviser uses again and again. It belongs to the adviser, not to a company."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="phrases")
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("wording"), max_length=5_000)
    # The requirement that it is for; empty for all.
    requirement = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PhraseQuerySet.as_manager()

    class Meta:
        verbose_name = _("phrase")
        verbose_name_plural = _("phrases")
        ordering = ["title", "id"]

    def __str__(self):
        return self.title


class CapacityQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(programme__in=Programme.objects.visible_to(user))


class Capacity(IdentifiedModel):
    """How fast an adviser answers, as they say themselves: the date of an answer follows from it."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    adviser = models.OneToOneField(Seat, on_delete=models.CASCADE, related_name="capacity")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # Business days from a submission to the answer.
    business_days = models.PositiveSmallIntegerField(_("business days for a review"), default=5)
    # How many reviews a week the adviser can do; what is above moves the date on.
    reviews_a_week = models.PositiveSmallIntegerField(_("reviews a week"), default=5)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CapacityQuerySet.as_manager()

    class Meta:
        verbose_name = _("capacity")
        verbose_name_plural = _("capacities")
        constraints = [
            models.CheckConstraint(
                condition=Q(business_days__gte=1, business_days__lte=60, reviews_a_week__gte=1, reviews_a_week__lte=50),
                name="policies_capacity_sensible",
            )
        ]

    def __str__(self):
        return f"{self.business_days}"
