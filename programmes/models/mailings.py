"""Letters of the secretariat to many companies at once: what is asked, of whom, and what became of each letter."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from companies.models import Company, Person
from jobs.models import Job
from programmes.enums import LetterOutcome, MailingAsk, Tone

from .programme import MilestoneKind, Programme
from .sessions import Session

MOST_WORDS = 2000


class MailingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Letters are prepared and sent by the secretariat, and seen by nobody else."""
        return self.filter(programme__in=Programme.objects.managed_by(user))


class Mailing(IdentifiedModel):
    """One letter to many: a draft until it is sent, and then the record of it."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="mailings")
    ask = models.CharField(_("what is asked"), max_length=12, choices=MailingAsk)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    milestone = models.ForeignKey(MilestoneKind, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    tone = models.CharField(_("tone"), max_length=6, choices=Tone)
    # What the secretariat says beside the portal's own words. It stands here alone, never in a message.
    words_ja = models.TextField(_("own words (Japanese)"), max_length=MOST_WORDS, blank=True)
    words_en = models.TextField(_("own words (English)"), max_length=MOST_WORDS, blank=True)
    # The companies that were chosen from a list; empty is every company that it is true of.
    company_ids = ArrayField(models.UUIDField(), default=list, blank=True)
    # People who are left out though it is true of them, and whether those who were reminded lately are written to.
    left_out = ArrayField(models.UUIDField(), default=list, blank=True)
    with_recent = models.BooleanField(_("write to those who were reminded lately, too"), default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    called_off_at = models.DateTimeField(null=True, blank=True)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = MailingQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ask__in=MailingAsk.values), name="programmes_mailing_ask"),
            models.CheckConstraint(condition=Q(tone__in=Tone.values), name="programmes_mailing_tone"),
            models.CheckConstraint(
                condition=Q(ask=MailingAsk.REGISTRATION, session__isnull=False)
                | (~Q(ask=MailingAsk.REGISTRATION) & Q(session__isnull=True)),
                name="programmes_mailing_names_its_session",
            ),
            models.CheckConstraint(
                condition=Q(ask=MailingAsk.MILESTONE, milestone__isnull=False)
                | (~Q(ask=MailingAsk.MILESTONE) & Q(milestone__isnull=True)),
                name="programmes_mailing_names_its_milestone",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, job__isnull=True) | Q(sent_at__isnull=False, job__isnull=False),
                name="programmes_mailing_sent_by_a_job",
            ),
        ]

    def __str__(self):
        return f"{self.ask} {self.pk}"

    @property
    def is_sent(self) -> bool:
        return self.sent_at is not None


class MailingRecipientQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(programme__in=Programme.objects.managed_by(user))

    def waiting(self):
        return self.filter(outcome=LetterOutcome.WAITING)


class MailingRecipient(IdentifiedModel):
    """One letter of a mailing: to which address of which company, why, and what became of it.

    There is one a company and address, so that pressing twice, or a job that runs twice, writes it once.
    """

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="recipients")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    # Others of the company who have the same address, and are greeted in the same letter.
    others = ArrayField(models.UUIDField(), default=list, blank=True)
    address = models.EmailField()
    language = models.CharField(max_length=2)
    # Days since it was due, negative while it is not; empty where nothing is due on a day.
    overdue_days = models.IntegerField(null=True)
    due_on = models.DateField(null=True)
    outcome = models.CharField(max_length=10, choices=LetterOutcome, default=LetterOutcome.WAITING)
    mail_id = models.UUIDField(null=True)
    written_at = models.DateTimeField(null=True)

    objects = MailingRecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("recipient of a mailing")
        verbose_name_plural = _("recipients of a mailing")
        ordering = ["company__name_kana", "company__name_ja", "address", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "company", "address"], name="programmes_mailingrecipient_once_an_address"
            ),
            models.CheckConstraint(
                condition=Q(outcome=LetterOutcome.WRITTEN, mail_id__isnull=False, written_at__isnull=False)
                | ~Q(outcome=LetterOutcome.WRITTEN),
                name="programmes_mailingrecipient_written_as_a_mail",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "written_at"], name="programmes_letter_written"),
        ]

    def __str__(self):
        return f"{self.mailing_id} {self.pk}"
