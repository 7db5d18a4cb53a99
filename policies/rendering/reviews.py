"""The adviser's desk on the page: the text with its changes, and beside it the requirements with what was said of them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from common.comparing import Op, compare
from common.components import Term, badge
from common.components.redlines import draw
from common.dates import clock, date_and_time, long_date
from common.models import in_language
from notifications.rendering import render_message
from policies.catalogue import Requirement, catalogue
from policies.enums import Decision, Judgement
from policies.models import Cycle, Phrase, Post, Review, Submission, Suggestion, Verdict
from policies.queries.desk import Desk, draft_counts
from policies.queries.reviews import judged_requirements, languages_of
from programmes.rendering import Tab

from .discussion import said_on
from .redlines import BlockChange, Fate, PartChange, compare_contents, summary_sentence
from .versions import LANGUAGE_NAMES

WHOLE = "whole"
"""Where comments on the whole text stand."""


@dataclass(frozen=True)
class OwnComment:
    """A comment of the adviser that nobody else sees yet."""

    post: Post
    url: str

    @property
    def id(self) -> str:
        return f"comment-{self.post.thread_id}"

    @property
    def quote(self) -> str:
        return self.post.thread.quote

    @property
    def language(self) -> str:
        return self.post.thread.language


@dataclass(frozen=True)
class OwnSuggestion:
    """Wording of the adviser that nobody else sees yet, with what it changes in the submitted text."""

    suggestion: Suggestion
    url: str

    @property
    def id(self) -> str:
        return f"suggestion-{self.suggestion.pk}"

    @property
    def language(self) -> str:
        return self.suggestion.language

    @property
    def ops(self) -> tuple[Op, ...]:
        return compare(self.suggestion.base_text, self.suggestion.text, language=self.suggestion.language)


@dataclass(frozen=True)
class Place:
    """Something that may be commented on: a paragraph, a section, or the whole; with what the adviser wrote there."""

    id: str
    label: str
    comment_url: str
    wording_url: str = ""
    comments: list[OwnComment] = field(default_factory=list)
    suggestion: OwnSuggestion | None = None


@dataclass(frozen=True)
class Passage:
    """One paragraph as it is read on the desk."""

    text: SafeString
    # What became of it since the adviser saw it last, in words; empty where nothing did.
    fate: str
    is_gone: bool
    # The company has changed it since it submitted: what is read here is not what stands there now.
    is_changed_meanwhile: bool
    place: Place | None


@dataclass(frozen=True)
class Judged:
    """One requirement with its explanation and the adviser's judgement."""

    code: str
    title: str
    plain: str
    asks: tuple[str, ...]
    sources: list[str]
    url: str
    choices: list[tuple[str, str, bool]]
    verdict: Verdict | None
    # It was judged before the company submitted this text, in a review that ended unseen.
    is_old: bool
    # The other sections that cover it.
    elsewhere: str

    @property
    def advice(self) -> str:
        return self.verdict.advice if self.verdict else ""

    @property
    def badge(self) -> SafeString:
        return judgement_badge(self.verdict)


@dataclass(frozen=True)
class Part:
    """One section of the desk."""

    code: str
    heading: str
    passages: list[Passage]
    judged: list[Judged]
    place: Place


@dataclass(frozen=True)
class Counts:
    """What the bar at the bottom says of the draft."""

    comments: int
    suggestions: int
    judged: int
    requirements: int

    @property
    def left(self) -> int:
        return self.requirements - self.judged


def counts(desk: Desk) -> Counts:
    return Counts(len(desk.comments), len(desk.suggestions), desk.judged, len(desk.requirements))


def counts_of(review: Review, cycle: Cycle) -> Counts:
    """Return the same of a review without loading what is written in it."""
    return Counts(*draft_counts(review), len(judged_requirements(catalogue(cycle.catalogue))))


def judgement_badge(verdict: Verdict | None) -> SafeString:
    return badge(f"judged_{verdict.judgement}" if verdict else "not_judged")


def saved_sentence(now: datetime) -> str:
    """Say that what was typed is kept, and since when."""
    return gettext("Saved as a draft at %(time)s") % {"time": clock(now)}


# --- The text -------------------------------------------------------------------------------------------------------------


