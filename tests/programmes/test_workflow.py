"""The table of moves of sessions, said once more from the other side: every role, every state, every move."""

from itertools import product

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied

from audit.models import Event
from programmes.enums import SessionState, SessionTransition
from programmes.models import Session
from programmes.workflow import TransitionRefused, available, draft, move
from tests.programmes.planning import drafted, published, values
from tests.roles import seen_by

LEADS_TO = {
    (SessionState.DRAFT, SessionTransition.PUBLISH): SessionState.PUBLISHED,
    (SessionState.PUBLISHED, SessionTransition.CANCEL): SessionState.CANCELLED,
}
PLANNERS = {"secretariat"}
# Whoever takes part sees a session once it is published; a draft is not there for them.
INSIDERS = {"manager", "staff", "neighbour", "adviser", "unassigned_adviser", "former_adviser"}


def session_in(cast, state) -> Session:
    if state == SessionState.DRAFT:
        return drafted(cast)
    session = published(cast.programme)
    Session.objects.filter(pk=session.pk).update(state=state)
    return Session.objects.get(pk=session.pk)


@pytest.mark.parametrize(("state", "transition"), list(product(SessionState, SessionTransition)))
def test_every_role_every_state_every_move(cast, state, transition):
    target = LEADS_TO.get((state, transition))
    session = session_in(cast, state)
    logged = Event.objects.count()
    for who, user in cast.people.items():
        if who in PLANNERS:
            continue
        with seen_by(user), pytest.raises((PermissionDenied, ObjectDoesNotExist)):
            move(session=session, transition=transition, actor=user)
    untouched = Session.objects.get(pk=session.pk)
    assert (untouched.state, untouched.sequence, Event.objects.count()) == (state, session.sequence, logged)
    planner = cast.people["secretariat"]
    with seen_by(planner):
        assert (transition in available(session, planner)) == (target is not None)
        if target is None:
            with pytest.raises(TransitionRefused):
                move(session=session, transition=transition, actor=planner)
        else:
            move(session=session, transition=transition, actor=planner)
    after = Session.objects.get(pk=session.pk)
    moved = target is not None
    assert after.state == (target or state)
    assert after.sequence == session.sequence + moved
    assert Event.objects.count() == logged + moved


@pytest.mark.parametrize("who", sorted(INSIDERS))
@pytest.mark.parametrize("state", SessionState)
def test_nobody_else_is_offered_a_move(cast, state, who):
    user = cast.people[who]
    session = session_in(cast, state)
    with seen_by(user):
        assert available(session, user) == []
        assert Session.objects.filter(pk=session.pk).exists() == (state != SessionState.DRAFT)


def test_publishing_says_when_and_the_trail_who(cast):
    planner, session = cast.people["secretariat"], drafted(cast)
    with seen_by(planner):
        move(session=session, transition=SessionTransition.PUBLISH, actor=planner)
    session.refresh_from_db()
    event = Event.objects.get(verb="session.published")
    assert session.published_at is not None
    assert (event.actor_id, event.object_id, event.programme_id) == (planner.pk, session.pk, cast.programme.pk)


def test_not_now_says_where_the_session_stands(cast):
    planner, session = cast.people["secretariat"], session_in(cast, SessionState.CANCELLED)
    with seen_by(planner), pytest.raises(TransitionRefused, match="「開催中止」のため、「公開する」"):
        move(session=session, transition=SessionTransition.PUBLISH, actor=planner)


def test_a_new_session_begins_as_a_draft():
    assert draft(**values()).state == SessionState.DRAFT
