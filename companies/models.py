"""The tenant: a company, its people, and who may see it."""

from functools import cache

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel, in_language
from common.prepared import Prepared

from .enums import AccessKind, MemberRole, PersonLevel
from .validators import validate_corporate_number


class AccessQuerySet(models.QuerySet):
    def valid(self, now=None):
        """Access that holds at `now`, which is the present by the database's clock unless given."""
        now = now or Now()
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=now), revoked_at__isnull=True, starts_at__lte=now
        )

    def of(self, user, *kinds: str):
        return self.valid().filter(user_id=user.pk, kind__in=kinds or AccessKind.values)

    def company_ids(self):
        return self.values("company_id")


class Access(IdentifiedModel):
    """Who may see which company, and why: the one table that both SQL predicates are computed from.

    Written only by `companies.services`, through functions of the database that check the granter.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="accesses")
    company = models.ForeignKey("Company", on_delete=models.PROTECT, related_name="accesses")
    kind = models.CharField(max_length=12, choices=AccessKind)
    # The membership, assignment or seat this access comes from; it ends with it.
    source_id = models.UUIDField()
    granted_by_id = models.UUIDField(null=True)
    starts_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = AccessQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "company", "source_id"], name="companies_access_once_a_source"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("starts_at")),
                name="companies_access_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(kind__in=AccessKind.values), name="companies_access_kind"),
        ]
        indexes = [
            models.Index(
                fields=["user", "company"], name="companies_access_open", condition=Q(revoked_at__isnull=True)
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.user_id} {self.company_id}"


def companies_of(user, *kinds: AccessKind) -> RawSQL:
    """Ids of the companies that the person has access to, of any kind or of these, for `…__in`."""
    return companies_through(kinds)(user.pk)


@cache
def companies_through(kinds: tuple[AccessKind, ...]) -> Prepared:
    """The same by the id of the person; prepared, because nearly every door asks it."""
    access = Access.objects.filter(kind__in=kinds or AccessKind.values)
    return Prepared(lambda user_id: access.valid().filter(user_id=user_id).company_ids())


class CompanyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Companies whose records the person may see."""
        return self.filter(pk__in=companies_of(user))

    def content_visible_to(self, user):
        """Companies whose texts the person may read: members and assigned advisers."""
        return self.filter(pk__in=companies_of(user, AccessKind.MEMBER, AccessKind.ADVISER))


class Company(IdentifiedModel):
    """A participating company. What is theirs is invisible to every other."""

    name_ja = models.CharField(_("name (Japanese)"), max_length=200, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    name_kana = models.CharField(_("name (kana)"), max_length=200, blank=True)
    corporate_number = models.CharField(
        _("corporate number"), max_length=13, blank=True, validators=[validate_corporate_number]
    )
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    prefecture = models.CharField(_("prefecture"), max_length=50, blank=True)
    buyer = models.CharField(_("buyer"), max_length=200, blank=True)
    # Seven digits, without the hyphen.
    postal_code = models.CharField(_("postal code"), max_length=7, blank=True)
    address_ja = models.CharField(_("address (Japanese)"), max_length=300, blank=True)
    address_en = models.CharField(_("address (English)"), max_length=300, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    website = models.URLField(_("website"), max_length=300, blank=True)
    # In units of 10,000 yen, as registers and forms have it.
    capital = models.PositiveBigIntegerField(_("capital (10,000 yen)"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ["name_kana", "name_ja", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name_ja="") | ~Q(name_en=""), name="companies_company_has_a_name"),
            models.CheckConstraint(
                condition=Q(corporate_number="") | Q(corporate_number__regex=r"^[1-9][0-9]{12}$"),
                name="companies_company_number_shape",
            ),
            models.CheckConstraint(
                condition=Q(postal_code="") | Q(postal_code__regex=r"^[0-9]{7}$"),
                name="companies_company_postal_code_shape",
            ),
        ]
        indexes = [models.Index(fields=["corporate_number"], name="companies_company_number")]

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name")


class ProfileChangeQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(company__in=Company.objects.visible_to(user))


class ProfileChange(IdentifiedModel):
    """What somebody changed in a company's profile, or wanted to. Append-only: the history that the company reads."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="profile_changes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Corrections from outside say why, and the company reads it.
    by_secretariat = models.BooleanField(default=False)
    note = models.CharField(_("why it is corrected"), max_length=300, blank=True)
    # A list of {"field", "before", "after"}.
    changes = models.JSONField(default=list)
    # True where somebody else had changed the same meanwhile: kept to be read, never taken over.
    is_beside = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    objects = ProfileChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a profile")
        verbose_name_plural = _("changes of profiles")
        ordering = ["-saved_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(by_secretariat=False) | ~Q(note=""), name="companies_profilechange_corrections_say_why"
            ),
        ]
        indexes = [models.Index(fields=["company", "saved_at"], name="companies_profilechange_latest")]

    def __str__(self):
        return f"{self.company_id} {self.saved_at:%Y-%m-%d}"


class PersonQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(company__in=Company.objects.visible_to(user))

    def staying(self):
        """Who is at the company: those who left stand in what was, and are offered for nothing more."""
        return self.filter(left_on__isnull=True)


class Person(IdentifiedModel):
    """Someone at a company. Signing in is another matter: `user` is empty until they accepted an invitation."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="people")
    name_ja = models.CharField(_("name (Japanese)"), max_length=100, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=100, blank=True)
    name_kana = models.CharField(_("name (kana)"), max_length=100, blank=True)
    title = models.CharField(_("job title"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    level = models.CharField(_("level"), max_length=10, choices=PersonLevel, default=PersonLevel.WORKING)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="people"
    )
    # From this day on no longer at the company; what they did and said stays theirs.
    left_on = models.DateField(_("left on"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name_kana", "name_ja", "name_en", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name_ja="") | ~Q(name_en=""), name="companies_person_has_a_name"),
            models.CheckConstraint(condition=Q(level__in=PersonLevel.values), name="companies_person_level"),
            models.UniqueConstraint(
                fields=["company", "user"], condition=Q(user__isnull=False), name="companies_person_once_a_company"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name")


class MembershipQuerySet(models.QuerySet):
    def current(self):
        return self.filter(ended_at__isnull=True)

    def visible_to(self, user):
        return self.filter(company__in=Company.objects.visible_to(user))


class Membership(IdentifiedModel):
    """A person's right to act for the company, as manager or staff. Waiting until an account is linked to the person."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("rights"), max_length=10, choices=MemberRole)
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_at__isnull=True), name="companies_membership_one_open"
            ),
            models.CheckConstraint(condition=Q(role__in=MemberRole.values), name="companies_membership_role"),
        ]

    def __str__(self):
        return f"{self.person_id} {self.role}"
