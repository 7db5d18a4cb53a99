"""What the secretariat says to all companies or advisers of a programme, and who has said that they read it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel, in_language
from companies.enums import AccessKind
from companies.models import Company, Person, companies_of
from jobs.models import Job
from programmes.enums import NoticeAudience

from .programme import Enrolment, Programme, Seat

MOST_TEXT = 4000


def _meant_for(user) -> Q:
    """The rule of whom a notice is for, as row-level security has it."""
    enrolled = Enrolment.objects.filter(company_id__in=companies_of(user, AccessKind.MEMBER)).order_by()
    seats = Seat.objects.current().advising().filter(user_id=user.pk).order_by()
    members, advisers = Q(programme__in=enrolled.values("programme_id")), Q(programme__in=seats.values("programme_id"))
    return (
        Q(audience=NoticeAudience.ALL) & (members | advisers)
        | Q(audience=NoticeAudience.COMPANIES) & members
        | Q(audience=NoticeAudience.ADVISERS) & advisers
    )


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The secretariat sees all of its programme; others what is meant for them, while it is shown."""
        managed = Q(programme__in=Programme.objects.managed_by(user))
        return self.filter(managed | _shown_on(timezone.localdate()) & _meant_for(user))

    def shown_on(self, day):
        return self.filter(_shown_on(day))


def _shown_on(day) -> Q:
    return Q(visible_from__lte=day) & (Q(visible_until__isnull=True) | Q(visible_until__gte=day))


class Notice(IdentifiedModel):
    """Words of the secretariat to many, in both languages, shown from a day until a day."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="notices")
    audience = models.CharField(_("for whom"), max_length=10, choices=NoticeAudience)
    title_ja = models.CharField(_("title (Japanese)"), max_length=120, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=120, blank=True)
    text_ja = models.TextField(_("text (Japanese)"), max_length=MOST_TEXT, blank=True)
    text_en = models.TextField(_("text (English)"), max_length=MOST_TEXT, blank=True)
    visible_from = models.DateField(_("shown from"))
    visible_until = models.DateField(_("shown until"), null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    # Whether people of the companies who have an address and no account get it, too; the mail is all that reaches them.
    to_addresses = models.BooleanField(default=False)
    # What sends it by mail, too; empty where it was not asked for.
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement of the secretariat")
        verbose_name_plural = _("announcements of the secretariat")
        ordering = ["-visible_from", "-created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(audience__in=NoticeAudience.values), name="programmes_notice_audience"),
            models.CheckConstraint(condition=~Q(title_ja="") | ~Q(title_en=""), name="programmes_notice_has_a_title"),
            models.CheckConstraint(condition=~Q(text_ja="") | ~Q(text_en=""), name="programmes_notice_has_a_text"),
            models.CheckConstraint(
                condition=Q(visible_until__isnull=True) | Q(visible_until__gte=F("visible_from")),
                name="programmes_notice_in_order",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def text(self) -> str:
        return in_language(self, "text")

    def is_shown(self, day) -> bool:
        return self.visible_from <= day and (self.visible_until is None or self.visible_until >= day)


class NoticeReadQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own; the secretariat's pages count them."""
        return self.filter(Q(user_id=user.pk) | Q(programme__in=Programme.objects.managed_by(user)))


class NoticeRead(IdentifiedModel):
    """Somebody said that they have read a notice. Written once."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="reads")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField()

    objects = NoticeReadQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading of an announcement")
        verbose_name_plural = _("readings of announcements")
        constraints = [models.UniqueConstraint(fields=["notice", "user"], name="programmes_noticeread_once")]

    def __str__(self):
        return f"{self.notice_id} {self.user_id}"


class NoticeLetterQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(programme__in=Programme.objects.managed_by(user))

    def waiting(self):
        return self.filter(mail_id__isnull=True)


class NoticeLetter(IdentifiedModel):
    """A notice as it goes to an address of people without an account: once an address, greeting all who have it."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="letters")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    # The first of them, with their company; `others` may belong to other companies that share the address.
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    others = ArrayField(models.UUIDField(), default=list, blank=True)
    address = models.EmailField()
    language = models.CharField(max_length=2)
    mail_id = models.UUIDField(null=True)
    written_at = models.DateTimeField(null=True)

    objects = NoticeLetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement to an address")
        verbose_name_plural = _("announcements to addresses")
        ordering = ["company__name_kana", "company__name_ja", "address", "id"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "address"], name="programmes_noticeletter_once_an_address"),
            models.CheckConstraint(
                condition=Q(mail_id__isnull=True, written_at__isnull=True)
                | Q(mail_id__isnull=False, written_at__isnull=False),
                name="programmes_noticeletter_written_as_a_mail",
            ),
        ]

    def __str__(self):
        return f"{self.notice_id} {self.pk}"
