"""Questions about one company's part in a programme: its deadlines, who is in charge, the memo, and what it owes."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from programmes.models import Charge, Enrolment, Extension, MemoSave, MilestoneDate, MilestoneKind, Seat


def deadlines(user, *, company_id: UUID, programme_ids: Iterable[UUID], day: date) -> QuerySet[MilestoneKind]:
    """The programmes' milestones in order, each with `reached_on`, `note` and `own`, the extension that holds on `day`, else None.

    `own` has due_on, reason, since_on (ISO dates) and the names of who granted it.
    """
    dates = MilestoneDate.objects.as_of(day).filter(company=company_id, kind=OuterRef("pk"))
    own = Extension.objects.as_of(day).filter(company=company_id, kind=OuterRef("pk"))
    extension = own.values(
        json=JSONObject(
            due_on=F("due_on"),
            reason=F("reason"),
            since_on=F("since_on"),
            name_ja=F("granted_by__name_ja"),
            name_en=F("granted_by__name_en"),
        )
    )
    return (
        MilestoneKind.objects.visible_to(user)
        .filter(programme__in=programme_ids)
        .annotate(
            reached_on=Subquery(dates.values("reached_on")[:1]),
            note=Subquery(dates.values("note")[:1]),
            own=Subquery(extension[:1]),
        )
    )


def in_charge(enrolment: Enrolment, *, day: date) -> Charge | None:
    """Return who of the secretariat sees to the company on `day`."""
    return Charge.objects.as_of(day).filter(enrolment=enrolment).select_related("seat").last()


def secretaries(programme_id: UUID) -> QuerySet[Seat]:
    """Who can be put in charge."""
    return Seat.objects.current().managing().filter(programme=programme_id).exclude(role="operator")


def memo_saves(user, enrolment: Enrolment) -> QuerySet[MemoSave]:
    """Every text of the memo, the last first."""
    return MemoSave.objects.visible_to(user).filter(enrolment=enrolment).select_related("author")
