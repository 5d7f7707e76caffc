"""Addresses: which route shows a collection, and what stands in it for each entry."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC
from functools import cached_property, lru_cache
from typing import Any

from publisher.content.frontmatter.dates import file_date, without_file_date
from publisher.content.frontmatter.yaml import Quoted
from publisher.content.generators.astro.site import (
    Collection,
    Route,
    Site,
    filled,
    parameters,
)
from publisher.content.generators.base import Address, Document
from publisher.content.settings.javascript import Function, member
from publisher.content.settings.javascript.apply import Unknown, applied, as_text
from publisher.content.urls import permalink

_LANGUAGE = re.compile(r"[a-z]{2}(?:-[A-Za-z]{2,4})?")
_KEPT = frozenset({"Nd", "Nl", "Pc"})
_WORDS = {"true": True, "false": False, "": None, "null": None}
_SUFFIXES = (".mdoc", ".mdx", ".md", ".markdown")
_DATED = {"year": "%Y", "month": "%m", "day": "%d"}
_COMPUTED = (
    "the site computes the parameters of {}; set content.urls to a pattern such as /:year/:slug/, "
    "or run publish init --force --sitemap FILE"
)
_ITERATIONS = ("map", "flatMap", "forEach", "reduce")


class Addresses:
    """The URLs of one collection's entries, by the route of this pattern ('' looks for one)."""

    def __init__(self, site: Site, collection: Collection, url: str, pattern: str = "") -> None:
        self._site = site
        self._collection = collection
        self._url = url
        self._pattern = pattern

    @cached_property
    def route(self) -> Route | None:
        """The route that shows the collection; None if there is none."""
        if self._pattern:
            return next((r for r in self._site.routes if r.pattern == self._pattern), None)
        return route_of(self._site, self._collection)

    @cached_property
    def _params(self) -> Function | None:
        """What makes an entry's parameters: the function in the route's `getStaticPaths`."""
        return entry_function(self.route) if self.route else None

    @cached_property
    def _by_language(self) -> dict[str, "Addresses"]:
        """The addresses by routes of single languages, such as `/fr/blog/[...slug]`."""
        if self._pattern:
            return {}
        found = {}
        firsts = {route.pattern.split("/")[1] for route in self._site.routes}
        for language in filter(_LANGUAGE.fullmatch, firsts):
            routes = [r for r in self._site.routes if r.pattern.startswith(f"/{language}/")]
            route = route_of(self._site, self._collection, routes)
            if route:
                found[language] = Addresses(self._site, self._collection, self._url, route.pattern)
        return found

    def address(self, document: Document) -> Address:
        """Where the page of an entry is; what cannot be told is said."""
        own = self._by_language.get(document.path.partition("/")[0])
        if own:
            return own.address(document)
        pattern = self._pattern or (self.route.pattern if self.route else "")
        if not pattern:
            return Address("", problem="no route in src/pages shows it; set content.path")
        entry = self._entry(document)
        names = parameters(pattern)
        problem = ""
        if self._params:
            try:
                values = self._given(entry, names)
                return Address(self._absolute(filled(pattern, values)))
            except Unknown as unknown:
                problem = (
                    f"the site computes its address, and Publisher cannot read {str(unknown)!r}"
                )
        values = _usual(document, entry["slug"], names)
        if any(name not in values and f"[...{name}]" not in pattern for name in names):
            return Address("", problem=problem or _COMPUTED.format(pattern))
        return Address(self._absolute(filled(pattern, values)), problem=problem)

    def _given(self, entry: dict[str, Any], names: list[str]) -> dict[str, str]:
        function = self._params
        given = applied(_only_params(function), [entry, 0], self._library) if function else {}
        values = {name: member(given, name) for name in names}
        return {k: "" if v is None else as_text(v).strip("/") for k, v in values.items()}

    def _library(self, name: str, arguments: list[Any]) -> Any:
        """Functions that routes import: slugs as github-slugger makes them, by the usual names."""
        if name in {"slugify", "slug", "githubSlug", "kebabCase", "_.kebabCase"} and arguments:
            return slug(as_text(arguments[0]))
        raise Unknown(name)

    def _absolute(self, path: str) -> str:
        path = path.rstrip("/")
        return permalink(self._url, f"{path}{self._site.slash}" if path else "/")

    def _entry(self, document: Document) -> dict[str, Any]:
        """An entry of a collection, as scripts see it."""
        data = {key: _typed(value) for key, value in document.values.items() if "." not in key}
        for key in self._collection.dates:
            if key in data and document.date:
                data[key] = document.date.value.astimezone(UTC)
        slugged = self._id(document, data)
        file = document.path
        has_file_id = self._collection.legacy and self._site.is_old
        return {
            "id": file if has_file_id else slugged,
            "slug": slugged,
            "data": data,
            "body": "",
            "collection": self._collection.name,
            "filePath": f"{self._collection.folder}/{file}",
        }

    def _id(self, document: Document, data: dict[str, Any]) -> str:
        if self._collection.make_id:
            given = {"entry": document.path, "data": data, "base": self._collection.folder}
            try:
                return as_text(applied(self._collection.make_id, [given], self._library))
            except Unknown:
                pass
        own = data.get("slug")
        return own if isinstance(own, str) and own else entry_id(document.path)


