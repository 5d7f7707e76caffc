"""Permalinks: Hexo's patterns and their parameters."""

import hashlib
import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, NamedTuple

from publisher.content.frontmatter.yaml import Quoted
from publisher.content.generators.hexo.names import PARAMETER
from publisher.content.generators.hexo.slugs import slug

DEFAULT: Final = ":year/:month/:day/:title/"
_WHOLE = re.compile(r"[-+]?[0-9]+", re.ASCII)
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_LARGEST_PLAIN = 1e21


class Parts(NamedTuple):
    """What URLs are made of; `date` is in the site's zone, `values` are the post's own."""

    slug: str
    title: str
    category: str
    date: datetime | None
    values: Mapping[str, Any]
    defaults: Mapping[str, Any]


_Maker = Callable[[Parts], str | None]


class Permalink:
    """One pattern."""

    def __init__(self, pattern: str) -> None:
        pieces = PARAMETER.split(pattern)
        self._names = pieces[1::2]
        makers = [_MAKERS.get(name) or _own(name) for name in self._names]
        self._pieces: list[str | _Maker] = [*pieces]
        self._pieces[1::2] = makers

    def needs(self, name: str) -> bool:
        """Whether the pattern has a parameter."""
        return name in self._names

    def fill(self, parts: Parts) -> tuple[str, str]:
        """The path of a post, and the first parameter that had no value."""
        filled = [piece if isinstance(piece, str) else piece(parts) for piece in self._pieces]
        missing = ""
        for number, name in enumerate(self._names):
            if filled[2 * number + 1] is None:
                missing = missing or name
                filled[2 * number + 1] = "null" if name in parts.values else "undefined"
        return "".join(map(str, filled)), missing


def _own(name: str) -> _Maker:
    """The value of one of the post's own keys, else of the site's defaults for them."""

    def value(parts: Parts) -> str | None:
        found = parts.values.get(name, parts.defaults.get(name))
        if isinstance(found, tuple):
            return ",".join(map(str, found))
        return _scalar(found) if isinstance(found, str) and _is_said(found) else None

    return value


def _is_said(value: str) -> bool:
    return isinstance(value, Quoted) or value not in {"", "~", "null"}


def _scalar(value: str) -> str:
    """A value as JavaScript writes it: numbers lose their notation."""
    if isinstance(value, Quoted) or not value[:1].strip("abcdefghijklmnopqrstuvwxyz"):
        return value
    if _WHOLE.fullmatch(value):
        digits = value.lstrip("+-").lstrip("0") or "0"
        return f"-{digits}" if value[0] == "-" and digits != "0" else digits
    if _NUMBER.fullmatch(value):
        with suppress(OverflowError):
            return _number(float(value))
    return value


def _number(number: float) -> str:
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    is_whole = number == int(number) and abs(number) < _LARGEST_PLAIN
    return str(int(number)) if is_whole else repr(number)


def _time(directive: str) -> _Maker:
    return lambda parts: parts.date.strftime(directive) if parts.date else None


def _hash(parts: Parts) -> str | None:
    if not parts.date:
        return None
    text = f"{parts.slug}{int(parts.date.timestamp())}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:12]


_MAKERS: dict[str, _Maker] = {
    "title": lambda parts: parts.slug,
    "slug": lambda parts: parts.slug,
    "name": lambda parts: parts.slug.rpartition("/")[2],
    "post_title": lambda parts: slug(parts.title, 1),
    "category": lambda parts: parts.category,
    "year": lambda parts: f"{parts.date.year:04}" if parts.date else None,
    "month": lambda parts: f"{parts.date.month:02}" if parts.date else None,
    "day": lambda parts: f"{parts.date.day:02}" if parts.date else None,
    "i_month": lambda parts: str(parts.date.month) if parts.date else None,
    "i_day": lambda parts: str(parts.date.day) if parts.date else None,
    "hour": _time("%H"),
    "minute": _time("%M"),
    "second": _time("%S"),
    "timestamp": lambda parts: str(int(parts.date.timestamp())) if parts.date else None,
    "hash": _hash,
}
