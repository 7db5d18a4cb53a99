"""What the secretariat does about one company: who sees to it, a longer deadline, a memo that two may write at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit import services as audit
from programmes.models import Charge, Enrolment, Extension, MemoSave, MilestoneDate, MilestoneKind, Seat


def _told(verb: str, enrolment: Enrolment, actor, detail: dict) -> dict:
    """Return what the trail is told of a deed about this company."""
    return {
        "actor": actor,
        "verb": verb,
        "obj": enrolment,
        "company_id": enrolment.company_id,
        "programme_id": enrolment.programme_id,
        "detail": detail,
    }


def _log(verb: str, enrolment: Enrolment, *, actor, detail: dict) -> None:
    audit.log(**_told(verb, enrolment, actor, detail))


def _log_all(verb: str, enrolments: Iterable[Enrolment], *, actor, detail: dict) -> None:
    audit.log_many([audit.build_event(**_told(verb, each, actor, detail)) for each in enrolments])


def _hold(enrolment: Enrolment) -> Enrolment:
    """Let nobody else follow the same company up until this transaction ends."""
    return Enrolment.objects.select_for_update().get(pk=enrolment.pk)


def _hold_all(enrolments: Iterable[Enrolment]) -> list[Enrolment]:
    """The same of many, always in one order, so that two who hold some of the same never wait for each other."""
    ids = [each.pk for each in enrolments]
    return list(Enrolment.objects.select_for_update().filter(pk__in=ids).order_by("pk"))


def _end_all(rows: list[Charge] | list[Extension], today: date) -> None:
    for row in rows:
        row.until_on = max(today, row.since_on)
    if rows:
        type(rows[0]).objects.bulk_update(rows, ["until_on"], batch_size=1000)


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
def put_all_in_charge(*, enrolments: Iterable[Enrolment], seat: Seat | None, actor, today: date) -> int:
    """Let somebody see to each of these companies from today, or nobody; return for how many that is new."""
    held = _hold_all(enrolments)
    before = {each.enrolment_id: each for each in Charge.objects.standing().filter(enrolment__in=held)}
    present = {pk: charge.seat_id for pk, charge in before.items()}
    changed = [each for each in held if present.get(each.pk) != (seat.pk if seat else None)]
    _end_all([before[each.pk] for each in changed if each.pk in before], today)
    if seat:
        Charge.objects.bulk_create(
            Charge(
                enrolment=each, company_id=each.company_id, programme_id=each.programme_id, seat=seat, since_on=today
            )
            for each in changed
        )
    _log_all("charge.changed", changed, actor=actor, detail={"seat": str(seat.pk) if seat else None})
    return len(changed)


@dataclass(frozen=True)
class Extended:
    """What became of one extension for many: how many got it, had reached the milestone, or had as long already."""

    given: int
    reached: int
    as_long: int


@transaction.atomic
def extend_deadlines(
    *, enrolments: Iterable[Enrolment], kind: MilestoneKind, due_on: date, reason: str, actor, today: date
) -> Extended:
    """Give each of these companies longer for a milestone that it has not reached and has less time for.

    Raises ValidationError at `due_on` for a day that is over, and where it would be longer for none of them; at `kind`
    for a milestone whose day is nobody's deadline.
    """
    if not kind.is_deadline:
        raise ValidationError({"kind": _("The day of this milestone is nobody's deadline.")})
    if due_on < today:
        raise ValidationError({"due_on": _("Please choose today or a later day.")})
    held = _hold_all(enrolments)
    dates = MilestoneDate.objects.as_of(today).filter(enrolment__in=held, kind=kind)
    reached = set(dates.values_list("enrolment_id", flat=True))
    before = {each.enrolment_id: each for each in Extension.objects.standing().filter(enrolment__in=held, kind=kind)}
    present = {each.pk: before[each.pk].due_on if each.pk in before else kind.due_on for each in held}
    owing = [each for each in held if each.pk not in reached]
    given = [each for each in owing if not present[each.pk] or present[each.pk] < due_on]
    if not given:
        raise ValidationError({"due_on": _no_longer_for_any(reached=len(reached), as_long=len(owing))})
    _end_all([before[each.pk] for each in given if each.pk in before], today)
    Extension.objects.bulk_create(
        Extension(
            enrolment=each,
            company_id=each.company_id,
            programme_id=each.programme_id,
            kind=kind,
            due_on=due_on,
            reason=reason,
            granted_by=actor,
            since_on=today,
        )
        for each in given
    )
    _log_all("deadline.extended", given, actor=actor, detail={"milestone": kind.code, "due_on": due_on.isoformat()})
    return Extended(len(given), len(held) - len(owing), len(owing) - len(given))


def _no_longer_for_any(*, reached: int, as_long: int) -> str:
    if not as_long:
        return _("All companies chosen have reached this milestone already.")
    if not reached:
        return _("All companies chosen have until this day or longer already. Please choose a later day.")
    return _(
        "The companies chosen have reached this milestone already, or have until this day or longer. Please choose a "
        "later day or other companies."
    )


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
