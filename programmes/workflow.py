"""The state of a session: one table of moves, and the only function that changes it.

A session begins as a draft of the secretariat. What was published is never taken away again: it can be cancelled, and
stays to be seen as cancelled.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import services as audit
from programmes import permissions
from programmes.enums import SessionState, SessionTransition
from programmes.models import Session


@dataclass(frozen=True)
class Rule:
    """From which state a move leads where, and who may make it."""

    source: SessionState
    target: SessionState
    may: Callable


TRANSITIONS: dict[SessionTransition, Rule] = {
    SessionTransition.PUBLISH: Rule(SessionState.DRAFT, SessionState.PUBLISHED, permissions.can_plan),
    SessionTransition.CANCEL: Rule(SessionState.PUBLISHED, SessionState.CANCELLED, permissions.can_plan),
}


class TransitionRefused(Exception):
    """It is not the time for this move. The message says where the session stands."""

    def __init__(self, transition: SessionTransition, state: SessionState):
        self.transition, self.state = transition, state
        super().__init__(
            _("“%(move)s” is not possible while the session is “%(state)s”.")
            % {"move": transition.label, "state": SessionState(state).label}
        )


def available(session: Session, user) -> list[SessionTransition]:
    """Return the moves that this person may make now, in the order of the table."""
    return [name for name, rule in TRANSITIONS.items() if session.state == rule.source and rule.may(user, session)]


def draft(**values) -> Session:
    """Return a new session, unsaved, that only the secretariat will see."""
    return Session(state=SessionState.DRAFT, **values)


@transaction.atomic
def move(*, session: Session, transition: SessionTransition, actor) -> Session:
    """Make one move: lock, may you, from here, write, audit; all or nothing.

    The lock is the one that registrations and check-ins take, so that nobody registers for what is being cancelled. Calendars
    learn of both moves: the sequence rises. Raises PermissionDenied ("not you") and TransitionRefused ("not now"); then
    nothing is written and nothing logged.
    """
    rule = TRANSITIONS[transition]
    locked = Session.objects.select_for_update().get(pk=session.pk)
    if not rule.may(actor, locked):
        raise PermissionDenied
    if locked.state != rule.source:
        raise TransitionRefused(transition, locked.state)
    locked.state = rule.target
    locked.sequence += 1
    if rule.target == SessionState.PUBLISHED:
        locked.published_at = timezone.now()
    locked.save(update_fields=["state", "sequence", "published_at"])
    audit.log(actor=actor, verb=f"session.{rule.target}", obj=locked, programme_id=locked.programme_id)
    return locked
