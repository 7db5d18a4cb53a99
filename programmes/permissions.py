"""May this person? Answers about programmes."""

from .models import Seat


def can_manage(user, programme_id) -> bool:
    """Somebody with a current secretariat seat in the programme."""
    return Seat.objects.current().managing().filter(programme_id=programme_id, user_id=user.pk).exists()


def can_found(user) -> bool:
    """The system operator, and whoever has a secretariat seat in some programme."""
    return user.is_operator or Seat.objects.current().managing().filter(user_id=user.pk).exists()
