"""What consultations were about and what was agreed, beside their dates in the story of each company."""

from datetime import timedelta
from uuid import uuid4

from accounts.models import User
from common.tenancy import acting_as
from consultations import services as consultations
from consultations.models import Consultation
from consultations.services import minutes as deeds
from consultations.services.handing_over import leave_note
from programmes.models import Assignment

from . import data
from .world import World


def facts_of(company: str, number: int) -> dict:
    """Return what is told of one consultation of a company, {} where nothing is."""
    return next((each for each in data.read("meetings")["meetings"] if each["of"] == [company, number]), {})


def prepare(world: World, consultation: Consultation, facts: dict, *, booker: User) -> None:
    """Say for the company who comes and what it is about, as on the day of the booking."""
    people = [world.people[key] for key in facts.get("people", ())]
    if people:
        consultations.set_participants(consultation=consultation, people=people, actor=booker)
    if "questions" in facts:
        matters = consultations.Matters(sections=tuple(facts["sections"]), questions=facts["questions"])
        before = consultation.starts_at - timedelta(days=3)
        consultations.set_matters(consultation=consultation, matters=matters, actor=booker, now=before)


def write_up(world: World, consultation: Consultation, facts: dict, *, text: str, adviser: User) -> None:
    """Write the minutes as their adviser, share them unless they are a draft still, and let the company answer."""
    now = consultation.ends_at + timedelta(minutes=30)
    passages = {"matters": facts["matters"], "advice": facts["advice"], "text": text}
    for name, words in passages.items():
        deeds.save_passage(
            consultation=consultation, passage=name, text=words, base_rev=0, operation=uuid4(), actor=adviser
        )
    for task in facts.get("tasks", ()):
        deeds.add_task(
            consultation=consultation,
            text=task["text"],
            owner=world.people[task["owner"]],
            due_on=world.calendar.day(task["due"]),
            actor=adviser,
            now=now,
        )
    if "is_draft" not in facts:
        shared = deeds.share_minutes(consultation=consultation, actor=adviser, now=now)
        _answer(world, consultation, facts, rev=shared.rev, now=now + timedelta(hours=20))


def _answer(world: World, consultation: Consultation, facts: dict, *, rev: int, now) -> None:
    """Let the first of those who were there and can sign in answer for the company."""
    if not {"is_confirmed", "objection"}.intersection(facts):
        return
    user = next(world.users[key] for key in facts["people"] if key in world.users)
    with acting_as(user.pk):
        if "objection" in facts:
            deeds.object_to_minutes(consultation=consultation, text=facts["objection"], rev=rev, actor=user, now=now)
        else:
            deeds.confirm_minutes(consultation=consultation, rev=rev, actor=user, now=now)


def leave_notes(world: World) -> None:
    """Let advisers tell the next ones what they should know."""
    for note in data.read("meetings")["notes"]:
        adviser = world.users[note["adviser"]]
        with acting_as(adviser.pk):
            assignments = Assignment.objects.filter(
                enrolment=world.enrolments[note["company"]], adviser=world.seats[note["adviser"]]
            )
            leave_note(assignment=assignments.get(ends_on=None), text=note["text"], actor=adviser)
