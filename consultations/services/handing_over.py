"""What advisers of a company leave for each other."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit import services as audit
from companies.permissions import is_adviser_of
from consultations.models import HandOverNote
from policies.services.texts import check_text
from programmes.models import Assignment


@transaction.atomic
def leave_note(*, assignment: Assignment, text: str, actor) -> HandOverNote | None:
    """Leave a note for those who advise the company beside or after the adviser; an empty one takes it away.

    Raises PermissionDenied for others than the adviser of the assignment while it holds, and ValidationError.
    """
    if assignment.adviser.user_id != actor.pk or not is_adviser_of(actor, assignment.company_id):
        raise PermissionDenied
    text = check_text(text).strip()
    most = HandOverNote._meta.get_field("text").max_length
    if len(text) > most:
        raise ValidationError(_("A note holds at most %(most)s characters.") % {"most": f"{most:,}"})
    if not text:
        HandOverNote.objects.filter(assignment=assignment).delete()
        return None
    tenant = {"company_id": assignment.company_id, "programme_id": assignment.programme_id}
    values = tenant | {"author": actor, "text": text}
    note, _created = HandOverNote.objects.update_or_create(assignment=assignment, defaults=values)
    audit.log(actor=actor, verb="hand_over.noted", obj=assignment, **tenant)
    return note
