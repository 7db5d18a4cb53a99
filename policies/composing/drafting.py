"""The first draft: the clauses that fit the answers, filled with the company's facts.

What is not known becomes a place to fill in, ［…］, in each language by itself: a name that is known in Japanese only stays
open in English. The same answers and facts always give the same draft.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from policies.catalogue import Catalogue, Clause

from .answers import clean_answers, fits

OPEN, CLOSE = "\N{FULLWIDTH LEFT SQUARE BRACKET}", "\N{FULLWIDTH RIGHT SQUARE BRACKET}"
WORD = re.compile(r"\{(\w+)\}")
# From this number of employees on, the Whistleblower Protection Act wants designated handlers.
LARGE = 301
# What stands in the brackets while a word is not known.
WORDS = MappingProxyType(
    {
        "company": ("会社の名前", "name of the company"),
        "industry": ("事業の内容", "what the company does"),
        "representative": ("代表者の氏名", "name of the head of the company"),
        "title": ("代表者の役職", "title of the head of the company"),
        "group_names": ("グループ会社の名前", "names of the group companies"),
        "contact_address": ("窓口の名前と連絡先", "name of the contact and how to reach it"),
        "lead": ("責任者の役職または部署", "position or department in charge"),
        "signer": ("名前を載せる方の役職と氏名", "title and name of the person who signs"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the portal knows of the company. Empty is not known."""

    company_ja: str = ""
    company_en: str = ""
    industry_ja: str = ""
    industry_en: str = ""
    employees: int | None = None
    representative_ja: str = ""
    representative_en: str = ""
    title_ja: str = ""
    title_en: str = ""


@dataclass(frozen=True)
class DraftParagraph:
    """A composed paragraph and the key of its clause, by which a later draft finds it again. `en` may be empty."""

    clause: str
    ja: str
    en: str = ""


@dataclass(frozen=True)
class DraftSection:
    code: str
    title_ja: str
    title_en: str
    paragraphs: tuple[DraftParagraph, ...]


@dataclass(frozen=True)
class Draft:
    version: str
    languages: tuple[str, ...]
    sections: tuple[DraftSection, ...]

    def paragraphs(self) -> Iterable[tuple[str, DraftParagraph]]:
        """Yield (code of the section, paragraph) in the order of the text."""
        for section in self.sections:
            for paragraph in section.paragraphs:
                yield section.code, paragraph


def compose(catalogue: Catalogue, answers: Mapping, facts: Facts, languages: Iterable[str] = ("ja",)) -> Draft:
    """Return the first draft of a policy. Japanese is always written, English where `languages` names it."""
    languages = ("ja", "en") if "en" in languages else ("ja",)
    answers = clean_answers(catalogue, answers)
    conditions = answers | {"size": _size(facts)}
    words = {language: _words(answers, facts, language) for language in languages}
    return Draft(
        version=catalogue.version,
        languages=languages,
        sections=tuple(
            DraftSection(
                code=section.code,
                title_ja=section.title_ja,
                title_en=section.title_en,
                paragraphs=tuple(_paragraph(clause, words) for clause in _clauses(catalogue, section.code, conditions)),
            )
            for section in catalogue.sections
        ),
    )


def _clauses(catalogue: Catalogue, section: str, conditions: Mapping) -> list[Clause]:
    fitting = [clause for clause in catalogue.clauses if clause.section == section and fits(clause.when, conditions)]
    unfit = "none" if any(clause.when for clause in fitting) else "others"
    return [clause for clause in fitting if clause.among != unfit]


def _paragraph(clause: Clause, words: Mapping[str, Mapping[str, str]]) -> DraftParagraph:
    texts = {language: _fill(getattr(clause, language), words[language]) for language in words}
    return DraftParagraph(clause=clause.key, **texts)


def _fill(template: str, words: Mapping[str, str]) -> str:
    return WORD.sub(lambda match: words[match[1]], template.strip())


def _words(answers: Mapping, facts: Facts, language: str) -> dict[str, str]:
    """Return what each word in braces stands for; KeyError cannot happen, because a test fills every clause."""
    number = ("ja", "en").index(language)
    return {name: _known(name, answers, facts, language) or f"{OPEN}{WORDS[name][number]}{CLOSE}" for name in WORDS}


def _known(name: str, answers: Mapping, facts: Facts, language: str) -> str:
    if name in answers:
        return answers[name].get(language, "")
    return getattr(facts, f"{name}_{language}", "").strip()


def _size(facts: Facts) -> str:
    return "over_300" if (facts.employees or 0) >= LARGE else ""
