"""How many consultations a company has left, and what explains that, line by line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Q
from django.utils import timezone

from consultations.enums import USED_STATES, EntryKind
from consultations.models import Consultation, LedgerEntry
from programmes.models import Enrolment


def remaining(enrolment: Enrolment) -> int:
    """Return how many more consultations the company may book; never below 0."""
    used = Consultation.objects.filter(enrolment=enrolment, state__in=USED_STATES).count()
    entries = LedgerEntry.objects.filter(enrolment=enrolment).aggregate(
        extra=Count("pk", filter=Q(kind=EntryKind.EXTRA)), forfeited=Count("pk", filter=Q(kind=EntryKind.FORFEITED))
    )
    granted = enrolment.programme.consultations_per_company + entries["extra"] - entries["forfeited"]
    return max(0, granted - used)


class LineKind(StrEnum):
    """What a line of the ledger tells; a consultation's is its state, an entry's is its kind."""

    GRANTED = "granted"
    UNUSED = "unused"


@dataclass(frozen=True)
class Line:
    """One line of a company's ledger: what happened, what it does to the number, and what remains after it."""

    kind: str  # of LineKind, State or EntryKind
    counts: int  # +1, -1, 0, or the number granted
    left: int
    at: datetime | None = None
    consultation: Consultation | None = None
    reason: str = ""


def ledger_lines(
    enrolment: Enrolment, consultations: Iterable[Consultation], entries: Iterable[LedgerEntry]
) -> list[Line]:
    """Explain what a company had and what came of it: granted first, then in order of time, at last what remains.

    Sums of `counts` are `left`; what nobody used and nobody forfeited is said to have no recorded reason.
    """
    left = enrolment.programme.consultations_per_company
    lines = [Line(LineKind.GRANTED, left, left)]
    for at, kind, row in sorted(_events(consultations, entries), key=lambda event: (event[0], event[1])):
        counts = _effect(kind)
        left += counts
        is_entry = isinstance(row, LedgerEntry)
        lines.append(Line(kind, counts, left, at, None if is_entry else row, row.reason))
    if left > 0:
        lines.append(Line(LineKind.UNUSED, 0, left))
    return lines


def _events(consultations: Iterable[Consultation], entries: Iterable[LedgerEntry]):
    for each in consultations:
        yield each.starts_at, str(each.state), each
    for entry in entries:
        yield timezone.localtime(entry.recorded_at), str(entry.kind), entry


def _effect(kind: str) -> int:
    if kind == EntryKind.EXTRA:
        return 1
    return -1 if kind in {*map(str, USED_STATES), str(EntryKind.FORFEITED)} else 0
