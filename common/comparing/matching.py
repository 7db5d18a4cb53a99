"""Which sentence of the new text goes with which of the old one, without comparing everything with everything."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

Key = Callable[[str], str]

ALIKE = 0.35
"""Sentences that share less than this go together no more: twice what they share by what both have, in characters."""
SENTENCE_CELLS = 200_000
"""Old sentences times new ones up to which they are matched by resemblance: 450 by 450, about 20,000 characters."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Sentences that stayed, or what was written between two such runs, before and after."""

    old: Sequence[str]
    new: Sequence[str]
    is_kept: bool = False


def same_ends(old: Sequence[str], new: Sequence[str], key: Key) -> tuple[int, int]:
    """Return how many pieces the two begin with alike, and how many of the others they end with alike."""
    most = min(len(old), len(new))
    start = next((n for n in range(most) if key(old[n]) != key(new[n])), most)
    most -= start
    return start, next((n for n in range(most) if key(old[-1 - n]) != key(new[-1 - n])), most)


def passages(old: Sequence[str], new: Sequence[str], key: Key) -> Iterator[Passage]:
    """Set aside the sentences that stayed where they were, and yield these and what lies between them.

    Beside those at both ends, only a sentence that either text has once says where one is; short ones that recur would
    tie together what does not belong together.
    """
    start, end = same_ends(old, new, key)
    stop_old, stop_new = len(old) - end, len(new) - end
    anchors = _anchors([key(text) for text in old[start:stop_old]], [key(text) for text in new[start:stop_new]])
    at_old = at_new = 0
    stayed = chain(
        ((n, n) for n in range(start)),
        ((start + i, start + j) for i, j in anchors),
        ((stop_old + n, stop_new + n) for n in range(end)),
    )
    for i, j in stayed:
        if (i, j) != (at_old, at_new):
            yield Passage(old[at_old:i], new[at_new:j])
        yield Passage(old[i : i + 1], new[j : j + 1], is_kept=True)
        at_old, at_new = i + 1, j + 1
    if (at_old, at_new) != (len(old), len(new)):
        yield Passage(old[at_old:], new[at_new:])


def _anchors(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Return the longest run, in both orders, of sentences that each text has exactly once."""
    counts = Counter(old), Counter(new)
    places = {text: n for n, text in enumerate(new) if counts[1][text] == 1}
    found = [(n, places[text]) for n, text in enumerate(old) if counts[0][text] == 1 and text in places]
    return _rising(found)


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest part of the pairs, which rise on the left, that rises on the right too."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for n, (_left, right) in enumerate(pairs):
        rank = bisect_left(tails, right)
        tails[rank : rank + 1] = [right]
        ends[rank : rank + 1] = [n]
        before.append(ends[rank - 1] if rank else None)
    result = []
    n = ends[-1] if ends else None
    while n is not None:
        result.append(pairs[n])
        n = before[n]
    return result[::-1]


def pairs(old: list[list[str]], new: list[list[str]], key: Key) -> list[tuple[list[str], list[str]]]:
    """Match sentences, given as words, in their order: (before, after), one of them empty where it has no match."""
    if len(old) * len(new) > SENTENCE_CELLS:
        return [(list(chain.from_iterable(old)), []), ([], list(chain.from_iterable(new)))]
    matched = _best(_likeness(old, new, key), len(old), len(new))
    result, at_old, at_new = [], 0, 0
    for i, j in [*matched, (len(old), len(new))]:
        result += [(sentence, []) for sentence in old[at_old:i]] + [([], sentence) for sentence in new[at_new:j]]
        if i < len(old):
            result.append((old[i], new[j]))
        at_old, at_new = i + 1, j + 1
    return result


def _likeness(old: list[list[str]], new: list[list[str]], key: Key) -> list[dict[int, float]]:
    """Return for each old sentence which new ones resemble it, and how much they share, in characters."""
    bags = [
        [Counter({word: n for word, n in Counter(map(key, s)).items() if _tells(word)}) for s in t] for t in (old, new)
    ]
    weights = [[sum(len(word) * n for word, n in bag.items()) for bag in side] for side in bags]
    holders: dict[str, list[int]] = defaultdict(list)
    for j, bag in enumerate(bags[1]):
        for word in bag:
            holders[word].append(j)
    result = []
    for i, bag in enumerate(bags[0]):
        shared: Counter[int] = Counter()
        for word, count in bag.items():
            for j in holders.get(word, ()):
                shared[j] += len(word) * min(count, bags[1][j][word])
        result.append({j: n for j, n in shared.items() if 2 * n >= ALIKE * (weights[0][i] + weights[1][j])})
    return result


def _tells(word: str) -> bool:
    """True for a word that says what a sentence is about: not a sign, a space or a Japanese particle."""
    return any(char.isalnum() and not "\u3040" <= char <= "\u309f" for char in word)


def _best(likeness: list[dict[int, float]], rows: int, columns: int) -> list[tuple[int, int]]:
    """Return the matches in order that share most together."""
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        row, below, alike = best[i], best[i + 1], likeness[i]
        for j in range(columns - 1, -1, -1):
            value = max(below[j], row[j + 1])
            if j in alike:
                value = max(value, alike[j] + below[j + 1])
            row[j] = value
    result, i, j = [], 0, 0
    while i < rows and j < columns:
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            result.append((i, j))
            i, j = i + 1, j + 1
    return result
