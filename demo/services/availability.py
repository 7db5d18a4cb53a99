"""When the advisers have time, and what the secretariat has on its desk: a wish, an extra consultation, a round as draft."""

from datetime import time
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

from common.tenancy import acting_as
from consultations import services as consultations
from consultations.models import Absence, DayException, Practice, WeeklyHours

from . import data
from .world import World

PRACTICE = ("pause_minutes", "notice_days", "most_a_day", "meeting_url", "place", "region", "speaks_english")


def open_hours(world: World) -> None:
    """Let each adviser say when there is time, as they would on their own page."""
    for facts in data.read("availability")["practices"]:
        _practise(world, facts)


def _practise(world: World, facts: dict) -> None:
    seat, adviser = world.seats[facts["seat"]], world.users[facts["seat"]]
    of_seat = {"seat": seat, "programme": world.programme}
    with acting_as(adviser.pk):
        practice = Practice(**of_seat, **{name: facts[name] for name in PRACTICE if name in facts})
        consultations.set_practice(practice=practice, actor=adviser)
        for hours in facts["hours"]:
            row = WeeklyHours(**of_seat, weekday=hours["weekday"], method=hours["method"], **_times(hours))
            consultations.add_times(row=row, actor=adviser)
        for exception in facts.get("exceptions", []):
            method = exception.get("method", "online")
            row = DayException(**of_seat, on=world.calendar.day(exception["day"]), method=method, **_times(exception))
            consultations.add_times(row=row, actor=adviser)
        if absence := facts.get("absence"):
            row = Absence(
                **of_seat,
                starts_on=world.calendar.day(absence["from"]),
                ends_on=world.calendar.day(absence["until"]),
                stand_in=world.seats[absence["stand_in"]],
            )
            consultations.add_times(row=row, actor=adviser)


def _times(facts: dict) -> dict:
    return {name: time.fromisoformat(facts[name]) for name in ("starts", "ends") if name in facts}


def fill_desk(world: World) -> None:
    """Leave a wish as the company, an extra consultation and a round that is not sent yet as the secretariat."""
    facts, companies = data.read("availability"), data.read("companies")["companies"]
    for wish in facts["wishes"]:
        company = companies[wish["company"]]
        member = next(world.users[person["key"]] for person in company["people"] if person["key"] in world.users)
        with acting_as(member.pk):
            consultations.wish_for_slot(
                enrolment=world.enrolments[company["key"]],
                text=wish["text"],
                method=wish["method"],
                operation=_operation(world, "wish", company["key"]),
                actor=member,
            )
    with acting_as(world.leader.pk):
        for entry in facts["entries"]:
            company = companies[entry["company"]]
            consultations.record_entry(
                enrolment=world.enrolments[company["key"]],
                kind=entry["kind"],
                reason=entry["reason"],
                operation=_operation(world, "entry", company["key"]),
                actor=world.leader,
            )
        planned = facts["round"]
        consultations.propose_round(
            programme=world.programme,
            number=planned["number"],
            starts_on=world.calendar.day(planned["from"]),
            ends_on=world.calendar.day(planned["until"]),
            actor=world.leader,
            now=timezone.now(),
        )


def _operation(world: World, kind: str, key: str):
    """The id of a form that a made-up person sent."""
    return uuid5(NAMESPACE_URL, f"{world.programme.pk} {kind} {key}")
