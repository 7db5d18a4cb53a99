"""A company's policy, its cycles, and the log of their moves. Texts come with the workbench."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from companies.models import Company
from policies.catalogue import LATEST
from policies.enums import EDITABLE_STATES, FORMULATED_STATES, OPEN_STATES, FreezeReason, State, Theme, Transition
from programmes.models import Enrolment, Programme, records_visible_to


class PolicyQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(company__in=Company.objects.visible_to(user))


class Policy(IdentifiedModel):
    """What a company keeps beyond the year: one policy a theme. It stays published while the next cycle is drafted."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="policies")
    theme = models.CharField(_("theme"), max_length=20, choices=Theme, default=Theme.HUMAN_RIGHTS)
    published_url = models.URLField(_("published at"), max_length=500, blank=True)
    # What everybody may read; it stays while the next cycle is drafted.
    published_revision = models.ForeignKey(
        "Revision", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints = [
            models.UniqueConstraint(fields=["company", "theme"], name="policies_policy_once_a_theme"),
            models.CheckConstraint(condition=Q(theme__in=Theme.values), name="policies_policy_theme"),
        ]

    def __str__(self):
        return self.get_theme_display()


class CycleQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(records_visible_to(user))

    def open(self):
        return self.filter(state__in=OPEN_STATES)

    def formulated(self):
        return self.filter(state__in=FORMULATED_STATES)


class Cycle(IdentifiedModel):
    """One round of drafting, from the first word to publication. It holds the state; `workflow` alone writes it."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="cycles")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="cycles")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="cycles")
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFTING, editable=False)
    # 1 is the first text of the policy, 2 the one that followed it, and so on.
    number = models.PositiveSmallIntegerField(_("number"), default=1, editable=False)
    # The catalogue of requirements that the cycle started with; a later one does not change what was asked.
    catalogue = models.CharField(max_length=20, default=LATEST, editable=False)
    has_english = models.BooleanField(_("English version"), default=False)
    # The published text that a later cycle starts from.
    based_on = models.ForeignKey(
        "Revision", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    # Approval without an adviser's review is allowed, and said.
    is_reviewed = models.BooleanField(default=False, editable=False)
    opened_at = models.DateTimeField(auto_now_add=True)

    objects = CycleQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy cycle")
        verbose_name_plural = _("policy cycles")
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy"], condition=Q(state__in=OPEN_STATES), name="policies_cycle_one_open"
            ),
            models.UniqueConstraint(fields=["policy", "number"], name="policies_cycle_number_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="policies_cycle_state"),
        ]
        indexes = [models.Index(fields=["programme", "state"], name="policies_cycle_programme_state")]

    def __str__(self):
        return self.get_state_display()

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE_STATES

    @property
    def languages(self) -> tuple[str, ...]:
        return ("ja", "en") if self.has_english else ("ja",)


class MoveQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(records_visible_to(user))


class Move(IdentifiedModel):
    """One change of a cycle's state: the log that its dates are read from. Append-only."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="moves")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    transition = models.CharField(max_length=20, choices=Transition)
    from_state = models.CharField(max_length=20, choices=State)
    to_state = models.CharField(max_length=20, choices=State)
    moved_on = models.DateField(_("on"))
    recorded_at = models.DateTimeField(auto_now_add=True)
    actor_id = models.UUIDField(null=True)
    # True where the move came with an import: it tells a date, not who did it.
    is_restored = models.BooleanField(default=False)

    objects = MoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        ordering = ["moved_on", "recorded_at"]

    def __str__(self):
        return f"{self.from_state} → {self.to_state}"


class RevisionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For members and assigned advisers all; for the secretariat those that the company shared."""
        content = Q(company__in=Company.objects.content_visible_to(user))
        return self.filter(records_visible_to(user), content | Q(shared_at__isnull=False))


class Revision(IdentifiedModel):
    """A frozen text of a cycle: sections and paragraphs as JSON, with the sha256 of its canonical form. Immutable."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="revisions")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("number"))
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    reason = models.CharField(_("occasion"), max_length=12, choices=FreezeReason, default=FreezeReason.REQUEST)
    # What the person called it who asked to keep it.
    label = models.CharField(_("name"), max_length=100, blank=True)
    frozen_by_id = models.UUIDField(null=True)
    frozen_at = models.DateTimeField(auto_now_add=True)
    # Set when the company shared this revision with the secretariat, and at approval.
    shared_at = models.DateTimeField(null=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "number"], name="policies_revision_number_once"),
        ]

    def __str__(self):
        return str(self.number)
