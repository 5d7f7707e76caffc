"""Directory data: what the data files beside a document and above it say of it."""

import posixpath
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from publisher.content.frontmatter.fences import read_raw
from publisher.content.frontmatter.parse import flattened, read_metadata
from publisher.content.generators.eleventy.site import Site
from publisher.content.settings.javascript import Computed

_PLAIN: Mapping[str, Any] = {}
_LAYOUTS = ("", ".njk", ".liquid", ".html", ".webc", ".vto", ".hbs", ".md", ".ejs")
DATA_SUFFIXES = (".11tydata.js", ".11tydata.cjs", ".11tydata.mjs", ".11tydata.json", ".json")


class Cascaded(NamedTuple):
    """What data files say: `data` with what is computed, `values` as front matter has them."""

    data: Mapping[str, Any]
    values: Mapping[str, Any]


class Cascade:
    """The data of folders and of single documents, by their paths below the site's root."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._folders: dict[str, Cascaded] = {}
        self.own: frozenset[str] = frozenset()

    def of(self, path: str) -> Cascaded:
        """What holds for the document `path`; a file of its own data must be named in `own`."""
        folder, _, file = path.rpartition("/")
        found = self.folder(folder)
        stem = posixpath.join(folder, file.rpartition(".")[0]) if self.own else ""
        if not stem or stem not in self.own:
            return found
        return _cascaded(merged(found.data, self._read(stem)))

    def folder(self, folder: str) -> Cascaded:
        """What holds for every document in a folder."""
        found = self._folders.get(folder)
        if found is None:
            found = self._folders[folder] = _cascaded(self._folder_data(folder))
        return found

    def _folder_data(self, folder: str) -> Mapping[str, Any]:
        if not folder or folder == self._site.input:
            above: Mapping[str, Any] = {}
        else:
            above = self.folder(folder.rpartition("/")[0]).data
        for base in self._bases(folder):
            above = merged(above, self._read(base))
        return above

    def _bases(self, folder: str) -> Iterator[str]:
        if self._base_name:
            yield posixpath.join(folder, self._base_name)
        elif folder:
            yield posixpath.join(folder, folder.rpartition("/")[2])

    @cached_property
    def _base_name(self) -> str:
        names = [call.arguments[0] for call in self._site.calls("setDataFileBaseName")
                 if call.arguments and isinstance(call.arguments[0], str)]  # fmt: skip
        return names[-1] if names else ""

    @cached_property
    def _suffixes(self) -> tuple[str, ...]:
        """The endings of data files, the weakest first."""
        extra = tuple(
            f".{each.strip()}"
            for call in self._site.calls("addDataExtension")
            if call.arguments and isinstance(call.arguments[0], str)
            for each in call.arguments[0].split(",")
        )
        return (*reversed(DATA_SUFFIXES), *extra, *(f".11tydata{each}" for each in extra))

    def _read(self, base: str) -> Mapping[str, Any]:
        data: Mapping[str, Any] = {}
        for suffix in self._suffixes:
            path = self._site.root / f"{base}{suffix}"
            if path.is_file():
                found = self._site.read_data(path)
                data = merged(data, found if isinstance(found, dict) else {})
        return data


class Layouts:
    """What the heads of layouts say of the documents that use them; it counts least."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._known: dict[str, Mapping[str, Any]] = {}

    def values(self, name: str) -> Mapping[str, Any]:
        """What the layout `name` says, and the layouts that it uses itself."""
        if name not in self._known:
            self._known[name] = _PLAIN  # a layout may name itself
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> Mapping[str, Any]:
        path = self._path(self._aliases.get(name, name))
        if path is None:
            return _PLAIN
        try:
            values = read_metadata(read_raw(str(path))).values
        except OSError:
            return _PLAIN
        above = values.get("layout")
        own = {key: value for key, value in values.items() if key != "layout"}
        return {**self.values(above), **own} if isinstance(above, str) and above else own

    def _path(self, name: str) -> Path | None:
        if ".." in name.split("/") or "\0" in name:
            return None
        folders = [self._site.root / each for each in reversed(self._site.layouts)]
        for folder in folders:
            for suffix in _LAYOUTS:
                if (folder / f"{name}{suffix}").is_file():
                    return folder / f"{name}{suffix}"
        return None

    @cached_property
    def _aliases(self) -> dict[str, str]:
        return {
            call.arguments[0]: call.arguments[1]
            for call in self._site.calls("addLayoutAlias")
            if len(call.arguments) > 1 and all(isinstance(each, str) for each in call.arguments)
        }


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """As Eleventy merges data: mappings key by key, lists one after the other."""
    found = dict(below)
    for name, value in above.items():
        key = name.removeprefix("override:")
        old = found.get(key)
        if key == name and isinstance(old, dict) and isinstance(value, dict):
            found[key] = merged(old, value)
        elif key == name and key == "tags":
            found[key] = [*_items(old), *_items(value)]
        elif key == name and isinstance(old, list) and isinstance(value, list):
            found[key] = [*old, *value]
        else:
            found[key] = value
    return found


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def _cascaded(data: Mapping[str, Any]) -> Cascaded:
    plain = literal(dict(data))
    return Cascaded(data, flattened(plain) if plain else _PLAIN)


def literal(value: Any) -> Any:
    """A value without what is computed of it."""
    if isinstance(value, dict):
        return {k: literal(v) for k, v in value.items() if not isinstance(v, Computed)}
    if isinstance(value, list):
        return [literal(each) for each in value if not isinstance(each, Computed)]
    return value
