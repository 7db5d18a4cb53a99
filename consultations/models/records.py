"""Individual consultations: who, when, and what came of it."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from companies.models import Company, Person
from consultations.enums import FREE_STATES, State
from policies.models import Revision
from programmes.enums import Mode
from programmes.models import Enrolment, Programme, Seat, records_visible_to


class ConsultationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(records_visible_to(user))

    def held(self):
        return self.filter(state=State.HELD)


def _no_overlap(name: str, who: str, *, until: str) -> ExclusionConstraint:
    """Nobody is in two consultations at once; the database decides races, cancelled ones aside."""
    times = Func("starts_at", until, RangeBoundary(), function="TSTZRANGE", output_field=DateTimeRangeField())
    return ExclusionConstraint(
        name=name,
        expressions=[(who, RangeOperators.EQUAL), (times, RangeOperators.OVERLAPS)],
        condition=~Q(state__in=FREE_STATES),
    )


class Consultation(IdentifiedModel):
    """One consultation of a company with its adviser."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="consultations")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="consultations")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="consultations")
    adviser = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="consultations")
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    method = models.CharField(_("method"), max_length=10, choices=Mode)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.BOOKED)
    # The end and the pause that the adviser needs after it: for so long nobody else has this adviser.
    blocked_until = models.DateTimeField(editable=False)
    # Who gives it, whichever seat: the adviser's user, or the seat as long as nobody took it. The database writes it.
    adviser_key = models.UUIDField(editable=False)
    # The joining link of an online consultation, the place of one on site.
    meeting_url = models.URLField(_("joining link"), max_length=500, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    round = models.ForeignKey(
        "Round", on_delete=models.SET_NULL, null=True, blank=True, related_name="consultations", editable=False
    )
    # Of a round: when its people were told. They are told by a job, each consultation in one transaction with this.
    told_at = models.DateTimeField(null=True, editable=False)
    # The form that booked it: posted again, it is the same booking.
    operation = models.UUIDField(null=True, unique=True, editable=False)
    # Rises with every change that calendars have to know (RFC 5545, SEQUENCE).
    sequence = models.PositiveIntegerField(default=0, editable=False)
    # Why it was cancelled or did not come about, in the words of who said so.
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    # The draft as it was when this was booked; empty where nothing was written then. Its text has a door of its own.
    revision = models.ForeignKey(Revision, on_delete=models.SET_NULL, null=True, related_name="+", editable=False)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="consultations_ends_after_start"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="consultations_state"),
            models.CheckConstraint(condition=Q(blocked_until__gte=F("ends_at")), name="consultations_pause_after_end"),
            _no_overlap("consultations_adviser_once", "adviser", until="blocked_until"),
            _no_overlap("consultations_person_once", "adviser_key", until="blocked_until"),
            _no_overlap("consultations_company_once", "company", until="ends_at"),
        ]
        indexes = [models.Index(fields=["programme", "starts_at"], name="consultations_programme_start")]

    def __str__(self):
        return f"{self.starts_at:%Y-%m-%d %H:%M}"

    def save(self, *args, **kwargs):
        if self.blocked_until is None:
            self.blocked_until = self.ends_at
        super().save(*args, **kwargs)

    @property
    def minutes_long(self) -> int:
        """Length in minutes."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class MinutesQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the company and its advisers what was shared; a draft is its adviser's alone."""
        own = Q(consultation__adviser__user_id=user.pk)
        return self.filter(own | Q(shared_at__isnull=False), company__in=Company.objects.content_visible_to(user))


class Minutes(IdentifiedModel):
    """What was said, as far as the company and its advisers share it."""

    consultation = models.OneToOneField(Consultation, on_delete=models.CASCADE, related_name="minutes")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("minutes"), max_length=20000, blank=True)
    matters = models.TextField(_("what was asked"), max_length=10000, blank=True)
    advice = models.TextField(_("what was advised"), max_length=10000, blank=True)
    # Rises with every save, so that two who write at once notice.
    rev = models.PositiveIntegerField(default=0, editable=False)
    # For each passage how often it was saved, and the operation that saved it last: {"advice": {"rev": 3, "by": "…"}}.
    revs = models.JSONField(default=dict, blank=True, editable=False)
    # Empty while the adviser still writes: the company reads them from then on.
    shared_at = models.DateTimeField(null=True, editable=False)
    # Somebody of the company read them and agreed.
    confirmed_at = models.DateTimeField(null=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    # Somebody of the company read them and says what is not right.
    objection = models.TextField(_("what is not right"), max_length=2000, blank=True)
    objected_at = models.DateTimeField(null=True, editable=False)
    objected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    # When the adviser changed them after they had been shared, and the passages as they stood before.
    changed_at = models.DateTimeField(null=True, editable=False)
    before = models.JSONField(default=dict, blank=True, editable=False)
    written_at = models.DateTimeField(auto_now=True)

    objects = MinutesQuerySet.as_manager()

    class Meta:
        verbose_name = _("minutes")
        verbose_name_plural = _("minutes")

    def __str__(self):
        return str(self.consultation_id)

    @property
    def is_disputed(self) -> bool:
        """Whether the company's objection stands: neither changed nor confirmed since."""
        answered = max(filter(None, (self.changed_at, self.confirmed_at)), default=None)
        return self.objected_at is not None and (answered is None or answered < self.objected_at)


class Task(IdentifiedModel):
    """Something to do that the minutes agree on. An action item of the company from the moment they are shared."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="tasks")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("task"), max_length=2000)
    owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who sees to it")
    )
    due_on = models.DateField(_("by when"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # From then on it stands as an action item whose `source_id` is this row; state and answer are there.
    shared_at = models.DateTimeField(null=True, editable=False)

    objects = MinutesQuerySet.as_manager()

    class Meta:
        verbose_name = _("task of a consultation")
        verbose_name_plural = _("tasks of consultations")
        ordering = ["created_at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="consultations_task_says_something")]

    def __str__(self):
        return str(self.pk)


class PrivateNoteQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(author_id=user.pk, company__in=Company.objects.content_visible_to(user))


class PrivateNote(IdentifiedModel):
    """An adviser's own note on a consultation, which nobody else reads."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="private_notes")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("private note"), max_length=20000)
    revs = models.JSONField(default=dict, blank=True, editable=False)
    written_at = models.DateTimeField(auto_now=True)

    objects = PrivateNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("private note")
        verbose_name_plural = _("private notes")
        constraints = [
            models.UniqueConstraint(fields=["consultation", "author"], name="consultations_privatenote_once"),
        ]

    def __str__(self):
        return str(self.consultation_id)
