"""The state of a cycle: one table of moves, and the only functions that write it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from audit import services as audit
from programmes import services as programmes
from programmes.enums import MilestoneCode
from programmes.permissions import can_manage

from . import permissions
from .enums import ApprovalOutcome, ApprovalWay, State, Transition
from .models import ApprovalRequest, Cycle, Move


@dataclass(frozen=True)
class Rule:
    """From which states a move leads where, who may make it, and which milestone it reaches."""

    sources: tuple[State, ...]
    target: State
    may: Callable
    milestone: MilestoneCode | None = None


SUBMITTED_STATES = (State.SUBMITTED, State.IN_REVIEW, State.CHANGES_REQUESTED, State.ENDORSED)

TRANSITIONS: dict[Transition, Rule] = {
    Transition.SUBMIT: Rule(
        (State.DRAFTING, State.CHANGES_REQUESTED), State.SUBMITTED, permissions.can_edit, MilestoneCode.SUBMITTED
    ),
    Transition.WITHDRAW: Rule((State.SUBMITTED, State.IN_REVIEW), State.DRAFTING, permissions.can_edit),
    Transition.START_REVIEW: Rule((State.SUBMITTED,), State.IN_REVIEW, permissions.can_review),
    Transition.LIFT_REVIEW: Rule((State.IN_REVIEW,), State.SUBMITTED, permissions.can_lift),
    Transition.RETURN_COMMENTS: Rule((State.IN_REVIEW,), State.DRAFTING, permissions.can_review),
    Transition.REQUEST_CHANGES: Rule((State.IN_REVIEW,), State.CHANGES_REQUESTED, permissions.can_review),
    Transition.ENDORSE: Rule((State.IN_REVIEW,), State.ENDORSED, permissions.can_review, MilestoneCode.ENDORSED),
    Transition.REVISE: Rule((State.ENDORSED,), State.DRAFTING, permissions.can_edit),
    # A slow review never costs a company its date: approval without endorsement is allowed, and marked.
    Transition.DECLINE: Rule(SUBMITTED_STATES, State.DRAFTING, permissions.can_decide),
    Transition.APPROVE: Rule(SUBMITTED_STATES, State.APPROVED, permissions.can_decide, MilestoneCode.APPROVED),
    Transition.PUBLISH: Rule((State.APPROVED,), State.PUBLISHED, permissions.can_edit, MilestoneCode.PUBLISHED),
    Transition.SUPERSEDE: Rule((State.PUBLISHED,), State.SUPERSEDED, permissions.can_edit),
}


class TransitionRefused(Exception):
    """It is not the time for this move. The message says where the policy stands."""

    def __init__(self, transition: Transition, state: State):
        self.transition, self.state = transition, state
        super().__init__(
            _("“%(move)s” is not possible while the policy is “%(state)s”. %(turn)s")
            % {"move": transition.label, "state": State(state).label, "turn": turn_of(state)}
        )


def turn_of(state: str) -> str:
    """Return a sentence that says who can act while a policy is in this state."""
    return {
        State.DRAFTING: _("It is the company's turn: the text is being written."),
        State.SUBMITTED: _("It is the adviser's turn; the company may take the submission back."),
        State.IN_REVIEW: _("It is the adviser's turn; the company may take the submission back."),
        State.CHANGES_REQUESTED: _("It is the company's turn: it answers the adviser's advice and submits again."),
        State.ENDORSED: _("It is the company's turn: top management approves the text."),
        State.APPROVED: _("It is the company's turn: the approved text is published."),
        State.PUBLISHED: _("The policy is published; the company may begin its next version."),
        State.SUPERSEDED: _("A later version has taken its place."),
    }[State(state)]


def available(cycle: Cycle, user) -> list[Transition]:
    """Return the moves that this person may make now, in the order of the table."""
    return [name for name, rule in TRANSITIONS.items() if cycle.state in rule.sources and rule.may(user, cycle)]


def _record(cycle: Cycle, name: Transition, *, target: State, actor, on: date, is_restored: bool) -> Move:
    return Move(
        cycle=cycle,
        company_id=cycle.company_id,
        programme_id=cycle.programme_id,
        transition=name,
        from_state=cycle.state,
        to_state=target,
        moved_on=on,
        actor_id=actor.pk,
        is_restored=is_restored,
    )


_ANSWERS = {ApprovalOutcome.APPROVED: Transition.APPROVE, ApprovalOutcome.RETURNED: Transition.DECLINE}


def _is_answered(answer: ApprovalRequest | None, transition: Transition, cycle: Cycle, actor) -> bool:
    """Whether top management answered by link a request about this cycle, made by this member, with this move."""
    return (
        answer is not None
        and answer.way == ApprovalWay.LINK
        and answer.cycle_id == cycle.pk
        and answer.requested_by_id == actor.pk
        and _ANSWERS.get(answer.outcome) == transition
        and permissions.can_edit(actor, cycle)
    )


@transaction.atomic
def move(*, cycle: Cycle, transition: Transition, actor, today: date, answer: ApprovalRequest | None = None) -> Cycle:
    """Make one move: lock, may you, from here, write, milestone, audit; all or nothing.

    `answer` is top management's, given by link to a request of `actor`: whoever asked may record what was answered.
    Raises PermissionDenied ("not you") and TransitionRefused ("not now"); then nothing is written and nothing logged.
    """
    rule = TRANSITIONS[transition]
    locked = Cycle.objects.select_for_update().get(pk=cycle.pk)
    if not (rule.may(actor, locked) or _is_answered(answer, transition, locked, actor)):
        raise PermissionDenied
    if locked.state not in rule.sources:
        raise TransitionRefused(transition, locked.state)
    _record(locked, transition, target=rule.target, actor=actor, on=today, is_restored=False).save(force_insert=True)
    locked.is_reviewed = rule.target == State.ENDORSED or (rule.target != State.DRAFTING and locked.is_reviewed)
    locked.state = rule.target
    locked.save(update_fields=["state", "is_reviewed"])
    if rule.milestone:
        programmes.reach_milestone(
            enrolment=locked.enrolment, source=rule.milestone, reached_on=today, evidence=locked, actor=actor
        )
    audit.log(
        actor=actor,
        verb="policy.moved",
        obj=locked,
        company_id=locked.company_id,
        programme_id=locked.programme_id,
        detail={"transition": transition, "to": rule.target},
    )
    return locked


@dataclass(frozen=True)
class Restored:
    """A cycle as an import tells it: where it stands and on which days it got there."""

    cycle: Cycle
    state: State
    submitted_on: date | None = None
    endorsed_on: date | None = None
    approved_on: date | None = None
    published_on: date | None = None


_RESTORED_STEPS = (
    ("submitted_on", Transition.SUBMIT, State.SUBMITTED, MilestoneCode.SUBMITTED),
    ("endorsed_on", Transition.ENDORSE, State.ENDORSED, MilestoneCode.ENDORSED),
    ("approved_on", Transition.APPROVE, State.APPROVED, MilestoneCode.APPROVED),
    ("published_on", Transition.PUBLISH, State.PUBLISHED, MilestoneCode.PUBLISHED),
)


@transaction.atomic
def restore(*, restored: list[Restored], actor) -> None:
    """Put cycles where an import says they stand, with the days it tells, in a constant number of statements.

    A day that is recorded already with the same date is left; one that changed is cancelled and recorded anew. Only
    the secretariat of each cycle's programme may: others who see it raise PermissionDenied, and who does not see it
    Cycle.DoesNotExist.
    """
    cycles = {
        cycle.pk: cycle for cycle in Cycle.objects.select_for_update().filter(pk__in=[r.cycle.pk for r in restored])
    }
    if len(cycles) != len(restored):
        raise Cycle.DoesNotExist
    if not all(can_manage(actor, programme_id) for programme_id in {cycle.programme_id for cycle in cycles.values()}):
        raise PermissionDenied
    known = set(Move.objects.filter(cycle__in=cycles).values_list("cycle_id", "transition", "moved_on"))
    moves, milestones, events = [], [], []
    for item in restored:
        cycle = cycles[item.cycle.pk]
        for field, transition, state, milestone in _RESTORED_STEPS:
            on = getattr(item, field)
            if on is None:
                continue
            if (cycle.pk, transition, on) not in known:
                moves.append(_record(cycle, transition, target=state, actor=actor, on=on, is_restored=True))
            cycle.state = state
            milestones.append(programmes.Reached(cycle.enrolment_id, milestone, "", on, cycle))
        cycle.state = item.state
        cycle.is_reviewed = item.endorsed_on is not None
        events.append(
            audit.build_event(
                actor=actor,
                verb="policy.restored",
                obj=cycle,
                company_id=cycle.company_id,
                programme_id=cycle.programme_id,
                detail={"to": item.state},
            )
        )
    Move.objects.bulk_create(moves, batch_size=2000)
    Cycle.objects.bulk_update(cycles.values(), ["state", "is_reviewed"], batch_size=1000)
    programmes.reach_milestones(reached=milestones, actor=actor)
    audit.log_many(events)
