"""Questions about the dated facts beside a text, and who has read it."""

from collections import defaultdict

from django.db.models import Count, QuerySet

from policies.enums import EvidenceKind
from policies.models import Announcement, Cycle, Evidence, ReadReceipt, Revision

from .approval import approved_request
from .doors import Door


def evidence_of(cycle: Cycle) -> dict[str, list[Evidence]]:
    """Return what was recorded, by kind, the latest first; what was taken back is among it, and says so."""
    found = defaultdict(list)
    rows = Evidence.objects.filter(cycle=cycle).select_related("file", "recorded_by")
    for row in rows.order_by("-happened_on", "-recorded_at"):
        found[row.kind].append(row)
    return {kind: found[kind] for kind in EvidenceKind.values}


def announcements_of(cycle: Cycle) -> QuerySet[Announcement]:
    """Links to the approved text, the latest first, each with `readers`: how many said that they have read it."""
    rows = Announcement.objects.filter(cycle=cycle).select_related("revision", "created_by")
    return rows.annotate(readers=Count("receipts")).order_by("-created_at", "-pk")


def announcement_behind(door: Door) -> Announcement | None:
    """Return the announcement that a link leads to, while the rights it was made with still reach it."""
    rows = Announcement.objects.filter(pk=door.row_id)
    return rows.select_related("revision", "company", "created_by").first()


def receipts_of(announcement: Announcement) -> QuerySet[ReadReceipt]:
    return ReadReceipt.objects.filter(announcement=announcement).order_by("read_at", "pk")


def text_to_announce(cycle: Cycle) -> Revision | None:
    """Return the text that top management approved in this round; without one, what the company has published."""
    decision = approved_request(cycle)
    return decision.revision if decision else cycle.policy.published_revision