def desk_parts(desk: Desk, *, language: str, is_whole: bool) -> tuple[list[Part], str]:
    """Return the sections of the submitted text, and a sentence on what changed since the adviser saw it last.

    Sections in which nothing is written are there for what is said of them. With `is_whole`, or when there is nothing
    to compare with, the text stands without marks.
    """
    content = desk.submission.revision.content
    marked = desk.seen is not None and not is_whole
    comparison = compare_contents(desk.seen.content if marked else content, content, language=language)
    changes = {part.code: part for part in comparison.parts}
    places, beside = _Places(desk, language), _judged(desk)
    known = [section.code for section in desk.catalogue.sections]
    parts = [
        _part(code, changes.get(code), places, beside.get(code, []), desk)
        for code in [*known, *(code for code in changes if code not in known)]
    ]
    return parts, summary_sentence(comparison) if marked else ""


def _part(code: str, change: PartChange | None, places: "_Places", beside: list[Judged], desk: Desk) -> Part:
    titles = {section.code: section for section in desk.catalogue.sections}
    heading = in_language(titles[code], "title") if code in titles else change.heading
    fates, ids = _fates(), _ids(desk.submission.revision.content)
    passages = [
        _passage(block, places, fates, heading=heading, number=number, changed=desk.changed, ids=ids)
        for number, block in enumerate(change.blocks if change else (), start=1)
    ]
    return Part(code, heading, passages, beside, places.section(code, heading))


def _passage(block: BlockChange, places, fates, *, heading: str, number: int, changed, ids) -> Passage:
    is_gone = block.fate in (Fate.REMOVED, Fate.LEFT)
    label = gettext("%(section)s, paragraph %(number)s") % {"section": heading, "number": number}
    return Passage(
        text=draw(block.ops),
        fate=fates.get(block.fate, "") % {"section": block.elsewhere} if block.fate in fates else "",
        is_gone=is_gone,
        is_changed_meanwhile=block.id in changed and not is_gone,
        place=places.paragraph(block.id, label) if block.id in ids and not is_gone else None,
    )


def _fates() -> dict[Fate, str]:
    return {
        Fate.CHANGED: gettext("Changed"),
        Fate.ADDED: gettext("New"),
        Fate.REMOVED: gettext("Deleted"),
        Fate.MOVED: gettext("Moved here from “%(section)s”"),
        Fate.LEFT: gettext("Moved to “%(section)s”"),
    }


def _ids(content: dict) -> set[str]:
    """Return the ids of the paragraphs that a comment can hold on to; very old texts have none."""
    return {
        str(paragraph["id"])
        for section in content.get("sections") or ()
        for paragraph in section.get("paragraphs") or ()
        if paragraph.get("id")
    }


# --- What the adviser wrote -----------------------------------------------------------------------------------------------


class _Places:
    """What the adviser wrote, by where it stands, and the addresses for writing more there."""

    def __init__(self, desk: Desk, language: str):
        self.company_id, self.language, self.is_open = desk.cycle.company_id, language, desk.own is not None
        self.comments: dict[str, list[OwnComment]] = defaultdict(list)
        for post in desk.comments:
            self.comments[place_of(post)].append(OwnComment(post, comment_url(self.company_id, thread=post.thread_id)))
        self.suggestions = {
            str(one.paragraph_id): own_suggestion_card(one) for one in desk.suggestions if one.language == language
        }

    def paragraph(self, id_: str, label: str) -> Place:
        return Place(
            id=id_,
            label=label,
            comment_url=comment_url(self.company_id, paragraph=id_, language=self.language),
            wording_url=wording_url(self.company_id, id_, self.language),
            comments=self.comments.get(id_, []),
            suggestion=self.suggestions.get(id_),
        )

    def section(self, code: str, heading: str) -> Place:
        url = comment_url(self.company_id, section=code)
        return Place(
            id=f"section-{code}", label=heading, comment_url=url, comments=self.comments.get(f"section-{code}", [])
        )

    def whole(self) -> Place:
        return Place(
            id=WHOLE,
            label=gettext("The whole text"),
            comment_url=comment_url(self.company_id),
            comments=self.comments.get(WHOLE, []),
        )


def whole_place(desk: Desk, *, language: str) -> Place:
    """Return the place of comments on the text as a whole."""
    return _Places(desk, language).whole()


def one_place(desk: Desk, place_id: str, *, language: str) -> Place:
    """Return one place with what stands there now, for a fragment of the page."""
    places = _Places(desk, language)
    if place_id == WHOLE:
        return places.whole()
    if place_id.startswith("section-"):
        code = place_id.removeprefix("section-")
        return places.section(code, section_heading(desk, code))
    return places.paragraph(place_id, paragraph_label(desk, place_id))


def place_of(post: Post) -> str:
    """Return the id of the place on the page where a comment stands."""
    thread = post.thread
    if thread.paragraph_id:
        return str(thread.paragraph_id)
    return f"section-{thread.section_code}" if thread.section_code else WHOLE


