"""Words: the smallest pieces that a redline takes out or puts in.

Japanese has no spaces, so a dictionary cuts it (SudachiPy, mode C: the longest words it knows). The dictionary is a file
that processes share in memory; it is opened at the first Japanese text that a process compares, and never in a process
that compares none.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import cache

from sudachipy import Dictionary, SplitMode

JAPANESE = "ja"

_ENGLISH = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*|\s+|.", re.DOTALL)
_SURROGATES = re.compile("[\ud800-\udfff]")
# The dictionary refuses inputs above 49,149 bytes; a character has at most four.
_LONGEST = 12_000

_local = threading.local()
_opening = threading.Lock()


def tokenize(text: str, *, language: str) -> list[str]:
    """Cut `text` into words, spaces and signs, which put together give it back exactly; any string will do."""
    if not language.startswith(JAPANESE):
        return _ENGLISH.findall(text)
    return [word for start in range(0, len(text), _LONGEST) for word in _japanese(text[start : start + _LONGEST])]


def _japanese(text: str) -> Iterator[str]:
    # Half a surrogate pair is no character, so the dictionary is shown a blank in its place; we cut our own text.
    starts = [word.begin() for word in _tokenizer().tokenize(_SURROGATES.sub(" ", text))]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        if start < end:  # what one sign stands for may be several words: ㍿
            yield text[start:end]


def _tokenizer():
    """Return the thread's own tokenizer: one must not be used by two threads at a time."""
    if not hasattr(_local, "tokenizer"):
        _local.tokenizer = _make_tokenizer()
    return _local.tokenizer


def _make_tokenizer():
    with _opening:
        return _dictionary().tokenizer(mode=SplitMode.C)


@cache
def _dictionary():
    return Dictionary(dict="small")


def fold_width(text: str) -> str:
    """Return `text` with full-width and half-width forms made one: Ａ７ｶﾞ as A7ガ. Nothing else changes: ①, ㈱ stay."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", "".join(_plain_form(char) for char in text))


def _plain_form(char: str) -> str:
    kind, _, code = unicodedata.decomposition(char).partition(" ")
    return chr(int(code, 16)) if kind in ("<wide>", "<narrow>") else char
