"""The page behind the link: one screen that says what is decided on, then the exact text. Plain values only.

It is drawn after the rights of the one who asked have been given back, so nothing in it may ask the database.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext

from common import dates
from common.components import Event
from policies.enums import ApprovalOutcome, ApprovalWay
from policies.models import ApprovalRequest, ReadReceipt, Revision
from policies.queries.approval import LinkStatus, link_status

from .checking import reader_language
from .contents import Content, read
from .redlines import Comparison, compare_contents, summary_sentence

# The sections that say what is promised, and for whom.
PROMISE, SCOPE = "commitment", "scope"
SENTENCE = re.compile(r".*?(?:。|[.!?](?=\s|$)|$)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A frozen text as it is shown to whoever decides on it: the words, and the number that tells them from others."""

    content: Content
    language: str
    sha256: str
    # None and "" for the working copy, which nobody has frozen yet.
    number: int | None = None
    frozen_at: str = ""

    @property
    def title(self) -> str:
        return self.content.name(self.language)

    @property
    def owner(self) -> str:
        return self.content.owner(self.language)

    @property
    def fingerprint(self) -> str:
        """The hash in groups of eight, for comparing by eye with what is printed."""
        return " ".join(self.sha256[at : at + 8] for at in range(0, len(self.sha256), 8))

    @property
    def parts(self) -> list[tuple[str, list[str]]]:
        """Headings with their paragraphs, in the language of the page; sections that say nothing are left out."""
        return [
            (part.heading(self.language), [block.text(self.language) for block in part.written(self.language)])
            for part in self.content.parts
            if part.written(self.language)
        ]

    @property
    def languages(self) -> tuple[str, ...]:
        return self.content.languages


def paper(revision: Revision) -> Paper:
    """Return a frozen text in the reader's language, or in Japanese where it has no other."""
    return paper_of(revision.content, sha256=revision.sha256, revision=revision)


def paper_of(content: Mapping, *, sha256: str, revision: Revision | None = None) -> Paper:
    """Return a text with its hash: a frozen one, or the working copy as it would be frozen."""
    shown, wanted = read(content), reader_language()
    return Paper(
        content=shown,
        language=wanted if wanted in shown.languages else shown.languages[0],
        sha256=sha256,
        number=revision.number if revision else None,
        frozen_at=dates.date_and_time(revision.frozen_at) if revision else "",
    )


@dataclass(frozen=True, kw_only=True)
class Gist:
    """What whoever decides has to know before reading: the promise, to whom, what follows, what changed."""

    promise: str
    scope: str
    duties: list[str]
    changes: str
    comparison: Comparison | None


def gist(shown: Paper, now: Mapping, before: Mapping | None, *, today: date) -> Gist:
    """Return the one screen, from the text's own words.

    `now` is the content of `shown`, `before` the content that was approved last, None for a first policy.
    """
    comparison = compare_contents(before, now, language=shown.language) if before is not None else None
    return Gist(
        promise=_first_sentence(shown, PROMISE),
        scope=_first_sentence(shown, SCOPE),
        duties=duties(today),
        changes=summary_sentence(comparison) if comparison else gettext("This is the company's first policy."),
        comparison=comparison if comparison and comparison.is_change else None,
    )


def duties(today: date) -> list[str]:
    """Return what an approval obliges the company to within twelve months, as UN Guiding Principle 16 (d) and (e) has it."""
    until = dates.long_date(_a_year_after(today), weekday=False)
    return [
        gettext("Publish the policy where everybody can read it."),
        gettext("Tell all employees and the business partners about it, and record when."),
        gettext("Bring work rules, purchasing and contracts into line with it."),
        gettext("Look at it again by %(day)s.") % {"day": until},
    ]


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)


