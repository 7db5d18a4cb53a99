"""The workbench as its templates take it: the next thing, the list of sections, one section with what helps beside it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext, ngettext

from common import dates
from common.comparing import Op, compare
from common.components import Chip, Task, with_query
from common.models import in_language
from policies.catalogue import Catalogue, catalogue
from policies.catalogue import Section as CatalogueSection
from policies.composing import Statement, checklist
from policies.enums import FORMULATED_STATES, Language, State
from policies.models import Cycle, ParagraphSave, ParagraphText, SettledSave
from policies.queries.drafting import Home, Overview, Passage, PeerText, SectionState

from .progress import journey_steps, move_events


def address(name: str, company_id: UUID, *more) -> str:
    """Return the address of a page of the company's policy, "" where the portal has no such page."""
    try:
        return reverse(f"policies:{name}", args=[company_id, *more])
    except NoReverseMatch:
        return ""


def section_title(section: CatalogueSection) -> str:
    return in_language(section, "title")


# --- Today's thirty minutes -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NextThing:
    """The one thing to do now: it has an end, and the detail says how long it takes."""

    title: str
    detail: str
    url: str
    button: str
    eyebrow: str = ""


def next_thing(found: Overview | None, company_id: UUID) -> NextThing | None:
    """Return what the company does next with its policy; None where no policy was begun."""
    if found is None:
        return None
    state = State(found.cycle.state)
    if state == State.DRAFTING:
        return _next_to_write(found, company_id)
    if state == State.CHANGES_REQUESTED:
        return _next_to_answer(found, company_id)
    title, detail, page, button = _asked(state)
    waits = state not in (State.ENDORSED, State.APPROVED)
    eyebrow = gettext("Where you are") if waits else gettext("Today's thirty minutes")
    return NextThing(title, detail, address(page, company_id) or address("company", company_id), button, eyebrow)


def _asked(state: State) -> tuple[str, str, str, str]:
    """Return title, detail, page and button of a state in which nothing is written."""
    waiting = (
        gettext("Your adviser is reading the policy"),
        gettext("You need not do anything until the review is returned."),
        "submitted",
        gettext("See what was submitted"),
    )
    published = (
        gettext("Your policy is published"),
        gettext("Review it once a year, and whenever your business changes."),
        "publication",
        gettext("See the publication"),
    )
    return {
        State.SUBMITTED: waiting,
        State.IN_REVIEW: waiting,
        State.ENDORSED: (
            gettext("Have the policy approved by top management"),
            gettext("Your adviser has reviewed it. The approval works by a link, also on a phone; about 5 minutes."),
            "approval",
            gettext("Ask for the approval"),
        ),
        State.APPROVED: (
            gettext("Publish the policy"),
            gettext("It is approved. Publish it where everyone concerned can read it; about 10 minutes."),
            "publication",
            gettext("Go to the publication"),
        ),
        State.PUBLISHED: published,
        State.SUPERSEDED: published,
    }[state]


def _next_to_write(found: Overview, company_id: UUID) -> NextThing:
    eyebrow = gettext("Today's thirty minutes")
    if found.is_empty:
        return NextThing(
            gettext("Answer twelve plain questions"),
            gettext("The portal puts a first draft together from your answers; about 10 minutes."),
            address("interview", company_id) or address("company", company_id),
            gettext("Begin the questions"),
            eyebrow,
        )
    if not found.open_sections:
        return NextThing(
            gettext("Check the text and submit it"),
            gettext("All sections are filled in, but nothing is submitted yet; about 15 minutes."),
            address("check", company_id) or address("company", company_id),
            gettext("Check and submit"),
            eyebrow,
        )
    section = _next_section(found)
    return NextThing(
        gettext("Write “%(section)s”") % {"section": section_title(section.entry)},
        _how_long(section, found),
        reverse("policies:section", args=[company_id, section.code]),
        gettext("Go on writing") if section.is_written else gettext("Begin writing"),
        eyebrow,
    )


def _next_section(found: Overview) -> SectionState:
    """The section that was begun last comes first, else the first one in which nothing is written."""
    last = found.last_touched
    if last and not last.is_filled:
        return last
    return next((section for section in found.open_sections if not section.is_written), found.open_sections[0])


