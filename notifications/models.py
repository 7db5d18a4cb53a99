"""What was said to whom. The row is the truth of a message; the mail server only carries it."""

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.models import IdentifiedModel

from .enums import Channel


class State(models.TextChoices):
    QUEUED = "queued", _("Not sent yet")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    REFUSED = "refused", _("The address does not take mail")
    GIVEN_UP = "given_up", _("Could not be sent")
    # Of messages alone: what has no mail, or none yet.
    DAILY = "daily", pgettext_lazy("message", "Waits for the mail of the day")
    PORTAL = "portal", pgettext_lazy("message", "In the portal only")


class _Managed(Func):
    template = "%(expressions)s = ANY ((SELECT app.managed_programmes())::uuid[])"
    output_field = models.BooleanField()


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The door: what was said to the person, and what was said in the programmes that they manage.

        The latter so that the secretariat learns that an address does not work; `user` acts in this transaction.
        """
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(to_user_id=user.pk) | Q(_Managed(F("programme_id"))))

    def inbox_of(self, user):
        """What was said to the person themselves."""
        return self.filter(to_user_id=user.pk) if user.is_authenticated else self.none()

    def unread(self):
        return self.filter(read_at__isnull=True)

    def for_the_day(self):
        """What waits for the one mail of the day. Whoever has read it in the portal meanwhile needs no mail of it."""
        return self.filter(channel=Channel.DAILY, digest_id__isnull=True, read_at__isnull=True)


class Message(IdentifiedModel):
    """Something that one person was told: which kind, about what, and whether the mail got through."""

    to_user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=60)
    # Ids, dates, names and counts for the template of the kind; never a text that somebody wrote.
    params = models.JSONField(default=dict, blank=True)
    language = models.CharField(max_length=2)
    key = models.CharField(max_length=200, blank=True)
    company_id = models.UUIDField(null=True, blank=True)
    programme_id = models.UUIDField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    # Where it leads in the portal: a path of ours, "" for nowhere.
    path = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    # How it was to arrive when it was said, and the digest whose mail took it along.
    channel = models.CharField(max_length=6, choices=Channel, default=Channel.NOW)
    digest_id = models.UUIDField(null=True, blank=True)
    # The mail that carries it: known to whoever has just said it, and not kept.
    mail_id = None

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["to_user", "key"], condition=~Q(key=""), name="notifications_message_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="notifications_message_channel"),
        ]
        indexes = [
            models.Index(fields=["to_user", "-created_at"], name="notifications_message_to"),
            models.Index(fields=["programme_id", "-created_at"], name="notifications_message_prog"),
            models.Index(fields=["to_user"], condition=Q(read_at__isnull=True), name="notifications_message_unread"),
            models.Index(
                fields=["to_user"],
                condition=Q(channel=Channel.DAILY, digest_id__isnull=True, read_at__isnull=True),
                name="notifications_message_daily",
            ),
            models.Index(
                fields=["digest_id"], condition=Q(digest_id__isnull=False), name="notifications_message_digest"
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.pk}"


class Preference(IdentifiedModel):
    """How somebody wants to be told of a topic; without a row the topic's default counts (`catalogue.TOPICS`)."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=20)
    channel = models.CharField(max_length=6, choices=Channel)

    class Meta:
        verbose_name = pgettext_lazy("message", "preference")
        verbose_name_plural = pgettext_lazy("message", "preferences")
        constraints = [
            models.UniqueConstraint(fields=["user", "topic"], name="notifications_preference_once_a_topic"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="notifications_preference_channel"),
        ]

    def __str__(self):
        return f"{self.topic} {self.channel}"


class OutgoingMail(IdentifiedModel):
    """One mail to one address, sign-in codes among them, until it is carried away.

    The web role may put mails in and never read one. Delivery takes them out one by one, by id and by a proof that only
    holders of SECRET_KEY can make, through functions of the database (migration 0002).
    """

    proof = models.CharField(max_length=64)
    message_id = models.UUIDField(null=True)
    recipient = models.CharField(max_length=320)
    from_email = models.CharField(max_length=320)
    # What the mail says in its To line; each address in it has a row of its own.
    to = models.JSONField(default=list)
    reply_to = models.JSONField(default=list)
    subject = models.CharField(max_length=500)
    body = models.TextField()
    alternatives = models.JSONField(default=list)
    headers = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        indexes = [
            models.Index(
                fields=["settled_at"],
                condition=Q(erased_at=None, settled_at__isnull=False),
                name="notifications_mail_erase",
            ),
            # What became of the last mail to an address.
            models.Index(
                Lower("recipient"),
                F("settled_at").desc(),
                condition=Q(settled_at__isnull=False),
                name="notifications_mail_to",
            ),
        ]

    def __str__(self):
        return str(self.pk)


class ReminderQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The door: what the person is reminded of, and what people are reminded of in the programmes that they manage."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(to_user_id=user.pk) | Q(_Managed(F("programme_id"))))

    def open(self, day):
        """What is to be said on `day` or should have been said before, and is still worth saying."""
        still = Q(last_on__isnull=True) | Q(last_on__gte=day)
        return self.filter(still, sent_on__isnull=True, due_on__lte=day)


class Reminder(IdentifiedModel):
    """Something that somebody is to be reminded of on a day, together with all else of that day (services.remind)."""

    # An account, or the address of somebody without one, with what they are called and their language.
    to_user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, null=True, related_name="reminders")
    address = models.EmailField(blank=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=2, blank=True)
    kind = models.CharField(max_length=60)
    # For each language the words of the template of the kind: {"ja": {…}, "en": {…}}; never a text that somebody wrote.
    params = models.JSONField(default=dict)
    path = models.CharField(max_length=300, blank=True)
    due_on = models.DateField()
    # The last day on which it makes sense; empty where it always does.
    last_on = models.DateField(null=True, blank=True)
    key = models.CharField(max_length=200)
    company_id = models.UUIDField(null=True, blank=True)
    programme_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_on = models.DateField(null=True, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["due_on", "created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(address="", to_user__isnull=False) | (~Q(address="") & Q(to_user__isnull=True)),
                name="notifications_reminder_one_recipient",
            ),
            models.UniqueConstraint(
                fields=["to_user", "key"], condition=Q(to_user__isnull=False), name="notifications_reminder_once"
            ),
            models.UniqueConstraint(
                fields=["address", "key"],
                condition=Q(to_user__isnull=True),
                name="notifications_reminder_once_an_address",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(sent_on__isnull=True), name="notifications_reminder_due")
        ]

    def __str__(self):
        return f"{self.kind} {self.pk}"
