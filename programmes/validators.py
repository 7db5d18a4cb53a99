"""Names as they are compared: the same name typed otherwise is the same name, and nothing else is. And what may be wrong
with a list of an online meeting."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import jaconv

# Variants of one character that keyboards and forms write for one another in names.
_VARIANTS = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "髙": "高", "﨑": "崎", "德": "徳", "瀨": "瀬", "濵": "濱"})
# Marks on Latin letters: who looks for "Nguyễn" types "nguyen". Marks on kana are not among these. And selectors, which
# choose a shape of the character before them: 葛󠄀.
_MARKS = re.compile("(?<=[a-z])[\u0300-\u036f]+|[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# What separates the parts of a name, or of a name and a company.
_BETWEEN = re.compile(r"[\s・·･‧.,、，]+")
_JAPANESE = re.compile("[々\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]")
_LEGAL_FORM = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|合名会社|\((?:株|有|同|資|名)\)|"
    r"\b(?:co\.?,? ?ltd\.?|corporation|corp\.?|incorporated|inc\.?|company|limited|ltd\.?|k\.k\.)(?=\W|$)"
)


def folded(text: str) -> str:
    """Return the text in one width, case and kind of kana, without accents, with single spaces and one form of each character."""
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    text = unicodedata.normalize("NFC", _MARKS.sub("", text)).translate(_VARIANTS)
    return " ".join(jaconv.hira2kata(text).split())


def is_japanese(text: str) -> bool:
    """Whether anything stands there in kanji or kana; "Nguyễn Anh" is all Latin."""
    return bool(_JAPANESE.search(text))


def name_key(text: str) -> str:
    """Return a name as it is compared: folded, without anything between its parts."""
    return _BETWEEN.sub("", folded(text))


def company_key(text: str) -> str:
    """Return a company's name as it is compared: without its legal form, which lists write in many ways or leave out."""
    return _BETWEEN.sub("", _LEGAL_FORM.sub("", folded(text)))


# --- Lists of online meetings -------------------------------------------------------------------------------------------

FILE_BYTES: Final = 2 * 1024 * 1024
ROWS: Final = 20_000
PROBLEMS: Final = 20
"""How many faults are named; the others would be of the same kind."""


@dataclass(frozen=True)
class Problem:
    """What is wrong: `row` counts from 1 as spreadsheets do, 0 is the file itself; `text` is what stands there.

    code    empty, size, encoding, columns, rows, nobody, name, moment, other_day, order, duration, columns_of_row, more
            (others of the same kind are not named); of the services other_time, onsite_only
    limit   how much there may be, where there is too much
    """

    code: str
    row: int = 0
    text: str = ""
    limit: int = 0
