"""The entries of a catalogue. Texts come in pairs `…_ja` and `…_en`, both always there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType


class Group(StrEnum):
    """Who asks for a requirement."""

    METI = "meti"
    UNGP = "ungp"
    ILO = "ilo"
    PROMPT = "prompt"


class Kind(StrEnum):
    """How a requirement is looked at: in the text, as a dated record beside it, or not at all (offered only)."""

    TEXT = "text"
    EVIDENCE = "evidence"
    PROMPT = "prompt"


# What conditions may name beside the answers: facts of the company, and the values that count.
FACTS = MappingProxyType({"size": ("over_300",)})
YES_NO_UNSURE = ("yes", "no", "unsure")


class QuestionKind(StrEnum):
    YES_NO = "yes_no"  # yes, no or unsure
    CHOICE = "choice"
    SEVERAL = "several"
    TEXT = "text"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A document that facts were taken from. Its `url` is the publisher's own page only where `original` says so."""

    code: str
    title_ja: str
    title_en: str
    publisher_ja: str
    publisher_en: str
    year: int
    url: str
    original: bool


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The part of a source that a requirement rests on."""

    source: Source
    part_ja: str
    part_en: str


@dataclass(frozen=True, kw_only=True)
class Convention:
    code: str
    title_ja: str
    title_en: str
    year: int


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One thing that is asked of a policy, with an explanation, questions to ask oneself and wording of our own."""

    code: str
    group: Group
    kind: Kind
    title_ja: str
    title_en: str
    plain_ja: str
    plain_en: str
    asks_ja: tuple[str, ...]
    asks_en: tuple[str, ...]
    wording_ja: str
    wording_en: str
    sources: tuple[Reference, ...]
    conventions: tuple[Convention, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """One part of the policy. `length_ja` is a guide in characters, `length_en` in words, each (from, to)."""

    code: str
    title_ja: str
    title_en: str
    why_ja: str
    why_en: str
    asks_ja: tuple[str, ...]
    asks_en: tuple[str, ...]
    minutes: int
    length_ja: tuple[int, int]
    length_en: tuple[int, int]
    requirements: tuple[Requirement, ...]
    headings_ja: tuple[str, ...]
    headings_en: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Choice:
    code: str
    label_ja: str
    label_en: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of the interview. Asked only where the answers fit `only_if` (empty: always)."""

    code: str
    part: str
    kind: QuestionKind
    title_ja: str
    title_en: str
    help_ja: str
    help_en: str
    choices: tuple[Choice, ...] = ()
    only_if: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    # Where a text is asked for: whether English needs its own answer (names, addresses in words).
    is_bilingual: bool = False

    @property
    def options(self) -> tuple[str, ...]:
        """The answers to choose from; none for a text."""
        if self.kind == QuestionKind.YES_NO:
            return YES_NO_UNSURE
        return tuple(choice.code for choice in self.choices)


@dataclass(frozen=True, kw_only=True)
class QuestionPart:
    """A few questions that belong together."""

    code: str
    title_ja: str
    title_en: str


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A paragraph of the first draft: used when every question of `when` has one of the answers named.

    {words} in braces are filled by `composing`. `among`: "others" is used only beside a conditional clause of its section,
    "none" only where there is no such clause.
    """

    key: str
    section: str
    requirements: tuple[str, ...]
    ja: str
    en: str
    when: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    among: str = ""


@dataclass(frozen=True, kw_only=True)
class StatementRule:
    """A statement of the checklist, and the patterns (regular expressions) of which a paragraph must match every one.

    `anywhere`: looked for in every section, else only in its own.
    """

    code: str
    section: str
    requirements: tuple[str, ...]
    title_ja: str
    title_en: str
    patterns_ja: tuple[str, ...]
    patterns_en: tuple[str, ...]
    anywhere: bool = False


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """A version of everything that a policy is measured by and made from."""

    version: str
    sections: tuple[Section, ...]
    requirements: tuple[Requirement, ...]
    conventions: tuple[Convention, ...]
    sources: tuple[Source, ...]
    question_parts: tuple[QuestionPart, ...]
    questions: tuple[Question, ...]
    clauses: tuple[Clause, ...]
    statements: tuple[StatementRule, ...]

    def section(self, code: str) -> Section:
        """Return the section with this code; KeyError when the version has none."""
        return self._sections[code]

    def requirement(self, code: str) -> Requirement:
        """Return the requirement with this code; KeyError when the version has none."""
        return self._requirements[code]

    def question(self, code: str) -> Question:
        """Return the question with this code; KeyError when the version has none."""
        return self._questions[code]

    def requirements_of(self, group: str) -> tuple[Requirement, ...]:
        return tuple(requirement for requirement in self.requirements if requirement.group == group)

    def sections_of(self, requirement_code: str) -> tuple[Section, ...]:
        """Return the sections in which a requirement is met, in their order."""
        return tuple(
            section
            for section in self.sections
            if any(requirement.code == requirement_code for requirement in section.requirements)
        )

    @cached_property
    def _sections(self) -> dict[str, Section]:
        return {section.code: section for section in self.sections}

    @cached_property
    def _requirements(self) -> dict[str, Requirement]:
        return {requirement.code: requirement for requirement in self.requirements}

    @cached_property
    def _questions(self) -> dict[str, Question]:
        return {question.code: question for question in self.questions}
