"""Permalinks: Jekyll's URL templates and their placeholders."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from publisher.content.generators.jekyll.slugs import pretty_slug, slug, url_path

_PLACEHOLDER = re.compile(r":([a-z_]+)")
_TIMES = {
    "year": "%Y", "month": "%m", "day": "%d", "hour": "%H", "minute": "%M", "second": "%S",
    "short_year": "%y", "short_month": "%b", "long_month": "%B", "w_year": "%G", "week": "%V",
    "w_day": "%u", "short_day": "%a", "long_day": "%A", "y_day": "%j",
}  # fmt: skip


class Parts(NamedTuple):
    """What URLs are made of; `date` is in the site's zone."""

    slug: str
    file_stem: str
    path: str
    collection: str
    categories: tuple[str, ...]
    suffix: str
    date: datetime | None


def fill(template: str, parts: Parts) -> tuple[str, str, str]:
    """The path of a page, the first placeholder that had no value, and the first unknown one."""
    pieces, missing, unknown = _compiled(template), "", ""
    filled = []
    for piece in pieces:
        if isinstance(piece, str):
            filled.append(piece)
        elif piece.make is None:
            unknown = unknown or piece.name
            filled.append(f":{piece.name}")
        else:
            filled.append(piece.make(parts))
            if parts.date is None and piece.is_time:
                missing = "date"
    return url_path("".join(filled)), missing, unknown


class _Placeholder(NamedTuple):
    """`make` gives its text; None for one that Jekyll does not know."""

    name: str
    make: Callable[[Parts], str] | None
    is_time: bool


@lru_cache(maxsize=1024)
def _compiled(template: str) -> tuple[str | _Placeholder, ...]:
    pieces: list[str | _Placeholder] = []
    for odd, piece in enumerate(_PLACEHOLDER.split(template)):
        if odd % 2 == 0:
            pieces.append(piece)
            continue
        bare = piece.removesuffix("_")
        name = piece if piece in _MAKERS else bare
        pieces.append(_Placeholder(name, _MAKERS.get(name), name in _TIME_NAMES))
        pieces.append(piece[len(name) :] if name in _MAKERS else piece[len(bare) :])
    return tuple(piece for piece in pieces if piece)


def _time(directive: str) -> Callable[[Parts], str]:
    return lambda parts: parts.date.strftime(directive) if parts.date else ""


def _joined(categories: Iterable[str]) -> str:
    return "/".join(dict.fromkeys(categories))


_MAKERS: dict[str, Callable[[Parts], str]] = {
    **{name: _time(directive) for name, directive in _TIMES.items()},
    "year": lambda parts: f"{parts.date.year:04}" if parts.date else "",
    "month": lambda parts: f"{parts.date.month:02}" if parts.date else "",
    "day": lambda parts: f"{parts.date.day:02}" if parts.date else "",
    "i_month": lambda parts: str(parts.date.month) if parts.date else "",
    "i_day": lambda parts: str(parts.date.day) if parts.date else "",
    "title": lambda parts: pretty_slug(parts.slug),
    "slug": lambda parts: slug(parts.slug),
    "name": lambda parts: slug(parts.file_stem),
    "path": lambda parts: parts.path,
    "collection": lambda parts: parts.collection,
    "categories": lambda parts: _joined(each.lower() for each in parts.categories),
    "slugified_categories": lambda parts: _joined(map(slug, parts.categories)),
    "output_ext": lambda parts: parts.suffix,
}
_TIME_NAMES = frozenset({*_TIMES, "i_month", "i_day"})
