"""What belongs to one consultation: who comes, what it is about, and how its time changed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from companies.models import Company, Person
from consultations.enums import ChangeKind
from programmes.enums import Mode
from programmes.models import Enrolment, Programme, Seat, records_visible_to

from .records import Consultation


class MeetingRowQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(records_visible_to(user))


class Participant(IdentifiedModel):
    """Somebody of the company who comes to a consultation."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="participants")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consultations")

    objects = MeetingRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            models.UniqueConstraint(fields=["consultation", "person"], name="consultations_participant_once")
        ]

    def __str__(self):
        return str(self.person_id)


class Change(IdentifiedModel):
    """That a consultation was booked, put off or cancelled: the history of one and the same record. Append-only."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="changes")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=ChangeKind)
    starts_at = models.DateTimeField()
    before = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by_id = models.UUIDField()
    # Whose it was until then, where another adviser took it over: their calendar has to take it out.
    former_user_id = models.UUIDField(null=True)

    objects = MeetingRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a consultation")
        verbose_name_plural = _("changes of consultations")
        ordering = ["made_at", "id"]

    def __str__(self):
        return f"{self.kind} {self.consultation_id}"


class TopicsQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(company__in=Company.objects.content_visible_to(user))


class Topics(IdentifiedModel):
    """What a consultation is to be about: content of the company, which may change it until the meeting."""

    consultation = models.OneToOneField(Consultation, on_delete=models.CASCADE, related_name="topics")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    # Codes of the catalogue's sections, and ids of open action items.
    sections = models.JSONField(default=list, blank=True)
    items = models.JSONField(default=list, blank=True)
    questions = models.TextField(_("your questions"), max_length=4000, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = TopicsQuerySet.as_manager()

    class Meta:
        verbose_name = _("topics of a consultation")
        verbose_name_plural = _("topics of consultations")

    def __str__(self):
        return str(self.consultation_id)


class BookingDraftQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own: what somebody is about to ask is nobody else's until it is booked."""
        return self.filter(author_id=user.pk, company__in=Company.objects.content_visible_to(user))


class BookingDraft(IdentifiedModel):
    """A booking on its way through its three steps. Its id is the operation that books; booked, it is gone."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="booking_drafts")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sections = models.JSONField(default=list, blank=True)
    items = models.JSONField(default=list, blank=True)
    questions = models.TextField(_("your questions"), max_length=4000, blank=True)
    # Ids of the people who come.
    people = models.JSONField(default=list, blank=True)
    method = models.CharField(_("method"), max_length=10, choices=Mode, blank=True)
    adviser = models.ForeignKey(Seat, on_delete=models.CASCADE, null=True, related_name="+")
    starts_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = BookingDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking on its way")
        verbose_name_plural = _("bookings on their way")

    def __str__(self):
        return str(self.enrolment_id)