def _how_long(section: SectionState, found: Overview) -> str:
    asks = len(in_language(section.entry, "asks"))
    questions = ngettext("%(count)s question to ask yourself", "%(count)s questions to ask yourself", asks) % {
        "count": asks
    }
    detail = gettext("%(questions)s, about %(minutes)s minutes.") % {
        "questions": questions,
        "minutes": section.entry.minutes,
    }
    last = found.last_touched
    if last and last.code != section.code:
        reached = gettext("Last time you got as far as “%(section)s”.") % {"section": section_title(last.entry)}
        return f"{detail} {reached}"
    return detail


def _next_to_answer(found: Overview, company_id: UUID) -> NextThing:
    detail = ngettext(
        "%(count)s suggestion or comment is open. Answer it and submit again; about %(minutes)s minutes.",
        "%(count)s suggestions and comments are open. Answer them and submit again; about %(minutes)s minutes.",
        found.advice,
    ) % {"count": found.advice, "minutes": max(5, 5 * found.advice)}
    if found.advice:
        return NextThing(
            gettext("Answer the adviser's request for changes"),
            detail,
            address("discussion", company_id) or address("company", company_id),
            gettext("See what the adviser says"),
            gettext("Today's thirty minutes"),
        )
    return NextThing(
        gettext("Check the text and submit it again"),
        gettext("Everything the adviser asked is answered; about 10 minutes."),
        address("check", company_id) or address("company", company_id),
        gettext("Check and submit"),
        gettext("Today's thirty minutes"),
    )


# --- The list of sections ---------------------------------------------------------------------------------------------


def section_tasks(found: Overview, company_id: UUID) -> list[Task]:
    """Return the sections as a task list, in any order to be done."""
    return [
        Task(
            title=section_title(section.entry),
            url=reverse("policies:section", args=[company_id, section.code]),
            status=section.status,
            hint=_section_hint(section),
            detail=_pieces(section.advice) if section.advice else "",
        )
        for section in found.sections
    ]


def _section_hint(section: SectionState) -> str:
    if section.is_filled or section.advice:
        return ""
    return gettext("about %(minutes)s minutes") % {"minutes": section.entry.minutes}


def _pieces(count: int) -> str:
    """Return how many, as it follows a status: 「2件」, (2)."""
    return ngettext("(%(count)s)", "(%(count)s)", count) % {"count": count}


def submit_task(found: Overview, company_id: UUID) -> Task:
    """Return the own last task: filled in is never submitted."""
    title, url = gettext("Check and submit"), address("check", company_id)
    left = len(found.open_sections)
    state = State(found.cycle.state)
    if state not in (State.DRAFTING, State.CHANGES_REQUESTED):
        return Task(title=title, status=state, url=address("submitted", company_id))
    if found.is_empty:
        return Task(title=title, status="blocked", hint=gettext("Possible once something is written."))
    hint = (
        ngettext("%(count)s section is not filled in yet.", "%(count)s sections are not filled in yet.", left)
        % {"count": left}
        if left
        else gettext("All sections are filled in.")
    )
    return Task(title=title, status="not_started", url=url, hint=hint)


_LATER = (State.SUBMITTED, State.IN_REVIEW, State.CHANGES_REQUESTED, State.ENDORSED)


def later_tasks(cycle: Cycle, company_id: UUID) -> list[Task]:
    """Return what follows the submission: the approval, which a slow review never holds up, and the publication."""
    state = State(cycle.state)
    approved, published = (
        state in (State.APPROVED, State.PUBLISHED, State.SUPERSEDED),
        state
        in (
            State.PUBLISHED,
            State.SUPERSEDED,
        ),
    )
    may_approve = state in _LATER
    approval = Task(
        title=gettext("Approval by top management"),
        status="approved" if approved else "not_started" if may_approve else "blocked",
        url=address("approval", company_id) if approved or may_approve else "",
        hint="" if approved or may_approve else gettext("Possible once the policy is submitted."),
    )
    publication = Task(
        title=gettext("Publish"),
        status="published" if published else "not_started" if approved else "blocked",
        url=address("publication", company_id) if approved else "",
        hint="" if approved else gettext("Possible once top management has approved."),
    )
    return [approval, publication]


