"""Permalinks: where Eleventy puts a document's page."""

import posixpath
import re
from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any

from publisher.content.frontmatter.fields import Values
from publisher.content.frontmatter.yaml import Quoted
from publisher.content.generators.base import Address, Document
from publisher.content.generators.eleventy.site import Site
from publisher.content.generators.eleventy.slugs import slug, slugify
from publisher.content.generators.eleventy.templates import rendered
from publisher.content.settings.javascript import Computed, Function
from publisher.content.settings.javascript.apply import Unknown, applied, as_date, as_text, called
from publisher.content.settings.javascript.date_formats import by_directives, by_letters
from publisher.content.urls import permalink

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}-(.*)", re.ASCII)
_LETTERS = re.compile(r"/(\[(?:[^\]\\^]|\\.)(?:[^\]\\]|\\.)*\])/g")
_WORDS = {"true": True, "false": False, "": None, "null": None, "~": None}
_TEXT_FILTERS = {
    "lower": "toLowerCase", "downcase": "toLowerCase", "upper": "toUpperCase",
    "upcase": "toUpperCase", "trim": "trim", "strip": "trim", "replace": "replaceAll",
    "toString": "toString", "string": "toString",
}  # fmt: skip
_BUILT_IN: Mapping[str, Callable[[Any], Any]] = {
    "slugify": lambda value: slugify(as_text(value)),
    "slug": lambda value: slug(as_text(value)),
    "url": lambda value: value,
    "safe": lambda value: value,
}
_TEMPLATE_SUFFIX = re.compile(r"\.(?:11ty\.\w+|\w+)$")


