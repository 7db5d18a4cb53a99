"""Invitations to sign in: to act for a company, or to take a seat in a programme."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from companies.models import Company, Person
from jobs.models import Job

from .programme import Programme, Seat


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Invitations are sent by the secretariat of a programme, and seen by nobody else."""
        return self.filter(programme__in=Programme.objects.managed_by(user))

    def open(self):
        """Neither accepted nor taken back; the days of the link may be over."""
        return self.filter(accepted_at__isnull=True, voided_at__isnull=True)

    def unwritten(self):
        return self.open().filter(mail_id__isnull=True)


class Invitation(IdentifiedModel):
    """One invitation of one person, by a link that serves once. The word of the link is kept as its hash alone."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="invitations")
    # Whom: somebody of a company, or whoever is to take a seat.
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="invitations")
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, null=True, related_name="invitations")
    # Where it was sent, whatever becomes of the person's address afterwards.
    address = models.EmailField()
    language = models.CharField(max_length=2)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    # Empty until the mail is written.
    token_hash = models.CharField(max_length=64, blank=True)
    mail_id = models.UUIDField(null=True)
    expires_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # Taken back, or replaced by a newer one.
    voided_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, company__isnull=False, seat__isnull=True)
                | Q(person__isnull=True, company__isnull=True, seat__isnull=False),
                name="programmes_invitation_of_one",
            ),
            models.CheckConstraint(
                condition=Q(mail_id__isnull=True, token_hash="", expires_at__isnull=True)
                | (Q(mail_id__isnull=False, expires_at__isnull=False) & ~Q(token_hash="")),
                name="programmes_invitation_written_whole",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, mail_id__isnull=False),
                name="programmes_invitation_accepted_by_one",
            ),
            models.UniqueConstraint(
                fields=["token_hash"], condition=~Q(token_hash=""), name="programmes_invitation_token"
            ),
            # The newest alone serves: inviting again takes the one before back.
            models.UniqueConstraint(
                fields=["programme", "person"],
                condition=Q(accepted_at__isnull=True, voided_at__isnull=True, person__isnull=False),
                name="programmes_invitation_one_open_a_person",
            ),
            models.UniqueConstraint(
                fields=["seat"],
                condition=Q(accepted_at__isnull=True, voided_at__isnull=True, seat__isnull=False),
                name="programmes_invitation_one_open_a_seat",
            ),
        ]

    def __str__(self):
        return f"{self.person_id or self.seat_id}"
