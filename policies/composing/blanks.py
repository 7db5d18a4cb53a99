"""Places that were left to fill in: our own ［…］, and what people write when they do not know yet.

Only what can hardly be anything else counts, because it blocks submission: a single ○ heads a list, 〇 is a zero in 二〇二六年,
XX may be a Roman numeral, and a row of ■ draws a line.
"""

import re

NUMERAL = "一二三四五六七八九十百千"
# Circles, triangles, squares and crosses that stand for a name or a number.
SYMBOLS = "○◯●△▲□■×✕✖☓＿"
ONE = "[○◯●△×〇]"
THINGS = "年月日部課室社者人名円号条項県市町村時分様氏%％"
# Roman numerals: Article XX is the twentieth.
NUMBERED = "".join(f"(?<!{word})" for word in ("第", "Article ", "Chapter ", "Part ", "Annex ", "Title ", "Section "))

PATTERNS = (
    # Ours.
    re.compile(r"［[^［］]*］"),
    # ○○部, ●●株式会社, 〇〇年: two or more of one symbol.
    re.compile(rf"([{SYMBOLS}])\1+"),
    re.compile(rf"(?<![〇{NUMERAL}])〇〇+(?![〇{NUMERAL}])"),
    # 令和○年, ○年○月, ○月○日; not ○年に一度, where ○ heads a line.
    re.compile(rf"(令和|平成|西暦)\s*{ONE}年?"),
    re.compile(rf"{ONE}年\s*({ONE}|\d+)\s*月"),
    re.compile(rf"{ONE}月\s*({ONE}|\d+)\s*日"),
    # XX年, XX社, XX Co.; not Article XX.
    re.compile(rf"[XＸ]{{2,}}(?=\s*[{THINGS}]|株式会社|有限会社)"),
    re.compile(rf"{NUMBERED}(?<![A-Za-z0-9])X{{2,}}(?![A-Za-z0-9])"),
    re.compile(r"(?<![A-Za-z0-9])YYYY(?![A-Za-z0-9])"),
    # Words that ask to be replaced.
    re.compile(r"\b(TBD|TBC|TODO|FIXME)\b"),
    re.compile(r"[（(【<＜\[]\s*(要記入|要追記|要確認|未記入|未定)\s*[）)】>＞\]]"),
    re.compile(r"ここに[^。\n]{0,20}(記入|入力)|(ご記入|記入して)ください"),
    re.compile(r"\[\s*(\.{3}|…+|_+)?\s*\]"),
    re.compile(
        r"[\[<{]\s*(insert|enter|your|fill in|name of|company|date|name|title)\b[^\]>}\n]{0,60}[\]>}]", re.IGNORECASE
    ),
    re.compile(r"_{3,}"),
)
# A long line of symbols alone is an ornament.
ORNAMENT = re.compile(rf"^\s*[{SYMBOLS}〇_=\-–—―─━・*＊◆◇☆★]{{8,}}\s*$")


def placeholders(text: str) -> list[str]:
    """Return what was left to fill in, in the order of the text, each with the word it stands before or for."""
    found: list[tuple[int, int]] = []
    for start, line in _lines(text):
        if ORNAMENT.match(line):
            continue
        for pattern in PATTERNS:
            found.extend((start + match.start(), start + match.end()) for match in pattern.finditer(line))
    return [text[start:end] for start, end in _without_overlaps(found)]


def _lines(text: str):
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, line.rstrip("\r\n")
        start += len(line)


def _without_overlaps(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept
