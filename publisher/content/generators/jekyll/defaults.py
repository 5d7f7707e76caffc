"""Front matter defaults: what `defaults` in a site's settings gives to the files in its scopes."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from publisher.content.frontmatter.parse import flattened
from publisher.content.generators.jekyll.site import Site
from publisher.content.settings.merge import merged as laid_over

_OLD_TYPES = {"page": "pages", "post": "posts", "draft": "drafts"}
_WILDCARDS = re.compile(r"\*\*/|[*?{},]|\[[^\]]*\]")
_NOTHING: dict[str, Any] = {}


class _Scope(NamedTuple):
    """`path` is the beginning of a path, `wild` its pattern where it has wildcards."""

    path: str
    type: str
    wild: re.Pattern[str] | None
    values: Mapping[str, Any]

    def holds(self, path: str) -> bool:
        if self.wild is None:
            return path.startswith(self.path)
        return any(map(self.wild.fullmatch, _beginnings(path)))


class Defaults:
    """The defaults of one site for the documents of one collection; only the keys `read` count."""

    def __init__(self, site: Site, label: str, read: frozenset[str]) -> None:
        self._read = read
        written = site.values.get("defaults")
        every = [_scope(each, site) for each in written] if isinstance(written, list) else []
        self._scopes = [each for each in every if each and each.type in {"", label}]
        self._by_folder: dict[str, tuple[list[int], list[int]]] = {}
        self._merged: dict[tuple[int, ...], dict[str, Any]] = {}

    def of(self, path: str) -> dict[str, Any]:
        """The default values of the document at `path`, which is below the collections' folder."""
        if not self._scopes:
            return _NOTHING
        sure, open_ones = self._in_folder(path.rpartition("/")[0])
        if open_ones:
            sure = sorted(sure + [each for each in open_ones if self._scopes[each].holds(path)])
        key = tuple(sure)
        if key not in self._merged:
            merged = _merged([self._scopes[each] for each in key])
            self._merged[key] = {name: merged[name] for name in merged if name in self._read}
        return self._merged[key]

    def _in_folder(self, folder: str) -> tuple[list[int], list[int]]:
        """The scopes that hold every file of a folder, and those that may hold some."""
        found = self._by_folder.get(folder)
        if found is None:
            place = f"{folder}/" if folder else ""
            sure, open_ones = [], []
            for number, scope in enumerate(self._scopes):
                if scope.wild is None and place.startswith(scope.path):
                    sure.append(number)
                elif scope.wild is not None or scope.path.startswith(place):
                    open_ones.append(number)
            found = self._by_folder[folder] = (sure, open_ones)
        return found


def _scope(written: Any, site: Site) -> _Scope | None:
    values = written.get("values") if isinstance(written, Mapping) else None
    if not isinstance(values, Mapping):
        return None
    scope = written.get("scope")
    scope = scope if isinstance(scope, Mapping) else {}
    path, kind = scope.get("path"), scope.get("type")
    path = path.removeprefix("/") if isinstance(path, str) else ""
    if site.collections_dir:
        path = path.removeprefix(f"{site.collections_dir}/")
    kind = _OLD_TYPES.get(kind, kind) if isinstance(kind, str) else ""
    return _Scope(path, kind, _wild(path) if "*" in path else None, values)


def _wild(path: str) -> re.Pattern[str]:
    """A shell pattern as an expression of paths: `*` stays in one folder, `**/` crosses them."""
    pieces, end = [], 0
    for match in _WILDCARDS.finditer(path):
        pieces += [re.escape(path[end : match.start()]), _expression(match[0])]
        end = match.end()
    pieces.append(re.escape(path[end:]))
    try:
        return re.compile("".join(pieces))
    except re.error:
        return re.compile(re.escape(path))


def _expression(wildcard: str) -> str:
    if wildcard[0] == "[":
        return "[" + wildcard[1:-1].replace("\\", r"\\").replace("[", r"\[") + "]"
    known = {"**/": "(?:[^/.][^/]*/)*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")", ",": "|"}
    return known[wildcard]


def _beginnings(path: str) -> list[str]:
    """The folders above a file, and the file itself."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _merged(scopes: list[_Scope]) -> dict[str, Any]:
    """The values of scopes in the order of the settings; the narrower scope wins."""
    merged: Mapping[str, Any] = {}
    old: _Scope | None = None
    for scope in scopes:
        if old is None or _precedes(old, scope):
            merged, old = laid_over(merged, scope.values), scope
        else:
            merged = laid_over(scope.values, merged)
    try:
        return flattened(merged)
    except ValueError:
        return {}


def _precedes(old: _Scope, new: _Scope) -> bool:
    if len(new.path) != len(old.path):
        return len(new.path) > len(old.path)
    return bool(new.type) or not old.type
