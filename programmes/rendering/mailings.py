"""Letters to many as their pages show them: the list, who would get one and why not, previews, and results."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, npgettext, pgettext

from common import dates
from common.components import Cell, Chip, Column, Figure, Row, Table, Term, badge, link, with_query
from companies.models import Company
from notifications.models import State
from programmes.enums import LetterOutcome, MailingAsk
from programmes.models import Mailing, MailingRecipient, MilestoneKind, NoticeLetter, Session
from programmes.queries.mailings import Candidate, Owed, Result

from .programme import companies_unit

# How many companies are shown with the letter as they would get it.
SAMPLES = 3
# Keys of what became of a letter, in the order of the page.
RESULTS = ("waiting", "daily", "queued", "sent", "portal", "refused", "given_up", "called_off", "closed")


# --- What is asked ----------------------------------------------------------------------------------------------------


def session_label(session: Session) -> str:
    closes = dates.long_date(timezone.localdate(session.closes_at))
    return gettext("%(session)s (registration until %(day)s)") % {"session": session.title, "day": closes}


def milestone_label(kind: MilestoneKind) -> str:
    if not kind.due_on:
        return kind.name
    return gettext("%(milestone)s (due %(day)s)") % {"milestone": kind.name, "day": dates.short_date(kind.due_on)}


def about(mailing: Mailing) -> str:
    """Return what a mailing asks, with the session or the milestone that it is about."""
    subject = mailing.session.title if mailing.session else mailing.milestone.name if mailing.milestone else ""
    label = MailingAsk(mailing.ask).label
    return f"{label}: {subject}" if subject else str(label)


def why(mailing: Mailing, owed: Owed) -> str:
    """Return the reason for which a company is reminded, in a few words: 未提出 12日."""
    words = {
        MailingAsk.POLICY: pgettext("why", "Not submitted"),
        MailingAsk.REGISTRATION: pgettext("why", "Nobody registered"),
        MailingAsk.CONSULTATION: pgettext("why", "No consultation booked"),
        MailingAsk.MILESTONE: pgettext("why", "Not reached"),
    }[MailingAsk(mailing.ask)]
    days = owed.overdue_days
    if days is None:
        return words
    if days > 0:
        late = ngettext("%(words)s, %(days)s day overdue", "%(words)s, %(days)s days overdue", days)
        return late % {"words": words, "days": days}
    if days == 0:
        return gettext("%(words)s, due today") % {"words": words}
    left = ngettext("%(words)s, %(days)s day left", "%(words)s, %(days)s days left", -days)
    return left % {"words": words, "days": -days}


def why_not(candidate: Candidate) -> str:
    """Return why somebody is left out, "" for whoever is not."""
    words = {
        "": "",
        "no_address": pgettext("why not", "Nobody with an address acts for the company"),
        "refused": pgettext("why not", "The address refused the last mail"),
        "recent": pgettext("why not", "Reminded lately"),
        "left_out": pgettext("why not", "Left out by you"),
    }[candidate.why_not]
    if candidate.why_not == "recent" and candidate.reminded_at:
        day = dates.short_date(timezone.localdate(candidate.reminded_at))
        return pgettext("why not", "%(words)s, on %(day)s") % {"words": words, "day": day}
    return words


# --- The list of letters ----------------------------------------------------------------------------------------------


def mailings_table(mailings: Iterable[Mailing]) -> Table:
    return Table(
        caption=gettext("Letters"),
        columns=[
            Column(label=pgettext("letter", "What is asked")),
            Column(label=pgettext("letter", "State")),
            Column(label=gettext("Addresses"), numeric=True),
            Column(label=pgettext("letter", "Written by")),
            Column(label=pgettext("letter", "Begun")),
        ],
        rows=[
            (
                link(about(mailing), mailing_url(mailing)),
                mailing_badge(mailing),
                mailing.addresses if mailing.is_sent else None,
                mailing.created_by.name,
                Cell(dates.date_and_time(mailing.created_at), "nowrap"),
            )
            for mailing in mailings
        ],
    )


def mailing_url(mailing: Mailing, name: str = "mailing") -> str:
    return reverse(f"dashboards:{name}", args=[mailing.programme_id, mailing.pk])


def mailing_badge(mailing: Mailing) -> SafeString:
    if mailing.called_off_at:
        return badge("cancelled", instead=pgettext("letter", "Called off"))
    if not mailing.is_sent:
        return badge("draft")
    if mailing.job.is_open:
        return badge("running", instead=pgettext("letter", "Being sent"))
    if mailing.job.state == "done":
        return badge("done", instead=pgettext("letter", "Handed to the post"))
    return badge("failed", instead=pgettext("letter", "Stopped"))


# --- A draft ----------------------------------------------------------------------------------------------------------


def draft_figures(letters: Sequence[Candidate]) -> list[Figure]:
    """Return how many would be written to, and how many are left out and why."""
    counts = Counter(letter.why_not for letter in letters)
    written = [letter for letter in letters if letter.is_written_to]
    companies = len({letter.company.pk for letter in written})
    figures = [
        Figure(label=gettext("Would get the letter"), value=counts[""], unit=_addresses(counts[""])),
        Figure(label=gettext("At"), value=companies, unit=companies_unit(companies)),
    ]
    labels = {
        "recent": gettext("Left out: reminded lately"),
        "refused": gettext("Left out: address refused"),
        "left_out": gettext("Left out by you"),
        "no_address": gettext("Without an address"),
    }
    return figures + [
        Figure(label=label, value=counts[key], unit=_addresses(counts[key]))
        for key, label in labels.items()
        if counts[key]
    ]


def _addresses(count: int) -> str:
    return npgettext("letters", "address", "addresses", count)


def people_names(letter: Candidate) -> str:
    return gettext(", ").join(person.name for person in letter.people)


@dataclass(frozen=True)
class Choice:
    """A row of the draft: whoever could get the letter, and whether they do."""

    id: UUID | None
    company: str
    company_url: str
    people: str
    address: str
    reason: str
    is_chosen: bool
    why_not: str
    # Where an address that refused the last mail is corrected.
    address_url: str = ""

    @property
    def can_be_chosen(self) -> bool:
        return self.id is not None


def choices(letters: Iterable[Candidate], mailing: Mailing) -> list[Choice]:
    """Return the rows of the draft; only those can be chosen whom nothing else keeps out."""
    return [
        Choice(
            id=letter.person.pk if letter.why_not in ("", "left_out") else None,
            company=letter.company.name,
            company_url=reverse("dashboards:company", args=[letter.company.pk]),
            people=people_names(letter),
            address=letter.address,
            reason=why(mailing, letter.owed),
            is_chosen=letter.is_written_to,
            why_not=why_not(letter),
            address_url=_address_url(letter),
        )
        for letter in letters
    ]


def _address_url(letter: Candidate) -> str:
    if letter.why_not != "refused":
        return ""
    return reverse("dashboards:person", args=[letter.company.pk, letter.person.pk])


def draft_chips(letters: Sequence[Candidate], *, show: str, query) -> list[Chip]:
    counts = {"": len(letters), "yes": sum(letter.is_written_to for letter in letters)}
    counts["no"] = counts[""] - counts["yes"]
    labels = {
        "": gettext("All"),
        "yes": pgettext("letters", "Would get it"),
        "no": pgettext("letters", "Left out"),
    }
    return [
        Chip(label=label, url=with_query(query, show=key or None, page=None), active=key == show, count=counts[key])
        for key, label in labels.items()
    ]


def shown(letters: Iterable[Candidate], *, show: str) -> list[Candidate]:
    """Return what the filter leaves."""
    wanted = {"yes": (True,), "no": (False,)}.get(show, (True, False))
    return [letter for letter in letters if letter.is_written_to in wanted]


@dataclass(frozen=True)
class Sample:
    """A letter as one company would get it."""

    number: int
    company: str
    to: str
    language: str
    subject: str
    text: str


def sampled(letters: Iterable[Candidate]) -> list[Candidate]:
    """Return letters to show: one each of three companies, English ones among them where there are any."""
    by_company: dict[UUID, Candidate] = {}
    for letter in letters:
        if letter.is_written_to and (letter.company.pk not in by_company):
            by_company[letter.company.pk] = letter
    first = list(by_company.values())
    chosen = first[:SAMPLES]
    english = next((letter for letter in letters if letter.is_written_to and letter.language == "en"), None)
    if english and all(letter.language == "ja" for letter in chosen):
        chosen = [*chosen[: SAMPLES - 1], english]
    return chosen


def mailing_terms(mailing: Mailing, companies: Iterable[Company]) -> list[Term]:
    """Return what was settled about a letter."""
    names = gettext(", ").join(company.name for company in companies)
    return [
        Term(label=pgettext("letter", "What is asked"), value=about(mailing)),
        Term(label=gettext("Tone"), value=mailing.get_tone_display()),
        Term(label=gettext("Chosen companies"), value=names or gettext("All that it is true of")),
        Term(label=gettext("Own words (Japanese)"), value=mailing.words_ja),
        Term(label=gettext("Own words (English)"), value=mailing.words_en),
        Term(label=pgettext("letter", "Written by"), value=mailing.created_by.name),
        *(
            [Term(label=pgettext("letter", "Sent"), value=dates.date_and_time(mailing.sent_at))]
            if mailing.sent_at
            else []
        ),
        *(
            [Term(label=pgettext("letter", "Called off"), value=dates.date_and_time(mailing.called_off_at))]
            if mailing.called_off_at
            else []
        ),
    ]


# --- What became of it ------------------------------------------------------------------------------------------------


def result_of(row: MailingRecipient, results: Mapping[UUID, Result]) -> str:
    """Return one of RESULTS: what the portal did, and what the mail server said to it."""
    if row.outcome != LetterOutcome.WRITTEN:
        return str(row.outcome)
    found = results.get(row.pk)
    state = found.state if found else State.QUEUED
    return State.QUEUED.value if state == State.SENDING else str(state)


def result_label(key: str) -> str:
    return {
        "waiting": pgettext("letter", "Not written yet"),
        "queued": pgettext("letter", "Waiting to leave"),
        "sent": pgettext("letter", "Sent"),
        "daily": pgettext("letter", "Waits for the mail of the day"),
        "portal": pgettext("letter", "In the portal only, as chosen"),
        "refused": pgettext("letter", "Refused by the address"),
        "given_up": pgettext("letter", "Given up after many attempts"),
        "called_off": pgettext("letter", "Called off"),
        "closed": pgettext("letter", "The account is closed"),
    }[key]


LOOKS = {
    "waiting": "queued",
    "daily": "queued",
    "portal": "done",
    "queued": "running",
    "sent": "done",
    "refused": "failed",
    "given_up": "failed",
    "called_off": "cancelled",
    "closed": "cancelled",
}


def result_chips(rows: Iterable[MailingRecipient], results: Mapping[UUID, Result], *, show: str, query) -> list[Chip]:
    return chips_of_results(Counter(result_of(row, results) for row in rows), show=show, query=query)


def chips_of_results(counts: Counter, *, show: str, query) -> list[Chip]:
    """Return a filter for each result that there is, with how many have it."""
    chips = [
        Chip(label=gettext("All"), url=with_query(query, show=None, page=None), active=not show, count=counts.total())
    ]
    return chips + [
        Chip(label=result_label(key), url=with_query(query, show=key, page=None), active=key == show, count=counts[key])
        for key in RESULTS
        if counts[key] or key == show
    ]


def results_table(mailing: Mailing, rows: Iterable[MailingRecipient], results: Mapping[UUID, Result]) -> Table:
    """Each letter with its reason and what became of it."""
    return Table(
        caption=gettext("Addresses"),
        columns=[
            Column(label=gettext("Company")),
            Column(label=gettext("To")),
            Column(label=gettext("E-mail address")),
            Column(label=gettext("Reason")),
            Column(label=pgettext("letter", "What became of it")),
            Column(label=pgettext("letter", "When")),
        ],
        rows=[_result_row(mailing, row, results) for row in rows],
    )


def _result_row(mailing: Mailing, row: MailingRecipient, results: Mapping[UUID, Result]) -> Row:
    key, found = result_of(row, results), results.get(row.pk)
    at = found.settled_at if found and found.settled_at else row.written_at
    return Row(
        (
            link(row.company.name, reverse("dashboards:company", args=[row.company_id])),
            and_more(row.person.name, len(row.others)),
            row.address,
            why(mailing, Owed(row.due_on, row.overdue_days)),
            outcome(key, row),
            Cell(dates.date_and_time(at), "nowrap") if at else None,
        )
    )


def outcome(key: str, row: MailingRecipient | NoticeLetter) -> SafeString:
    """Return what became of a mail, and where an address that refused it is corrected."""
    said = badge(LOOKS[key], instead=result_label(key))
    if key != "refused":
        return said
    address_url = reverse("dashboards:person", args=[row.company_id, row.person_id])
    hidden = format_html('{}<span class="visually-hidden">: {}</span>', correct_label(), row.address)
    return format_html("{} {}", said, link(hidden, address_url))


def correct_label() -> str:
    return pgettext("address", "Correct the address")


def and_more(name: str, others: int) -> str:
    """Return a name, and how many others share the address."""
    if not others:
        return name
    more = ngettext("%(name)s and %(count)s more", "%(name)s and %(count)s more", others)
    return more % {"name": name, "count": others}