def _usual(document: Document, slugged: str, names: list[str]) -> dict[str, str]:
    """What parameters that are named so are on every site: parts of the date, and last the id."""
    date = file_date(document.file, UTC) or document.date
    dated = {name: _DATED[name] for name in names[:-1] if date and name in _DATED}
    values = {name: date.value.strftime(form) for name, form in dated.items() if date}
    last = without_file_date(slugged) if "year" in values else slugged
    return {**values, **dict.fromkeys(names[-1:], last)}


def _only_params(function: Function) -> Function:
    """The function, as if it returned the parameters only: whatever else it makes is no matter."""
    result = function.result
    while isinstance(result, list) and result:
        result = result[0]
    return Function(function.text, function.parameters, member(result, "params"))


def entry_function(route: Route) -> Function | None:
    """The function that a route calls for each entry, to make `{params: {…}}`."""
    last = parameters(route.pattern)[-1]
    for call in route.script.calls(*_ITERATIONS):
        function = call.arguments[0] if call.arguments else None
        if isinstance(function, Function) and _makes(function.result, last):
            return function
    return None


def _makes(result: Any, name: str) -> bool:
    while isinstance(result, list) and result:
        result = result[0]
    params = member(result, "params")
    return isinstance(params, dict) and name in params


def route_of(site: Site, collection: Collection, routes: list[Route] | None = None) -> Route | None:
    """The route of `routes` that shows a collection: naming it, or named like it.

    Without `routes`, all of the site count; those of a single language come last.
    """
    among = site.routes if routes is None else routes
    candidates = list(_candidates(site, collection, among))
    if candidates:
        return max(candidates, key=lambda each: each[0])[1]
    alike = (r for r in among if not r.names and _alike(r.pattern, collection))
    return min(alike, key=lambda each: each.pattern.count("/"), default=None)


def _candidates(
    site: Site, collection: Collection, routes: list[Route]
) -> Iterator[tuple[tuple[int, int], Route]]:
    for route in routes:
        alike = _alike(route.pattern, collection)
        own = collection.name in route.names
        if route.names and not own:
            continue
        behind = own or collection.name in site.named_by_modules(route)
        if not behind:
            continue
        makes = entry_function(route) is not None
        if own or alike or not _alike_another(route, site, collection):
            yield (4 * own + 2 * alike + makes, -route.pattern.count("/")), route


def _alike_another(route: Route, site: Site, collection: Collection) -> bool:
    others = (each for each in site.collections.values() if each.name != collection.name)
    return any(_alike(route.pattern, each) for each in others)


def _alike(pattern: str, collection: Collection) -> bool:
    """Whether a route's folder is called as the collection or its folder, in one or many."""
    folders = {each.rstrip("s").lower() for each in pattern.split("/") if "[" not in each}
    names = {collection.name, collection.folder.rpartition("/")[2]}
    return bool(folders & {each.rstrip("s").lower() for each in names})


@lru_cache(maxsize=4096)
def entry_id(path: str) -> str:
    """The id that Astro gives to a file: its path, each part as a slug; `index` is its folder."""
    stem = path
    for suffix in _SUFFIXES:
        if stem.endswith(suffix):
            stem = stem[: -len(suffix)]
            break
    return "/".join(map(slug, stem.split("/"))).removesuffix("/index")


@lru_cache(maxsize=4096)
def slug(text: str) -> str:
    """As github-slugger does: letters, digits, marks, `-` and `_` stay, blanks become `-`."""
    return "".join(filter(_is_kept, text.lower())).replace(" ", "-")


def _is_kept(letter: str) -> bool:
    if letter.isascii():
        return letter.isalnum() or letter in "-_ "
    category = unicodedata.category(letter)
    return category[0] in "LM" or category in _KEPT


def _typed(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return _WORDS.get(value, value) if not isinstance(value, Quoted) else value
