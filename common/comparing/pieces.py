"""Pieces of a comparison: what happened to a run of words."""

from collections.abc import Iterable
from dataclasses import dataclass, field

REMOVED, KEPT, ADDED = -1, 0, 1

Op = tuple[int, str]
"""What happened (-1 taken out, 0 kept, 1 put in) to a piece of text."""
Pieces = list[tuple[int, list[str]]]
"""The same, of the piece's words."""


def length(words: Iterable[str]) -> int:
    """Return how many characters the words have."""
    return sum(map(len, words))


@dataclass(slots=True)
class Change:
    """One place where the text changed, with what was kept before it. The last one of a text may change nothing."""

    kept: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.removed and not self.added


def changes(pieces: Pieces) -> list[Change]:
    """Gather the pieces by the places where the text changed."""
    result = [Change()]
    for op, words in pieces:
        if not words:
            continue
        if op == KEPT and not result[-1].is_empty:
            result.append(Change())
        part = {REMOVED: result[-1].removed, KEPT: result[-1].kept, ADDED: result[-1].added}[op]
        part.extend(words)
    return result


def flat(places: Iterable[Change]) -> Pieces:
    """Return the pieces again: none empty, and what was taken out before what replaced it."""
    pieces = (
        piece for place in places for piece in ((KEPT, place.kept), (REMOVED, place.removed), (ADDED, place.added))
    )
    return [piece for piece in pieces if piece[1]]


def joined(pieces: Pieces) -> Pieces:
    """Return the pieces with neighbours of a kind as one."""
    return flat(changes(pieces))
