"""Which consultations come next, asked by the clock, which is nobody."""

from datetime import date
from uuid import UUID

from django.db import connection


def consultations_ahead(day: date, *, days: int) -> list[tuple[UUID, UUID | None]]:
    """Return the booked consultations that begin within `days` after `day`, each with somebody of its secretariat."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT consultation_id, host_id FROM app.consultations_ahead(%s, %s)", [day, days])
        return cursor.fetchall()
