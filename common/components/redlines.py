"""Text with its changes marked in words, colour and line."""

from collections.abc import Sequence
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import gettext

REMOVED, KEPT, ADDED = -1, 0, 1


def count_changes(ops: Sequence[tuple[int, str]]) -> tuple[int, int]:
    """Return how many pieces were added and how many taken out."""
    kinds = [op for op, _text in ops]
    return kinds.count(ADDED), kinds.count(REMOVED)


def draw(ops: Sequence[tuple[int, str]]) -> SafeString:
    """Return the text with `ins` and `del`, each opened and closed in words for those who hear it.

    Screen readers mostly keep silent about the two elements themselves.
    """
    frames = {
        KEPT: ("", ""),
        ADDED: _frame("ins", gettext("[added]"), gettext("[end of addition]")),
        REMOVED: _frame("del", gettext("[deleted]"), gettext("[end of deletion]")),
    }
    # Escaped here and joined: a long text has a thousand pieces, and formatting each costs ten times as much.
    marked = (f"{frames[op][0]}{escape(text)}{frames[op][1]}" for op, text in ops)
    return SafeString("".join(marked))


def _frame(tag: str, opening: str, closing: str) -> tuple[str, str]:
    """Return what stands before and after a change of one kind."""
    hidden = '<span class="visually-hidden">{}</span>'
    start, end = (hidden.format(escape(words)) for words in (opening, closing))
    return f"<{tag}>{start}", f"{end}</{tag}>"
