"""What was said about a text, as cards in the order of the text: suggested wording, comments, questions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from common.comparing import Op, compare
from common.components import badge
from common.dates import date_and_time, long_date
from common.models import in_language
from policies.catalogue import catalogue
from policies.enums import SuggestionState
from policies.models import Cycle, Post, Suggestion, Thread
from policies.queries.discussion import Passage, Passages, is_outdated

LINE_CHARACTERS = 40
"""How much of a text stands in the one line that an answered card leaves."""

END = (10_000, 0)


def section_titles(cycle: Cycle) -> dict[str, str]:
    """Return the titles of the sections in the reader's language, by code, in the order of the text."""
    return {section.code: in_language(section, "title") for section in catalogue(cycle.catalogue).sections}


def shortened(text: str, *, most: int = LINE_CHARACTERS) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]}…"


def said_on(moment: datetime, writer) -> str:
    """Return who and when, as under everything that somebody wrote."""
    words = {"name": writer.name or pgettext("writer", "Somebody"), "when": date_and_time(moment)}
    return pgettext("who wrote when", "%(name)s, %(when)s") % words


@dataclass(frozen=True)
class SuggestionCard:
    """Suggested wording beside the paragraph as it is now, and what may be done about it."""

    suggestion: Suggestion
    passage: Passage
    section: str
    number: int
    # Whether this reader answers for the company, and whether the text may be written on now.
    answers: bool
    is_editable: bool
    is_mine: bool
    has_rival: bool = False

    @property
    def kind(self) -> str:
        return "suggestion"

    @property
    def id(self) -> str:
        return f"suggestion-{self.suggestion.pk}"

    @property
    def place(self) -> tuple:
        return (*self.passage.place, self.suggestion.created_at)

    @property
    def title(self) -> str:
        words = {"section": self.section, "number": self.number}
        return gettext("%(section)s: suggested wording %(number)s") % words

    @property
    def language(self) -> str:
        return self.suggestion.language

    @property
    def is_open(self) -> bool:
        return self.suggestion.state == SuggestionState.OPEN

    @property
    def settled_at(self) -> datetime | None:
        return None if self.is_open else self.suggestion.answered_at

    @property
    def is_removed(self) -> bool:
        return self.passage.is_removed

    @cached_property
    def is_outdated(self) -> bool:
        return self.is_open and is_outdated(self.suggestion, self.passage)

    @property
    def fits(self) -> bool:
        return self.is_open and not self.is_outdated

    @property
    def may_use(self) -> bool:
        return self.answers and self.is_editable and self.fits

    @property
    def may_edit(self) -> bool:
        return self.answers and self.is_editable and self.is_open and not self.is_removed

    @property
    def may_undo(self) -> bool:
        """Whether undoing is offered. The service looks again, at the history instead of the words."""
        state = self.suggestion.state
        if not self.answers or state not in (
            SuggestionState.ACCEPTED,
            SuggestionState.EDITED,
            SuggestionState.DECLINED,
        ):
            return False
        unchanged = self.passage.text == self.suggestion.applied_text and not self.is_removed
        return state == SuggestionState.DECLINED or (self.is_editable and unchanged)

    @property
    def badge(self) -> SafeString:
        return badge("outdated" if self.is_outdated else f"suggestion_{self.suggestion.state}")

    @property
    def line(self) -> str:
        """The text that the answer left, short, for the line of an answered card."""
        state = self.suggestion.state
        return shortened(self.suggestion.applied_text if state == SuggestionState.EDITED else self.suggestion.text)

    @property
    def by(self) -> str:
        return said_on(self.suggestion.shared_at, self.suggestion.author)

    @property
    def answered(self) -> str:
        who = self.suggestion.answered_by
        return said_on(self.suggestion.answered_at, who) if who else ""

    @cached_property
    def ops(self) -> tuple[Op, ...]:
        """What the suggestion changes in the text that it was written for."""
        return compare(self.suggestion.base_text, self.suggestion.text, language=self.language)

    @cached_property
    def meanwhile(self) -> tuple[Op, ...]:
        """What was changed in the paragraph since the suggestion was written."""
        return compare(self.suggestion.base_text, self.passage.text, language=self.language)


