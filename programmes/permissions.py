"""May this person? Answers about programmes."""

from companies.permissions import is_member

from .enums import SeatRole
from .models import Seat


def can_manage(user, programme_id) -> bool:
    """Somebody with a current secretariat seat in the programme."""
    return Seat.objects.current().managing().filter(programme_id=programme_id, user_id=user.pk).exists()


def can_reopen(user, programme_id) -> bool:
    """What was closed is opened again by the leader of its secretariat alone."""
    return _has_seat(user, programme_id, SeatRole.LEADER)


def can_found(user) -> bool:
    """The system operator, and whoever has a secretariat seat in some programme."""
    return user.is_operator or Seat.objects.current().managing().filter(user_id=user.pk).exists()


def can_plan(user, session) -> bool:
    """Sessions are planned by the secretariat of their programme."""
    return can_manage(user, session.programme_id)


def can_write_presentation(user, presentation) -> bool:
    """The company's own people say what it presents (`presentation` is one, or an enrolment); so does the secretariat."""
    return is_member(user, presentation.company_id) or can_manage(user, presentation.programme_id)


def can_register(user, session, company_id) -> bool:
    """People are registered by their company, and by the secretariat for it; advisers look on."""
    return can_manage(user, session.programme_id) or is_member(user, company_id)


def leads(user, programme_id) -> bool:
    """Somebody with a leader's seat in the programme; and command-line work, which founded it."""
    return _has_seat(user, programme_id, SeatRole.LEADER, SeatRole.OPERATOR)


def _has_seat(user, programme_id, *roles: SeatRole) -> bool:
    seats = Seat.objects.current().filter(programme_id=programme_id, user_id=user.pk)
    return seats.filter(role__in=roles).exists()
