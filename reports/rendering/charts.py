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


@dataclass(frozen=True)
class Line:
    """A line of a chart over time: its name, its colour, and its value at each point."""

    name: str
    colour: str
    values: tuple[int, ...]


HEIGHT = 108.0
DASHES = ("2 2", "5 2", "", "8 2 2 2")


def lines(
    rows: Sequence[Line], points: Sequence[str], *, title: str, description: str, width: float, top: int
) -> bytes:
    """Return lines over time on one scale from 0 to `top`, each with a dash of its own and its last value at its end.

    Lines that end at the same height share a label, so that no two are written over each other.
    """
    left, right, first, base = 26.0, width - 118.0, 8.0, 8.0 + HEIGHT
    across = (right - left) / max(len(points) - 1, 1)
    top = max(top, max((max(row.values) for row in rows), default=0), 1)
    body = [_grid(top, left, right, first, base), _points(points, left, across, base)]
    for place, row in enumerate(rows):
        path = " ".join(
            f"{left + across * at:.1f},{base - HEIGHT * value / top:.1f}" for at, value in enumerate(row.values)
        )
        dash = DASHES[place % len(DASHES)]
        body.append(
            f'<polyline points="{path}" fill="none" stroke="{row.colour}" stroke-width="1.8"'
            + (f' stroke-dasharray="{dash}"' if dash else "")
            + "/>"
        )
    body.append(_ends(rows, right + 6, top, base))
    return _drawing("".join(body), width, base + 18, title, description)


def _grid(top: int, left: float, right: float, first: float, base: float) -> str:
    step = max(1, -(-top // 4))
    out = []
    for value in range(0, top + 1, step):
        y = base - (base - first) * value / top
        out.append(f'<path d="M{left:.1f} {y:.1f}H{right:.1f}" stroke="{HAIRLINE}" stroke-width="0.5"/>')
        out.append(_text(left - 4, y + 3, f"{value:,}", anchor="end", fill=GREY))
    return "".join(out)


def _points(points: Sequence[str], left: float, across: float, base: float) -> str:
    every = max(1, -(-len(points) // 7))
    shown = [at for at in range(len(points)) if at % every == 0]
    return "".join(
        _text(left + across * at, base + 13, points[at], anchor="middle" if at else "start", fill=GREY) for at in shown
    )


def _ends(rows: Sequence[Line], left: float, top: int, base: float) -> str:
    """Write each line's name and last value at its end, never one over another and none beneath the axis."""
    ordered = sorted(rows, key=lambda row: -row.values[-1] if row.values else 0)
    places, lowest = [], -LINE
    for row in ordered:
        lowest = max(base - HEIGHT * (row.values[-1] if row.values else 0) / top + 3, lowest + LINE)
        places.append(lowest)
    # What was pushed below the axis, where the days stand, pushes those above it up.
    highest = base + 3
    for at in reversed(range(len(places))):
        places[at] = min(places[at], highest)
        highest = places[at] - LINE
    return "".join(
        _text(left, y, f"{row.values[-1] if row.values else 0:,}  {row.name}", fill=row.colour)
        for row, y in zip(ordered, places, strict=True)
    )


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
