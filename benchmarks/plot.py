"""One plot for the documentation: bars of emails a second, as plain SVG."""

from collections.abc import Sequence
from html import escape
from math import log10
from pathlib import Path

WIDTH, BAR, GAP, LABEL, HEAD = 760, 20, 6, 250, 40
OURS, PEERS, INK = "#1f5f73", "#b9c4c9", "#22333b"
LEAST = 10.0


def draw(title: str, groups: Sequence[tuple[str, Sequence[tuple[str, float, bool]]]]) -> str:
    """An SVG with a logarithmic axis; `groups` are (heading, bars), a bar (name, rate, is ours)."""
    most = max(rate for _, bars in groups for _, rate, _ in bars)
    parts, y = [_text(0, 20, title, size=16, bold=True)], HEAD
    for heading, bars in groups:
        y += BAR
        parts.append(_text(0, y - GAP, heading, bold=True))
        for name, rate, ours in bars:
            parts += _bar(y, name, rate, most, OURS if ours else PEERS)
            y += BAR + GAP
    y += GAP
    parts.append(_text(LABEL, y + GAP, "emails a second, logarithmic scale", size=11))
    return _svg(y + BAR, title, parts)


def _bar(y: int, name: str, rate: float, most: float, colour: str) -> list[str]:
    room = WIDTH - LABEL - 80
    length = max(1.0, room * log10(max(rate, LEAST) / LEAST) / log10(most / LEAST))
    middle = y + BAR - GAP
    return [
        _text(LABEL - 8, middle, name, end=True),
        f'<rect x="{LABEL}" y="{y}" width="{length:.0f}" height="{BAR}" fill="{colour}"/>',
        _text(int(LABEL + length + 6), middle, f"{rate:,.0f}"),
    ]


def _text(
    x: int, y: int, text: str, *, size: int = 13, bold: bool = False, end: bool = False
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    anchor = ' text-anchor="end"' if end else ""
    return f'<text x="{x}" y="{y}" font-size="{size}"{weight}{anchor}>{escape(text)}</text>'


def _svg(height: int, title: str, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'font-family="sans-serif" fill="{INK}">'
    )
    return "\n".join([head, f"<title>{escape(title)}</title>", *parts, "</svg>", ""])


def write(path: Path, drawing: str) -> None:
    """Put the drawing where the documentation looks for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(drawing, encoding="utf-8")