def policy_home(found: Home, *, company, today: date) -> dict:
    """Return what the company's policy home shows: one next thing, the list, what follows, and what helps beside it."""
    cycle, whole = found.overview.cycle, found.overview
    return {
        "cycle": cycle,
        "found": whole,
        "lead": policy_lead(cycle, today=today),
        "next": next_thing(whole, company.pk),
        "steps": journey_steps(cycle.state),
        "tasks": section_tasks(whole, company.pk),
        "submit_tasks": [submit_task(whole, company.pk)],
        "later_tasks": later_tasks(cycle, company.pk),
        "events": move_events(cycle.moves.all()),
        "revision": found.revision,
        "lost": whole.lost,
    }


def policy_lead(cycle: Cycle, *, today: date) -> str:
    """Return programme, target date, and that nothing is submitted: filled in and submitted must never look alike."""
    parts, target = [cycle.programme.name], cycle.programme.target_due_on
    if target:
        target = getattr(cycle, "own_target", None) or target
    if target and cycle.state not in FORMULATED_STATES:
        due = gettext("To be formulated by %(day)s") % {"day": dates.long_date(target)}
        parts.append(f"{due} ({days_left(target, today=today)})")
    if cycle.state == State.DRAFTING:
        parts.append(gettext("Not submitted yet"))
    return " · ".join(parts)


def days_left(day: date, *, today: date) -> str:
    """Return how far a day is: 「あと26日」, "today", or by how many days it has passed."""
    left = (day - today).days
    if left > 0:
        return ngettext("%(days)s day left", "%(days)s days left", left) % {"days": left}
    if left == 0:
        return gettext("today")
    return ngettext("%(days)s day ago", "%(days)s days ago", -left) % {"days": -left}


# --- One section --------------------------------------------------------------------------------------------------------


def in_text_area(text: str) -> str:
    """Return the text as the content of a `textarea`, of which a browser drops the first line end."""
    return f"\n{text}"


@dataclass(frozen=True)
class SectionHelp:
    """What is said about a section before one writes it."""

    why: str
    asks: tuple[str, ...]
    length: str
    minutes: int


def section_help(section: CatalogueSection) -> SectionHelp:
    low, high = section.length_ja
    return SectionHelp(
        why=in_language(section, "why"),
        asks=in_language(section, "asks"),
        length=gettext("As a guide: %(low)s to %(high)s characters in Japanese.") % {"low": low, "high": high},
        minutes=section.minutes,
    )


@dataclass(frozen=True)
class Removed:
    """A paragraph that was taken out, with the beginning of its text."""

    id: str
    text: str
    at: datetime


def removed_passages(passages: Iterable[Passage]) -> list[Removed]:
    """Return the paragraphs that were taken out, the last first; those that never said anything are left out."""
    removed = [
        Removed(str(passage.pk), next((row.text for row in passage.texts.values() if row.text), ""), passage.removed_at)
        for passage in passages
        if passage.is_removed
    ]
    return sorted((each for each in removed if each.text), key=lambda each: each.at, reverse=True)


@dataclass(frozen=True)
class Conflict:
    """Two texts of which one has to be chosen: one that came too late, and the one that stands."""

    save: ParagraphSave
    mine: str
    theirs: str
    rev: int
    by: str
    ops: tuple[Op, ...]
    # Whether the reader wrote the text that came too late; otherwise a colleague did.
    is_own: bool = True

    @property
    def language(self) -> str:
        return self.save.language

    @property
    def start(self) -> str:
        """What the text area for one text of both begins with."""
        return in_text_area(self.mine)


def conflict(save: ParagraphSave, present: ParagraphText, *, by: str, is_own: bool = True) -> Conflict:
    """Return what is shown of a text that came too late; the redline goes from the other text to it."""
    ops = compare(present.text, save.text, language=save.language)
    return Conflict(save, save.text, present.text, present.rev, by, ops, is_own)


@dataclass(frozen=True)
class Box:
    """One text area."""

    key: str
    language: str
    label: str
    text: str
    rev: int = 0
    save_url: str = ""
    error: str = ""
    conflict: Conflict | None = None
    # What stands here was typed and is not kept.
    is_unsaved: bool = False
    is_stale: bool = False

    @property
    def value(self) -> str:
        return in_text_area(self.text)


@dataclass(frozen=True)
class PassageView:
    """A paragraph as it is worked on."""

    id: str
    number: int
    boxes: tuple[Box, ...]
    is_first: bool = False
    is_last: bool = False


@dataclass(frozen=True)
class Typed:
    """What a page sent and the portal did not take over as it is: shown again, with the reason."""

    text: str
    error: str = ""
    conflict: Conflict | None = None


