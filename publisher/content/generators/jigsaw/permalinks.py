"""URLs: where the generator puts a post's page, and where a picture lies."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from publisher.content.frontmatter.dates import without_file_date
from publisher.content.frontmatter.yaml import Quoted
from publisher.content.generators.base import generator
from publisher.content.generators.jigsaw.dates import php_date
from publisher.content.generators.jigsaw.slugs import slug, url_path
from publisher.content.generators.jigsaw.values import site_value
from publisher.content.source import Source

_PARAMETER = re.compile(r"\{(.*?)\}")
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][!#-;=?-Z_a-z~\[\]]*)?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_WEB = ("http://", "https://")
_RESERVED = "/:?#[]@!$&'()*+,;=~-._%"


@dataclass(frozen=True, slots=True)
class _Parameter:
    """`{-name|format}`: `separator` asks for a slug, `date_format` for PHP's date."""

    name: str
    separator: str
    date_format: str


class Addresses:
    """The URLs of one site's posts."""

    def __init__(self, source: Source) -> None:
        preset = generator(source.generator)
        self._source = source
        self._base = source.url.rstrip("/")
        self._suffixes = preset.suffixes
        self._collection = source.folder.name.removeprefix(preset.collection_prefix)
        self._parts = _compiled(source.path or preset.default_path)

    def page(self, file: str, values: Mapping[str, Any], date: datetime | None) -> tuple[str, str]:
        """The URL of the post in `file` (its bare name), and the parameter that stayed empty.

        `values` are the front matter as YAML reads it; `{date|…}` takes `date` in the site's zone.
        As in Jigsaw, an empty parameter leaves its place empty; '' says that all had a value.
        """
        filled = [
            part if isinstance(part, str) else self._filled(part, file, values, date)
            for part in self._parts
        ]
        empty = "" if all(filled) else self._first_empty(filled)
        return self._base + url_path("".join(filled)), empty

    def _first_empty(self, filled: list[str]) -> str:
        pairs = zip(self._parts, filled, strict=True)
        return next(
            (part.name for part, text in pairs if _Parameter is type(part) and not text), ""
        )

    def _filled(
        self, part: _Parameter, file: str, values: Mapping[str, Any], date: datetime | None
    ) -> str:
        value = values.get(part.name)
        if value is None:
            value = self._of_file(part.name, file)
        if part.date_format:
            local = date.astimezone(self._source.zone) if date and value else None
            return php_date(local, part.date_format) if local else ""
        text = site_value(value) if isinstance(value, str) else ""
        return slug(text, part.separator) if part.separator else text

    def _of_file(self, name: str, file: str) -> str:
        if name == "collection":
            return Quoted(self._collection)
        stem = self.stem(file)
        return Quoted(stem) if name == "filename" else ""

    def stem(self, file: str) -> str:
        """A file's name without its ending and, where the source says so, its date."""
        suffix = next((end for end in self._suffixes if file.lower().endswith(end)), "")
        stem = file[: len(file) - len(suffix)]
        return without_file_date(stem) if self._source.strip_file_date else stem

    def given(self, address: str) -> str:
        """The absolute URL of an author's own `permalink` or `url`.

        Raises:
            ValueError: it is no path and no http or https address.
        """
        if _SCHEME.match(address) or address.startswith("//"):
            return web_url(address)
        return self._base + "/" + escaped(address.lstrip("/"))

    def picture(self, image: str) -> str:
        """The absolute URL of a picture; '' where it is not one that http or https can fetch."""
        if _PLAIN_URL.fullmatch(image):
            return image
        try:
            return web_url(image) if _absolute(image) else self._below(image)
        except ValueError:
            return ""

    def _below(self, image: str) -> str:
        prefix = urlsplit(self._base).path
        if prefix and image.startswith(prefix + "/"):
            image = image.removeprefix(prefix)
        return urljoin(self._base + "/", escaped(image.lstrip("/")))


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


def escaped(address: str) -> str:
    """An address that an author wrote, made valid; what is percent-encoded already stays so."""
    return quote(address.encode("utf-8", "replace"), safe=_RESERVED)


def web_url(address: str) -> str:
    """An absolute http or https address, made valid; `//host/…` becomes https.

    Raises:
        ValueError: it is another kind of address, or none.
    """
    url = "https:" + address if address.startswith("//") else address
    parts = urlsplit(url)
    if not url.lower().startswith(_WEB) or not parts.hostname or parts.username is not None:
        raise ValueError("only http and https addresses can be linked")
    return escaped(url)


def _absolute(address: str) -> bool:
    return address.startswith("//") or _SCHEME.match(address) is not None
