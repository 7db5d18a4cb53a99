"""What happened to each company, day by day, each deed by the person whose it is."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User
from common.tenancy import acting_as
from consultations import services as consultations
from consultations import workflow as consultation_workflow
from consultations.enums import State
from consultations.enums import Transition as ConsultationMove
from policies import services as policies
from policies import workflow as policy_workflow
from policies.enums import Transition
from policies.models import Cycle, Revision
from programmes import services as programmes
from programmes.models import Assignment

from . import data
from .content import policy_content
from .world import World


@dataclass(frozen=True)
class Deed:
    """Something that one person did on a day. Deeds of one day happen in the order of `rank`."""

    day: int
    rank: int
    user: User
    do: Callable[[], object]


ASSIGN, CONSULT, MOVE, END = range(4)


def tell_stories(world: World) -> None:
    """Live through the year company by company: what lies before this year's programme first."""
    all_facts = data.read("companies")["companies"]
    earlier = _open_cycles(world, world.previous_enrolments)
    for facts in all_facts:
        _live(_moves(world, facts, earlier.get(facts["key"]), _before(facts), is_this_year=False))
    cycles = _open_cycles(world, world.enrolments)
    for facts in all_facts:
        _live(
            [
                *_assignments(world, facts),
                *_consultations(world, facts),
                *_moves(world, facts, cycles[facts["key"]], facts.get("moves", []), is_this_year=True),
            ]
        )
        _live(_moves(world, facts, earlier.get(facts["key"]), _replaced(facts), is_this_year=False))


def _live(deeds: list[Deed]) -> None:
    for deed in sorted(deeds, key=lambda deed: (deed.day, deed.rank)):
        with acting_as(deed.user.pk):
            deed.do()


def _before(facts: dict) -> list:
    return [move for move in facts.get("previous", []) if move[1] != Transition.SUPERSEDE]


def _replaced(facts: dict) -> list:
    """A policy is replaced when its successor is out, so this comes last."""
    return [move for move in facts.get("previous", []) if move[1] == Transition.SUPERSEDE]


def _open_cycles(world: World, enrolments: dict) -> dict[str, Cycle]:
    with acting_as(world.leader.pk):
        cycles = policies.open_cycles(enrolments=list(enrolments.values()))
    return {key: cycles[enrolment.pk] for key, enrolment in enrolments.items()}


# --- Advisers ------------------------------------------------------------------------------------------------------------


def _assignments(world: World, facts: dict) -> list[Deed]:
    deeds, enrolment = [], world.enrolments[facts["key"]]
    for time in facts["advisers"]:
        assignment = Assignment(
            enrolment=enrolment,
            company_id=enrolment.company_id,
            programme_id=enrolment.programme_id,
            adviser=world.seats[time["seat"]],
            starts_on=world.calendar.day(time["starts"]),
        )
        deeds.append(Deed(time["starts"], ASSIGN, world.leader, _assigning(world, assignment)))
        if "ended" in time:
            deeds.append(Deed(time["ended"], END, world.leader, _ending(world, assignment, time["ended"])))
    return deeds


def _assigning(world: World, assignment: Assignment) -> Callable:
    return lambda: programmes.assign_advisers(assignments=[assignment], actor=world.leader)


def _ending(world: World, assignment: Assignment, day: int) -> Callable:
    return lambda: programmes.end_assignment(assignment=assignment, ends_on=world.calendar.day(day), actor=world.leader)


# --- Consultations ---------------------------------------------------------------------------------------------------------


def _consultations(world: World, facts: dict) -> list[Deed]:
    """Booked by the first person of the company who can sign in; held and written up by the adviser."""
    booker = next(world.users[person["key"]] for person in facts["people"] if person["key"] in world.users)
    return [
        Deed(meeting["day"], CONSULT, booker, _consulting(world, world.enrolments[facts["key"]], meeting, booker))
        for meeting in facts.get("consultations", [])
    ]


def _consulting(world: World, enrolment, meeting: dict, booker: User) -> Callable:
    def consult():
        consultation = consultations.book_consultation(
            enrolment=enrolment,
            adviser=world.seats[meeting["adviser"]],
            starts_at=world.calendar.moment(meeting["day"], meeting["at"]),
            minutes=world.programme.consultation_minutes,
            method=meeting.get("method", "online"),
            actor=booker,
        )
        if meeting["state"] == State.CANCELLED:
            consultation_workflow.move(consultation=consultation, transition=ConsultationMove.CANCEL, actor=booker)
        if meeting["state"] == State.HELD:
            _hold(consultation, meeting, adviser=world.users[meeting["adviser"]])

    return consult


def _hold(consultation, meeting: dict, *, adviser: User) -> None:
    with acting_as(adviser.pk):
        consultation_workflow.move(consultation=consultation, transition=ConsultationMove.HOLD, actor=adviser)
        consultations.write_minutes(consultation=consultation, text=meeting["minutes"].strip(), actor=adviser)
        if "note" in meeting:
            consultations.note_privately(consultation=consultation, text=meeting["note"], actor=adviser)


# --- Policies ----------------------------------------------------------------------------------------------------------------


def _moves(world: World, facts: dict, cycle: Cycle | None, moves: list, *, is_this_year: bool) -> list[Deed]:
    return [
        Deed(
            day, MOVE, world.users[who], _moving(world, facts, cycle, (day, transition, who), is_this_year=is_this_year)
        )
        for day, transition, who in moves
    ]


def _moving(world: World, facts: dict, cycle: Cycle, step: tuple, *, is_this_year: bool) -> Callable:
    day, transition, who = step
    actor = world.users[who]

    def move():
        if transition == Transition.SUBMIT:
            _freeze(world, facts, cycle, actor, day=day, is_this_year=is_this_year)
        if transition == Transition.APPROVE:
            _share_last(world, cycle, actor, day)
        policy_workflow.move(cycle=cycle, transition=Transition(transition), actor=actor, today=world.calendar.day(day))
        if transition == Transition.PUBLISH:
            cycle.policy.published_url = facts["url"]
            cycle.policy.save(update_fields=["published_url"])

    return move


def _freeze(world: World, facts: dict, cycle: Cycle, actor: User, *, day: int, is_this_year: bool) -> None:
    """What is submitted is frozen; the first text of this year is the unripe one."""
    content = policy_content(
        data.read("policy")["sections"],
        company=world.companies[facts["key"]],
        issue={language: facts[f"issue_{language}"] for language in ("ja", "en")},
        is_first=is_this_year and not Revision.objects.filter(cycle=cycle).exists(),
    )
    policies.freeze_revision(cycle=cycle, content=content, actor=actor)
    if facts.get("shared"):
        _share_last(world, cycle, actor, day)


def _share_last(world: World, cycle: Cycle, actor: User, day: int) -> None:
    """What is approved is shared with the secretariat; a company may share an earlier one too."""
    revision = Revision.objects.filter(cycle=cycle).latest("number")
    policies.share_revision(revision=revision, actor=actor, now=world.calendar.moment(day, "17:00"))
