"""What became of the consultations that companies were entitled to: from rows that exist; for the rest there is no reason."""

import datetime

from django.db.models import Count, Exists, OuterRef, Q

from consultations.enums import ChangeKind, EntryKind, State
from consultations.models import Change, Consultation, LedgerEntry
from programmes.models import Programme

SPENT = ("used", "cancelled_late", "missed", "forfeited", "later", "unmarked")
"""What takes from an entitlement, in the order in which it is taken within each company's own."""


def entitlement(programme: Programme, enrolled: list[dict], bound: datetime.datetime) -> dict[str, int]:
    """Return the ledger of the enrolled companies as of a moment; two statements.

    `entitled + extra` is the sum of what is in SPENT and `unused`: one company's third consultation never hides
    another's missing one. What was cancelled too late counts from its cancellation on, and where no time of that is
    recorded, from its own time on.
    """
    each = programme.consultations_per_company or 0
    rows, entries = _consultations(programme, bound), _entries(programme, bound)
    sums = dict.fromkeys((*SPENT, "extra", "unused"), 0)
    for company in enrolled:
        own = rows.get(company["id"], {}) | entries.get(company["id"], {})
        sums["extra"] += own.get("extra", 0)
        left = each + own.get("extra", 0)
        for name in SPENT:
            spent = min(left, own.get(name, 0))
            sums[name] += spent
            left -= spent
        sums["unused"] += left
    return {"entitled": each * len(enrolled), **sums}


def _consultations(programme: Programme, bound: datetime.datetime) -> dict:
    """Return by enrolment how many were held, cancelled too late, missed, and so on, by the moment."""
    over = Q(ends_at__lte=bound)
    ended = Change.objects.filter(consultation=OuterRef("pk"), kind=ChangeKind.ENDED, made_at__lte=bound)
    late = Q(state=State.CANCELLED_LATE) & (over | Q(Exists(ended)))
    found = (
        Consultation.objects.filter(programme=programme)
        .order_by()
        .values("enrolment")
        .annotate(
            used=Count("pk", filter=Q(state=State.HELD) & over),
            cancelled_late=Count("pk", filter=late),
            missed=Count("pk", filter=Q(state=State.MISSED) & over),
            later=Count("pk", filter=~over & ~Q(state=State.CANCELLED) & ~late),
            unmarked=Count("pk", filter=Q(state=State.BOOKED) & over),
        )
    )
    return {row.pop("enrolment"): row for row in found}


def _entries(programme: Programme, bound: datetime.datetime) -> dict:
    """Return by enrolment how many consultations were granted in addition, and how many forfeited, each with a reason."""
    found = (
        LedgerEntry.objects.filter(programme=programme, recorded_at__lte=bound)
        .order_by()
        .values("enrolment")
        .annotate(**{str(kind): Count("pk", filter=Q(kind=kind)) for kind in EntryKind})
    )
    return {row.pop("enrolment"): row for row in found}