class Permalinks:
    """The URLs of one site's documents."""

    def __init__(self, site: Site, url: str) -> None:
        self._site = site
        self._url = url
        self._running: list[str] = []

    def address(self, document: Document, path: str, data: Mapping[str, Any]) -> Address:
        """Where the page of `document` is, which lies in `path` below the site's root.

        `data` is what data files say. A permalink that cannot be read is named, and the default
        address given.
        """
        below = path[len(self._site.input) :].lstrip("/")
        try:
            wanted = self._wanted(document, below, data)
        except Unknown as unknown:
            url = self._absolute(default_url(below))
            problem = f"its permalink is computed, and Publisher cannot read {str(unknown)[:80]!r}"
            return Address(url, problem=f"{problem}; write it in front matter", key="permalink")
        if wanted is False:
            return Address("")
        if wanted in (None, "", True):
            return Address(self._absolute(default_url(below)))
        try:
            return Address(self._absolute(href(as_text(wanted))))
        except ValueError as error:
            return Address(self._absolute(default_url(below)), problem=str(error), key="permalink")

    def _absolute(self, address: str) -> str:
        return permalink(self._url, address)

    def _wanted(self, document: Document, below: str, data: Mapping[str, Any]) -> Any:
        written, computed = self._raw(document.values, data)
        if computed is None and (written is None or isinstance(written, bool)):
            return written
        names = self._names(document, below, data)
        wanted = self._outcome(written, names) if computed is None else None
        if computed is not None:
            names["permalink"] = written if isinstance(written, str | bool) else None
            wanted = self._outcome(computed, names)
        return wanted

    def _raw(self, values: Values, data: Mapping[str, Any]) -> tuple[Any, Any]:
        """What is written as permalink, and what computes it from all other data."""
        written = _typed(values.get("permalink.build", values.get("permalink")))
        if written is None or isinstance(written, tuple):
            written = data.get("permalink")
        if written is None:
            written = self._site.data("permalink")
        site = self._site
        candidates = (
            _typed(values.get("eleventyComputed.permalink")),
            _computed(data),
            _computed({"eleventyComputed": site.data("eleventyComputed")}),
            site.global_data.get("eleventyComputed.permalink"),
        )
        return written, next((each for each in candidates if each is not None), None)

    def _outcome(self, value: Any, names: dict[str, Any]) -> Any:
        if isinstance(value, Function):
            value = applied(value, [names], self._called)
        elif isinstance(value, Computed):
            raise Unknown(value.text)
        if isinstance(value, str) and "{" in value:
            return rendered(value, names, self._filtered)
        return value

    def _names(self, document: Document, below: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Everything that a permalink may ask for; global data as far as files hold it."""
        values = {key: _typed(value) for key, value in document.values.items()}
        nested = _nested(values)
        date = document.date.value.astimezone(UTC) if document.date else None
        page = {
            "fileSlug": file_slug(below),
            "filePathStem": file_path_stem(below),
            "inputPath": f"./{posixpath.join(self._site.input, below)}",
            "date": date,
        }
        computed = {key: value for key, value in data.items() if isinstance(value, Computed)}
        names = _Names(self._site, {**computed, **nested, "page": page, "date": date})
        if "title" in values:
            names["title"] = values["title"]
        return names

    def _called(self, name: str, arguments: list[Any]) -> Any:
        """A function of the site's scripts; inside it, its name is that of a package."""
        function = None if name in self._running else self._site.function(name)
        if function is None:
            return self._builtin(name, arguments)
        self._running.append(name)
        try:
            return applied(function, arguments, self._called)
        finally:
            self._running.pop()

    def _filtered(self, name: str, arguments: list[Any]) -> Any:
        if name in self._site.own_filters or name not in _BUILT_IN:
            return self._called(name, arguments)
        return self._builtin(name, arguments)

    def _builtin(self, name: str, arguments: list[Any]) -> Any:
        value = arguments[0] if arguments else None
        if name == "slugify" and (name in self._site.own_filters or self._running):
            return self._by_package(arguments)
        if name in _BUILT_IN:
            return _BUILT_IN[name](value)
        if name == "date":
            return _dated(arguments)
        if name == "default" and arguments[1:]:
            return value if value not in (None, "") else arguments[1]
        if name in _TEXT_FILTERS:
            return called(as_text(value), _TEXT_FILTERS[name], arguments[1:])
        raise Unknown(name)

    def _by_package(self, arguments: list[Any]) -> str:
        """What the package called slugify makes of a text, whichever of both the site uses."""
        options = arguments[1] if arguments[1:] and isinstance(arguments[1], dict) else {}
        text = as_text(arguments[0])
        if any("@sindresorhus/slugify" in each.modules for each in self._site.scripts):
            return slugify(text, decamelize=options.get("decamelize") is not False)
        strict, lower = options.get("strict") is True, options.get("lower") is True
        return slug(text, lower=lower, strict=strict, removed=_pattern(options.get("remove")))


class _Names(dict[str, Any]):
    """Data by name; global data is looked up when it is asked for."""

    def __init__(self, site: Site, data: dict[str, Any]) -> None:
        super().__init__(data)
        self._site = site

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or (isinstance(key, str) and self.get(key) is not None)

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a name."""
        if super().__contains__(key):
            return self[key]
        found = self._site.data(key)
        return default if found is None else found


def default_url(below: str) -> str:
    """The address of a document without a permalink, by its path below the input folder."""
    folder, _, file = below.rpartition("/")
    name = _TEMPLATE_SUFFIX.sub("", file)
    prefix = f"/{folder}/" if folder else "/"
    if name == "index" or (folder and folder.rpartition("/")[2] == name):
        return prefix
    return f"{prefix}{name}/"


def href(written: str) -> str:
    """The address of the file that a permalink names; `index.html` is its folder.

    Raises:
        ValueError: it leads out of the site.
    """
    plain = posixpath.normpath("/" + written.strip().lstrip("/"))
    if written.strip().endswith("/") and plain != "/":
        plain += "/"
    for ending in ("/index.html", "/index/", "/index"):
        if plain.endswith(ending):
            return plain[: -len(ending)] + "/"
    return plain


def file_slug(below: str) -> str:
    """`page.fileSlug`: the file's name without ending and date, or its folder's for `index`."""
    folder, _, file = below.rpartition("/")
    name = _undated(_TEMPLATE_SUFFIX.sub("", file))
    return _undated(folder.rpartition("/")[2]) if name == "index" else name


def file_path_stem(below: str) -> str:
    """`page.filePathStem`: the path without ending, and without the date of the file's name."""
    folder, _, file = below.rpartition("/")
    return posixpath.join("/", folder, _undated(_TEMPLATE_SUFFIX.sub("", file)))


def _undated(name: str) -> str:
    match = _DATED.search(name)
    return match[1] if match else name


def _typed(value: Any) -> Any:
    """A value as JavaScript has it: plain `true` and `false` are no texts."""
    if isinstance(value, str) and not isinstance(value, Quoted):
        return _WORDS.get(value, value)
    return value


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    dotted: list[tuple[str, str, Any]] = []
    for key, value in values.items():
        name, _, inner = key.partition(".")
        if inner:
            dotted.append((name, inner, value))
        else:
            found[name] = list(value) if isinstance(value, tuple) else value
    for name, inner, value in dotted:
        held = found.get(name)
        found[name] = {**held, inner: value} if isinstance(held, dict) else {inner: value}
    return found


def _computed(data: Mapping[str, Any]) -> Any:
    held = data.get("eleventyComputed")
    return held.get("permalink") if isinstance(held, Mapping) else None


def _pattern(option: Any) -> str:
    """The letters of a regular expression such as `/[*+~.()]/g`; '' where it is another."""
    match = _LETTERS.fullmatch(option.text) if isinstance(option, Computed) else None
    return match[1] if match else ""


def _dated(arguments: list[Any]) -> str:
    """Liquid's filter `date`, and those that take the letters of JavaScript's libraries."""
    date = as_date(arguments[0])
    written = as_text(arguments[1]) if arguments[1:] else ""
    if "%" in written or not written:
        return by_directives(date, written)
    return by_letters(date, written, days_in_capitals="Y" in written or "D" in written)