def _first_sentence(shown: Paper, code: str) -> str:
    """Return the sentence that a section begins with, in its own words; "" where it says nothing."""
    part = next((part for part in shown.content.parts if part.code == code), None)
    blocks = part.written(shown.language) if part else []
    return SENTENCE.match(blocks[0].text(shown.language).strip())[0] if blocks else ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was decided, when and how, for whoever opens a link that was used."""

    is_approved: bool
    decided_at: str
    decided_on: str
    way: str
    who: str
    reason: str


def outcome_of(request: ApprovalRequest) -> Outcome:
    """Return a decision in words."""
    who = [request.body, request.approver_title, request.approver_name]
    return Outcome(
        is_approved=request.outcome == ApprovalOutcome.APPROVED,
        decided_at=dates.date_and_time(request.decided_at),
        decided_on=dates.long_date(request.decided_on),
        way=str(ApprovalWay(request.way).label),
        who=" ".join(filter(None, who)),
        reason=request.reason,
    )


@dataclass(frozen=True, kw_only=True)
class RequestCard:
    """A request as the company sees it."""

    approver: str
    requester: str
    requested_at: str
    expires_at: str
    number: int
    is_own: bool
    is_expired: bool
    is_overtaken: bool


def request_card(request: ApprovalRequest, *, now: datetime, may_be_decided: bool) -> RequestCard:
    status = link_status(request, may_be_decided=may_be_decided, now=now)
    return RequestCard(
        approver=" ".join(filter(None, [request.approver.title, request.approver.name])),
        requester=request.requested_by.name,
        requested_at=dates.date_and_time(request.requested_at),
        expires_at=dates.date_and_time(request.expires_at) if request.expires_at else "",
        number=request.revision.number,
        is_own=request.is_own,
        is_expired=status == LinkStatus.EXPIRED,
        is_overtaken=status == LinkStatus.OVERTAKEN,
    )


@dataclass(frozen=True, kw_only=True)
class DecisionCard:
    """The last decision as the company and its advisers see it."""

    outcome: Outcome
    number: int
    is_own: bool
    scan_id: UUID | None


def decision_card(requests: Sequence[ApprovalRequest]) -> DecisionCard | None:
    """Return the decision made last, None while there is none."""
    decided = [request for request in requests if request.decided_at]
    if not decided:
        return None
    last = max(decided, key=lambda request: request.decided_at)
    return DecisionCard(outcome=outcome_of(last), number=last.revision.number, is_own=last.is_own, scan_id=last.scan_id)


def request_events(requests: Iterable[ApprovalRequest]) -> list[Event]:
    """Return what happened, the latest first."""
    events = [event for request in requests for event in _events(request)]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _events(request: ApprovalRequest) -> Iterator[Event]:
    values = {"who": request.approver.name, "number": request.revision.number}
    yield Event(
        at=request.requested_at,
        title=gettext("%(who)s was asked to approve version %(number)s") % values,
        by=request.requested_by.name,
    )
    if request.cancelled_at:
        yield Event(at=request.cancelled_at, title=gettext("The link to version %(number)s was made void") % values)
    if request.decided_at:
        outcome = outcome_of(request)
        sentence = (
            gettext("Approved: version %(number)s") if outcome.is_approved else gettext("Returned: version %(number)s")
        )
        yield Event(at=request.decided_at, title=sentence % values, by=outcome.who, body=outcome.reason, status="")


def refusal_words(code: str) -> str:
    """Say why a file is not kept, at its field."""
    return {
        "type": gettext("Files of this kind are not kept. Please choose another one."),
        "empty": gettext("The file is empty. Please choose another one."),
        "size": gettext("The file is too large. Please choose a smaller one."),
        "quota": gettext("The company's room for files is used up. Please ask the secretariat."),
    }[code]


def receipt_words(receipt: ReadReceipt, *, is_new: bool) -> str:
    """Say what was recorded; somebody with the same name learns how to be told apart, and nothing else."""
    values = {"name": receipt.name, "moment": dates.date_and_time(receipt.read_at)}
    if is_new:
        return gettext("Recorded: %(name)s, %(moment)s. Thank you.") % values
    return (
        gettext(
            "%(name)s was recorded already: %(moment)s. If that was somebody else with your name, write your name with"
            " your department."
        )
        % values
    )
