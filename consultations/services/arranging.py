"""Deeds on consultations. Every change of state is a move of `workflow`; the database refuses double booking."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import services as audit
from consultations import permissions, tasks
from consultations.enums import ChangeKind
from consultations.models import Change, Consultation, Minutes, PrivateNote
from programmes.models import Assignment, Enrolment, Seat

from .refusals import BookingRefused


class NotAssigned(BookingRefused):
    """The adviser has no assignment to the company on the day, so that nothing can be booked with them."""

    def __init__(self, adviser: Seat):
        super().__init__(
            _("%(adviser)s is not assigned to this company on that day. Please choose another adviser or day.")
            % {"adviser": adviser}
        )


@transaction.atomic
def book_consultation(
    *, enrolment: Enrolment, adviser: Seat, starts_at: datetime, minutes: int, method: str, actor, **fields
) -> Consultation:
    """Book the adviser for the company from `starts_at` for `minutes`; `fields` are further ones of the consultation.

    What stands here is true of every booking. Whether a company may choose this time is `booking.book`'s question.

    Raises PermissionDenied ("not you"), NotAssigned, and IntegrityError where the adviser or the company is already
    in another consultation at that time: the database decides races.

    The draft is kept as it is now, at once by a member or an adviser. The secretariat may not read it; after its booking
    a worker keeps it in the adviser's name, as soon as the adviser's assignment has begun.
    """
    if not permissions.can_book(actor, enrolment):
        raise PermissionDenied
    on = timezone.localdate(starts_at)
    assignment = Assignment.objects.on(on).filter(enrolment=enrolment, adviser=adviser).first()
    if assignment is None:
        raise NotAssigned(adviser)
    consultation = Consultation(
        enrolment=enrolment,
        company_id=enrolment.company_id,
        programme_id=enrolment.programme_id,
        adviser=adviser,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        method=method,
        **fields,
    )
    consultation.save(force_insert=True)
    _tell("consultation.booked", consultation, actor)
    record_change(consultation, kind=ChangeKind.BOOKED, actor=actor)
    tasks.pin_draft(consultation, actor=actor, begins=assignment.starts_on)
    return consultation


def record_change(
    consultation: Consultation,
    *,
    kind: ChangeKind,
    actor,
    before: datetime | None = None,
    reason: str = "",
    former: Seat | None = None,
) -> Change:
    """Write into the history of a consultation that it was booked, moved or cancelled; everything new passes here."""
    change = Change(
        consultation=consultation,
        kind=kind,
        starts_at=consultation.starts_at,
        before=before,
        reason=reason,
        made_by_id=actor.pk,
        former_user_id=former.user_id if former and former.pk != consultation.adviser_id else None,
        **_tenant(consultation),
    )
    change.save(force_insert=True)
    return change


@transaction.atomic
def write_minutes(*, consultation: Consultation, text: str, actor) -> Minutes:
    """Keep what was said, for the company and its advisers. Raises PermissionDenied for others than its adviser."""
    if not permissions.can_write(actor, consultation):
        raise PermissionDenied
    minutes, _created = Minutes.objects.update_or_create(
        consultation=consultation,
        defaults=_tenant(consultation) | {"text": text},
        create_defaults=_tenant(consultation) | {"text": text, "shared_at": timezone.now()},
    )
    _tell("minutes.written", consultation, actor)
    return minutes


@transaction.atomic
def note_privately(*, consultation: Consultation, text: str, actor) -> PrivateNote:
    """Keep the adviser's own note, which nobody else reads and no trail mentions."""
    if not permissions.can_write(actor, consultation):
        raise PermissionDenied
    note, _created = PrivateNote.objects.update_or_create(
        consultation=consultation, author=actor, defaults=_tenant(consultation) | {"text": text}
    )
    return note


def _tenant(consultation: Consultation) -> dict:
    return {"company_id": consultation.company_id, "programme_id": consultation.programme_id}


def _tell(verb: str, consultation: Consultation, actor) -> None:
    audit.log(actor=actor, verb=verb, obj=consultation, **_tenant(consultation))
