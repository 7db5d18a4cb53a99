"""The living demo: a programme of this year around the day of its first load, made by the people in it."""

from collections.abc import Callable
from datetime import date

from django.db import transaction

from accounts.models import User
from common.tenancy import acting_as
from programmes.models import Programme

from . import (
    availability,
    closings,
    correspondence,
    data,
    doors,
    founding,
    gatherings,
    planning,
    registrations,
    reporting,
    stories,
    surveys,
)
from .calendar import Calendar
from .world import World, say_nothing


def is_loaded(*, actor: User, code: str = data.LIVING_CODE) -> bool:
    """Whether the actor, who is the operator, has this programme already."""
    with acting_as(actor.pk):
        return Programme.objects.filter(code=code).exists()


@transaction.atomic
def load_living_demo(*, today: date, actor: User, tell: Callable[[str], None] = say_nothing) -> World:
    """Make the living demo around `today`, all of it or nothing. `actor` is the operator, who founds the programmes.

    Every further deed is done as the person whose it is, through the services and under row-level security: what
    cannot be done so cannot be in the demo. Nobody has a password yet. `today` is not after the real day, because access
    begins by the clock of the database.
    """
    world = World(calendar=Calendar(today), operator=actor, tell=tell)
    for sentence, part in (
        ("Founding the programmes, with their secretariat, advisers and sessions …", founding.found_programmes),
        ("Bringing in the companies and their people …", founding.found_companies),
        ("Entering when the advisers have time …", availability.open_hours),
        ("Living through the year: drafts, reviews, consultations …", stories.tell_stories),
        ("Recording who came to the sessions, and what they said …", gatherings.gather),
        ("Reading the lists of the online meetings …", doors.take_lists),
        ("Asking how the sessions were, and who may be quoted …", surveys.ask),
        ("Planning the next session, with materials and photographs of the last ones …", planning.plan),
        ("Registering for the sessions to come …", registrations.register),
        ("Preparing the closing meeting, and issuing certificates …", closings.close),
        ("Writing the implementation report …", reporting.write),
        ("Writing letters, announcements and enquiries …", correspondence.correspond),
        ("Leaving the secretariat a wish, an extra consultation and a round to look at …", availability.fill_desk),
    ):
        world.tell(sentence)
        part(world)
    return world
