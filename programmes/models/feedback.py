"""What people said after a session."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from companies.enums import AccessKind
from companies.models import Company, Person
from programmes.enums import Consent

from .programme import Programme, records_visible_to
from .sessions import Session, Speaker

FEWEST = 3
"""Answers without names are shown from so many on; of fewer one could guess whose they are."""


class FeedbackQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A company's own and, for the secretariat, those of its programmes; never the advisers."""
        return self.filter(records_visible_to(user, AccessKind.MEMBER))

    def quotable(self):
        """What may be printed without or with the company's name."""
        return self.exclude(consent=Consent.NONE)

    def with_words(self):
        return self.exclude(comment_ja="", comment_en="")

    def named(self):
        return self.filter(company__isnull=False)

    def shown(self):
        """What may be read and printed: with a name, or one of several without names."""
        unnamed = Feedback.objects.filter(company__isnull=True).order_by().values("session")
        several = unnamed.annotate(answers=models.Count("pk")).filter(answers__gte=FEWEST).values("session")
        return self.filter(Q(company__isnull=False) | Q(session__in=several))


class Feedback(IdentifiedModel):
    """What somebody said after a session: answers to its survey, words of their own, and whether these may be quoted.

    Where the survey is anonymous neither person nor company is kept; only who holds the link finds the row again.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="feedback")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="feedback")
    comment_ja = models.TextField(_("comment (Japanese)"), blank=True, max_length=2000)
    comment_en = models.TextField(_("comment (English)"), blank=True, max_length=2000)
    # In which language it was said; the other one is a translation.
    language = models.CharField(max_length=2, default="ja")
    consent = models.CharField(_("may be quoted"), max_length=10, choices=Consent, default=Consent.NONE)
    consent_changed_at = models.DateTimeField(null=True, editable=False)
    # Answers by the code of the survey's question: a number of the scale, the code of a choice, or words.
    answers = models.JSONField(default=dict, blank=True)
    # What finds an anonymous row again: made from the link, which the portal does not keep.
    answer_key = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001 - unique
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["session", "created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "person"], name="programmes_feedback_once"),
            models.CheckConstraint(
                condition=~Q(comment_ja="") | ~Q(comment_en="") | ~Q(answers={}), name="programmes_feedback_has_text"
            ),
            models.CheckConstraint(condition=Q(consent__in=Consent.values), name="programmes_feedback_consent"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, company__isnull=False)
                | Q(person__isnull=True, company__isnull=True, answer_key__isnull=False),
                name="programmes_feedback_named_or_not",
            ),
            models.CheckConstraint(
                # Where no company is kept there is none to be named.
                condition=Q(company__isnull=False) | ~Q(consent=Consent.COMPANY),
                name="programmes_feedback_unnamed_without_company",
            ),
        ]

    def __str__(self):
        return f"{self.session_id} {self.person_id}"

    @property
    def is_quotable(self) -> bool:
        return self.consent != Consent.NONE


class SurveyQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(session__in=Session.objects.visible_to(user))


class Survey(IdentifiedModel):
    """The questions after a session. Whether answers have names is said above the first one and never changed later."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="survey")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    is_anonymous = models.BooleanField(_("anonymous"), default=True)
    closes_at = models.DateTimeField(_("open until"))
    # [{"code", "kind", "text": {"ja", "en"}, "choices": [{"code", "text": {"ja", "en"}}], "is_required"}] in order.
    questions = models.JSONField(default=list)
    opened_at = models.DateTimeField(null=True, editable=False)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")

    def __str__(self):
        return str(self.session_id)


class SurveyInvitationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(programme__in=Programme.objects.managed_by(user))


class SurveyInvitation(IdentifiedModel):
    """That a person was asked, by a link of their own, and whether they answered; never what.

    The link's token is made from the row's id and SECRET_KEY and is kept nowhere; `token_hash` finds the row.
    """

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="invitations")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    # The day only: a minute would tell whose answer is whose.
    answered_on = models.DateField(null=True)

    objects = SurveyInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation to a survey")
        verbose_name_plural = _("invitations to surveys")
        constraints = [
            models.UniqueConstraint(fields=["survey", "person"], name="programmes_surveyinvitation_once"),
        ]

    def __str__(self):
        return str(self.pk)


class RemarkQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(programme__in=Programme.objects.managed_by(user))

    def quotable(self):
        return self.filter(permitted_on__isnull=False, withdrawn_on__isnull=True)


class Remark(IdentifiedModel):
    """Words of a named speaker for the report, printed only with their permission."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="remarks")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    speaker = models.ForeignKey(Speaker, on_delete=models.PROTECT, related_name="remarks")
    text_ja = models.TextField(_("remark (Japanese)"), max_length=2000, blank=True)
    text_en = models.TextField(_("remark (English)"), max_length=2000, blank=True)
    language = models.CharField(max_length=2, default="ja")
    permitted_on = models.DateField(_("permission given on"), null=True, blank=True)
    withdrawn_on = models.DateField(_("permission withdrawn on"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RemarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("remark of a speaker")
        verbose_name_plural = _("remarks of speakers")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text_ja="") | ~Q(text_en=""), name="programmes_remark_has_text"),
        ]

    def __str__(self):
        return str(self.pk)


class QuoteUseQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(programme__in=Programme.objects.managed_by(user))


class QuoteUse(IdentifiedModel):
    """That a report printed somebody's words. Written when the report is made, and kept when a consent is withdrawn."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, null=True, related_name="uses")
    remark = models.ForeignKey(Remark, on_delete=models.CASCADE, null=True, related_name="uses")
    # The report's id and its title, which the apps above know.
    report_id = models.UUIDField()
    title = models.CharField(max_length=200)
    used_at = models.DateTimeField(auto_now_add=True)

    objects = QuoteUseQuerySet.as_manager()

    class Meta:
        verbose_name = _("use of a quote")
        verbose_name_plural = _("uses of quotes")
        ordering = ["used_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(feedback__isnull=True, remark__isnull=False)
                | Q(feedback__isnull=False, remark__isnull=True),
                name="programmes_quoteuse_of_one",
            ),
            models.UniqueConstraint(fields=["report_id", "feedback"], name="programmes_quoteuse_feedback_once"),
            models.UniqueConstraint(fields=["report_id", "remark"], name="programmes_quoteuse_remark_once"),
        ]

    def __str__(self):
        return self.title