def passage_views(
    passages: Iterable[Passage],
    *,
    company_id: UUID,
    languages: Iterable[str],
    typed: Mapping[tuple[UUID, str], Typed] | None = None,
) -> list[PassageView]:
    """Return the standing paragraphs of a section in order; `typed` is put in the place of what is stored."""
    standing = [passage for passage in passages if not passage.is_removed]
    return [
        PassageView(
            id=str(passage.pk),
            number=number,
            boxes=tuple(
                _box(passage, language, number, company_id=company_id, many=len(languages) > 1, typed=typed or {})
                for language in languages
            ),
            is_first=number == 1,
            is_last=number == len(standing),
        )
        for number, passage in enumerate(standing, start=1)
    ]


def _box(passage: Passage, language: str, number: int, *, company_id: UUID, many: bool, typed: Mapping) -> Box:
    row = passage.texts[language]
    again = typed.get((passage.pk, language))
    return Box(
        key=f"{passage.pk}-{language}",
        language=language,
        label=box_label(number, language, many=many),
        text=again.text if again else row.text,
        rev=row.rev if not (again and again.conflict) else again.conflict.save.base_rev,
        save_url=reverse("policies:save", args=[company_id, passage.pk]),
        error=again.error if again else "",
        conflict=again.conflict if again else None,
        is_unsaved=bool(again),
        is_stale=language == Language.EN and passage.is_stale,
    )


def error_items(passages: Iterable[PassageView], new: Mapping[str, Typed]) -> list[tuple[str, str]]:
    """Return what is to be mended on the page, each with the address of its text area."""
    boxes = [box for passage in passages for box in passage.boxes]
    items = [(f"{box.label}: {box.error}", f"#t-{box.key}") for box in boxes if box.error]
    items += [
        (
            gettext("%(paragraph)s: somebody changed it meanwhile. Look at both texts.") % {"paragraph": box.label},
            f"#c-{box.key}",
        )
        for box in boxes
        if box.conflict
    ]
    return items + [(typed.error, f"#t-new-{language}") for language, typed in new.items() if typed.error]


def new_boxes(*, company_id: UUID, code: str, languages: Iterable[str], typed: Mapping[str, Typed]) -> tuple[Box, ...]:
    """Return the empty text areas of a section that has no paragraph yet."""
    many = len(languages) > 1
    return tuple(
        Box(
            key=f"new-{language}",
            language=language,
            label=box_label(1, language, many=many),
            text=typed[language].text if language in typed else "",
            error=typed[language].error if language in typed else "",
            save_url=reverse("policies:save_new", args=[company_id, code]),
            is_unsaved=language in typed,
        )
        for language in languages
    )


def box_label(number: int, language: str, *, many: bool) -> str:
    """Return what a text area is called; its language is said where there are two of them."""
    if not many:
        return gettext("Paragraph %(number)s") % {"number": number}
    return gettext("Paragraph %(number)s (%(language)s)") % {"number": number, "language": Language(language).label}


@cache
def _catalogue_of_section(version: str, code: str) -> Catalogue:
    """Return the catalogue with the statements of one section: others need not be looked for."""
    whole = catalogue(version)
    return replace(whole, statements=tuple(rule for rule in whole.statements if rule.section == code))


def section_checklist(cycle: Cycle, code: str, passages: Iterable[Passage]) -> list[Statement]:
    """Return what a section usually says, each found or not. Statements of facts, never a score."""
    paragraphs = [
        {"id": str(passage.pk), **{language: text.text for language, text in passage.texts.items()}}
        for passage in passages
        if not passage.is_removed
    ]
    content = {"languages": list(cycle.languages), "sections": [{"code": code, "paragraphs": paragraphs}]}
    return checklist(_catalogue_of_section(cycle.catalogue, code), content)


@dataclass(frozen=True)
class Example:
    """Wording of ours that can be put below the text; what is to be filled in stands in ［］."""

    key: str
    title_ja: str
    title_en: str
    text_ja: str
    text_en: str

    @property
    def title(self) -> str:
        return in_language(self, "title")


# Words of the catalogue's clauses that only the company knows; the interview fills them in, an example leaves them open.
_BLANKS = {
    "ja": {
        "company": "会社名",
        "industry": "事業の内容",
        "title": "役職",
        "representative": "代表者名",
        "group_names": "グループ会社の名前",
        "contact_address": "連絡先",
        "lead": "担当部署",
        "signer": "署名する人",
    },
    "en": {
        "company": "company",
        "industry": "line of business",
        "title": "title",
        "representative": "representative",
        "group_names": "names of group companies",
        "contact_address": "contact address",
        "lead": "department in charge",
        "signer": "who signs",
    },
}


