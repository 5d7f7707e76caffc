"""Heads of `Key: value` lines up to the first empty line, as MultiMarkdown has them.

The rules are those of https://python-markdown.github.io/extensions/meta_data/.
"""

import re
from functools import lru_cache

from publisher.content.frontmatter.parse import Metadata

_KEY = re.compile(r"[ ]{0,3}([A-Za-z0-9_-]+)")
_MORE = re.compile(r"[ ]{4,}(.*)")
_FENCE = re.compile(r"-{3}(?:\s.*)?")
_END = re.compile(r"(?:-{3}|\.{3})(?:\s.*)?")
_TAB = 4


def read_meta_lines(text: str) -> Metadata | None:
    """Keys in lower case with their values; the lines of one key as a tuple where it has several.

    A line indented by four blanks goes on with the key above. `---` may open and close the head;
    what stands between is no YAML then.
    """
    lines = (text.expandtabs(_TAB) if "\t" in text else text).split("\n")
    start = 1 if _FENCE.fullmatch(lines[0]) else 0
    values, end = _values(lines, start)
    if not values:
        return None
    head, rest = "\n".join(lines[start:end]), "\n".join(lines[end:])
    return Metadata(_told(values), head, start + 1, rest)


def read_block(block: str, rest: bytes) -> Metadata | None:
    """The same of a head that is known to end where `block` does; None if it ends before."""
    lines = (block.expandtabs(_TAB) if "\t" in block else block).split("\n")
    values, end = _values(lines, 0)
    return Metadata(_told(values), block, 1, rest) if values and end == len(lines) else None


def _told(values: dict[str, str | list[str]]) -> dict[str, str | tuple[str, ...]]:
    return {key: each if isinstance(each, str) else tuple(each) for key, each in values.items()}


def _values(lines: list[str], start: int) -> tuple[dict[str, str | list[str]], int]:
    """The values of each key, a list where it has several, and the line after the head."""
    values: dict[str, str | list[str]] = {}
    held = ""
    for number in range(start, len(lines)):
        line = lines[number]
        key, colon, value = line.partition(":")
        if colon and (name := _name(key)):
            held = name
            _add(values, held, value.strip())
        elif not line.strip() or _END.fullmatch(line):
            return values, number + 1
        elif held and (match := _MORE.fullmatch(line)):
            _add(values, held, match[1].strip())
        else:
            return values, number
    return values, len(lines)


@lru_cache(maxsize=1024)
def _name(written: str) -> str:
    """The name of a key in lower case; '' if it is none."""
    match = _KEY.fullmatch(written)
    return match[1].lower() if match else ""


def _add(values: dict[str, str | list[str]], key: str, value: str) -> None:
    before = values.get(key)
    if before is None:
        values[key] = value
    elif isinstance(before, list):
        before.append(value)
    else:
        values[key] = [before, value]
