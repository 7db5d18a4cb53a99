"""The state of a consultation: one table of moves, and the only function that changes it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import services as audit
from programmes import services as programmes
from programmes.enums import MilestoneCode

from . import permissions
from .enums import RoundState, State, Transition
from .models import Consultation, Round


@dataclass(frozen=True)
class Rule:
    """From which state a move leads where, and who may make it."""

    source: State
    target: State
    may: Callable
    # Only from the beginning of the consultation on.
    is_afterwards: bool = False


TRANSITIONS: dict[Transition, Rule] = {
    Transition.HOLD: Rule(State.BOOKED, State.HELD, permissions.can_record, is_afterwards=True),
    Transition.CANCEL: Rule(State.BOOKED, State.CANCELLED, permissions.can_arrange),
    Transition.CANCEL_LATE: Rule(State.BOOKED, State.CANCELLED_LATE, permissions.can_arrange),
    Transition.MISS: Rule(State.BOOKED, State.MISSED, permissions.can_record, is_afterwards=True),
}


class TransitionRefused(Exception):
    """It is not the time for this move. The message says where the consultation stands."""

    def __init__(self, transition: Transition, state: State):
        self.transition, self.state = transition, state
        super().__init__(
            _("“%(move)s” is not possible while the consultation is “%(state)s”.")
            % {"move": transition.label, "state": State(state).label}
        )


class NotYet(TransitionRefused):
    """What came of a consultation can be said from its beginning on."""

    def __init__(self, consultation: Consultation):
        Exception.__init__(self, _("The consultation has not begun yet. What came of it can be recorded from then on."))
        self.state = consultation.state


def available(consultation: Consultation, user, *, now: datetime | None = None) -> list[Transition]:
    """Return the moves that this person may make now, in the order of the table."""
    now = now or timezone.now()
    return [
        name
        for name, rule in TRANSITIONS.items()
        if consultation.state == rule.source
        and (not rule.is_afterwards or consultation.starts_at <= now)
        and rule.may(user, consultation)
    ]


def _reach_milestone(consultation: Consultation, actor) -> None:
    """Count the consultation for its company: the first held is number 1, whoever gave it and in whichever order."""
    number = Consultation.objects.held().filter(enrolment=consultation.enrolment_id).count()
    programmes.reach_milestone(
        enrolment=consultation.enrolment,
        source=MilestoneCode.CONSULTED,
        subject=str(number),
        reached_on=timezone.localdate(consultation.starts_at),
        evidence=consultation,
        actor=actor,
    )


@transaction.atomic
def move(
    *, consultation: Consultation, transition: Transition, actor, reason: str = "", now: datetime | None = None
) -> Consultation:
    """Make one move: lock, may you, from here, write, milestone, audit; all or nothing. `reason` is kept with it.

    Raises PermissionDenied ("not you") and TransitionRefused ("not now"); then nothing is written and nothing logged.
    """
    rule = TRANSITIONS[transition]
    locked = Consultation.objects.select_for_update().get(pk=consultation.pk)
    if not rule.may(actor, locked):
        raise PermissionDenied
    if locked.state != rule.source:
        raise TransitionRefused(transition, locked.state)
    if rule.is_afterwards and locked.starts_at > (now or timezone.now()):
        raise NotYet(locked)
    locked.state = rule.target
    locked.reason = reason or locked.reason
    locked.save(update_fields=["state", "reason"])
    if rule.target == State.HELD:
        _reach_milestone(locked, actor)
    audit.log(
        actor=actor,
        verb=f"consultation.{rule.target}",
        obj=locked,
        company_id=locked.company_id,
        programme_id=locked.programme_id,
    )
    return locked


@dataclass(frozen=True)
class Restored:
    """A consultation as an import tells it, with its other columns set already, and where it stands."""

    consultation: Consultation
    state: State
    is_new: bool = False


@transaction.atomic
def restore(*, restored: list[Restored], actor) -> None:
    """Write consultations as an import tells them, in a constant number of statements. Milestones and the trail are the caller's.

    Raises IntegrityError where somebody would be in two consultations at once.
    """
    for item in restored:
        item.consultation.state = item.state
        item.consultation.blocked_until = item.consultation.ends_at
    new = [item.consultation for item in restored if item.is_new]
    known = [item.consultation for item in restored if not item.is_new]
    Consultation.objects.bulk_update(known, ["ends_at", "blocked_until", "method", "state"], batch_size=1000)
    Consultation.objects.bulk_create(new, batch_size=2000)


def mark_sent(planned: Round, *, actor, booked: int, left_out: int) -> None:
    """Say of a round, which the caller has locked as a draft, that its offers became bookings."""
    planned.state = RoundState.SENT
    planned.save(update_fields=["state"])
    detail = {"booked": booked, "left_out": left_out}
    audit.log(actor=actor, verb="round.sent", obj=planned, programme_id=planned.programme_id, detail=detail)
