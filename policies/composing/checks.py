"""What can be said about a text without reading it as a person: statements that are found in it, and problems.

`content` is a policy as a revision keeps it: {"languages": […], "sections": [{"code", "title", "paragraphs": [{"id", "ja",
"en"}]}]}. Patterns are looked for paragraph by paragraph in the compatible form of the text (NFKC), so that full-width
letters and digits count like the others. A paragraph with a place to fill in counts for nothing yet.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from policies.catalogue import Catalogue, Group, Kind, Requirement, StatementRule

from .blanks import placeholders

OLD_INSTRUMENTS = (
    re.compile(
        r"(中核的労働基準|基本的原則|ILO|条約)[^。]{0,40}([4四]\s*(つの)?\s*(分野|原則|項目)|[8八]\s*(つの)?\s*条約)"
    ),
    re.compile(
        r"([4四]\s*(つの)?\s*(分野|原則|項目)|[8八]\s*(つの)?\s*条約)[^。]{0,30}(中核的労働基準|基本的原則|ILO)"
    ),
    re.compile(
        r"\b(four|4|eight|8)\s+(core|fundamental)\b[^.]{0,40}\b(categor|principle|right|convention|standard)",
        re.IGNORECASE,
    ),
)
ANONYMOUS = (
    re.compile(r"匿名[^。\n]{0,30}(受け付け|受付|できます|可能|相談いただ|利用いただ|保証|約束)"),
    re.compile(r"\banonym(ous|ously|ity)\b", re.IGNORECASE),
)
NOT_ANONYMOUS = re.compile(r"ません|できない|難しい|限りません|\b(not|cannot|no|unable)\b", re.IGNORECASE)
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+|メールアドレス|投書箱|e-?mail address|letter box", re.IGNORECASE)


class Severity(StrEnum):
    """An error keeps a text from being submitted, advice does not."""

    ERROR = "error"
    ADVICE = "advice"


@dataclass(frozen=True)
class Place:
    """Where something stands: in a section, and there in a paragraph of a language."""

    section: str
    paragraph: str = ""
    language: str = "ja"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One line of the checklist. `missing` names the languages of the text in which it was not found."""

    code: str
    section: str
    requirements: tuple[str, ...]
    title_ja: str
    title_en: str
    places: tuple[Place, ...]
    missing: tuple[str, ...]

    @property
    def is_done(self) -> bool:
        return not self.missing


