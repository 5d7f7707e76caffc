"""Lines of plain text, also in scripts that put no blanks between words."""

import re
import textwrap
from collections.abc import Iterator

TEXT_WIDTH = 72

_OPENING = "「『（【〈《〔［｛“‘"  # noqa: RUF001 - as they are written
_CLOSING = "、。，．・：；？！」』）】〉》〕］｝”’ー々…ぁぃぅぇぉっゃゅょァィゥェォッャュョ"  # noqa: RUF001
_IDEOGRAPHS = "\u2e80-\u2fdf\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff60"
_WIDE = re.compile(f"[{_IDEOGRAPHS}\U00020000-\U0003fffd]")
# What stays together at a line's end (JIS X 4051): a character with its marks, or a word.
_PIECE = re.compile(
    rf"[{_OPENING}]*{_WIDE.pattern}[{_CLOSING}]*|(?:(?!{_WIDE.pattern})\S)+[{_CLOSING}]*|\s+"
)


def wrapped(value: str, indent: int = 0) -> str:
    """`value` in lines of at most 72 columns, each after `indent` blanks; links stay whole."""
    blanks = " " * indent
    if _WIDE.search(value):
        lines = _lines(" ".join(value.split()), TEXT_WIDTH - indent)
        return "\n".join(f"{blanks}{line}" for line in lines)
    return textwrap.fill(
        value,
        width=TEXT_WIDTH,
        initial_indent=blanks,
        subsequent_indent=blanks,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _lines(value: str, room: int) -> Iterator[str]:
    line, used = "", 0
    for piece in _PIECE.findall(value):
        columns = len(piece) + len(_WIDE.findall(piece))
        if line and used + columns > room and not piece.isspace():
            yield line.rstrip()
            line, used = "", 0
        line, used = line + piece, used + columns
    if line:
        yield line.rstrip()
