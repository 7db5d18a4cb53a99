"""The rounds of writing and review that some of the pilot's companies went through.

The workbook tells where a policy stood, and when; this is how it got there. For as long as it is told, the company may
write and its adviser may read; afterwards both stand again as the workbook has them, and so does every figure.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from accounts.models import User
from common.tenancy import acting_as
from policies.composing import Draft
from policies.enums import State, Transition
from policies.models import Cycle, Move
from policies.services import begin_sections
from policies.services.interview import answer_interview
from policies.services.texts import NewParagraph, add_composed
from policies.workflow import Restored, restore
from programmes import services as programmes
from programmes.models import Assignment

from .pilot import account_of
from .stories import live_through
from .world import World
from .writing import Story

WRITER, ADVISER = "writer", "adviser"


class Dates:
    """The calendar of a story that is told in dates."""

    def day(self, day: date) -> date:
        return day

    def moment(self, day: date, clock: str) -> datetime:
        """Return the time "13:30" in Japan on that day."""
        return timezone.make_aware(datetime.combine(day, time.fromisoformat(clock)))


@dataclass
class PilotStory(Story):
    """A company's round as the data of the pilot tell it, with a draft that knows more than the workbook."""

    answers: dict | None = None
    draft_text: Draft | None = None

    @property
    def wording(self) -> dict:
        return self.facts

    def _compose(self, now: datetime) -> None:
        answer_interview(cycle=self.cycle, answers=self.answers, actor=self.writer)
        sections = begin_sections(cycle=self.cycle, actor=self.writer)
        new = [
            NewParagraph(section=sections[code], clause=part.clause, texts={"ja": part.ja, "en": part.en})
            for code, part in self.draft_text.paragraphs()
        ]
        add_composed(cycle=self.cycle, new=new, actor=self.writer)


def tell_round(*, cycle: Cycle, told: dict, answers: dict, draft: Draft, operator: User) -> None:
    """Live through the company's round, each deed by the person whose it was and dated as it was."""
    with acting_as(operator.pk):
        first = Assignment.objects.filter(enrolment=cycle.enrolment_id).earliest("starts_on")
        people = {WRITER: account_of(told["writer"], operator), ADVISER: account_of(first.adviser.email, operator)}
        # Only now the seat has its account, and with it the assignment somebody to open the texts to.
        assignment = Assignment.objects.select_related("adviser").get(pk=first.pk)
    world = World(calendar=Dates(), operator=operator, users=people)
    story = PilotStory(world, told | {"writer": WRITER}, cycle, answers=answers, draft_text=draft)
    with _reopened(cycle, assignment, operator):
        live_through(world, story, told["moves"])


@contextmanager
def _reopened(cycle: Cycle, assignment: Assignment, operator: User) -> Iterator[None]:
    """Let the round be lived through in a programme that is over; then everything is as it was before."""
    ended_on = assignment.ends_on
    with acting_as(operator.pk):
        imported = _as_imported(cycle)
        restore(restored=[Restored(cycle, State.DRAFTING)], actor=operator)
        _let_end(assignment, None, operator)
    yield
    with acting_as(operator.pk):
        _let_end(assignment, ended_on, operator)
        restore(restored=[imported], actor=operator)


def _let_end(assignment: Assignment, day: date | None, operator: User) -> None:
    assignment.ends_on = day
    programmes.change_assignment(assignment=assignment, actor=operator)


def _as_imported(cycle: Cycle) -> Restored:
    """Where the cycle stands, and on which days it got there, as its import told it."""
    on = dict(Move.objects.filter(cycle=cycle, is_restored=True).values_list("transition", "moved_on"))
    return Restored(
        cycle,
        State(cycle.state),
        submitted_on=on.get(Transition.SUBMIT),
        endorsed_on=on.get(Transition.ENDORSE),
        approved_on=on.get(Transition.APPROVE),
        published_on=on.get(Transition.PUBLISH),
    )
