"""What was taken out of a text and what put in, in pieces that people can read.

The shortest list of changes is not the one that reads best: it keeps a stray particle of a sentence that was rewritten,
and begins where the characters happen to agree. So sentences that stayed are set aside first; what lies between them is
compared word by word; and the result is cleaned (`cleaning`).
"""

from collections.abc import Callable, Sequence
from itertools import chain

from diff_match_patch import diff_match_patch

from . import matching, sentences
from .cleaning import clean
from .pieces import ADDED, KEPT, REMOVED, Op, Pieces, joined
from .tokens import fold_width, tokenize

WORD_CELLS = 90_000
"""Words of a passage's old text times words of its new one, up to which they are compared freely: 300 by 300, a long
paragraph. In a longer passage only sentences that resemble each other are compared word by word."""
TOTAL_CELLS = 1_000_000
"""The same for all passages of a text together: about a second. What comes after it is shown whole, old and new."""

# Words become single characters of the planes for private use, because the comparison works on strings. The text itself
# never meets them: every one of its pieces is replaced by one.
FIRST_SIGN, SIGNS = 0xF0000, 0x20000

Sentence = list[str]
"""The words of a sentence."""


def redline(old: str, new: str, *, language: str, ignore_width: bool = False) -> tuple[Op, ...]:
    """Return `new` as changes of `old`; no piece is empty, and what was taken out stands before what replaced it.

    Kept and removed pieces put together are `old`, kept and added ones `new`, to the character. With `ignore_width`
    full-width and half-width forms count as the same; kept pieces then show the new text's. The time is bounded
    (`TOTAL_CELLS`) and the answer depends on the texts alone, never on how busy the machine is.
    """
    if old == new:
        return ((KEPT, new),) if new else ()
    comparison = _Comparison(language, fold_width if ignore_width else str)
    return tuple((op, "".join(words)) for op, words in joined(comparison.pieces(old, new)))


class _Comparison:
    """One comparison: its language, which words count as the same, and how much may still be compared."""

    def __init__(self, language: str, key: Callable[[str], str]):
        self.language, self.key = language, key
        self.cells_left = TOTAL_CELLS

    def pieces(self, old: str, new: str) -> Pieces:
        """Compare what lies between the sentences that stayed."""
        before, after = (sentences.split(text, language=self.language) for text in (old, new))
        return [
            piece
            for passage in matching.passages(before, after, self.key)
            for piece in (
                [(KEPT, passage.new)] if passage.is_kept else self.passage(self.cut(passage.old), self.cut(passage.new))
            )
        ]

    def cut(self, texts: Sequence[str]) -> list[Sentence]:
        return [tokenize(text, language=self.language) for text in texts]

    def passage(self, old: list[Sentence], new: list[Sentence]) -> Pieces:
        """Compare a passage freely when it is short, else sentence by sentence."""
        before, after = (list(chain.from_iterable(texts)) for texts in (old, new))
        if self.may_compare(before, after):
            return self.words(before, after)
        if len(old) == len(new) == 1:
            return self.middle(before, after)
        return [
            piece
            for left, right in matching.pairs(old, new, self.key)
            for piece in (self.passage([left], [right]) if left and right else _replaced(left, right))
        ]

    def may_compare(self, old: Sentence, new: Sentence) -> bool:
        cells = len(old) * len(new)
        return cells <= WORD_CELLS and cells <= self.cells_left

    def middle(self, old: Sentence, new: Sentence) -> Pieces:
        """Keep the words that a very long sentence begins and ends with; compare the rest when that is short enough."""
        start, end = matching.same_ends(old, new, self.key)
        before, after = old[start : len(old) - end], new[start : len(new) - end]
        rest = self.words(before, after) if self.may_compare(before, after) else _replaced(before, after)
        return [(KEPT, new[:start]), *rest, (KEPT, new[len(new) - end :])]

    def words(self, old: Sentence, new: Sentence) -> Pieces:
        """Compare word by word, and clean what came of it."""
        self.cells_left -= len(old) * len(new)
        signs: dict[str, str] = {}
        coded = [
            "".join(signs.setdefault(self.key(w), chr(FIRST_SIGN + len(signs))) for w in text) for text in (old, new)
        ]
        engine = diff_match_patch()
        engine.Diff_Timeout = 0  # seconds; 0 is never, so that the answer is the same every time
        return clean(_words_of(engine.diff_main(*coded, False), old, new), language=self.language)


def _words_of(diffs: Sequence[Op], old: Sentence, new: Sentence) -> Pieces:
    """Put the words back where the signs are."""
    pieces: Pieces = []
    before = after = 0
    for op, signs in diffs:
        count = len(signs)
        pieces.append((op, old[before : before + count] if op == REMOVED else new[after : after + count]))
        before += count if op != ADDED else 0
        after += count if op != REMOVED else 0
    return pieces


def _replaced(old: Sentence, new: Sentence) -> Pieces:
    return [(REMOVED, old), (ADDED, new)]