@dataclass(frozen=True)
class Said:
    """One message as it is shown."""

    text: str
    by: str
    from_company: bool

    @property
    def side(self) -> str:
        return gettext("Company") if self.from_company else gettext("Adviser")


def said(posts: Iterable[Post]) -> list[Said]:
    return [Said(post.text, said_on(post.created_at, post.author), post.from_company) for post in posts]


@dataclass(frozen=True)
class CommentCard:
    """A comment with its replies, beside the passage it is about, or with word that the passage is gone."""

    thread: Thread
    passage: Passage | None
    section: str
    number: int

    @property
    def kind(self) -> str:
        return "comment"

    @property
    def id(self) -> str:
        return f"thread-{self.thread.pk}"

    @property
    def place(self) -> tuple:
        return (*(self.passage.place if self.passage else END), self.thread.created_at)

    @property
    def title(self) -> str:
        words = {"section": self.section, "number": self.number}
        return gettext("%(section)s: comment %(number)s") % words

    @property
    def language(self) -> str:
        return self.thread.language

    @property
    def is_open(self) -> bool:
        return self.thread.resolved_at is None

    @property
    def settled_at(self) -> datetime | None:
        return self.thread.resolved_at

    @property
    def is_removed(self) -> bool:
        return self.passage is not None and self.passage.is_removed

    @property
    def is_astray(self) -> bool:
        """Whether the words that it is about are not in the paragraph any more."""
        quote = self.thread.quote
        return self.passage is not None and not self.is_removed and bool(quote) and quote not in self.passage.text

    @property
    def said(self) -> list[Said]:
        return said(self.thread.said)

    @property
    def line(self) -> str:
        return shortened(self.thread.said[0].text) if self.thread.said else ""

    @property
    def badge(self) -> SafeString:
        if not self.is_open:
            return badge("resolved")
        return badge("passage_changed") if self.is_astray else SafeString()


Card = SuggestionCard | CommentCard


@dataclass
class Group:
    """The cards of one section, or those that belong to no paragraph any more."""

    title: str
    # Of the section; empty where it is none.
    code: str = ""
    note: str = ""
    cards: list[Card] = field(default_factory=list)


@dataclass(frozen=True)
class Talk:
    """All cards of a policy, in the order of the text."""

    groups: list[Group]
    open_suggestions: int
    open_comments: int
    settled: int
    fitting: int

    @property
    def cards(self) -> list[Card]:
        return [card for group in self.groups for card in group.cards]

    def after(self, card_id: str) -> str:
        """Return the id of the next open card after this one, or of the first; "" when nothing is open."""
        cards = self.cards
        at = next((number for number, card in enumerate(cards) if card.id == card_id), -1)
        return next((card.id for card in (*cards[at + 1 :], *cards[: max(at, 0)]) if card.is_open), "")


def _numbered(rows: Iterable, code_of: Callable) -> list[tuple]:
    """Return each row with its number within its section, in the order in which they were given."""
    counts: dict[str, int] = {}
    numbered = []
    for row in rows:
        code = code_of(row)
        counts[code] = counts.get(code, 0) + 1
        numbered.append((row, counts[code]))
    return numbered


def suggestion_cards(
    suggestions: Iterable[Suggestion], passages: Passages, titles: Mapping[str, str], *, reader, answers, is_editable
) -> list[SuggestionCard]:
    """Return a card for each suggestion, numbered within its section."""
    suggestions = list(suggestions)
    at = {one.pk: passages[one.paragraph_id, one.language] for one in suggestions}
    fitting: dict[tuple[UUID, str], int] = {}
    for one in suggestions:
        if one.state == SuggestionState.OPEN and not is_outdated(one, at[one.pk]):
            key = (one.paragraph_id, one.language)
            fitting[key] = fitting.get(key, 0) + 1
    return [
        SuggestionCard(
            suggestion=one,
            passage=at[one.pk],
            section=titles.get(at[one.pk].section_code, ""),
            number=number,
            answers=answers,
            is_editable=is_editable,
            is_mine=one.author_id == reader.pk,
            has_rival=fitting.get((one.paragraph_id, one.language), 0) > 1,
        )
        for one, number in _numbered(suggestions, lambda one: at[one.pk].section_code)
    ]


