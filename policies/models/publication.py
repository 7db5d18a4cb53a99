"""What everybody may read: when and where a policy was published, and the public register, which holds nothing else."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel, in_language
from companies.models import Company
from policies.enums import LinkReason, LinkState
from programmes.models import Programme

from .records import Revision
from .reviews import RecordQuerySet
from .tenancy import OfCycle


class Publication(OfCycle):
    """One publication of one approved text: at an address of the company's, in the register, or both."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="publications")
    published_on = models.DateField(_("published on"))
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    address = models.URLField(_("address"), max_length=500, blank=True)
    is_in_register = models.BooleanField(_("in the public register"), default=False)
    # When the company means to look at its policy again.
    review_on = models.DateField(_("yearly review on"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    link_state = models.CharField(max_length=10, choices=LinkState, blank=True)
    link_reason = models.CharField(max_length=12, choices=LinkReason, blank=True)
    link_checked_at = models.DateTimeField(null=True, blank=True)
    # When a check was asked for last: it is still under way while this is later than `link_checked_at`.
    link_asked_at = models.DateTimeField(null=True, blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["published_on", "recorded_at"]
        constraints = [
            models.UniqueConstraint(fields=["cycle"], name="policies_publication_once_a_cycle"),
            models.CheckConstraint(
                condition=Q(link_state="") | Q(link_state__in=LinkState.values), name="policies_publication_link"
            ),
        ]

    def __str__(self):
        return str(self.published_on)

    @property
    def is_checking(self) -> bool:
        """Whether the link check was asked for and has not answered yet."""
        return self.link_asked_at is not None and (
            self.link_checked_at is None or self.link_checked_at < self.link_asked_at
        )


class CatalogueChoice(IdentifiedModel):
    """Which catalogue of requirements the cycles of a programme start with; without one, the latest."""

    programme = models.OneToOneField(Programme, on_delete=models.CASCADE, related_name="+")
    version = models.CharField(max_length=20)

    class Meta:
        verbose_name = _("catalogue of a programme")
        verbose_name_plural = _("catalogues of programmes")

    def __str__(self):
        return self.version


class RegisterQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everybody sees all of it, signed in or not."""
        return self

    def listed(self):
        return self.filter(is_listed=True)

    def hold(self):
        """Let one transaction write at a time: `updated_at` rises in the order of the commits, and slugs do not meet."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('policies.register'))")


class RegisterEntry(IdentifiedModel):
    """A company in the public register. Written by its own people only, read by everybody; nothing here is a draft."""

    company = models.OneToOneField(Company, on_delete=models.PROTECT, related_name="+")
    slug = models.SlugField(max_length=40, unique=True)
    is_listed = models.BooleanField(default=True)
    name_ja = models.CharField(max_length=200, blank=True)
    name_en = models.CharField(max_length=200, blank=True)
    name_kana = models.CharField(max_length=200, blank=True)
    corporate_number = models.CharField(max_length=13, blank=True)
    industry = models.CharField(max_length=100, blank=True)
    prefecture = models.CharField(max_length=50, blank=True)
    # Names and number as `searching` prepares them, and the pieces of one and two characters that they hold.
    search = models.CharField(max_length=700, blank=True, editable=False)
    grams = ArrayField(models.CharField(max_length=2), default=list, blank=True, editable=False)
    sort_name = models.CharField(max_length=200, blank=True, editable=False)
    # Of the present version, for lists and filters.
    present = models.ForeignKey(
        "RegisterVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    published_on = models.DateField()
    languages = models.CharField(max_length=10, default="ja")
    # Rises with the order of the commits (`services.publication` writes one at a time): the register's own version.
    updated_at = models.DateTimeField(auto_now=True)

    objects = RegisterQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the register")
        verbose_name_plural = _("entries of the register")
        ordering = ["sort_name", "id"]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="policies_register_name", condition=Q(is_listed=True)),
            models.Index(
                fields=["-published_on", "id"], name="policies_register_published", condition=Q(is_listed=True)
            ),
            models.Index(fields=["industry"], name="policies_register_industry", condition=Q(is_listed=True)),
            models.Index(fields=["prefecture"], name="policies_register_prefecture", condition=Q(is_listed=True)),
            models.Index(fields=["-updated_at"], name="policies_register_updated"),
            GinIndex(fields=["grams"], name="policies_register_grams"),
        ]

    def __str__(self):
        return in_language(self, "name")


class RegisterVersion(IdentifiedModel):
    """A published text, kept for ever as it was. The last of an entry is the present one."""

    entry = models.ForeignKey(RegisterEntry, on_delete=models.PROTECT, related_name="versions")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    # What it was published by: row-level security takes a text only as that publication's revision has it.
    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, null=True, related_name="register_versions", editable=False
    )
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    published_on = models.DateField()
    approved_on = models.DateField(null=True, blank=True)
    approver_title = models.CharField(max_length=100, blank=True)
    was_reviewed = models.BooleanField(default=False)
    address = models.URLField(max_length=500, blank=True)
    link_state = models.CharField(max_length=10, choices=LinkState, blank=True)
    link_checked_at = models.DateTimeField(null=True, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)

    objects = models.Manager.from_queryset(RegisterQuerySet)()

    class Meta:
        verbose_name = _("version in the register")
        verbose_name_plural = _("versions in the register")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["entry", "number"], name="policies_registerversion_once")]

    def __str__(self):
        return str(self.number)
