"""Salvage: what can be read of a head that its format rejects, key by key."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from publisher.content.frontmatter.yaml import HeadError, Quoted, load_yaml

_KEY = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]{0,63})[ \t]*:(?:[ \t\xa0]+(.*))?")
_MOST_KEYS = 1_000  # each is a YAML document of its own
_WHOLLY_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\"")


@dataclass(slots=True)
class _Chunk:
    """One key's lines; `line` counts from 0 inside the head."""

    key: str
    line: int
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What was read, and the first key (its line counting from 0) that YAML would not take."""

    values: dict[str, Any]
    broken_key: str
    broken_line: int


def salvage(text: str, known: Iterable[str], *, closed: bool) -> Salvaged | None:
    """The values of a broken head; None if no line of it is recognisable.

    Each key is read with the lines that follow it up to the next key: by YAML where YAML takes
    them, else as text, joined. A key counts when it is in `known` or begins in lower case. A line
    that is wholly empty and is not followed by a key ends the head; without a closing fence
    (`closed` false) so does any line that is neither a key nor indented.
    """
    chunks = list(islice(_chunks(text, frozenset(known), closed=closed), _MOST_KEYS))
    if not chunks:
        return None
    values: dict[str, Any] = {}
    broken: _Chunk | None = None
    for chunk in chunks:
        value = _by_yaml(chunk)
        if value is None:
            broken = broken or chunk
            value = _as_text(chunk.lines)
        values[chunk.key] = value
    broken = broken or chunks[0]
    return Salvaged(values, broken.key, broken.line)


def key_line(text: str, key: str) -> int | None:
    """The line (from 0) of a head on which `key` stands, the last if there are several."""
    found = None
    for number, line in enumerate(text.split("\n")):
        match = _KEY.fullmatch(line.strip("\"'{, \t")) or _KEY.match(line.lstrip("\"'"))
        if match and match[1] == key:
            found = number
    return found


def _chunks(text: str, known: frozenset[str], *, closed: bool) -> Iterator[_Chunk]:
    chunk: _Chunk | None = None
    empty = False
    for number, line in enumerate(text.split("\n")):
        match = _KEY.fullmatch(line)
        if match and (match[1] in known or match[1][0].islower()):
            if chunk:
                yield chunk
            chunk = _Chunk(match[1], number, [match[2] or ""])
        elif chunk and line[:1].strip() and (empty or not closed):
            break
        elif chunk:
            chunk.lines.append(line)
        empty = not line
    if chunk:
        yield chunk


def _by_yaml(chunk: _Chunk) -> Any:
    try:
        loaded = load_yaml(f"{chunk.key}: " + "\n".join(chunk.lines))
    except HeadError:
        return None
    return loaded.get(chunk.key) if isinstance(loaded, dict) and len(loaded) == 1 else None


def _as_text(lines: list[str]) -> str:
    text = " ".join(filter(None, map(str.strip, lines)))
    if _WHOLLY_QUOTED.fullmatch(text):
        return Quoted(text[1:-1].replace("''", "'") if text[0] == "'" else text[1:-1])
    return text
