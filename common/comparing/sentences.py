"""Sentences: what a long text is matched by before its words are, and what is shown whole when it was rewritten."""

import re

_JAPANESE = re.compile(r"(?<=[。！？])(?![。！？])[」』）】]*\s*|(?<=\n)\s*")
_ENGLISH = re.compile(r"""(?<=[.!?])["'”’)\]]*\s+(?=["'“‘(\[]?[A-Z0-9])|(?<=\n)\s*""")


def ends(text: str, *, language: str) -> list[int]:
    """Return where the sentences of `text` end, the last end being its own; a text without any sign is one sentence."""
    pattern = _JAPANESE if language.startswith("ja") else _ENGLISH
    found = []
    for mark in pattern.finditer(text):
        if mark.end() and mark.end() < len(text) and (not found or mark.end() > found[-1]):
            found.append(mark.end())
    return [*found, len(text)] if text else []


def split(text: str, *, language: str) -> list[str]:
    """Cut `text` into sentences with the blanks behind them, which put together give it back exactly."""
    stops = ends(text, language=language)
    return [text[start:end] for start, end in zip([0, *stops], stops, strict=False)]
