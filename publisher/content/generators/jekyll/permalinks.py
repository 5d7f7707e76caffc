"""Permalinks: Jekyll's URL templates and their placeholders."""

import re
from collections.abc import Callable
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
    """What URLs are made of; `date` is in the site's zone, `folder` below that of collections."""

    slug: str
    file_stem: str
    folder: str
    collection: str
    categories: tuple[str, ...]
    suffix: str
    date: datetime | None


def fill(template: str, parts: Parts) -> tuple[str, str, str]:
    """The path of a page, the first placeholder that had no value, and the first unknown one."""
    pieces, unknown, has_time = _compiled(template)
    filled = [piece if isinstance(piece, str) else piece(parts) for piece in pieces]
    return url_path("".join(filled)), "date" if has_time and not parts.date else "", unknown


_Maker = Callable[[Parts], str]


class _Compiled(NamedTuple):
    """A template's pieces, the first placeholder that is unknown, and whether any needs a date."""

    pieces: tuple[str | _Maker, ...]
    unknown: str
    has_time: bool


@lru_cache(maxsize=1024)
def _compiled(template: str) -> _Compiled:
    pieces: list[str | _Maker] = []
    unknown, has_time = "", False
    for odd, piece in enumerate(_PLACEHOLDER.split(template)):
        name = piece if piece in _MAKERS else piece.removesuffix("_")
        if odd % 2 == 0:
            pieces.append(piece)
        elif name in _MAKERS:
            pieces += [_MAKERS[name], piece[len(name) :]]
            has_time = has_time or name in _TIME_NAMES
        else:
            pieces.append(f":{piece}")
            unknown = unknown or name
    return _Compiled(tuple(filter(None, pieces)), unknown, has_time)


def _time(directive: str) -> _Maker:
    return lambda parts: parts.date.strftime(directive) if parts.date else ""


def _path(parts: Parts) -> str:
    folder = parts.folder.replace(f"_{parts.collection}", "", 1)
    return f"{folder}{parts.file_stem}".rstrip(".")


def _joined(categories: list[str]) -> str:
    return "/".join(dict.fromkeys(categories)) if categories else ""


_MAKERS: dict[str, _Maker] = {
    **{name: _time(directive) for name, directive in _TIMES.items()},
    "year": lambda parts: f"{parts.date.year:04}" if parts.date else "",
    "month": lambda parts: f"{parts.date.month:02}" if parts.date else "",
    "day": lambda parts: f"{parts.date.day:02}" if parts.date else "",
    "i_month": lambda parts: str(parts.date.month) if parts.date else "",
    "i_day": lambda parts: str(parts.date.day) if parts.date else "",
    "title": lambda parts: pretty_slug(parts.slug),
    "slug": lambda parts: slug(parts.slug),
    "name": lambda parts: slug(parts.file_stem),
    "path": _path,
    "collection": lambda parts: parts.collection,
    "categories": lambda parts: _joined([each.lower() for each in parts.categories]),
    "slugified_categories": lambda parts: _joined([*map(slug, parts.categories)]),
    "output_ext": lambda parts: parts.suffix,
}
_TIME_NAMES = frozenset({*_TIMES, "i_month", "i_day"})
