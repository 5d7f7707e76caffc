"""The fast path of TOML: heads of plain `key = value` lines, read without a parser.

It answers only where it is sure to say what tomllib says; a test holds both side by side.
"""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any

_LINE = re.compile(
    r"""(?P<key>[A-Za-z0-9_-]+) [ ]* = [ ]*
        (?: "(?P<text>[^"\\]*)" | '(?P<literal>[^']*)' | (?P<flag>true|false)
          | (?P<day>\d{4}-\d\d-\d\d) (?P<clock>[T ]\d\d:\d\d:\d\d (?:Z|[+-]\d\d:\d\d)?)?
          | (?P<number>0|[1-9]\d{0,17}) | \[(?P<list>[^\[\]{}]*)\] ) [ ]*""",
    re.ASCII | re.VERBOSE,
)
_TABLE = re.compile(r"\[([A-Za-z0-9_-]+)\] *", re.ASCII)
_ITEMS = re.compile(r' *(?:"[^"\\]*" *(?:, *"[^"\\]*" *)*,? *)?')
_ITEM = re.compile(r'"([^"\\]*)"')


def read_plain_toml(text: str) -> dict[str, Any] | None:
    """The values of a head whose every line is plain, as `flattened` has them; else None."""
    if not text.replace("\n", "").isprintable():
        return None
    values: dict[str, Any] = {}
    table = ""
    for line in text.split("\n"):
        if not line or line[0] == "#":
            continue
        if line[0] == "[":
            match = _TABLE.fullmatch(line)
            if match is None or match[1] in values:
                return None
            values[match[1]], table = "", match[1] + "."
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            return None
        key, value = table + match["key"], _value(match)
        if value is None or key in values:
            return None
        values[key] = value
    return values


def _value(match: re.Match[str]) -> str | tuple[str, ...] | None:
    kind = match.lastgroup or ""
    written = match[kind]
    if kind in {"text", "literal", "flag", "number"}:
        return written
    if kind == "list":
        return _items(written)
    return _moment(match["day"], match["clock"] or "")


@lru_cache(maxsize=4096)
def _items(written: str) -> tuple[str, ...] | None:
    return tuple(_ITEM.findall(written)) if _ITEMS.fullmatch(written) else None


def _moment(day: str, clock: str) -> str | None:
    try:
        return str(datetime.fromisoformat(day + clock) if clock else date.fromisoformat(day))
    except ValueError:
        return None
