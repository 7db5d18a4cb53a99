"""A row of each owner in every table of consultations: when advisers have time, what was booked, and what was agreed."""

from datetime import UTC, date, datetime, time

from consultations.enums import ChangeKind, EntryKind
from consultations.models import (
    Absence,
    BookingDraft,
    Change,
    DayException,
    HandOverNote,
    LedgerEntry,
    Minutes,
    Offer,
    Participant,
    Practice,
    Round,
    SlotWish,
    Task,
    Topics,
    WeeklyHours,
)
from programmes.models import Conflict
from tests.factories import make_consultation, make_seat
from tests.security import audiences

NOON = datetime(2025, 1, 10, 3, tzinfo=UTC)

KINDS = {
    "practice": (Practice, audiences.RECORDS),
    "weekly hours": (WeeklyHours, audiences.RECORDS),
    "exception of a day": (DayException, audiences.RECORDS),
    "absence": (Absence, audiences.RECORDS),
    "conflict of interest": (Conflict, audiences.MANAGED),
    "ledger entry": (LedgerEntry, audiences.RECORDS),
    "wish for a time": (SlotWish, audiences.RECORDS),
    "participant": (Participant, audiences.RECORDS),
    "change of a consultation": (Change, audiences.RECORDS),
    "topics": (Topics, audiences.CONTENT),
    "booking on its way": (BookingDraft, audiences.NOBODY),
    "round": (Round, audiences.MANAGED),
    "offer": (Offer, audiences.MANAGED),
    "unshared minutes": (Minutes, audiences.NOBODY),
    "task": (Task, audiences.CONTENT),
    "unshared task": (Task, audiences.NOBODY),
    "hand-over note": (HandOverNote, audiences.ADVISERS),
}


def fill(world, owner: str) -> None:
    """Make the rows; the adviser who keeps minutes unshared is one of the owner's own and none of the cast."""
    enrolment, seat, consultation = world["enrolment", owner], world["seat", owner], world["consultation", owner]
    programme = enrolment.programme
    both = {"company": enrolment.company, "programme": programme}
    own = {"seat": seat, "programme": programme}
    world.keep("practice", owner, Practice.objects.create(**own))
    hours = WeeklyHours.objects.create(weekday=0, starts=time(9), ends=time(12), **own)
    world.keep("weekly hours", owner, hours)
    world.keep("exception of a day", owner, DayException.objects.create(on=date(2025, 1, 6), **own))
    stand_in = make_seat(world["programme", owner], role="adviser")
    absence = Absence.objects.create(starts_on=date(2025, 1, 6), ends_on=date(2025, 1, 7), stand_in=stand_in, **own)
    world.keep("absence", owner, absence)
    conflict = Conflict.objects.create(seat=seat, declared_by_id=seat.user_id, reason="C", **both)
    world.keep("conflict of interest", owner, conflict)
    entry = LedgerEntry.objects.create(
        enrolment=enrolment, kind=EntryKind.EXTRA, reason="R", recorded_by_id=seat.user_id, **both
    )
    world.keep("ledger entry", owner, entry)
    wish = SlotWish.objects.create(enrolment=enrolment, text="W", created_by_id=seat.user_id, **both)
    world.keep("wish for a time", owner, wish)
    of = {"consultation": consultation, **both}
    world.keep("participant", owner, Participant.objects.create(person=world["person", owner], **of))
    change = Change.objects.create(kind=ChangeKind.BOOKED, starts_at=NOON, made_by_id=seat.user_id, **of)
    world.keep("change of a consultation", owner, change)
    world.keep("topics", owner, Topics.objects.create(questions="Q", **of))
    draft = BookingDraft.objects.create(enrolment=enrolment, author=seat.user, questions="Q", **both)
    world.keep("booking on its way", owner, draft)
    number = programme.rounds.count() + 1
    planned = Round.objects.create(
        programme=programme, number=number, starts_on=date(2025, 1, 6), ends_on=date(2025, 1, 31)
    )
    world.keep("round", owner, planned)
    offer = Offer.objects.create(round=planned, enrolment=enrolment, problem="no_time", **both)
    world.keep("offer", owner, offer)
    second = make_consultation(enrolment, seat, starts_at=NOON)
    world.keep("unshared minutes", owner, Minutes.objects.create(consultation=second, matters="M", **both))
    world.keep("task", owner, Task.objects.create(text="T", owner=world["person", owner], shared_at=NOON, **of))
    world.keep("unshared task", owner, Task.objects.create(consultation=second, text="T", **both))
    note = HandOverNote.objects.create(assignment=world["assignment", owner], author=seat.user, text="H", **both)
    world.keep("hand-over note", owner, note)
