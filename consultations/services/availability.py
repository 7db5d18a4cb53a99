"""When an adviser has time, said by the adviser or by the secretariat. What is booked already is never touched by it."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from audit import services as audit
from companies.models import Company
from consultations import permissions
from consultations.models import Absence, DayException, Practice, WeeklyHours
from programmes.models import Conflict, Seat

KEPT_BY_ADVISERS = (WeeklyHours, DayException, Absence)


def practice_of(seat: Seat) -> Practice:
    """Return how the adviser works; where nobody has said so, what is usual, not yet kept."""
    return Practice.objects.filter(seat=seat).first() or Practice(seat=seat, programme_id=seat.programme_id)


@transaction.atomic
def set_practice(*, practice: Practice, actor) -> Practice:
    """Keep pauses, notice and places; consultations that are booked keep what they were booked with."""
    _guard(actor, practice.seat)
    practice.save()
    _log("practice.set", practice.seat, actor)
    return practice


@transaction.atomic
def add_times(*, row: WeeklyHours | DayException | Absence, actor) -> None:
    """Add weekly hours, an exception of a day or an absence. Raises PermissionDenied, ValidationError for what is there."""
    _guard(actor, row.seat)
    row.programme_id = row.seat.programme_id
    if _is_there(row):
        raise ValidationError(_("This is entered already. Please check the list above."))
    row.save(force_insert=True)
    _log(f"{row._meta.model_name}.added", row.seat, actor)


def _is_there(row: models.Model) -> bool:
    """Whether open times overlap on the same day in the same way, or absences overlap."""
    rows = type(row).objects.filter(seat_id=row.seat_id)
    if isinstance(row, Absence):
        return rows.filter(starts_on__lte=row.ends_on, ends_on__gte=row.starts_on).exists()
    day = {"weekday": row.weekday} if isinstance(row, WeeklyHours) else {"on": row.on}
    rows = rows.filter(**day)
    if row.starts is None:
        return rows.exists()
    if isinstance(row, DayException) and rows.filter(starts__isnull=True).exists():
        return True
    return rows.filter(starts__lt=row.ends, ends__gt=row.starts, method=row.method).exists()


@transaction.atomic
def remove_times(*, row: WeeklyHours | DayException | Absence, actor) -> None:
    """Take times out again. What is booked within them stays booked, and is shown as lying outside."""
    _guard(actor, row.seat)
    row.delete()
    _log(f"{row._meta.model_name}.removed", row.seat, actor)


@transaction.atomic
def declare_conflict(*, seat: Seat, company: Company, reason: str, actor) -> Conflict:
    """Say that the adviser may not work for the company: nothing is proposed or booked from then on.

    What is booked already stays and is shown to the secretariat. Declared twice it is the same one.
    """
    _guard(actor, seat)
    conflict, is_new = Conflict.objects.get_or_create(
        seat=seat,
        company=company,
        withdrawn_at=None,
        defaults={"programme_id": seat.programme_id, "reason": reason.strip(), "declared_by_id": actor.pk},
    )
    if is_new:
        _log("conflict.declared", seat, actor)
    return conflict


@transaction.atomic
def withdraw_conflict(*, conflict: Conflict, actor, now: datetime) -> None:
    _guard(actor, conflict.seat)
    if Conflict.objects.filter(pk=conflict.pk, withdrawn_at__isnull=True).update(withdrawn_at=now):
        _log("conflict.withdrawn", conflict.seat, actor)


def _guard(actor, seat: Seat) -> None:
    if not permissions.can_keep_hours(actor, seat):
        raise PermissionDenied


def _log(verb: str, seat: Seat, actor) -> None:
    """Deeds on an adviser's time belong to the programme; the company of a conflict is not named, which it could read."""
    audit.log(actor=actor, verb=verb, obj=seat, programme_id=seat.programme_id)
