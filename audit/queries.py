"""Questions about the trail, for the pages of those whom it is about."""

from uuid import UUID

from django.db.models import QuerySet

from .models import Event

LOOKED = "content.looked_at"


def looks(company_id: UUID) -> QuerySet[Event]:
    """Return who from outside the company looked at its texts, the latest first, as far as the asker may read the trail."""
    return Event.objects.of_company(company_id).filter(verb=LOOKED).order_by("-at", "pk")


def last_looked_at(user, *, company_id: UUID, object_type: str, apart_from: UUID | None = None) -> UUID | None:
    """Return the id of the thing of this type that the person looked at last; None where there was none."""
    own = looks(company_id).filter(actor_id=user.pk, object_type=object_type)
    return own.exclude(object_id=apart_from).values_list("object_id", flat=True).first()
