"""A programme and its year: organisations, seats, participating companies, milestones, sessions, attendance."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel, in_language
from common.prepared import Prepared
from companies.enums import AccessKind
from companies.models import Company, companies_of, companies_through
from programmes.enums import (
    MANAGING_ROLES,
    MilestoneCode,
    OrganisationRole,
    SeatRole,
)

# Doors ask these about nearly every row of a page; each is built once. Enrolments are those of a person's own companies.
_managed = Prepared(lambda user_id: Seat.objects.current().managing().filter(user_id=user_id).values("programme_id"))
_visible = Prepared(lambda user_id: Programme.objects.filter(_takes_part(user_id)).order_by().values("pk"))


def _takes_part(user_id) -> Q:
    seats = Seat.objects.current().filter(user_id=user_id)
    enrolments = Enrolment.objects.filter(company_id__in=companies_through((AccessKind.MEMBER,))(user_id))
    return Q(pk__in=seats.order_by().values("programme_id")) | Q(pk__in=enrolments.order_by().values("programme_id"))


def records_visible_to(user, *kinds: AccessKind) -> Q:
    """The rule for what a company did in a programme, as row-level security has it (`common.tenancy.operations`).

    Whoever runs the programme sees all of it; others what their own or advised companies did in it. `kinds` narrows
    these companies, as for feedback, which is not for advisers.
    """
    own = companies_of(user, *(kinds or (AccessKind.MEMBER, AccessKind.ADVISER)))
    return Q(programme_id__in=_managed(user.pk)) | Q(company_id__in=own, programme_id__in=_visible(user.pk))


class ProgrammeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Programmes that the person has a seat in, or that their company takes part in."""
        return self.filter(pk__in=_visible(user.pk))

    def managed_by(self, user):
        """Programmes whose secretariat the person belongs to."""
        return self.filter(pk__in=_managed(user.pk))


class Programme(IdentifiedModel):
    """One year's programme. The fiscal year is its own fact and is never computed from a date."""

    code = models.SlugField(_("code"), max_length=50, unique=True)
    name_ja = models.CharField(_("name (Japanese)"), max_length=200, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    theme_ja = models.CharField(_("theme (Japanese)"), max_length=200, blank=True)
    theme_en = models.CharField(_("theme (English)"), max_length=200, blank=True)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    target_ja = models.CharField(_("target (Japanese)"), max_length=300, blank=True)
    target_en = models.CharField(_("target (English)"), max_length=300, blank=True)
    target_due_on = models.DateField(_("target date"), null=True, blank=True)
    consultations_start_on = models.DateField(_("consultations from"), null=True, blank=True)
    consultations_end_on = models.DateField(_("consultations until"), null=True, blank=True)
    consultations_per_company = models.PositiveSmallIntegerField(_("consultations for each company"), default=0)
    consultation_minutes = models.PositiveSmallIntegerField(_("minutes of a consultation"), default=60)
    # The programme of the year before, from whose plan this one was made; each is followed by one at most.
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="next", editable=False
    )
    # True where the companies and people are made up, which every page of the programme says.
    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # From then on it is read only; see `services.ending`. What was said last stays when it is opened again.
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    closed_reason = models.CharField(_("reason for closing"), max_length=300, blank=True, editable=False)
    reopened_at = models.DateTimeField(_("opened again"), null=True, blank=True, editable=False)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    reopened_reason = models.CharField(_("reason for opening again"), max_length=300, blank=True, editable=False)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["-fiscal_year", "-starts_on", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="programmes_programme_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(consultations_start_on__isnull=True)
                | Q(consultations_end_on__isnull=True)
                | Q(consultations_end_on__gte=F("consultations_start_on")),
                name="programmes_programme_consultations_in_order",
            ),
            models.CheckConstraint(condition=~Q(name_ja="") | ~Q(name_en=""), name="programmes_programme_has_a_name"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | (Q(closed_by__isnull=False) & ~Q(closed_reason="")),
                name="programmes_programme_closed_for_a_reason",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name")

    @property
    def theme(self) -> str:
        return in_language(self, "theme")

    @property
    def target(self) -> str:
        return in_language(self, "target")


class Organisation(IdentifiedModel):
    """An organisation behind the programme."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="organisations")
    order = models.PositiveSmallIntegerField(default=0)
    name_ja = models.CharField(_("name (Japanese)"), max_length=200, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=OrganisationRole)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=OrganisationRole.values), name="programmes_organisation_role"),
        ]

    def __str__(self):
        return in_language(self, "name")


class SeatQuerySet(models.QuerySet):
    def current(self):
        return self.filter(ended_at__isnull=True)

    def managing(self):
        return self.filter(role__in=MANAGING_ROLES)

    def advising(self):
        return self.filter(role=SeatRole.ADVISER)

    def visible_to(self, user):
        return self.filter(programme__in=Programme.objects.visible_to(user))


class Seat(IdentifiedModel):
    """Someone's place in a programme: secretariat or adviser. `user` is empty until they accepted an invitation."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="seats")
    role = models.CharField(_("role"), max_length=10, choices=SeatRole)
    name_ja = models.CharField(_("name (Japanese)"), max_length=100, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=100, blank=True)
    name_kana = models.CharField(_("name (kana)"), max_length=100, blank=True)
    title = models.CharField(_("job title"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail address"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="seats"
    )
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["role", "name_kana", "email"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "email", "role"], condition=Q(ended_at__isnull=True), name="programmes_seat_once"
            ),
            models.CheckConstraint(condition=Q(role__in=SeatRole.values), name="programmes_seat_role"),
        ]
        indexes = [models.Index(fields=["user"], name="programmes_seat_user", condition=Q(ended_at__isnull=True))]

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name") or self.email


