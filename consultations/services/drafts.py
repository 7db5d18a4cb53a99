"""A booking on its way: what was entered is kept between the steps, on the server and for its author alone."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from companies.permissions import is_member
from consultations import queries
from consultations.models import BookingDraft
from programmes.models import Enrolment

from .booking import why_not


@transaction.atomic
def keep_booking(*, enrolment: Enrolment, operation: UUID, actor, **entered) -> BookingDraft:
    """Keep what was entered in the first step; a time chosen before stays. Raises PermissionDenied for others."""
    if not is_member(actor, enrolment.company_id):
        raise PermissionDenied
    draft, is_new = BookingDraft.objects.get_or_create(
        pk=operation,
        author=actor,
        defaults={"enrolment": enrolment, "company_id": enrolment.company_id, "programme_id": enrolment.programme_id}
        | entered,
    )
    if not is_new:
        for name, value in entered.items():
            setattr(draft, name, value)
        draft.save(update_fields=[*entered, "changed_at"])
    return draft


@transaction.atomic
def keep_time(*, draft: BookingDraft, slot: queries.Slot, actor) -> BookingDraft:
    """Keep the time chosen in the second step. Nothing is reserved by it, and the page says so."""
    if draft.author_id != actor.pk:
        raise PermissionDenied
    draft.adviser_id, draft.starts_at = slot.adviser_id, slot.starts_at
    draft.save(update_fields=["adviser", "starts_at", "changed_at"])
    return draft


def read_operation(text: str) -> UUID:
    """Read the id that a form brings along. Raises ValueError for what is none."""
    return UUID(text)


def why_not_offered(enrolment: Enrolment, adviser_id: UUID, starts_at: datetime, *, now: datetime) -> str:
    """Return the sentence that says why a time cannot be chosen, and what can be done."""
    return str(why_not(enrolment, adviser_id, starts_at, now=now))
