"""What follows a deed on a consultation, done by a worker in the name of somebody who may read the draft."""

from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from consultations import permissions
from consultations.enums import State
from consultations.models import Consultation
from jobs.services import tell
from jobs.tasks import told
from policies import services as policies


@transaction.atomic
def keep_draft(consultation: Consultation, *, actor) -> None:
    """Keep the draft as it is now as what the consultation is about. Raises PermissionDenied for who may not read it."""
    consultation.revision = policies.freeze_for_booking(enrolment=consultation.enrolment, actor=actor)
    consultation.save(update_fields=["revision"])


@told("consultations.keep_draft_for_adviser")
def keep_draft_for_adviser(consultation_id: str) -> None:
    """Keep the draft for a consultation that somebody booked who may not read it: its adviser may, and will."""
    consultation = Consultation.objects.select_related("enrolment", "adviser__user").filter(pk=consultation_id).first()
    if consultation is not None and consultation.state == State.BOOKED and consultation.revision_id is None:
        keep_draft(consultation, actor=consultation.adviser.user)


def pin_draft(consultation: Consultation, *, actor, begins: date) -> None:
    """Keep the draft as it is now as what the consultation is about: at once, or by a worker for the adviser.

    `begins` is the first day of the adviser's assignment, before which the adviser may not read it.
    """
    if permissions.can_read_draft(actor, consultation):
        keep_draft(consultation, actor=actor)
    else:
        key = f"consultations.keep_draft:{consultation.pk}"
        tell(
            keep_draft_for_adviser,
            key=f"{key}:{consultation.sequence}" if consultation.sequence else key,
            args=[consultation.pk],
            actor=consultation.adviser.user,
            run_after=max(timezone.now(), timezone.make_aware(datetime.combine(begins, time.min))),
        )