def has_withdrawn(day) -> Q:
    """The condition on an enrolment that the company had withdrawn by `day` and was not back by then."""
    away = Interruption.objects.filter(enrolment=OuterRef("pk"), withdrawn_on__lte=day, returned_on__gt=day)
    return Q(withdrawn_on__isnull=False, withdrawn_on__lte=day) | Q(Exists(away))


class EnrolmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(records_visible_to(user))

    def as_of(self, day):
        """Companies that take part on `day`: joined by it and not withdrawn by it. The denominator of every share."""
        return self.filter(~has_withdrawn(day), joined_on__lte=day)


class Enrolment(IdentifiedModel):
    """A company's part in a programme; what belongs to the year hangs here."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="enrolments")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="enrolments")
    code = models.CharField(_("company code"), max_length=20)
    joined_on = models.DateField(_("joined on"))
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    withdrawal_reason = models.CharField(_("reason"), max_length=300, blank=True)
    # The same company's part in the programme before: its history. Nothing of it is copied or moved.
    continues = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="continued", editable=False
    )

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["code", "id"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "company"], name="programmes_enrolment_once"),
            models.UniqueConstraint(fields=["programme", "code"], name="programmes_enrolment_code_once"),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("joined_on")),
                name="programmes_enrolment_withdrawn_after_joined",
            ),
        ]

    def __str__(self):
        return self.code


class InterruptionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(records_visible_to(user))


class Interruption(IdentifiedModel):
    """Days on which a company did not take part although it does again: it withdrew on the one and was back on the other.

    Append-only, so that a figure of a day in between stays what it was. A withdrawal that lasts stands in the enrolment.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="interruptions")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    withdrawn_on = models.DateField(_("withdrawn on"))
    returned_on = models.DateField(_("returned on"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = InterruptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("interruption")
        verbose_name_plural = _("interruptions")
        ordering = ["withdrawn_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(returned_on__gt=F("withdrawn_on")), name="programmes_interruption_in_order"
            ),
        ]

    def __str__(self):
        return f"{self.enrolment_id} {self.withdrawn_on}"


class AssignmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(records_visible_to(user))

    def on(self, day):
        """Assignments that hold on `day`, both ends included."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)


class Assignment(IdentifiedModel):
    """An adviser's time with a company. It alone opens the company's content to the adviser."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="assignments")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="assignments")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="assignments")
    adviser = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="assignments")
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="programmes_assignment_in_order",
            ),
            ExclusionConstraint(
                name="programmes_assignment_no_overlap",
                expressions=[
                    ("enrolment", RangeOperators.EQUAL),
                    ("adviser", RangeOperators.EQUAL),
                    (
                        Func(
                            "starts_on",
                            "ends_on",
                            RangeBoundary(inclusive_upper=True),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self):
        return f"{self.adviser_id} {self.enrolment_id}"


class MilestoneKindQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(programme__in=Programme.objects.visible_to(user))


class MilestoneKind(IdentifiedModel):
    """A step that this programme counts, with its definition. The programme's data, never a list in code."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="milestone_kinds")
    order = models.PositiveSmallIntegerField(default=0)
    code = models.SlugField(_("code"), max_length=40)
    # Which event of the portal reaches it; `subject` narrows it to one session's code or one consultation's number.
    source = models.CharField(max_length=12, choices=MilestoneCode)
    subject = models.CharField(max_length=40, blank=True)
    # Of `catalogue.themes`, for a step of a theme beside the policy.
    theme = models.CharField(_("theme"), max_length=20, blank=True)
    name_ja = models.CharField(_("name (Japanese)"), max_length=100, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=100, blank=True)
    definition_ja = models.CharField(_("definition (Japanese)"), max_length=300, blank=True)
    definition_en = models.CharField(_("definition (English)"), max_length=300, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)

    objects = MilestoneKindQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="programmes_milestonekind_code_once"),
            models.UniqueConstraint(
                fields=["programme", "source", "subject"], name="programmes_milestonekind_source_once"
            ),
        ]

    def __str__(self):
        return in_language(self, "name")

    @property
    def is_deadline(self) -> bool:
        """Whether a company can be given longer for it; not for the day of a session or of joining."""
        return self.source not in (MilestoneCode.JOINED, MilestoneCode.SESSION)

    @property
    def name(self) -> str:
        return in_language(self, "name")

    @property
    def definition(self) -> str:
        return in_language(self, "definition")


class MilestoneDateQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(records_visible_to(user))

    def as_of(self, day):
        """Reached by `day` and not cancelled by it."""
        return self.filter(Q(cancelled_on__isnull=True) | Q(cancelled_on__gt=day), reached_on__lte=day)


class MilestoneDate(IdentifiedModel):
    """The day a company reached a milestone. Never deleted: a mistake is cancelled from a day on, and stays to be seen."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="milestone_dates")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    kind = models.ForeignKey(MilestoneKind, on_delete=models.PROTECT, related_name="dates")
    reached_on = models.DateField(_("reached on"))
    recorded_at = models.DateTimeField(auto_now_add=True)
    cancelled_on = models.DateField(_("cancelled on"), null=True, blank=True)
    # The row that proves it, as "app.model:id".
    evidence = models.CharField(max_length=120, blank=True)
    # Of what was recorded by hand: what shows it, and who says so.
    note = models.CharField(_("note"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = MilestoneDateQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone date")
        verbose_name_plural = _("milestone dates")
        ordering = ["reached_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "kind"],
                condition=Q(cancelled_on__isnull=True),
                name="programmes_milestonedate_one_open",
            ),
        ]
        indexes = [models.Index(fields=["programme", "kind", "reached_on"], name="programmes_milestone_reached")]

    def __str__(self):
        return f"{self.kind_id} {self.reached_on}"