def section_heading(desk: Desk, code: str) -> str:
    return next((in_language(one, "title") for one in desk.catalogue.sections if one.code == code), code)


def paragraph_label(desk: Desk, paragraph_id: str) -> str:
    """Return "Scope, paragraph 2" for a paragraph of the submitted text."""
    for section in _sections(desk):
        for number, paragraph in enumerate(section.get("paragraphs") or (), start=1):
            if str(paragraph.get("id")) == paragraph_id:
                words = {"section": section_heading(desk, section.get("code", "")), "number": number}
                return gettext("%(section)s, paragraph %(number)s") % words
    return ""


def _sections(desk: Desk) -> list[dict]:
    """Return the sections of the submitted text; none when nothing is submitted any more."""
    return list(desk.submission.revision.content.get("sections") or ()) if desk.submission else []


def comment_url(company_id: UUID, **query) -> str:
    return _with_query(reverse("policies:comment", args=[company_id]), query)


def wording_url(company_id: UUID, paragraph_id: str, language: str) -> str:
    return _with_query(
        reverse("policies:wording", args=[company_id]), {"paragraph": paragraph_id, "language": language}
    )


def _with_query(url: str, query: dict) -> str:
    pairs = "&".join(f"{name}={value}" for name, value in query.items() if value)
    return f"{url}?{pairs}" if pairs else url


def own_suggestion_card(one: Suggestion) -> OwnSuggestion:
    return OwnSuggestion(one, wording_url(one.company_id, str(one.paragraph_id), one.language))


# --- Requirements ---------------------------------------------------------------------------------------------------------


def _judged(desk: Desk) -> dict[str, list[Judged]]:
    """Return the requirements by the section that they stand beside: the first of those that cover them."""
    by_section: dict[str, list[Judged]] = defaultdict(list)
    for requirement in desk.requirements:
        sections = desk.catalogue.sections_of(requirement.code)
        others = pgettext("list", ", ").join(in_language(section, "title") for section in sections[1:])
        by_section[sections[0].code].append(judged(desk, requirement, elsewhere=others))
    return by_section


def judged(desk: Desk, requirement: Requirement, *, elsewhere: str = "") -> Judged:
    """Return one requirement as its card shows it."""
    verdict = desk.verdicts.get(requirement.code)
    url = reverse("policies:verdict", args=[desk.cycle.company_id])
    return Judged(
        code=requirement.code,
        title=in_language(requirement, "title"),
        plain=in_language(requirement, "plain"),
        asks=in_language(requirement, "asks"),
        sources=[f"{in_language(one.source, 'title')} {in_language(one, 'part')}" for one in requirement.sources],
        url=_with_query(url, {"requirement": requirement.code}),
        choices=[(key, label, bool(verdict) and verdict.judgement == key) for key, label in Judgement.choices],
        verdict=verdict,
        is_old=bool(verdict and not verdict.is_carried and verdict.created_at < desk.submission.submitted_at),
        elsewhere=elsewhere,
    )


# --- What the company will receive ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """All that leaves with a returned review, as the company will read it."""

    verdicts: list[Judged]
    comments: list[tuple[str, OwnComment]]
    suggestions: list[tuple[str, OwnSuggestion]]
    # Requirements that keep the policy from being marked as reviewed.
    missing: list[str]
    changed: list[str]


def outcome(desk: Desk) -> Outcome:
    """Return what is returned, in the order of the text."""
    cards = [judged(desk, requirement) for requirement in desk.requirements]
    order = {place: number for number, place in enumerate(_order(desk))}
    comments = sorted(desk.comments, key=lambda post: order.get(place_of(post), -1))
    suggestions = sorted(desk.suggestions, key=lambda one: order.get(str(one.paragraph_id), -1))
    satisfied = (Judgement.MET, Judgement.NOT_APPLICABLE)
    return Outcome(
        verdicts=[card for card in cards if card.verdict],
        comments=[
            (_where(desk, post), OwnComment(post, comment_url(desk.cycle.company_id, thread=post.thread_id)))
            for post in comments
        ],
        suggestions=[(paragraph_label(desk, str(one.paragraph_id)), own_suggestion_card(one)) for one in suggestions],
        missing=[card.title for card in cards if not card.verdict or card.verdict.judgement not in satisfied],
        changed=[label for label in (paragraph_label(desk, pk) for pk in sorted(desk.changed)) if label],
    )


