"""Addresses: where MkDocs puts a page, and the blog a post."""

import posixpath
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import quote

from publisher.content.generators.base import Address, Document
from publisher.content.generators.mkdocs.settings import Blog, MkdocsSettings

_PLACE = re.compile(r"\{(\w*)\}")
_NUMERIC = re.compile(r"(?:yyyy|MM|dd|[^A-Za-z'%])*")
_STRFTIME = (("yyyy", "%Y"), ("MM", "%m"), ("dd", "%d"))
_STYLES = ("full", "long", "medium", "short")
_KNOWN = "{date}, {slug}, {categories} and {file}"
_HOMES = ("index", "README")


class Addresses:
    """The addresses of one blog's posts, or of a site's pages."""

    def __init__(self, url: str, site: MkdocsSettings, blog: Blog | None) -> None:
        self._url = url.rstrip("/") + "/"
        self._directories = site.directory_urls
        self._language = site.language or "en"
        self._blog = blog

    def page(self, document: Document, path: str) -> Address:
        """The address of the document whose file is at `path` below the folder of pages."""
        if self._blog is None:
            return Address(self._of_file(posixpath.splitext(path)[0]))
        try:
            inner = "".join(
                self._filled(part, document) if odd else part for part, odd in self._parts
            )
        except ValueError as error:
            return Address("", problem=str(error))
        return Address(self._of_file(f"{self._blog.name}/{inner.strip('/')}"))

    @cached_property
    def _parts(self) -> list[tuple[str, bool]]:
        """The pieces of `post_url_format`, and whether each is a placeholder's name."""
        pieces = _PLACE.split(self._blog.url_format if self._blog else "")
        return [(piece, number % 2 == 1) for number, piece in enumerate(pieces) if piece]

    def _of_file(self, path: str) -> str:
        """The address of a page whose source has this path, without ending."""
        folder, name = posixpath.split(posixpath.normpath(f"/{path}").lstrip("/"))
        if name in _HOMES:
            name, path = "", f"{folder}/" if self._directories else f"{folder}/index.html"
        else:
            end = "/" if self._directories else ".html"
            path = f"{folder}/{name}{end}"
        return self._url + quote(path.lstrip("/"))

    def _filled(self, name: str, document: Document) -> str:
        filler = self._fillers.get(name)
        if filler is None:
            raise ValueError(f"post_url_format has {{{name}}}; MkDocs knows {_KNOWN}")
        return filler(document)

    @cached_property
    def _fillers(self) -> Mapping[str, Callable[[Document], str]]:
        return {
            "date": self._date,
            "slug": self._slug,
            "categories": self._categories,
            "file": _file,
        }

    def _date(self, document: Document) -> str:
        blog = self._blog
        if document.date is None or blog is None:
            raise ValueError("the address needs a date, and the post has none")
        return written(document.date.value, blog.date_format, self._language)

    def _slug(self, document: Document) -> str:
        own = document.values.get("slug")
        if isinstance(own, str) and own.strip():
            return own.strip()
        make = self._blog.slug if self._blog else None
        if make is None:
            raise ValueError("post_slugify is the site's own; learn the addresses from its sitemap")
        return make(title_of(document))

    def _categories(self, document: Document) -> str:
        listed: Any = document.values.get("categories", ())
        blog = self._blog
        if not isinstance(listed, tuple) or blog is None:
            return ""
        if blog.category_slug is None:
            raise ValueError("categories_slugify is the site's own")
        names = list(dict.fromkeys(listed))[: blog.categories]
        return "/".join(map(blog.category_slug, names))


def _file(document: Document) -> str:
    stem = posixpath.splitext(document.file)[0]
    return "index" if stem == "README" else stem


def title_of(document: Document) -> str:
    """The title as the blog has it when it makes a slug.

    The head's, else a heading on the first line that is not blank, else the file's name.
    """
    own = document.values.get("title")
    if isinstance(own, str) and "title" in document.values:
        return own
    lines = (line.strip() for line in document.metadata.body.split("\n"))
    first = next(filter(None, lines), "")
    if first.startswith("# "):
        return first.lstrip("# ")
    name = _file(document).replace("-", " ").replace("_", " ")
    return name.capitalize() if name == name.lower() else name


@lru_cache(maxsize=4096)
def written(moment: datetime, pattern: str, language: str) -> str:
    """A date by a pattern of Babel's."""
    if _NUMERIC.fullmatch(pattern):
        for letters, directive in _STRFTIME:
            pattern = pattern.replace(letters, directive)
        return moment.strftime(pattern)
    from babel.core import UnknownLocaleError
    from babel.dates import format_date, format_datetime

    make = format_date if pattern in _STYLES else format_datetime
    try:
        return make(moment, pattern, locale=language.replace("-", "_"))
    except UnknownLocaleError:
        return make(moment, pattern, locale="en")
