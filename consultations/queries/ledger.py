"""Questions about consultations: how much of the entitlement was used, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from consultations.enums import USED_STATES, EntryKind, State
from consultations.models import Consultation, LedgerEntry, Minutes
from programmes.models import Enrolment, Programme


@dataclass(frozen=True)
class Ledger:
    """What companies were entitled to and what came of it, as far as the asker may see them.

    It adds up: `entitled + extra` is what was held, is booked, was cancelled too late, missed or forfeited, and what
    remains, `unused`; unless a company had more than it was entitled to. What was cancelled in time costs nothing.
    `unused` is what remains of each company's own entitlement, so that one company's extra consultation never hides
    another's missing one. Nobody recorded why.
    """

    entitled: int = 0
    held: int = 0
    booked: int = 0
    cancelled: int = 0
    cancelled_late: int = 0
    missed: int = 0
    extra: int = 0
    forfeited: int = 0
    unused: int = 0
    overdue: int = 0  # booked, over, and nobody said whether it took place


def ledger(user, programme: Programme, *, now: datetime, day: date) -> Ledger:
    """Return the ledger of the programme's companies that take part on `day`, in one statement.

    `now` is the moment it stands for: an earlier one counts what was held by then; bookings are those of today.
    """
    each = programme.consultations_per_company
    enrolments = Enrolment.objects.visible_to(user).filter(programme=programme).as_of(day).order_by()
    conditions = {
        "held": Q(consultations__state=State.HELD, consultations__starts_at__lte=now),
        "booked": Q(consultations__state=State.BOOKED),
        "cancelled": Q(consultations__state=State.CANCELLED),
        "cancelled_late": Q(consultations__state=State.CANCELLED_LATE),
        "missed": Q(consultations__state=State.MISSED),
        "overdue": Q(consultations__state=State.BOOKED, consultations__ends_at__lt=now),
    }
    counts = {f"own_{name}": Count("consultations", filter=condition) for name, condition in conditions.items()}
    entries = {f"own_{kind}": _entries(kind) for kind in EntryKind}
    used = F("own_held") + F("own_booked") + F("own_cancelled_late") + F("own_missed") + F("own_forfeited")
    names = (*conditions, *EntryKind.values, "unused")
    row = (
        enrolments.annotate(**counts)
        .annotate(**entries)
        .annotate(own_unused=Greatest(Value(each) + F("own_extra") - used, 0))
        .aggregate(companies=Count("pk"), **{name: Coalesce(Sum(f"own_{name}"), 0) for name in names})
    )
    return Ledger(entitled=row.pop("companies") * each, **row)


def _entries(kind: EntryKind) -> Coalesce:
    """How often the ledger of an enrolment was changed in this way; for `Enrolment.objects.annotate`."""
    rows = LedgerEntry.objects.filter(enrolment=OuterRef("pk"), kind=kind).order_by().values("enrolment")
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)


def own_ledger(
    consultations: Iterable[Consultation], *, entitled: int, now: datetime, entries: Iterable[LedgerEntry] = ()
) -> Ledger:
    """Return the ledger of one enrolment from its consultations and entries, which the page has loaded."""
    consultations, kinds = list(consultations), [entry.kind for entry in entries]
    count = {state: sum(c.state == state for c in consultations) for state in State.values}
    extra, forfeited = kinds.count(EntryKind.EXTRA), kinds.count(EntryKind.FORFEITED)
    used = sum(count[state] for state in USED_STATES) + forfeited
    return Ledger(
        entitled=entitled,
        extra=extra,
        forfeited=forfeited,
        unused=max(0, entitled + extra - used),
        overdue=sum(c.state == State.BOOKED and c.ends_at < now for c in consultations),
        **{str(state): number for state, number in count.items()},
    )


def state_counts(consultations: QuerySet[Consultation]) -> dict[str, int]:
    """Count consultations by state; states that do not occur are left out."""
    rows = consultations.order_by().values("state").annotate(count=Count("pk"))
    counts = {row["state"]: row["count"] for row in rows}
    return {state: counts[state] for state in State.values if state in counts}


def upcoming(user, *, now: datetime) -> QuerySet[Consultation]:
    """Booked consultations that are not over yet, the next one first."""
    booked = Consultation.objects.visible_to(user).filter(state=State.BOOKED, ends_at__gt=now)
    return booked.select_related("company", "adviser")


def minutes_of(user, consultations: Iterable[Consultation]) -> dict[UUID, Minutes]:
    """Return the shared minutes that the person may read, by the id of their consultation."""
    minutes = Minutes.objects.visible_to(user).filter(consultation__in=[c.pk for c in consultations])
    return {each.consultation_id: each for each in minutes}