def comment_cards(threads: Iterable[Thread], passages: Passages, titles: Mapping[str, str]) -> list[CommentCard]:
    """Return a card for each comment, numbered within its section."""
    threads = list(threads)
    at = {thread.pk: passages.get((thread.paragraph_id, thread.language)) for thread in threads}

    def code_of(thread: Thread) -> str:
        return at[thread.pk].section_code if at[thread.pk] else thread.section_code

    return [
        CommentCard(thread, at[thread.pk], titles.get(code_of(thread), gettext("The whole text")), number)
        for thread, number in _numbered(threads, code_of)
    ]


def talk(cards: Iterable[Card], titles: Mapping[str, str], *, is_shown: Callable[[Card], bool]) -> Talk:
    """Return the cards that are to be shown by section, and the counts of all."""
    cards = sorted(cards, key=lambda card: (card.place, card.kind == "comment"))
    groups = {title: Group(title, code) for code, title in titles.items()}
    whole = Group(gettext("The whole text"))
    removed = Group(
        gettext("On paragraphs that were taken out"),
        note=gettext("Nothing was lost with them: attach a comment to another passage, or resolve it."),
    )
    for card in cards:
        if is_shown(card):
            group = removed if card.is_removed else groups.get(card.section, whole)
            group.cards.append(card)
    suggestions = [card for card in cards if card.kind == "suggestion"]
    return Talk(
        groups=[group for group in (*groups.values(), whole, removed) if group.cards],
        open_suggestions=sum(card.is_open for card in suggestions),
        open_comments=sum(card.is_open for card in cards if card.kind == "comment"),
        settled=sum(not card.is_open for card in cards),
        fitting=sum(card.may_use and not card.has_rival for card in suggestions),
    )


def left_sentence(count: int) -> str:
    """Say how many suggestions wait for an answer."""
    if not count:
        return gettext("No suggestion is left.")
    return ngettext("%(count)s suggestion is left.", "%(count)s suggestions are left.", count) % {"count": count}


@dataclass(frozen=True)
class Question:
    """A question outside a review, with its messages and whose turn it is."""

    thread: Thread
    section: str
    today: date

    @property
    def id(self) -> str:
        return f"thread-{self.thread.pk}"

    @property
    def title(self) -> str:
        return shortened(self.thread.said[0].text) if self.thread.said else ""

    @property
    def is_open(self) -> bool:
        return self.thread.resolved_at is None

    @property
    def awaits_company(self) -> bool:
        """Whether an adviser asked and nobody of the company has written yet."""
        return not any(post.from_company for post in self.thread.said)

    @property
    def is_late(self) -> bool:
        day, is_waiting = self.thread.answer_by, self.thread.awaits_adviser or self.awaits_company
        return self.is_open and bool(is_waiting) and day is not None and day < self.today

    @property
    def badge(self) -> SafeString:
        if not self.is_open:
            return badge("resolved")
        if self.is_late:
            return badge("late")
        if self.thread.awaits_adviser:
            return badge("waits_for_adviser")
        return badge("waits_for_company" if self.awaits_company else "answered")

    @property
    def answer_by(self) -> str:
        return long_date(self.thread.answer_by) if self.thread.answer_by else ""

    @property
    def said(self) -> list[Said]:
        return said(self.thread.said)


def questions(threads: Iterable[Thread], titles: Mapping[str, str], *, today: date) -> list[Question]:
    return [Question(thread, titles.get(thread.section_code, ""), today) for thread in threads]


def is_of_today(moment: datetime | None, today: date) -> bool:
    """Whether something was settled today, so that it still stands where it was, to be undone."""
    return moment is not None and timezone.localdate(moment) == today
