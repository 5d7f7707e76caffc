"""The site: its configuration, collections of content, and the routes that show them."""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from publisher.content.files import beginning
from publisher.content.generators.astro.settings_files import CONFIGS, CONTENT
from publisher.content.settings.files import MOST_BYTES, read_settings
from publisher.content.settings.globs import matcher
from publisher.content.settings.javascript import (
    Call,
    Function,
    Modules,
    Script,
    exported_object,
    member,
    text,
)

_FENCED = re.compile(r"\A\s*---[ \t]*\r?\n(.*?)^---", re.DOTALL | re.MULTILINE)
_NAMED = re.compile(
    r"""(?:getCollection|getEntry|getEntries|CollectionEntry|useCollection)\s*(?:<|\()\s*
        (?:typeof\s+)?["'`]([\w-]+)["'`]""",
    re.VERBOSE,
)
_PARAMETER = re.compile(r"\[(?:\.\.\.)?([\w$]+)\]")
_LISTS = frozenset(
    {"page", "tag", "tags", "category", "categories", "author", "year", "month", "series", "topic"}
)
_ASIDE = frozenset(
    {"folder", "preview", "api", "og", "raw", "embed", "print", "amp", "archive", "archives", "tag",
     "tags", "category", "categories", "author", "authors", "series", "topics", "page", "draft"}
)  # fmt: skip
_UPDATES = re.compile(r"update|modif|lastmod|edit|end|expir", re.IGNORECASE)
_DATE_TYPES = frozenset({"date", "datetime"})
_ROUTES = (".astro", ".tsx", ".jsx")
_MOST_ROUTES = 300
_DEEPEST = 12


class Collection(NamedTuple):
    """One collection: its folder below the root, which of its files count, and how it is set up.

    `legacy` is one in src/content without a loader; `dates` are the keys that its schema calls
    dates, `keys` all of them.
    """

    name: str
    folder: str
    matches: Callable[[str], bool]
    legacy: bool = False
    make_id: Function | None = None
    dates: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


class Route(NamedTuple):
    """A route file: its pattern, as `/blog/[...slug]`, the collections named in it, its script."""

    pattern: str
    names: tuple[str, ...]
    script: Script
    path: Path


