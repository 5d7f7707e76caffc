"""Heads of reStructuredText: the title with its line, and the field list below it.

The rules are those of https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from publisher.content.frontmatter.parse import Metadata

_ADORNMENT = re.compile(r"""([!-/:-@[-`{-~])\1*""")
_FIELD = re.compile(r":((?:[^:\\]++|\\.|:(?!\s|$))+):(?:\s+(.*)|$)")
_USUAL_FIELD = re.compile(r":\w+:\s")
_INVISIBLE = re.compile(r"\.\.(?:\s|$)")
_SHORTEST = 4  # a shorter line adorns if it is as long as the title
_USUAL = 40  # lines
_MARKS = re.compile(r"[`*|_\\]")
_ESCAPE = re.compile(r"\\(.)")
_MARKUP = re.compile(
    r"""``(?P<code>.+?)``
      | (?::[\w:.+-]+:)? `(?P<link>[^`<]+?)\s*(?:<[^`>]*>)?`(?::[\w:.+-]+:|__?)?
      | (?<![\w*])(?P<stars>\*\*?)(?P<strong>[^\s*](?:[^*]*[^\s*])?)(?P=stars)(?![\w*])
      | \|(?P<bar>[^|\s](?:[^|]*[^|\s])?)\|_{0,2}
      | (?<!\w)(?P<word>[^\W_]+(?:[._+-][^\W_]+)*)__?(?!\w)""",
    re.VERBOSE,
)


def read_restructured(text: str) -> Metadata | None:
    """Names of fields in lower case with their values, and `title`; None if there are none.

    Comments, targets and directives above are passed over. A title that is a field wins over the
    heading.
    """
    text = text.expandtabs(8) if "\t" in text else text
    # Only the head is cut into lines, unless it turns out to be longer than any usual one.
    metadata, end = _read(text.split("\n", _USUAL))
    return metadata if end < _USUAL - 2 else _read(text.split("\n"))[0]


def _read(lines: list[str]) -> tuple[Metadata | None, int]:
    """What the lines say, and up to which line (and the two after it) they were looked at."""
    place, heading = 0, ""
    for _ in range(2):  # a subtitle may follow
        place = _past_invisible(lines, place)
        if place < len(lines) and _USUAL_FIELD.match(lines[place]):
            break
        title, after = _heading(lines, place)
        if not title:
            break
        heading, place = heading or title, _past_invisible(lines, after)
    values, end = _fields(lines, place)
    if heading:
        values.setdefault("title", heading)
    if not values:
        return None, end
    return Metadata(values, "\n".join(lines[:end]), 1, "\n".join(lines[end:])), end


def without_markup(text: str) -> str:
    """A line of reStructuredText as it is read: without its marks."""
    if not _MARKS.search(text):
        return text
    bare = _MARKUP.sub(lambda match: next(filter(None, _texts(match)), ""), text)
    return _ESCAPE.sub(lambda match: match[1].strip(), bare)


def _texts(match: re.Match[str]) -> Iterator[str | None]:
    return (match[name] for name in ("code", "link", "strong", "bar", "word"))


def _past_invisible(lines: list[str], place: int) -> int:
    """The first line that shows: comments, targets, directives and empty lines do not."""
    while place < len(lines):
        if lines[place].strip() and not _INVISIBLE.match(lines[place]):
            return place
        explicit = bool(lines[place].strip())
        place += 1
        while explicit and place < len(lines) and _continues(lines[place]):
            place += 1
    return place


def _continues(line: str) -> bool:
    return not line.strip() or line[0] == " "


def _heading(lines: list[str], place: int) -> tuple[str, int]:
    """The title at `place` and the line after it; '' where there is none."""
    above, text, below = (_line(lines, place + offset) for offset in range(3))
    if _adorns(above, text) and below == above:
        return without_markup(text.strip()), place + 3
    if (
        above.strip()
        and above[0] != " "
        and not _ADORNMENT.fullmatch(above)
        and _adorns(text, above)
    ):
        return without_markup(above.strip()), place + 2
    return "", place


def _line(lines: list[str], place: int) -> str:
    return lines[place].rstrip() if place < len(lines) else ""


def _adorns(line: str, title: str) -> bool:
    long_enough = len(line) >= min(len(title.strip()), _SHORTEST)
    return bool(title.strip()) and long_enough and _ADORNMENT.fullmatch(line) is not None


def _fields(lines: list[str], place: int) -> tuple[dict[str, str], int]:
    """The field list at `place`, and the line after it."""
    values: dict[str, str] = {}
    name = ""
    while place < len(lines):
        line = lines[place]
        usual, colon, value = line[1:].partition(": ")
        if colon and line[0] == ":" and usual.isalnum():  # nearly every field, and no expression
            name = usual.lower()
            values[name] = value.strip()
        elif match := _FIELD.fullmatch(line.rstrip()):
            name = _name(match[1])
            values[name] = (match[2] or "").strip()
        elif line[:1] == " " and name:
            values[name] = f"{values[name]} {line.strip()}".strip()
        elif line.strip():
            break
        place += 1
    if _MARKS.search("".join(values.values())):
        values = {key: without_markup(value) for key, value in values.items()}
    return values, place


@lru_cache(maxsize=1024)
def _name(written: str) -> str:
    return _ESCAPE.sub(r"\1", written).lower()
