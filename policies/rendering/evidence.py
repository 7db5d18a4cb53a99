"""Dated facts in the stages of the way: what is due before the submission, and what once the text is approved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from common import dates
from common.components import Column, Table, Term
from policies.enums import FORMULATED_STATES, EvidenceKind
from policies.models import Announcement, Cycle, Evidence, ReadReceipt

# What an approval sets going (UN Guiding Principle 16 (d) and (e)); the other two belong to the writing.
AFTER_APPROVAL = (EvidenceKind.COMMUNICATION, EvidenceKind.EMBEDDING)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One recorded fact."""

    when: str
    who: str
    text: str
    by: str
    is_cancelled: bool
    file_name: str = ""
    file_url: str = ""
    cancel_url: str = ""


@dataclass(frozen=True, kw_only=True)
class LinkLine:
    """A link to the approved text, with how many said that they have read it."""

    title: str
    url: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One kind of fact: why it is asked, by when, and what there is."""

    kind: str
    title: str
    why: str
    when: str
    status: str
    add_url: str
    entries: list[Entry] = field(default_factory=list)
    links: list[LinkLine] = field(default_factory=list)


def evidence_stages(
    found: Mapping[str, list[Evidence]],
    *,
    cycle: Cycle,
    approved_on: date | None,
    announcements: Iterable[Announcement],
    may_write: bool,
) -> list[Stage]:
    """Return the four stages in the order in which they are due."""
    words, links = _words(approved_on), [_link_line(each) for each in announcements]
    is_approved = approved_on is not None or cycle.state in FORMULATED_STATES
    stages = []
    for kind in EvidenceKind:
        rows, (why, when) = found[kind], words[kind]
        own_links = links if kind == EvidenceKind.COMMUNICATION else []
        is_there = bool(own_links) or any(row.cancelled_at is None for row in rows)
        is_early = kind in AFTER_APPROVAL and not is_approved
        add_url = f"{reverse('policies:add_evidence', args=[cycle.company_id])}?kind={kind}" if may_write else ""
        stages.append(
            Stage(
                kind=str(kind),
                title=str(kind.label),
                why=why,
                when=when,
                status="filled" if is_there else "blocked" if is_early else "not_started",
                add_url="" if is_early and not is_there else add_url,
                entries=[_entry(row, may_write=may_write) for row in rows],
                links=own_links,
            )
        )
    return stages


def _words(approved_on: date | None) -> dict[str, tuple[str, str]]:
    after = gettext("After the approval, within twelve months.")
    if approved_on:
        after = gettext("Within twelve months of the approval on %(day)s.") % {"day": dates.long_date(approved_on)}
    return {
        EvidenceKind.EXPERTISE: (
            gettext("A policy rests on what people know who know: an adviser, a seminar, guidelines."),
            gettext("Before you submit the text."),
        ),
        EvidenceKind.DIALOGUE: (
            gettext("Those whose rights are in question know best where the problems are."),
            gettext("While you write, and again every year."),
        ),
        EvidenceKind.COMMUNICATION: (
            gettext(
                "A policy that nobody has heard of changes nothing: employees, partners and others are told of it."
            ),
            after,
        ),
        EvidenceKind.EMBEDDING: (
            gettext("What the policy promises has to stand in the rules by which people work and buy."),
            after,
        ),
    }


def _entry(row: Evidence, *, may_write: bool) -> Entry:
    is_cancelled = row.cancelled_at is not None
    cancel = (
        reverse("policies:cancel_evidence", args=[row.company_id, row.pk]) if may_write and not is_cancelled else ""
    )
    return Entry(
        when=dates.long_date(row.happened_on),
        who=row.who,
        text=row.text,
        by=row.recorded_by.name,
        is_cancelled=is_cancelled,
        file_name=row.file.name if row.file else "",
        file_url=proof_url(row.company_id, row.file_id),
        cancel_url=cancel,
    )


def proof_url(company_id: UUID, file_id: UUID | None) -> str:
    return reverse("policies:proof", args=[company_id, file_id]) if file_id else ""


def _link_line(announcement: Announcement) -> LinkLine:
    counted = ngettext("%(count)s person has read it", "%(count)s people have read it", announcement.readers)
    closed = gettext(" (closed)") if announcement.closed_at else ""
    return LinkLine(
        title=announcement.title,
        url=reverse("policies:announcement", args=[announcement.company_id, announcement.pk]),
        detail=counted % {"count": announcement.readers} + closed,
    )


def announcement_terms(announcement: Announcement) -> list[Term]:
    """Return what is known of a link: since when, to which text, and whether it still opens."""
    closed = announcement.closed_at
    return [
        Term(label=gettext("Made on"), value=dates.date_and_time(announcement.created_at)),
        Term(label=gettext("Version"), value=gettext("Version %(number)s") % {"number": announcement.revision.number}),
        Term(
            label=gettext("The link"),
            value=gettext("closed on %(day)s") % {"day": dates.date_and_time(closed)} if closed else gettext("opens"),
        ),
    ]


def receipts_table(receipts: Iterable[ReadReceipt]) -> Table:
    return Table(
        caption=gettext("Who has read it"),
        columns=[Column(label=gettext("Name")), Column(label=gettext("When"))],
        rows=[(receipt.name, dates.date_and_time(receipt.read_at)) for receipt in receipts],
    )
