"""Frozen and present texts, read from their JSON into what pages, PDF and Word draw.

Old revisions may lack what newer ones have (title, company, languages, ids): readers cope, and invent nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

LANGUAGES = ("ja", "en")
DEFAULT_TITLES = {"ja": "人権方針", "en": "Human Rights Policy"}


@dataclass(frozen=True)
class Block:
    """One paragraph, with the id that it keeps through all versions of a round.

    One that goes on from an earlier round's has a new id and the `origin` of that one; by its `key` both are the same.
    """

    id: str
    texts: Mapping[str, str]
    origin: str = ""

    @property
    def key(self) -> str:
        return self.origin or self.id

    def text(self, language: str) -> str:
        return self.texts.get(language, "")


@dataclass(frozen=True)
class Part:
    """A section with its paragraphs."""

    code: str
    title: Mapping[str, str]
    blocks: tuple[Block, ...]

    def heading(self, language: str) -> str:
        """Return the title in the language, or in the other when it has none."""
        return self.title.get(language) or next(filter(None, self.title.values()), "")

    def written(self, language: str) -> list[Block]:
        """Return the paragraphs that say something in the language."""
        return [block for block in self.blocks if block.text(language).strip()]


@dataclass(frozen=True)
class Content:
    """A whole text: that of a revision, or the working copy."""

    title: Mapping[str, str]
    company: Mapping[str, str]
    languages: tuple[str, ...]
    parts: tuple[Part, ...] = field(default=())

    def name(self, language: str) -> str:
        """Return the title of the policy."""
        return self.title.get(language) or DEFAULT_TITLES[language]

    def owner(self, language: str) -> str:
        """Return the company's name in the language, or in the other when it has none."""
        return self.company.get(language) or next(filter(None, self.company.values()), "")

    @property
    def is_empty(self) -> bool:
        return not any(part.written(language) for part in self.parts for language in LANGUAGES)


def read(content: Mapping) -> Content:
    """Return the JSON of a revision, or of the working copy, as a `Content`."""
    parts = tuple(_part(section) for section in content.get("sections") or ())
    languages = tuple(code for code in LANGUAGES if code in (content.get("languages") or ()))
    return Content(
        title=_words(content.get("title")),
        company=_words(content.get("company")),
        languages=languages or _languages_of(parts),
        parts=parts,
    )


def _part(section: Mapping) -> Part:
    code = str(section.get("code") or "")
    return Part(
        code=code,
        title=_words(section.get("title")) or {"ja": code, "en": code},
        blocks=tuple(
            Block(
                id=str(paragraph.get("id") or f"{code}-{place}"),
                texts=_words(paragraph),
                origin=str(paragraph.get("origin") or ""),
            )
            for place, paragraph in enumerate(section.get("paragraphs") or (), start=1)
        ),
    )


def _words(value) -> dict[str, str]:
    """Return the words by language; a plain string stands for the Japanese."""
    if isinstance(value, str):
        return {"ja": value} if value else {}
    return {code: str(value[code]) for code in LANGUAGES if value.get(code)} if isinstance(value, Mapping) else {}


def _languages_of(parts: tuple[Part, ...]) -> tuple[str, ...]:
    return tuple(code for code in LANGUAGES if any(part.written(code) for part in parts)) or ("ja",)
