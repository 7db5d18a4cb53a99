"""What people say before sessions to come: a waiting list, apologies, a deputy; and who looks on."""

from django.utils import timezone

from common.tenancy import acting_as
from programmes import services as programmes
from programmes.enums import Mode
from programmes.models import Arrival, Attendance, Observer, Session

from . import data
from .world import World


def register(world: World) -> None:
    """Do it as the companies themselves do. A demo around an earlier day has nothing to come, so nothing is said."""
    for facts in data.read("registrations")["sessions"]:
        session = world.sessions[facts["code"]]
        if session.starts_at <= timezone.now():
            continue
        with acting_as(world.leader.pk):
            _limit(session, facts)
            _open_ways_in(session, facts)
            for observer in facts["observers"]:
                row = Observer(session=session, programme_id=session.programme_id, **observer)
                programmes.keep_observer(observer=row, actor=world.leader)
        for key in facts["waiting"]:
            _act(world, session, key, programmes.register, mode=Mode.ONSITE)
        for apology in facts["apologies"]:
            deputy = world.people[apology["deputy"]] if "deputy" in apology else None
            _act(world, session, apology["person"], programmes.apologise, reason=apology["reason"], deputy=deputy)


def _act(world: World, session: Session, key: str, deed, **values) -> None:
    actor = world.users[key]
    with acting_as(actor.pk):
        deed(session=session, person=world.people[key], actor=actor, **values)


def _limit(session: Session, facts: dict) -> None:
    """Make as many places as people are expected, and so many more."""
    taken = Attendance.objects.filter(session=session).registered()
    for mode, more in facts["places"].items():
        setattr(session, f"capacity_{mode}", taken.filter(planned_mode=mode).count() + more)
    session.preparation_ja, session.preparation_en = facts["preparation_ja"], facts["preparation_en"]
    session.save()


def _open_ways_in(session: Session, facts: dict) -> None:
    for mode in Mode:
        Arrival.objects.update_or_create(
            session=session, mode=mode, defaults={"programme_id": session.programme_id, **facts[mode]}
        )
