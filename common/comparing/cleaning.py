"""From the shortest list of changes to one that reads well: fewer, whole, and where a clause begins."""

import itertools
import unicodedata

from . import sentences
from .matching import ALIKE
from .pieces import ADDED, KEPT, REMOVED, Change, Pieces, changes, flat, length


def clean(pieces: Pieces, *, language: str) -> Pieces:
    """Return the same two texts with their changes merged, moved and, where little was kept, shown sentence by sentence."""
    merged = _merged(changes(pieces))
    moved = flat(_merged(changes(flat(_moved(merged)))))
    return flat(changes(_whole_sentences(moved, language=language)))


# --- Merging --------------------------------------------------------------------------------------------------------------


ISLAND = 8
"""What was kept between two changes is never swallowed from this weight on, however large they are: it is a clause."""


def _merged(places: list[Change]) -> list[Change]:
    """Join changes that have less between them than each of them changes: it is noise, and read as one."""
    result: list[Change] = []
    for place in places:
        current = Change(list(place.kept), list(place.removed), list(place.added))
        while result and not current.is_empty and _is_noise(current.kept, between=(result[-1], current)):
            before = result.pop()
            current = Change(
                before.kept,
                before.removed + current.kept + current.removed,
                before.added + current.kept + current.added,
            )
        result.append(current)
    return result


def _is_noise(kept: list[str], *, between: tuple[Change, Change]) -> bool:
    weight = sum(map(_weight, kept))
    return weight < ISLAND and all(weight <= max(length(c.removed), length(c.added)) for c in between)


def _weight(word: str) -> float:
    """Return how much a word is worth keeping: in characters, those that carry the meaning of Japanese counting double.

    Particles, endings and signs turn up everywhere, and letters are many to a word.
    """
    return sum(2 if _is_ideograph(char) else 1 if ord(char) > 0x2E7F else 0.7 for char in word)


def _is_ideograph(char: str) -> bool:
    """True for kanji and katakana."""
    return (
        "\u30a1" <= char <= "\u30fa"
        or "\u3400" <= char <= "\u9fff"
        or "\uf900" <= char <= "\ufaff"
        or char >= "\U00020000"
    )


# --- Moving ---------------------------------------------------------------------------------------------------------------


def _moved(places: list[Change]) -> list[Change]:
    """Move what was only put in, or only taken out, to where it begins and ends best; the texts stay the same.

    "respect, [and protect,] rights" may as well be "respect[, and protect], rights".
    """
    for place, after in itertools.pairwise(places):
        if bool(place.removed) != bool(place.added):
            _move(place, after)
    return places


def _move(place: Change, after: Change) -> None:
    """Move one change as far as the words around it allow, to the best place; among equals, where it is."""
    words = place.removed or place.added
    line, count, start = place.kept + words + after.kept, len(words), len(place.kept)
    first = last = start
    while first and line[first - 1] == line[first + count - 1]:
        first -= 1
    while last + count < len(line) and line[last] == line[last + count]:
        last += 1

    def fit(at: int) -> tuple[int, bool]:
        return _break(line, at) + _break(line, at + count), at == start

    best = max(range(first, last + 1), key=fit)
    place.kept, after.kept = line[:best], line[best + count :]
    words[:] = line[best : best + count]


def _break(line: list[str], at: int) -> int:
    """Return how clearly the text breaks before the word at `at`."""
    if at in (0, len(line)):
        return 6
    mark = line[at - 1][-1]
    ranks = ((5, "\n"), (4, "。！？.!?"), (3, "、，,;；：:"), (2, " \u3000\t（「『([｛【・"))
    return next((rank for rank, marks in ranks if mark in marks), int(unicodedata.category(mark).startswith("P")))


# --- Whole sentences ------------------------------------------------------------------------------------------------------


def _whole_sentences(pieces: Pieces, *, language: str) -> Pieces:
    """Show a sentence of which little was kept as it was and as it is."""
    result: Pieces = []
    for part in _by_sentence(pieces, language=language):
        kept, removed, added = (
            length(w for op, words in part if op == kind for w in words) for kind in (KEPT, REMOVED, ADDED)
        )
        if removed and added and 2 * kept < ALIKE * (2 * kept + removed + added):
            result.append((REMOVED, [word for op, words in part if op != ADDED for word in words]))
            result.append((ADDED, [word for op, words in part if op != REMOVED for word in words]))
        else:
            result += part
    return result


def _by_sentence(pieces: Pieces, *, language: str) -> list[Pieces]:
    """Cut the pieces where a sentence ends in the text that they belong to."""
    stops = {
        side: set(sentences.ends("".join(w for op, words in pieces if op != other for w in words), language=language))
        for side, other in ((REMOVED, ADDED), (ADDED, REMOVED))
    }
    at = {REMOVED: 0, ADDED: 0}
    parts: list[Pieces] = [[]]
    for op, words in pieces:
        run: list[str] = []
        sides = (REMOVED, ADDED) if op == KEPT else (op,)
        for word in words:
            run.append(word)
            for side in sides:
                at[side] += len(word)
            if all(at[side] in stops[side] for side in sides):
                parts[-1].append((op, run))
                parts.append([])
                run = []
        if run:
            parts[-1].append((op, run))
    return [part for part in parts if part]
