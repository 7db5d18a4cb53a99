"""What top management decided, and the dated evidence of what was done beside the text."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from companies.models import Person
from jobs.models import StoredFile
from policies.enums import ApprovalOutcome, ApprovalWay, EvidenceKind

from .records import Revision
from .tenancy import ContentQuerySet, OfCycle


class ApprovalRequestQuerySet(ContentQuerySet):
    def open(self):
        """Neither decided nor called off; whether the link is still young enough is another matter."""
        return self.filter(decided_at__isnull=True, cancelled_at__isnull=True)


class ApprovalRequest(OfCycle):
    """Top management is asked to approve one frozen text, and answers. The link in it serves one deed, once."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="approval_requests")
    approver = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="approval_requests")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    # sha256 of the link's token; the token itself is kept nowhere. Empty for a decision on paper.
    token_hash = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    # The one who asks may be the one who decides only in a company of one person, and that is said.
    is_own = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=ApprovalOutcome, blank=True)
    way = models.CharField(max_length=5, choices=ApprovalWay, default=ApprovalWay.LINK)
    reason = models.TextField(_("reason"), max_length=2_000, blank=True)
    approver_name = models.CharField(_("name"), max_length=100, blank=True)
    approver_title = models.CharField(_("job title"), max_length=100, blank=True)
    body = models.CharField(_("decided by"), max_length=100, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    scan = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = ApprovalRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for approval")
        verbose_name_plural = _("requests for approval")
        ordering = ["requested_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle"],
                condition=Q(decided_at__isnull=True, cancelled_at__isnull=True),
                name="policies_approvalrequest_one_open",
            ),
            models.UniqueConstraint(
                fields=["token_hash"], condition=~Q(token_hash=""), name="policies_approvalrequest_token"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, outcome="")
                | Q(decided_at__isnull=False, decided_on__isnull=False, outcome__in=ApprovalOutcome.values),
                name="policies_approvalrequest_decided_whole",
            ),
        ]

    def __str__(self):
        return str(self.pk)


class Evidence(OfCycle):
    """One dated fact: whom the company asked, with whom it spoke, whom it told, which procedure it changed."""

    kind = models.CharField(_("kind"), max_length=15, choices=EvidenceKind)
    happened_on = models.DateField(_("on"))
    who = models.CharField(_("with whom"), max_length=200, blank=True)
    text = models.TextField(_("what was done"), max_length=5_000)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    # Taken back by whoever recorded it in error; it stays in the record.
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = ContentQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["happened_on", "recorded_at"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=EvidenceKind.values), name="policies_evidence_kind")]

    def __str__(self):
        return str(self.pk)


class Announcement(OfCycle):
    """The approved policy shown to the staff by a link, on paper or by mail, where they say that they have read it."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="announcements")
    token_hash = models.CharField(max_length=64, unique=True)
    title = models.CharField(_("to whom"), max_length=200)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ContentQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["created_at", "id"]

    def __str__(self):
        return self.title


class ReadReceipt(OfCycle):
    """Somebody at the company said that they have read the policy. Append-only; once a name."""

    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="receipts")
    name = models.CharField(_("name"), max_length=100)
    read_at = models.DateTimeField(auto_now_add=True)

    objects = ContentQuerySet.as_manager()

    class Meta:
        verbose_name = _("read receipt")
        verbose_name_plural = _("read receipts")
        ordering = ["read_at", "id"]
        constraints = [models.UniqueConstraint(fields=["announcement", "name"], name="policies_readreceipt_once")]

    def __str__(self):
        return str(self.pk)