@cache
def examples(version: str, code: str) -> tuple[Example, ...]:
    """Return the example wording of a section: of each thing that it has to say first the whole, then single clauses."""
    whole = catalogue(version)
    found = []
    for requirement in whole.section(code).requirements:
        titles = requirement.title_ja, requirement.title_en
        found.append(Example(requirement.code, *titles, requirement.wording_ja, requirement.wording_en))
        found += [
            Example(clause.key, *titles, _open(clause.ja, "ja"), _open(clause.en, "en"))
            for clause in whole.clauses
            if clause.section == code and clause.requirements[:1] == (requirement.code,)
        ]
    once = {example.text_ja: example for example in reversed(found)}
    return tuple(example for example in found if once[example.text_ja] is example)


def _open(text: str, language: str) -> str:
    """Return the text of a clause with what only the company knows left to fill in."""
    return re.sub(r"\{(\w+)\}", lambda match: f"［{_BLANKS[language].get(match[1], '…')}］", text)


@dataclass(frozen=True)
class Peer:
    """What another company published."""

    name: str
    url: str
    language: str
    paragraphs: tuple[str, ...]


def peers(found: Iterable[PeerText]) -> list[Peer]:
    """Return published texts of others in the reader's language, or in the one they have."""
    own = "ja" if (get_language() or "ja").startswith("ja") else "en"
    return [_peer(each, own) for each in found]


def _peer(found: PeerText, own: str) -> Peer:
    other = "en" if own == "ja" else "ja"
    language = own if any(text.get(own) for text in found.texts) else other
    try:
        url = reverse("policies:register_entry", args=[found.version.entry.slug])
    except NoReverseMatch:
        url = ""
    texts = tuple(str(text[language]) for text in found.texts if text.get(language))
    return Peer(in_language(found.version.entry, "name"), url, language, texts)


# --- Saves ------------------------------------------------------------------------------------------------------------


def saved_line(moment: datetime) -> str:
    """Return what is said of a save: 「14:32 に保存しました」."""
    return gettext("Saved at %(time)s") % {"time": dates.clock(moment)}


STEP_MINUTES = timedelta(minutes=10)
"""Saves of one person on one text that follow each other within this time are shown as one entry with its steps."""


@dataclass
class HistoryEntry:
    """The last of several saves of one person on one text, and the steps that led to it."""

    save: ParagraphSave
    by: str
    section: str
    steps: list[ParagraphSave] = field(default_factory=list)

    @property
    def is_lost(self) -> bool:
        return self.save.rev is None

    @property
    def is_present(self) -> bool:
        """Whether this is the text that stands."""
        return self.save.rev == self.save.present_rev

    @property
    def settled(self) -> SettledSave | None:
        return getattr(self.save, "settled", None)


def history_entries(saves: Iterable[ParagraphSave], *, names: Mapping[UUID, str], version: str) -> list[HistoryEntry]:
    """Return saves, the latest first, with what autosave did on the way to each folded into it."""
    titles = {section.code: section_title(section) for section in catalogue(version).sections}
    open_ones: dict[tuple, HistoryEntry] = {}
    entries = []
    for save in saves:
        key = (save.paragraph_id, save.language, save.author_id)
        entry = open_ones.get(key)
        before = (entry.steps or [entry.save])[-1] if entry else None
        if save.rev and before and not entry.is_lost and before.saved_at - save.saved_at <= STEP_MINUTES:
            entry.steps.append(save)
            continue
        code = save.paragraph.section.code
        entry = HistoryEntry(save, names.get(save.author_id, gettext("Somebody")), titles.get(code, code))
        entries.append(entry)
        if save.rev:
            open_ones[key] = entry
    return entries


def section_chips(whole: Catalogue, *, chosen: str, query) -> list[Chip]:
    """Return one chip a section, and one for all of them."""
    chips = [Chip(label=gettext("All"), url=with_query(query, section=None, page=None), active=not chosen)]
    return chips + [
        Chip(
            label=section_title(section),
            url=with_query(query, section=section.code, page=None),
            active=section.code == chosen,
        )
        for section in whole.sections
    ]
