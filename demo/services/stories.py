"""What happened to each company, day by day, each deed by the person whose it is."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from accounts.models import User
from common.tenancy import acting_as
from consultations import services as consultations
from consultations import workflow as consultation_workflow
from consultations.enums import State
from consultations.enums import Transition as ConsultationMove
from policies import services as policies
from policies.models import Cycle
from programmes import services as programmes
from programmes.models import Assignment

from . import data, meetings
from .world import World
from .writing import Story, prepare_advisers


@dataclass(frozen=True)
class Deed:
    """Something that one person did on a day. Deeds of one day happen in the order of `rank`."""

    day: int
    rank: int
    user: User
    do: Callable[[], object]


ASSIGN, CONSULT, WRITE, MOVE, END = range(5)


def tell_stories(world: World) -> None:
    """Live through the year company by company: what lies before this year's programme first."""
    prepare_advisers(world)
    all_facts = data.read("companies")["companies"]
    earlier = _open_cycles(world, world.previous_enrolments)
    stories = {
        facts["key"]: Story(world, facts, earlier[facts["key"]]) for facts in all_facts if facts["key"] in earlier
    }
    for story in stories.values():
        _live([*_writing(story), *_moves(world, story, story.facts["previous"])])
    fresh = {key: enrolment for key, enrolment in world.enrolments.items() if key not in stories}
    cycles = _open_cycles(world, fresh)
    for facts in all_facts:
        story = stories.get(facts["key"]) or Story(world, facts, cycles[facts["key"]])
        _live(
            [
                *_assignments(world, facts),
                *_consultations(world, story),
                *_beginning(story),
                *_moves(world, story, facts.get("moves", [])),
                *_what_followed(world, story),
            ]
        )
    meetings.leave_notes(world)


def live_through(world: World, story: Story, moves: list) -> None:
    """Live through one company's round of writing: its draft, its moves, and what was done between them."""
    _live([*_writing(story), *_moves(world, story, moves), *_what_followed(world, story)])


def _beginning(story: Story) -> list[Deed]:
    """This year's text: the next version of last year's, or a first draft."""
    if "next" in story.wording:
        day = story.wording["next"]["day"]
        return [Deed(day, WRITE, story.writer, lambda: story.begin_next(day))]
    return _writing(story)


def _live(deeds: list[Deed]) -> None:
    for deed in sorted(deeds, key=lambda deed: (deed.day, deed.rank)):
        with acting_as(deed.user.pk):
            deed.do()


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


def _consultations(world: World, story: Story) -> list[Deed]:
    """Booked by the first person of the company who can sign in; held and written up by the adviser."""
    facts = story.facts
    booker = next(world.users[person["key"]] for person in facts["people"] if person["key"] in world.users)
    return [
        Deed(meeting["day"], CONSULT, booker, _consulting(world, story, number, booker))
        for number, meeting in enumerate(facts.get("consultations", []))
    ]


def _consulting(world: World, story: Story, number: int, booker: User) -> Callable:
    meeting = story.facts["consultations"][number]
    told = meetings.facts_of(story.facts["key"], number)

    def consult():
        consultation = consultations.book_consultation(
            enrolment=world.enrolments[story.facts["key"]],
            adviser=world.seats[meeting["adviser"]],
            starts_at=world.calendar.moment(meeting["day"], meeting["at"]),
            minutes=world.programme.consultation_minutes,
            method=meeting.get("method", "online"),
            actor=booker,
        )
        story.date(world.calendar.moment(min(meeting["day"], -1), "09:00"))
        meetings.prepare(world, consultation, told, booker=booker)
        if meeting["state"] == State.CANCELLED:
            consultation_workflow.move(consultation=consultation, transition=ConsultationMove.CANCEL, actor=booker)
        if meeting["state"] == State.HELD:
            _hold(world, consultation, meeting, told, adviser=world.users[meeting["adviser"]])

    return consult


def _hold(world: World, consultation, meeting: dict, told: dict, *, adviser: User) -> None:
    with acting_as(adviser.pk):
        consultation_workflow.move(consultation=consultation, transition=ConsultationMove.HOLD, actor=adviser)
        text = meeting["minutes"].strip()
        if "advice" in told:
            meetings.write_up(world, consultation, told, text=text, adviser=adviser)
        else:
            consultations.write_minutes(consultation=consultation, text=text, actor=adviser)
        if "note" in meeting:
            consultations.note_privately(consultation=consultation, text=meeting["note"], actor=adviser)


# --- Policies ----------------------------------------------------------------------------------------------------------------


def _moves(world: World, story: Story | None, moves: list) -> list[Deed]:
    return [
        Deed(day, MOVE, world.users[who], _moving(world, story, day, transition, who)) for day, transition, who in moves
    ]


def _moving(world: World, story: Story, day: int, transition: str, who: str) -> Callable:
    return lambda: story.move(day, transition, world.users[who], who)


def _writing(story: Story) -> list[Deed]:
    """The first draft. A company of which nothing is told has not begun."""
    told = story.wording
    return [Deed(told["drafted"], WRITE, story.writer, lambda: story.draft(told["drafted"]))] if told else []


def _what_followed(world: World, story: Story) -> list[Deed]:
    """What was done about the text between the moves, and beside it."""
    told = story.wording
    if not told:
        return []
    steps = [
        *(
            (returned["answered"], story.answer, returned)
            for returned in told.get("returns", [])
            if "answered" in returned
        ),
        *((edit["day"], story.edit, edit) for edit in told.get("edits_later", [])),
        *((question["day"], story.ask, question) for question in told.get("questions", [])),
    ]
    deeds = [Deed(day, WRITE, story.writer, partial(do, step)) for day, do, step in steps]
    later = [(evidence["day"], story.record, evidence) for evidence in told.get("evidence", [])]
    if "announcement" in told:
        later.append((told["announcement"]["day"], story.announce, told["announcement"]))
    deeds += [Deed(day, END, story.writer, partial(do, step)) for day, do, step in later]
    return deeds + [_reply(world, story, question) for question in told.get("questions", []) if "reply" in question]


def _reply(world: World, story: Story, question: dict) -> Deed:
    told = question["reply"]
    return Deed(told["day"], WRITE, world.users[told["who"]], partial(story.reply, question))