MESSAGES = {
    "empty_section": _("“%(section)s” is still empty."),
    "empty_translation": _("“%(section)s” is not complete in English."),
    "placeholder": _("There is still a place to fill in: %(text)s"),
    "old_instruments": _(
        "The rights at work are named as before 2022. Add a safe and healthy working environment, the fifth of the ILO's"
        " fundamental principles."
    ),
    "not_found": _("Nothing was found on “%(requirement)s”. If it is said in other words, leave it as it is."),
    "anonymity": _(
        "The text promises that no name is needed, but a mailbox of the company can show who wrote. Promise it only where it"
        " can be kept."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something to mend before submission, with its place."""

    code: str
    severity: Severity
    place: Place
    # Values for the sentence; one that is {"ja": …, "en": …} is said in the reader's language.
    params: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        return self.severity == Severity.ERROR

    @property
    def message(self) -> str:
        """The sentence in the reader's language."""
        language = "ja" if (get_language() or "ja").startswith("ja") else "en"
        values = {name: value if isinstance(value, str) else value[language] for name, value in self.params.items()}
        return gettext(MESSAGES[self.code]) % values


@dataclass(frozen=True)
class _Passage:
    """One paragraph in one language."""

    place: Place
    text: str

    @property
    def plain(self) -> str:
        return unicodedata.normalize("NFKC", self.text)


# --- Statements -------------------------------------------------------------------------------------------------------------


def checklist(catalogue: Catalogue, content: Mapping) -> list[Statement]:
    """Return every statement of the catalogue in the order of the sections, found or not."""
    passages = {
        language: [passage for passage in _passages(content, language) if not placeholders(passage.text)]
        for language in _languages(content)
    }
    order = {section.code: number for number, section in enumerate(catalogue.sections)}
    rules = sorted(catalogue.statements, key=lambda rule: order[rule.section])
    return [_statement(rule, passages) for rule in rules]


def _statement(rule: StatementRule, passages: Mapping[str, list[_Passage]]) -> Statement:
    found = {language: _places(rule, language, candidates) for language, candidates in passages.items()}
    return Statement(
        code=rule.code,
        section=rule.section,
        requirements=rule.requirements,
        title_ja=rule.title_ja,
        title_en=rule.title_en,
        places=tuple(place for places in found.values() for place in places),
        missing=tuple(language for language, places in found.items() if not places),
    )


def _places(rule: StatementRule, language: str, passages: list[_Passage]) -> list[Place]:
    """Return where the statement is found: in its own section if it is there, else wherever it may be."""
    patterns = _compiled(rule, language)
    places = [
        passage.place
        for passage in passages
        if (rule.anywhere or passage.place.section == rule.section)
        and all(pattern.search(passage.plain) for pattern in patterns)
    ]
    at_home = [place for place in places if place.section == rule.section]
    return at_home or places


@cache
def _compile(patterns: tuple[str, ...]) -> tuple[re.Pattern, ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def _compiled(rule: StatementRule, language: str) -> tuple[re.Pattern, ...]:
    return _compile(rule.patterns_ja if language == "ja" else rule.patterns_en)


# --- Problems ---------------------------------------------------------------------------------------------------------------


def problems(catalogue: Catalogue, content: Mapping) -> list[Problem]:
    """Return what is to be mended, in the order of the sections; within a section errors come first."""
    statements = checklist(catalogue, content)
    found = [
        *_empty_sections(catalogue, content),
        *_incomplete_translations(catalogue, content),
        *_left_placeholders(content),
        *_old_instruments(statements, content),
        *_not_found(catalogue, statements, content),
        *_anonymity(content),
    ]
    order = {section.code: number for number, section in enumerate(catalogue.sections)}
    return sorted(found, key=lambda each: (order.get(each.place.section, len(order)), not each.is_error))


def _empty_sections(catalogue: Catalogue, content: Mapping) -> Iterator[Problem]:
    written = {passage.place.section for passage in _passages(content, "ja")}
    for section in catalogue.sections:
        if section.code not in written:
            yield Problem(
                code="empty_section",
                severity=Severity.ERROR,
                place=Place(section.code),
                params={"section": {"ja": section.title_ja, "en": section.title_en}},
            )


def _incomplete_translations(catalogue: Catalogue, content: Mapping) -> Iterator[Problem]:
    if "en" not in _languages(content):
        return
    translated = {passage.place.paragraph for passage in _passages(content, "en")}
    open_ones: dict[str, str] = {}
    for passage in _passages(content, "ja"):
        if passage.place.paragraph not in translated:
            open_ones.setdefault(passage.place.section, passage.place.paragraph)
    for section in catalogue.sections:
        if section.code in open_ones:
            yield Problem(
                code="empty_translation",
                severity=Severity.ADVICE,
                place=Place(section.code, open_ones[section.code], "en"),
                params={"section": {"ja": section.title_ja, "en": section.title_en}},
            )


def _left_placeholders(content: Mapping) -> Iterator[Problem]:
    for language in _languages(content):
        for passage in _passages(content, language):
            for text in placeholders(passage.text):
                yield Problem(code="placeholder", severity=Severity.ERROR, place=passage.place, params={"text": text})


def _old_instruments(statements: Iterable[Statement], content: Mapping) -> Iterator[Problem]:
    """Where the text counts four categories or eight conventions, or lists at least two categories but not the fifth.

    The list is the one of the section where the rights belong; without one there, whatever the text names anywhere. That
    safety is worked on elsewhere does not complete a list of rights.
    """
    for passage in _all_passages(content):
        if any(pattern.search(passage.plain) for pattern in OLD_INSTRUMENTS):
            yield Problem(code="old_instruments", severity=Severity.ADVICE, place=passage.place)
            return
    categories = [statement for statement in statements if statement.code.startswith("ilo-")]
    for language in _languages(content):
        named = _categories_in(categories, language, only_at_home=True)
        if len(named) < 2:  # one alone is no list
            named = _categories_in(categories, language, only_at_home=False)
        if len(named) >= 2 and "ilo-safety" not in named:
            yield Problem(code="old_instruments", severity=Severity.ADVICE, place=next(iter(named.values())))
            return


def _categories_in(categories: Iterable[Statement], language: str, *, only_at_home: bool) -> dict[str, Place]:
    """Return where each category is first named in a language, by its code."""
    return {
        category.code: place
        for category in categories
        for place in reversed(category.places)
        if place.language == language and (place.section == category.section or not only_at_home)
    }


def _not_found(catalogue: Catalogue, statements: list[Statement], content: Mapping) -> Iterator[Problem]:
    """Requirements on the text of which no statement was found, where their section is not empty altogether."""
    written = {passage.place.section for passage in _passages(content, "ja")}
    is_old = any(True for problem in _old_instruments(statements, content))
    for requirement in catalogue.requirements:
        if requirement.kind != Kind.TEXT or (is_old and requirement.code == "ilo-safety"):
            continue
        section = catalogue.sections_of(requirement.code)[0]
        if section.code in written and not _is_met(requirement, statements):
            yield Problem(
                code="not_found",
                severity=Severity.ADVICE,
                place=Place(section.code),
                params={"requirement": {"ja": requirement.title_ja, "en": requirement.title_en}},
            )


def _is_met(requirement: Requirement, statements: Iterable[Statement]) -> bool:
    """An ILO category is one statement; the others have several, of which none may be wholly absent from the text."""
    own = [statement for statement in statements if requirement.code in statement.requirements]
    if requirement.group == Group.ILO:
        return all(statement.places for statement in own if statement.code == requirement.code)
    return any(statement.places for statement in own)


def _anonymity(content: Mapping) -> Iterator[Problem]:
    for language in _languages(content):
        in_section: dict[str, list[_Passage]] = {}
        for passage in _passages(content, language):
            in_section.setdefault(passage.place.section, []).append(passage)
        for passages in in_section.values():
            if not any(ADDRESS.search(passage.plain) for passage in passages):
                continue
            for passage in passages:
                if any(_promises(sentence) for sentence in re.split(r"[。\n]|\.\s", passage.plain)):
                    yield Problem(code="anonymity", severity=Severity.ADVICE, place=passage.place)


def _promises(sentence: str) -> bool:
    return any(pattern.search(sentence) for pattern in ANONYMOUS) and not NOT_ANONYMOUS.search(sentence)


# --- The text ----------------------------------------------------------------------------------------------------------------


def _languages(content: Mapping) -> tuple[str, ...]:
    """Japanese is always there; English where the text has it or is meant to."""
    if "languages" in content:
        return ("ja", "en") if "en" in content["languages"] else ("ja",)
    return ("ja", "en") if any(True for passage in _passages(content, "en")) else ("ja",)


def _passages(content: Mapping, language: str) -> Iterator[_Passage]:
    """Yield the paragraphs that have text in this language."""
    for section in content.get("sections", ()):
        for paragraph in section.get("paragraphs", ()):
            text = paragraph.get(language) or ""
            if text.strip():
                yield _Passage(Place(section["code"], str(paragraph.get("id", "")), language), text)


def _all_passages(content: Mapping) -> Iterator[_Passage]:
    for language in _languages(content):
        yield from _passages(content, language)
