"""Two texts compared so that the difference reads well, in Japanese and in English.

    ops = compare(old, new, language="ja")      # ((0, "従業員に対し"), (-1, "て"), (1, "、年1回以上、"), …)
    summary(ops)                                # Summary(additions=2, deletions=1, …)

`{% redline ops=ops %}` draws them. How and why is told in `docs/decisions/redlines.md`.
"""

from collections.abc import Iterable
from typing import NamedTuple

from .matching import passages
from .pieces import ADDED, KEPT, REMOVED, Op
from .redlining import redline
from .remembering import Memory, fingerprint

__all__ = ["ADDED", "KEPT", "REMOVED", "Op", "Summary", "compare", "passages", "summary"]

MEMORY_BYTES = 8 * 1024 * 1024
"""What a process may keep of earlier comparisons: those of about 200 long sections."""

memory = Memory(MEMORY_BYTES)


class Summary(NamedTuple):
    """How much changed: places, and characters."""

    additions: int = 0
    deletions: int = 0
    characters_added: int = 0
    characters_removed: int = 0

    def __bool__(self) -> bool:
        return bool(self.additions or self.deletions)

    def plus(self, other: "Summary") -> "Summary":
        """Return both together."""
        return Summary(*(one + two for one, two in zip(self, other, strict=True)))


def compare(old: str, new: str, *, language: str, ignore_width: bool = False) -> tuple[Op, ...]:
    """Return `new` as changes of `old`, from memory when the same was asked for lately. See `redlining.redline`."""
    key = (fingerprint(old), fingerprint(new), language, ignore_width)
    ops = memory.get(key)
    if ops is None:
        ops = redline(old, new, language=language, ignore_width=ignore_width)
        memory.put(key, ops)
    return ops


def summary(ops: Iterable[Op]) -> Summary:
    """Count the changes of one comparison."""
    added = [text for op, text in ops if op == ADDED]
    removed = [text for op, text in ops if op == REMOVED]
    return Summary(len(added), len(removed), sum(map(len, added)), sum(map(len, removed)))
