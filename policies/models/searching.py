"""How names are prepared for the register's search, so that it finds them however somebody writes them.

One and two characters are what people type in Japanese, and what a trigram index cannot find: so a name is kept with
its pieces of one and two characters, in an array under a GIN index, and no extension is needed.
"""

import re
import unicodedata

from jaconv import hira2kata

# What says only of which kind a company is; with it, every third name would hold the same word.
_FORMS = re.compile(
    "株式会社|有限会社|合同会社|合資会社|合名会社|カブシキガイシャ|カブシキカイシャ|ユウゲンガイシャ|ゴウドウガイシャ"
    r"|\(株\)|\(有\)|\(同\)"
)


def searchable(text: str) -> str:
    """Return letters and digits only: full and half width, hiragana and katakana, small and capital made one."""
    text = hira2kata(unicodedata.normalize("NFKC", text)).casefold()
    return "".join(char for char in _FORMS.sub("", text) if char.isalnum())


def grams(text: str) -> list[str]:
    """Return the pieces of one and two characters of a prepared text, each once, none across a line end."""
    lines = text.split("\n")
    singles = {char for line in lines for char in line}
    return sorted(singles | {line[at : at + 2] for line in lines for at in range(len(line) - 1)})


def needed_grams(word: str) -> list[str]:
    """Return the pieces that a text must have to hold this prepared word."""
    return [word] if len(word) == 1 else sorted({word[at : at + 2] for at in range(len(word) - 1)})