def _order(desk: Desk) -> Iterable[str]:
    yield WHOLE
    for section in _sections(desk):
        yield f"section-{section.get('code')}"
        yield from (str(paragraph.get("id")) for paragraph in section.get("paragraphs") or ())


def _where(desk: Desk, post: Post) -> str:
    place = place_of(post)
    if place == WHOLE:
        return gettext("The whole text")
    if place.startswith("section-"):
        return section_heading(desk, post.thread.section_code)
    return paragraph_label(desk, place) or section_heading(desk, post.thread.section_code)


def decision_label(decision: str) -> str:
    return str(Decision(decision).label)


def submitted_text(desk: Desk, paragraph_id: str, language: str) -> str | None:
    """Return a paragraph as it was submitted; None for one that was not in the text."""
    for section in _sections(desk):
        for paragraph in section.get("paragraphs") or ():
            if str(paragraph.get("id")) == paragraph_id:
                return paragraph.get(language) or ""
    return None


def desk_shows(desk: Desk, *, language: str, is_whole: bool, url: str) -> list[Tab]:
    """Return the ways to look at the text: what changed, or the whole; in each language that was submitted."""
    languages = languages_of(desk.submission.revision.content)
    ways = [(False, gettext("Changes since you last looked")), (True, gettext("The whole text"))] if desk.seen else []
    tabs = []
    for code in languages:
        for whole, label in ways or [(False, gettext("The whole text"))]:
            words = f"{label} ({LANGUAGE_NAMES[code]})" if len(languages) > 1 else label
            query = {"language": code if code != "ja" else "", "show": "whole" if whole else ""}
            tabs.append(Tab(words, _with_query(url, query), code == language and (whole == is_whole or not ways)))
    return tabs if len(tabs) > 1 else []


def mails(desk: Desk, members: list) -> list[tuple[str, str, str]]:
    """Return the e-mail of each decision as the first of the company will get it: decision, subject, text."""
    if not members:
        return []
    review, cards = desk.own, desk.verdicts.values()
    shown = []
    for decision in Decision:
        with translation.override(members[0].language):
            company = desk.cycle.company.name
        params = {
            "company": company,
            "decision": decision.value,
            "reference": desk.submission.reference,
            "comments": len(desk.comments),
            "suggestions": len(desk.suggestions),
            "verdicts": sum(bool(verdict.advice) for verdict in cards),
            "changed": len(desk.changed),
        }
        path = reverse("policies:company", args=[review.company_id])
        subject, text = render_message("review_returned", to=members[0], params=params, path=path)
        shown.append((decision_label(decision), subject, text))
    return shown


# --- Own phrases, and the secretariat's view ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class PhraseCard:
    """A phrase in the list of its author."""

    phrase: Phrase
    requirement: str


def phrase_cards(phrases: Iterable[Phrase]) -> list[PhraseCard]:
    titles = {one.code: in_language(one, "title") for one in judged_requirements(catalogue())}
    everywhere = gettext("All requirements")
    return [PhraseCard(one, titles.get(one.requirement, one.requirement) or everywhere) for one in phrases]


def course_terms(submission: Submission, review: Review | None) -> list[Term]:
    """Return how a submission stands, for who may not read it."""
    adviser = submission.adviser.name if submission.adviser else gettext("No adviser in particular")
    begun = gettext("Nobody yet")
    if review:
        words = {"name": review.author.name, "when": date_and_time(review.started_at)}
        begun = pgettext("who wrote when", "%(name)s, %(when)s") % words
    return [
        Term(label=gettext("Reference number"), value=submission.reference),
        Term(label=pgettext("day", "Submitted"), value=date_and_time(submission.submitted_at)),
        Term(label=gettext("Promised to the company by"), value=long_date(submission.due_on)),
        Term(label=gettext("Meant for"), value=adviser),
        Term(label=gettext("Review begun by"), value=begun),
    ]


def facts(desk: Desk, *, today: date) -> list[tuple[str, SafeString | str]]:
    """Return what stands above the text: its number, when it came, and by when it is answered."""
    submission = desk.submission
    due = long_date(submission.due_on)
    if submission.due_on < today:
        due = format_html("{} {}", due, badge("late"))
    return [
        (gettext("Reference number"), submission.reference),
        (pgettext("day", "Submitted"), date_and_time(submission.submitted_at)),
        (gettext("Answer promised by"), due),
    ]


def company_words(desk: Desk) -> list[tuple[str, str]]:
    """Return what the company wrote with its submission, each with who and when."""
    return [(post.text, said_on(post.created_at, post.author)) for post in desk.words]
