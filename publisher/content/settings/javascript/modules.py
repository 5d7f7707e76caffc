"""Modules: the files of a site that a script of it imports, inside the site's folder only."""

import json
import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from publisher.content.files import beginning
from publisher.content.settings.files import MOST_BYTES
from publisher.content.settings.javascript.script import Script
from publisher.content.settings.javascript.values import Computed, member

_SUFFIXES = (".ts", ".js", ".mjs", ".cjs", ".mts", ".cts", ".tsx", ".jsx", ".json")
_MOST_MODULES = 30
_DEEPEST = 6
_COMPILED = frozenset({"js", "mjs", "cjs"})


class Modules:
    """The scripts below one folder, each read once."""

    def __init__(self, root: Path) -> None:
        self._root = Path(os.path.realpath(root))
        self._known: dict[str, Any] = {}
        self._depth = 0

    def script(self, path: Path) -> Script:
        """The script in the file `path`; an empty one where it cannot be read."""
        return self.parsed(beginning(path, MOST_BYTES), path)

    def parsed(self, source: str, path: Path) -> Script:
        """A script of this source, as if it stood in the file `path`."""
        return Script(source, path.name, lambda module: self._exports(module, path.parent))

    def reached(self, path: Path) -> Iterator[Script]:
        """The script in `path`, and the site's own scripts that it imports, also by others."""
        pending, seen = [path], {os.path.realpath(path)}
        while pending and len(seen) < _MOST_MODULES:
            current = pending.pop(0)
            script = self.script(current)
            yield script
            for module in script.modules:
                found = next(self._candidates(module, current.parent), None)
                if found and found not in seen and not found.endswith(".json"):
                    seen.add(found)
                    pending.append(Path(found))

    def beside(self, module: str, path: Path) -> Iterator[Script]:
        """The script that the file `path` calls `module`, and those that it imports itself."""
        found = next(self._candidates(module, path.parent), None)
        if found and not found.endswith(".json"):
            yield from self.reached(Path(found))

    def _exports(self, module: str, folder: Path) -> Any:
        """What `module` exports, by name, as a file in `folder` names it."""
        path = next(self._candidates(module, folder), None)
        if path is None or self._depth >= _DEEPEST:
            return Computed(module)
        if path not in self._known and len(self._known) < _MOST_MODULES:
            self._known[path] = Computed(module)  # while it is read: modules may import in circles
            self._depth += 1
            self._known[path] = self._read(Path(path))
            self._depth -= 1
        return self._known.get(path, Computed(module))

    def _read(self, path: Path) -> Any:
        if path.suffix == ".json":
            try:
                value = json.loads(beginning(path, MOST_BYTES))
            except (ValueError, RecursionError):
                return Computed(path.name)
            return {**value, "default": value} if isinstance(value, dict) else {"default": value}
        script = self.script(path)
        named = {name: script.value(name) for name in script.names}
        exported = script.exported
        if isinstance(exported, dict):
            named |= exported
        return named if exported is None else {**named, "default": exported}

    def _candidates(self, module: str, folder: Path) -> Iterator[str]:
        inside = str(self._root) + os.sep
        for base in self._bases(module, folder):
            for name in _spellings(base):
                path = os.path.realpath(name)
                if path.startswith(inside) and path.endswith(_SUFFIXES) and Path(path).is_file():
                    yield path

    def _bases(self, module: str, folder: Path) -> Iterator[str]:
        if "\0" in module:
            return
        if module.startswith("."):
            yield str(folder / module)
            return
        for alias, targets in self._aliases.items():
            start, star, _ = alias.partition("*")
            if module.startswith(start) if star else module == alias:
                rest = module[len(start) :]
                yield from (str(self._root / each.replace("*", rest)) for each in targets)
        if module.startswith(("@/", "~/")):
            yield str(self._root / "src" / module[2:])
        elif module.startswith("src/"):
            yield str(self._root / module)

    @cached_property
    def _aliases(self) -> dict[str, list[str]]:
        """The `paths` of tsconfig.json, which is JSON with comments: an object to JavaScript."""
        source = beginning(self._root / "tsconfig.json", MOST_BYTES)
        if not source:
            return {}
        options = Script(f"export default {source}", "tsconfig.json", Computed).exported
        options = member(options, "compilerOptions")
        base = member(options, "baseUrl")
        paths = member(options, "paths")
        prefix = base if isinstance(base, str) else "."
        return {
            alias: [f"{prefix}/{each}" for each in targets if isinstance(each, str)]
            for alias, targets in (paths.items() if isinstance(paths, dict) else ())
            if isinstance(targets, list)
        }


def _spellings(base: str) -> Iterator[str]:
    """The files that an import may mean, the plainest first; `./x.js` may be `x.ts`."""
    yield base
    yield from (base + suffix for suffix in _SUFFIXES)
    stem, _, suffix = base.rpartition(".")
    if suffix in _COMPILED:
        yield f"{stem}.ts"
    yield from (f"{base}/index{suffix}" for suffix in _SUFFIXES)
