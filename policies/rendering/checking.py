"""The check page: the whole text in order, and every remark with the way to the very paragraph."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language, gettext

from common import dates
from policies.composing import Place, Problem
from policies.models import Evidence
from policies.queries.gate import Gate

from .contents import LANGUAGES, Block, Part, read


def place_url(company_id: UUID, place: Place) -> str:
    """Return the address of a paragraph where it is written, or of its section."""
    section = reverse("policies:section", args=[company_id, place.section])
    return f"{section}#p-{place.paragraph}" if place.paragraph else section


def reader_language() -> str:
    return "ja" if (get_language() or "ja").startswith("ja") else "en"


@dataclass(frozen=True, kw_only=True)
class CheckedPart:
    """One section as it stands, with what is to be said of it."""

    code: str
    title: str
    change_url: str
    blocks: tuple[Block, ...]
    errors: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.blocks


def checked_parts(found: Gate, company_id: UUID) -> list[CheckedPart]:
    """Return every section of the text in its order, empty ones included."""
    errors = defaultdict(list)
    for problem in found.errors:
        errors[problem.place.section].append(problem.message)
    return [_checked(part, errors[part.code], company_id) for part in read(found.content).parts]


def _checked(part: Part, errors: list[str], company_id: UUID) -> CheckedPart:
    return CheckedPart(
        code=part.code,
        title=part.heading(reader_language()),
        change_url=place_url(company_id, Place(part.code)),
        blocks=tuple(block for block in part.blocks if any(block.text(language).strip() for language in LANGUAGES)),
        errors=errors,
    )


def _titles(found: Gate) -> dict[str, str]:
    return {part.code: part.heading(reader_language()) for part in read(found.content).parts}


def remark_items(problems: Iterable[Problem], found: Gate, company_id: UUID) -> list[tuple[str, str]]:
    """Return sentences with their addresses, for the error summary and the list of advice."""
    titles = _titles(found)
    return [
        (_with_section(titles.get(problem.place.section, ""), problem), place_url(company_id, problem.place))
        for problem in problems
    ]


def _with_section(title: str, problem: Problem) -> str:
    """Say where it is, unless the sentence names the section itself."""
    if not title or title in problem.message:
        return problem.message
    return gettext("%(section)s: %(remark)s") % {"section": title, "remark": problem.message}


def stale_items(found: Gate, company_id: UUID) -> list[tuple[str, str]]:
    """Return where the English was not looked at again."""
    titles = _titles(found)
    sentence = gettext(
        "%(section)s: the Japanese was changed after the English was written. Look at the English again."
    )
    sections = {}
    for place in found.stale:
        sections.setdefault(place.section, place)
    return [
        (sentence % {"section": titles.get(code, code)}, place_url(company_id, at)) for code, at in sections.items()
    ]


def who_answers(submission, advisers) -> str:
    """Name who reviews a submission: the adviser it is meant for, else all who advise the company; "" for nobody yet."""
    if submission.adviser:
        return submission.adviser.name
    return gettext(" or ").join(adviser.name for adviser in advisers)


def day_in_words(value) -> str:
    return dates.long_date(value)


def evidence_lines(rows: Iterable[Evidence]) -> list[str]:
    """Return dated facts as one line each: day, with whom, what."""
    words = gettext("%(day)s: %(who)s. %(what)s")
    return [words % {"day": dates.long_date(row.happened_on), "who": row.who, "what": row.text} for row in rows]
