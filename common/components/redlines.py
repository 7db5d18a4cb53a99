"""Text with its changes marked in words, colour and line."""

from collections.abc import Sequence

from django.utils.html import conditional_escape, format_html, format_html_join
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
        KEPT: "{text}",
        ADDED: _frame("ins", gettext("[added]"), gettext("[end of addition]")),
        REMOVED: _frame("del", gettext("[deleted]"), gettext("[end of deletion]")),
    }
    return format_html_join("", "{}", ((format_html(frames[op], text=text),) for op, text in ops))


def _frame(tag: str, opening: str, closing: str) -> str:
    """Return the format string of one kind of change."""
    hidden = '<span class="visually-hidden">{}</span>'
    start, end = (hidden.format(conditional_escape(words)) for words in (opening, closing))
    return f"<{tag}>{start}{{text}}{end}</{tag}>"