class Site:
    """One Astro site, read as its files are asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.modules = Modules(root)

    @cached_property
    def config(self) -> dict[str, Any]:
        """What astro.config says."""
        script = self._script(CONFIGS)
        return script.config if script else {}

    def _script(self, names: tuple[str, ...]) -> Script | None:
        path = next((self.root / each for each in names if (self.root / each).is_file()), None)
        return self.modules.script(path) if path else None

    @cached_property
    def source(self) -> str:
        """The folder of the site's sources."""
        written = text(self.config, "srcDir").strip("./")
        return written if written and ".." not in written.split("/") else "src"

    @cached_property
    def base(self) -> str:
        """The path below which the site is served."""
        written = text(self.config, "base").strip("/")
        return f"/{written}" if written else ""

    @cached_property
    def slash(self) -> str:
        """What stands at the end of an address."""
        wanted = text(self.config, "trailingSlash")
        if wanted in {"always", "never"}:
            return "/" if wanted == "always" else ""
        return "" if text(self.config, "build", "format") == "file" else "/"

    @cached_property
    def locales(self) -> tuple[str, ...]:
        """The languages of the site, its default first."""
        listed = member(self.config, "i18n", "locales")
        names = listed if isinstance(listed, list) else []
        found = [text(self.config, "i18n", "defaultLocale")]
        found += [each if isinstance(each, str) else text(each, "path") for each in names]
        return tuple(dict.fromkeys(filter(None, found)))

    @cached_property
    def is_old(self) -> bool:
        """Whether it is built with Astro 4 or older, in which an entry's `id` is its file."""
        package = read_settings(self.root, ["package.json"])
        values = package.values if package else {}
        for group in ("dependencies", "devDependencies"):
            match = re.search(r"\d+", text(values, group, "astro"))
            if match:
                return int(match[0]) < 5  # noqa: PLR2004 - the version that brought loaders
        return False

    @cached_property
    def collections(self) -> dict[str, Collection]:
        """Every collection of files, by its name."""
        script = self._script(CONTENT)
        named = script.value("collections") if script else None
        found = named if isinstance(named, dict) else {}
        if not found and script is None:
            return {each.name: each for each in self._folders()}
        read = (self._collection(name, value) for name, value in found.items())
        return {each.name: each for each in read if each}

    def _folders(self) -> Iterator[Collection]:
        """Without a configuration every folder in src/content is a collection."""
        content = self.root / self.source / "content"
        for folder in sorted(content.glob("*")) if content.is_dir() else []:
            if folder.is_dir() and not folder.name.startswith(("_", ".")):
                yield Collection(
                    folder.name, f"{self.source}/content/{folder.name}", _legacy, legacy=True
                )

    def _collection(self, name: str, value: Any) -> Collection | None:
        options = exported_object(value)
        loader, schema = options.get("loader"), options.get("schema")
        keys = dict(_schema_keys(schema))
        dates = tuple(key for key, is_date in keys.items() if is_date)
        if isinstance(loader, Call) and loader.method == "glob" and loader.arguments:
            given = loader.arguments[0]
            base = text(given, "base") or "."
            folder = posixpath.normpath(base.removeprefix("/"))
            make_id = member(given, "generateId")
            return Collection(
                name, folder, _matching(member(given, "pattern")), legacy=False,
                make_id=make_id if isinstance(make_id, Function) else None,
                dates=dates, keys=tuple(keys),
            )  # fmt: skip
        if loader is not None or text(options, "type") == "data":
            return None
        folder = f"{self.source}/content/{name}"
        return Collection(name, folder, _legacy, legacy=True, dates=dates, keys=tuple(keys))

    @cached_property
    def routes(self) -> list[Route]:
        """The routes that have a parameter, apart from lists of posts by page, tag and so on."""
        pages = self.root / self.source / "pages"
        found = sorted(pages.glob("**/*"))[:_MOST_ROUTES] if pages.is_dir() else []
        return list(filter(None, (self._route(path, pages) for path in found)))

    def _route(self, path: Path, pages: Path) -> Route | None:
        below = path.relative_to(pages).as_posix()
        stem, dot, ending = below.rpartition(".")
        if f"{dot}{ending}" not in _ROUTES or "[" not in stem or not path.is_file():
            return None
        if stem.rpartition("/")[2].startswith("_") or "." in stem.replace("[...", "["):
            return None
        pattern = "/" + stem.removesuffix("/index")
        parameters = _PARAMETER.findall(pattern)
        aside = any(each.strip("_") in _ASIDE for each in pattern.lower().split("/"))
        if not parameters or parameters[-1] in _LISTS or aside:
            return None
        source = beginning(path, MOST_BYTES)
        match = _FENCED.match(source) if ending == "astro" else None
        script = self.modules.parsed(match[1] if match else source, path.with_suffix(".ts"))
        return Route(pattern, tuple(dict.fromkeys(_NAMED.findall(script.source))), script, path)

    def named_by_modules(self, route: Route) -> tuple[str, ...]:
        """The collections that the scripts behind a route name."""
        found: dict[str, None] = {}
        for module in route.script.modules:
            for script in self.modules.beside(module, route.path):
                found |= dict.fromkeys(_NAMED.findall(script.source))
        return tuple(found)


def _schema_keys(schema: Any, depth: int = 0) -> Iterator[tuple[str, bool]]:
    """The keys of a schema, and whether each is the date of publication."""
    if isinstance(schema, Function):
        schema = schema.result
    if depth > _DEEPEST or not isinstance(schema, Call):
        return
    yield from _schema_keys(schema.on, depth + 1)
    for argument in schema.arguments:
        if isinstance(argument, dict):
            for key, value in argument.items():
                yield key, _is_date(value) and _UPDATES.search(key) is None
        else:
            yield from _schema_keys(argument, depth + 1)


def _is_date(value: Any, depth: int = 0) -> bool:
    if isinstance(value, list) and depth <= _DEEPEST:  # of z.union
        return any(_is_date(each, depth + 1) for each in value)
    if depth > _DEEPEST or not isinstance(value, Call):
        return False
    if value.method in _DATE_TYPES or value.name == "new Date":
        return True
    inside = (value.on, *value.arguments)
    results = (each.result if isinstance(each, Function) else each for each in inside)
    return any(_is_date(each, depth + 1) for each in results)


def _matching(pattern: Any) -> Callable[[str], bool]:
    patterns = pattern if isinstance(pattern, list) else [pattern]
    return matcher([each for each in patterns if isinstance(each, str)] or ["**/*"])


def _legacy(path: str) -> bool:
    return not any(each.startswith("_") for each in path.split("/"))


def parameters(pattern: str) -> list[str]:
    """The names of a route's parameters."""
    return _PARAMETER.findall(pattern)


def filled(pattern: str, values: Mapping[str, str]) -> str:
    """The path of a route for these parameters."""
    path = _PARAMETER.sub(lambda match: values.get(match[1], ""), pattern)
    return re.sub("/{2,}", "/", path)
