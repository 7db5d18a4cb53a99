"""Questions about the trail, for the pages of those whom it is about."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from .models import Event

LOOKED = "content.looked_at"
# More are not counted: counting a whole trail would take longer than showing a page of it.
MOST_COUNTED = 10_000


def looks(company_id: UUID) -> QuerySet[Event]:
    """Return who from outside the company looked at its texts, the latest first, as far as the asker may read the trail."""
    return Event.objects.of_company(company_id).filter(verb=LOOKED).order_by("-at", "pk")


def last_looked_at(user, *, company_id: UUID, object_type: str, apart_from: UUID | None = None) -> UUID | None:
    """Return the id of the thing of this type that the person looked at last; None where there was none."""
    own = looks(company_id).filter(actor_id=user.pk, object_type=object_type)
    return own.exclude(object_id=apart_from).values_list("object_id", flat=True).first()


def of_company(company_id: UUID) -> QuerySet[Event]:
    return Event.objects.of_company(company_id)


def of_programme(programme_id: UUID) -> QuerySet[Event]:
    return Event.objects.filter(programme_id=programme_id)


def of_accounts(user_ids: Iterable[UUID]) -> QuerySet[Event]:
    """Return what happened to accounts, which belongs to no company and no programme: signing in, first of all."""
    return Event.objects.filter(
        object_type="accounts.user", object_id__in=list(user_ids), company_id__isnull=True, programme_id__isnull=True
    )


def of_person(user) -> QuerySet[Event]:
    """Return what the person did, and what happened to their account."""
    return Event.objects.filter(Q(actor_id=user.pk) | Q(object_type="accounts.user", object_id=user.pk))


def counted(events: QuerySet[Event]) -> int:
    """Return how many there are; one more than are counted, where there are more."""
    return events.order_by()[: MOST_COUNTED + 1].count()
