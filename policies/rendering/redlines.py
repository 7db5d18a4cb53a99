"""What changed between two texts of a policy: paragraph by paragraph, matched by the keys that they keep.

Pure: it reads two frozen JSON documents and touches no database. Pages draw it, and Word as tracked changes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext, ngettext, pgettext

from common.comparing import Op, Summary, compare, passages, summary

from .contents import Content, Part, read


class Fate(StrEnum):
    """What became of a paragraph or section."""

    KEPT = "kept"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    # It stands elsewhere now, changed or not; `LEFT` marks the place where it stood.
    MOVED = "moved"
    LEFT = "left"


@dataclass(frozen=True)
class BlockChange:
    """One paragraph, before and after, in one language."""

    id: str
    fate: Fate
    old: str
    new: str
    ops: tuple[Op, ...]
    # Where a moved paragraph comes from (MOVED) or went to (LEFT): the heading of that section.
    elsewhere: str = ""

    @property
    def is_change(self) -> bool:
        return self.fate != Fate.KEPT

    @property
    def summary(self) -> Summary:
        """Count what changed in words; a paragraph that only stands elsewhere says the same."""
        return Summary() if self.fate == Fate.LEFT else summary(self.ops)


@dataclass(frozen=True)
class PartChange:
    """One section, with its paragraphs in the order of the new text; those taken out stand where they stood."""

    code: str
    fate: Fate
    heading: str
    heading_ops: tuple[Op, ...]
    blocks: tuple[BlockChange, ...]

    @property
    def is_change(self) -> bool:
        return self.fate != Fate.KEPT or any(block.is_change for block in self.blocks)

    @property
    def summary(self) -> Summary:
        total = summary(self.heading_ops)
        for block in self.blocks:
            total = total.plus(block.summary)
        return total


@dataclass(frozen=True)
class Comparison:
    """Two texts in one language."""

    language: str
    title_ops: tuple[Op, ...]
    parts: tuple[PartChange, ...]

    @property
    def blocks(self) -> Iterator[BlockChange]:
        return (block for part in self.parts for block in part.blocks)

    @property
    def is_change(self) -> bool:
        return bool(summary(self.title_ops)) or any(part.is_change for part in self.parts)

    @property
    def summary(self) -> Summary:
        total = summary(self.title_ops)
        for part in self.parts:
            total = total.plus(part.summary)
        return total

    def count(self, fate: Fate) -> int:
        return sum(block.fate == fate for block in self.blocks)


# --- Comparing ------------------------------------------------------------------------------------------------------------


def compare_contents(old: Mapping, new: Mapping, *, language: str, ignore_width: bool = False) -> Comparison:
    """Compare two frozen contents in one language. Sections that say nothing in either are left out."""
    return _Comparing(read(old), read(new), language, ignore_width).result()


class _Comparing:
    """Two contents side by side, with the section in which each paragraph stands."""

    def __init__(self, old: Content, new: Content, language: str, ignore_width: bool):
        self.old, self.new, self.language, self.ignore_width = old, new, language, ignore_width
        self.before, self.after = _places(old, language), _places(new, language)

    def ops(self, old: str, new: str) -> tuple[Op, ...]:
        return compare(old, new, language=self.language, ignore_width=self.ignore_width)

    def result(self) -> Comparison:
        old, new = ({part.code: part for part in content.parts} for content in (self.old, self.new))
        parts = (self.part(old.get(code), new.get(code)) for code in _codes(list(old), list(new)))
        return Comparison(
            language=self.language,
            title_ops=self.ops(self.old.name(self.language), self.new.name(self.language)),
            parts=tuple(part for part in parts if part is not None),
        )

    def part(self, old: Part | None, new: Part | None) -> PartChange | None:
        before, after = (part.written(self.language) if part else [] for part in (old, new))
        if not before and not after:
            return None
        headings = [part.heading(self.language) if blocks else "" for part, blocks in ((old, before), (new, after))]
        return PartChange(
            code=(new or old).code,
            fate=Fate.ADDED if not before else Fate.REMOVED if not after else Fate.KEPT,
            heading=headings[1] or headings[0],
            heading_ops=self.ops(*headings),
            blocks=tuple(self.blocks([block.key for block in before], [block.key for block in after])),
        )

    def blocks(self, before: Sequence[str], after: Sequence[str]) -> Iterator[BlockChange]:
        """Yield the paragraphs of a section: those that stayed in their order, and between them what went and came."""
        for passage in passages(before, after, str):
            if passage.is_kept:
                yield self.stayed(passage.new[0])
            else:
                yield from map(self.gone, passage.old)
                yield from map(self.come, passage.new)

    def stayed(self, key: str) -> BlockChange:
        old, new = self.before[key].text, self.after[key].text
        ops = self.ops(old, new)
        changed = any(op for op, _text in ops)
        return BlockChange(self.after[key].id, Fate.CHANGED if changed else Fate.KEPT, old, new, ops)

    def gone(self, key: str) -> BlockChange:
        id_, old, elsewhere = self.before[key].id, self.before[key].text, self.after.get(key)
        if elsewhere:
            return BlockChange(id_, Fate.LEFT, old, "", self.ops(old, ""), elsewhere.heading)
        return BlockChange(id_, Fate.REMOVED, old, "", self.ops(old, ""))

    def come(self, key: str) -> BlockChange:
        id_, new, elsewhere = self.after[key].id, self.after[key].text, self.before.get(key)
        if elsewhere:
            return BlockChange(id_, Fate.MOVED, elsewhere.text, new, self.ops(elsewhere.text, new), elsewhere.heading)
        return BlockChange(id_, Fate.ADDED, "", new, self.ops("", new))


@dataclass(frozen=True)
class _Place:
    id: str
    text: str
    heading: str


def _places(content: Content, language: str) -> dict[str, _Place]:
    """Return each written paragraph by its key, with the heading of its section."""
    return {
        block.key: _Place(block.id, block.text(language), part.heading(language))
        for part in content.parts
        for block in part.written(language)
    }


def _codes(old: list[str], new: list[str]) -> list[str]:
    """Return the sections of both, in the new order; one that is gone stands where it stood."""
    return [
        code
        for passage in passages(old, new, str)
        for code in (*(gone for gone in passage.old if gone not in new), *passage.new)
    ]


# --- In words -------------------------------------------------------------------------------------------------------------


def summary_sentence(comparison: Comparison) -> str:
    """Say first how much changed, for those who hear a page and those who glance at it."""
    if not comparison.is_change:
        return gettext("Nothing changed.")
    counts = comparison.summary
    parts = [
        ngettext("%(count)s addition", "%(count)s additions", counts.additions) % {"count": counts.additions},
        ngettext("%(count)s deletion", "%(count)s deletions", counts.deletions) % {"count": counts.deletions},
    ]
    if moved := comparison.count(Fate.MOVED):
        parts.append(ngettext("%(count)s paragraph moved", "%(count)s paragraphs moved", moved) % {"count": moved})
    places = sum(part.is_change for part in comparison.parts)
    where = ngettext("in %(count)s section", "in %(count)s sections", places) % {"count": places}
    return gettext("%(changes)s, %(where)s.") % {"changes": pgettext("list", ", ").join(parts), "where": where}
