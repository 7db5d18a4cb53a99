"""Charts as SVG, written by hand: two kinds of bars need no plotting library (docs/decisions/report-charts.md).

Sizes are points. Every chart has a title and a description inside and stands beside a table with the same numbers;
numbers are written on the bars, so that nothing depends on colour.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

FONT = "Noto Sans CJK JP"
SIZE = 8.5
LINE = 11.0
INK, GREY, HAIRLINE = "#222222", "#626264", "#b8bcc0"
DARK, LIGHT, PALE = "#006173", "#8fc1c9", "#dfe6e8"


@dataclass(frozen=True)
class Part:
    """A piece of a bar: how much, and which of the chart's series it belongs to."""

    value: int
    series: int


@dataclass(frozen=True)
class Bar:
    label: str
    parts: tuple[Part, ...]
    total: str


@dataclass(frozen=True)
class Series:
    name: str
    fill: str
    ink: str = INK


def text_width(text: str, size: float = SIZE) -> float:
    """Return about how wide the text is set: a full-width character is one em, any other 0.56."""
    return size * sum(1.0 if unicodedata.east_asian_width(character) in "FWA" else 0.56 for character in text)


def wrapped(text: str, width: float, *, lines: int = 2) -> list[str]:
    """Break a label into at most `lines` lines of `width` points, at spaces where there are any; the rest is cut with …"""
    rows = [""]
    for word in _pieces(text):
        if text_width(rows[-1] + word.rstrip()) <= width or not rows[-1]:
            rows[-1] += word
        else:
            rows.append(word)
    rows = [row.strip() for row in rows]
    if len(rows) > lines:
        last = rows[lines - 1]
        while last and text_width(last + "…") > width:
            last = last[:-1]
        rows = [*rows[: lines - 1], last.rstrip() + "…"]
    return rows


def _pieces(text: str) -> list[str]:
    """Split where a line may break: after spaces, and between full-width characters."""
    pieces = [""]
    for character in text:
        pieces[-1] += character
        if character == " " or unicodedata.east_asian_width(character) in "FW":
            pieces.append("")
    return [piece for piece in pieces if piece]


def bars(
    rows: Sequence[Bar],
    series: Sequence[Series],
    *,
    title: str,
    description: str,
    width: float,
    label_width: float,
    total_width: float = 48,
    legend: bool = True,
) -> bytes:
    """Return stacked horizontal bars, one a row, all to the same scale, with the numbers written on them."""
    scale = _Scale(rows, left=label_width + 8, right=width - total_width)
    top = 20.0 if legend else 4.0
    body = [_legend(series, label_width + 8)] if legend else []
    for row in rows:
        lines = wrapped(row.label, label_width)
        height = max(24.0, LINE * len(lines) + 8)
        body.append(_row(row, lines, series, scale, label_width, top, height))
        top += height
    axis = f'<path d="M{scale.left:.1f} {20 if legend else 4}V{top:.1f}" stroke="{HAIRLINE}" stroke-width="0.6"/>'
    return _drawing("".join([*body, axis]), width, top + 4, title, description)


class _Scale:
    """From numbers to points along the bar."""

    def __init__(self, rows: Sequence[Bar], *, left: float, right: float):
        self.left = left
        largest = max((sum(part.value for part in row.parts) for row in rows), default=0)
        self.unit = (right - left) / largest if largest else 0.0

    def width(self, value: int) -> float:
        return value * self.unit


def _row(row: Bar, lines: list[str], series, scale: _Scale, label_width: float, top: float, height: float) -> str:
    middle = top + height / 2
    first = middle - LINE * (len(lines) - 1) / 2 + SIZE * 0.36
    out = [_text(label_width, first + LINE * index, line, anchor="end") for index, line in enumerate(lines)]
    left = scale.left
    for part in row.parts:
        width = scale.width(part.value)
        if not part.value:
            continue
        look = series[part.series]
        out.append(f'<rect x="{left:.2f}" y="{middle - 7:.2f}" width="{width:.2f}" height="14" fill="{look.fill}"/>')
        if len(row.parts) > 1 and width >= text_width(str(part.value)) + 6:
            out.append(_text(left + width / 2, middle + SIZE * 0.36, f"{part.value:,}", anchor="middle", fill=look.ink))
        left += width
    out.append(_text(left + 5, middle + SIZE * 0.36, row.total, weight=700))
    return "".join(out)


def _legend(series: Sequence[Series], left: float) -> str:
    out = []
    for look in series:
        out.append(f'<rect x="{left:.1f}" y="4" width="9" height="9" fill="{look.fill}"/>')
        out.append(_text(left + 13, 11.6, look.name, fill=GREY))
        left += 13 + text_width(look.name) + 16
    return "".join(out)


def _text(x: float, y: float, text: str, *, anchor: str = "start", fill: str = INK, weight: int = 400) -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-size="{SIZE}" font-family={quoteattr(FONT)} font-weight="{weight}" '
        f'fill="{fill}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def _drawing(body: str, width: float, height: float, title: str, description: str) -> bytes:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}pt" height="{height:.0f}pt" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img"><title>{escape(title)}</title>'
        f"<desc>{escape(description)}</desc>{body}</svg>"
    ).encode()
