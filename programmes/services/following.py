"""What the secretariat does about one company: who sees to it, a longer deadline, a memo that two may write at once."""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit import services as audit
from programmes.models import Charge, Enrolment, Extension, MemoSave, MilestoneDate, MilestoneKind, Seat


def _log(verb: str, enrolment: Enrolment, *, actor, detail: dict) -> None:
    audit.log(
        actor=actor,
        verb=verb,
        obj=enrolment,
        company_id=enrolment.company_id,
        programme_id=enrolment.programme_id,
        detail=detail,
    )


def _hold(enrolment: Enrolment) -> Enrolment:
    """Let nobody else follow the same company up until this transaction ends."""
    return Enrolment.objects.select_for_update().get(pk=enrolment.pk)


@transaction.atomic
def put_in_charge(*, enrolment: Enrolment, seat: Seat | None, actor, today: date) -> bool:
    """Let somebody of the secretariat see to the company from today, or nobody; False when it is so already."""
    _hold(enrolment)
    before = Charge.objects.standing().filter(enrolment=enrolment).first()
    if (before.seat_id if before else None) == (seat.pk if seat else None):
        return False
    if before:
        before.until_on = max(today, before.since_on)
        before.save(update_fields=["until_on"])
    if seat:
        Charge.objects.create(
            enrolment=enrolment,
            company_id=enrolment.company_id,
            programme_id=enrolment.programme_id,
            seat=seat,
            since_on=today,
        )
    _log("charge.changed", enrolment, actor=actor, detail={"seat": str(seat.pk) if seat else None})
    return True


@transaction.atomic
def extend_deadline(
    *, enrolment: Enrolment, kind: MilestoneKind, due_on: date, reason: str, actor, today: date
) -> Extension:
    """Give the company longer for a milestone, from today on.

    Raises ValidationError at `due_on` for a day that is over or not later than the present deadline, for a milestone
    that is reached, and for one whose day is nobody's deadline.
    """
    if not kind.is_deadline:
        raise ValidationError({"due_on": _("The day of this milestone is nobody's deadline.")})
    _hold(enrolment)
    if MilestoneDate.objects.as_of(today).filter(enrolment=enrolment, kind=kind).exists():
        raise ValidationError({"due_on": _("The company has reached this milestone already.")})
    before = Extension.objects.standing().filter(enrolment=enrolment, kind=kind).first()
    present = before.due_on if before else kind.due_on
    if due_on < today:
        raise ValidationError({"due_on": _("Please choose today or a later day.")})
    if present and due_on <= present:
        raise ValidationError({"due_on": _("Please choose a day after the present deadline.")})
    if before:
        _end(before, today)
    extension = Extension.objects.create(
        enrolment=enrolment,
        company_id=enrolment.company_id,
        programme_id=enrolment.programme_id,
        kind=kind,
        due_on=due_on,
        reason=reason,
        granted_by=actor,
        since_on=today,
    )
    _log("deadline.extended", enrolment, actor=actor, detail={"milestone": kind.code, "due_on": due_on.isoformat()})
    return extension


@transaction.atomic
def end_extension(*, enrolment: Enrolment, kind: MilestoneKind, actor, today: date) -> bool:
    """Put the programme's own deadline back in force from today; False where nothing was extended."""
    _hold(enrolment)
    before = Extension.objects.standing().filter(enrolment=enrolment, kind=kind).first()
    if before is None:
        return False
    _end(before, today)
    _log("extension.ended", enrolment, actor=actor, detail={"milestone": kind.code})
    return True


def _end(extension: Extension, today: date) -> None:
    extension.until_on = max(today, extension.since_on)
    extension.save(update_fields=["until_on"])


@dataclass(frozen=True)
class SavedMemo:
    """What became of a text: `other` is the one that somebody else saved meanwhile, which stands."""

    save: MemoSave
    other: MemoSave | None = None


@transaction.atomic
def save_memo(*, enrolment: Enrolment, text: str, base: int, actor, now: datetime) -> SavedMemo:
    """Save the memo that was written from the text number `base` (0: there was none).

    Where somebody else saved since, their text stands, and this one is kept beside it. The same text once more is no
    second row.
    """
    _hold(enrolment)
    saves = MemoSave.objects.filter(enrolment=enrolment)
    standing, last = saves.standing().first(), saves.first()
    if standing and standing.text == text:
        return SavedMemo(standing)
    other = standing if standing and standing.number != base else None
    if other and last.is_beside and last.text == text and last.author_id == actor.pk:
        return SavedMemo(last, other)
    save = MemoSave.objects.create(
        enrolment=enrolment,
        company_id=enrolment.company_id,
        programme_id=enrolment.programme_id,
        number=last.number + 1 if last else 1,
        text=text,
        is_beside=other is not None,
        author=actor,
        saved_at=now,
    )
    _log("memo.saved", enrolment, actor=actor, detail={"number": save.number, "is_beside": save.is_beside})
    return SavedMemo(save, other)
