"""Permalinks: where Jigsaw puts a post's page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publisher.content.frontmatter.yaml import Quoted
from publisher.content.generators.jigsaw.dates import php_date
from publisher.content.generators.jigsaw.slugs import slug, url_path
from publisher.content.generators.jigsaw.values import site_value
from publisher.content.source import Source

_PARAMETER = re.compile(r"\{(.*?)\}")
_DEFAULT = "/{-collection}/{-filename}"


@dataclass(frozen=True, slots=True)
class _Parameter:
    """`{-name|format}`: `separator` asks for a slug, `date_format` for PHP's date."""

    name: str
    separator: str
    date_format: str


class Permalinks:
    """The URLs of one site's posts, by the pattern of its collection."""

    def __init__(self, source: Source) -> None:
        self._zone = source.zone
        self._base = source.url.rstrip("/")
        self._collection = source.folder.name.removeprefix("_")
        self._parts = _compiled(source.path or _DEFAULT)

    def page(self, stem: str, values: Mapping[str, Any], date: datetime | None) -> tuple[str, str]:
        """The URL of the post whose file is called `stem`, and the parameter that stayed empty.

        `values` are the front matter as YAML reads it; `{date|…}` takes `date` in the site's zone.
        As in Jigsaw, an empty parameter leaves its place empty; '' says that all had a value.
        """
        filled = [
            part if isinstance(part, str) else self._filled(part, stem, values, date)
            for part in self._parts
        ]
        empty = "" if all(filled) else self._first_empty(filled)
        return self._base + url_path("".join(filled)), empty

    def _first_empty(self, filled: list[str]) -> str:
        pairs = zip(self._parts, filled, strict=True)
        empty = (each.name for each, text in pairs if not text and isinstance(each, _Parameter))
        return next(empty, "")

    def _filled(
        self, part: _Parameter, stem: str, values: Mapping[str, Any], date: datetime | None
    ) -> str:
        value = values.get(part.name)
        if value is None:
            of_file = {"collection": self._collection, "filename": stem}
            value = Quoted(of_file.get(part.name, ""))
        if part.date_format:
            local = date.astimezone(self._zone) if date and value else None
            return php_date(local, part.date_format) if local else ""
        text = site_value(value) if isinstance(value, str) else ""
        return slug(text, part.separator) if part.separator else text


def _compiled(path: str) -> tuple[str | _Parameter, ...]:
    if "{" not in path:
        path = f"{path.rstrip('/')}/{{-filename}}"
    pieces = _PARAMETER.split(path)
    parts = [_parameter(piece) if odd % 2 else piece for odd, piece in enumerate(pieces)]
    return tuple(part for part in parts if part != "")


def _parameter(written: str) -> _Parameter:
    name, _, date_format = written.strip("{}").partition("|")
    separator = "" if not name or (name[0].isascii() and name[0].isalpha()) else name[0]
    bare = name.lstrip(separator) if separator else name
    return _Parameter(bare, separator, date_format.partition("|")[0])
