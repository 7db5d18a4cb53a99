"""What all content of a cycle has in common: whose it is, and the doors to it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.models import IdentifiedModel
from companies.models import Company
from programmes.models import Programme

from .records import Cycle


def content_visible_to(user) -> Q:
    """Rows of companies whose texts the person may read, in programmes that they take part in.

    As row-level security has it (CONTENT_RECORDS in `common.tenancy.operations`).
    """
    return Q(company__in=Company.objects.content_visible_to(user), programme__in=Programme.objects.visible_to(user))


class ContentQuerySet(models.QuerySet):
    """Content: for members of the company and its assigned advisers."""

    def visible_to(self, user):
        return self.filter(content_visible_to(user))


class SharedQuerySet(models.QuerySet):
    """Content that is its author's alone until it is shared."""

    def visible_to(self, user):
        return self.filter(content_visible_to(user), Q(shared_at__isnull=False) | Q(author_id=user.pk))

    def shared(self):
        return self.filter(shared_at__isnull=False)


class OfCycle(IdentifiedModel):
    """A row of a cycle, with the tenant in columns of its own for row-level security and composite keys."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="%(class)ss")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Authored(OfCycle):
    """A row that only its author sees until `shared_at`."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    shared_at = models.DateTimeField(null=True, blank=True)

    objects = SharedQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def is_shared(self) -> bool:
        return self.shared_at is not None


def of_cycle(cycle: Cycle) -> dict:
    """Return the columns that every row of a cycle names, for `Model(**of_cycle(cycle), …)`."""
    return {"cycle_id": cycle.pk, "company_id": cycle.company_id, "programme_id": cycle.programme_id}
