"""The site: its folders, its scripts, what it ignores, and its global data."""

import json
import posixpath
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from publisher.content.files import beginning
from publisher.content.generators.eleventy.globs import Ignored, lines
from publisher.content.generators.eleventy.settings_files import CONFIGS
from publisher.content.settings.files import MOST_BYTES, read_settings
from publisher.content.settings.javascript import (
    Call,
    Computed,
    Function,
    Modules,
    Script,
    exported_object,
    member,
    text,
)

SCRIPTS = (".js", ".cjs", ".mjs", ".ts")
_FLAG = re.compile(r"--(input|output|config|pathprefix)[= ]+[\"']?([^\s\"'&;]+)")
_SETTERS = {
    "setInputDirectory": "input",
    "setOutputDirectory": "output",
    "setIncludesDirectory": "includes",
    "setLayoutsDirectory": "layouts",
    "setDataDirectory": "data",
}
_FILTERS = (
    "addFilter", "addNunjucksFilter", "addLiquidFilter", "addJavaScriptFunction",
    "addAsyncFilter", "addNunjucksAsyncFilter",
)  # fmt: skip


class Site:
    """One Eleventy site, read as its files are asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.modules = Modules(root)

    @cached_property
    def package(self) -> dict[str, Any]:
        """What package.json says."""
        found = read_settings(self.root, ["package.json"])
        return found.values if found else {}

    @cached_property
    def _flags(self) -> dict[str, str]:
        """What the site's own commands give to Eleventy."""
        scripts = self.package.get("scripts")
        commands = scripts.values() if isinstance(scripts, dict) else ()
        runs = [each for each in commands if isinstance(each, str) and "eleventy" in each]
        found: dict[str, str] = {}
        for command in runs:
            for name, value in _FLAG.findall(command):
                found.setdefault(name, value)
        return found

    @cached_property
    def config_path(self) -> Path | None:
        """The file of the site's configuration."""
        names = (self._flags.get("config", ""), *CONFIGS)
        return next((self.root / name for name in names if name and self._is_file(name)), None)

    def _is_file(self, name: str) -> bool:
        return ".." not in Path(name).parts and (self.root / name).is_file()

    @cached_property
    def scripts(self) -> list[Script]:
        """The configuration and the site's own scripts that it imports."""
        return list(self.modules.reached(self.config_path)) if self.config_path else []

    def calls(self, *names: str) -> Iterator[Call]:
        """Calls of these methods in the configuration, as far as it is followed."""
        for script in self.scripts:
            yield from script.calls(*names)

    @cached_property
    def options(self) -> dict[str, Any]:
        """What the configuration returns."""
        if not self.scripts:
            return {}
        named = self.scripts[0].value("config")
        return {**(named if isinstance(named, dict) else {}), **self.scripts[0].config}

    @cached_property
    def _folders(self) -> dict[str, str]:
        found = {
            name: value
            for name in ("input", "output", "includes", "layouts", "data")
            if isinstance(value := member(self.options, "dir", name), str)
        }
        for call in self.calls(*_SETTERS):
            if call.arguments and isinstance(call.arguments[0], str):
                found[_SETTERS[call.method]] = call.arguments[0]
        return found | {key: self._flags[key] for key in ("input", "output") if key in self._flags}

    @cached_property
    def input(self) -> str:
        """The folder of content below the root; '' for the root itself."""
        found = _normal(self._folders.get("input", "."))
        return found if (self.root / found).is_dir() else ""

    @cached_property
    def output(self) -> str:
        """The folder of the built site."""
        return _normal(self._folders.get("output", "_site"))

    @cached_property
    def data_folder(self) -> str:
        """The folder of global data."""
        return _normal(posixpath.join(self.input, self._folders.get("data", "_data")))

    @cached_property
    def layouts(self) -> tuple[str, ...]:
        """The folders of layouts and includes."""
        names = (self._folders.get("includes", "_includes"), self._folders.get("layouts", ""))
        return tuple(_normal(posixpath.join(self.input, name)) for name in names if name)

    @cached_property
    def skipped(self) -> tuple[str, ...]:
        """The folders that hold no content, each with a slash at its end."""
        names = (self.output, self.data_folder, *self.layouts)
        return tuple(f"{name}/" for name in names if name and name != self.input)

    @cached_property
    def formats(self) -> tuple[str, ...]:
        """The endings of templates, where the configuration lists them."""
        listed = self.options.get("templateFormats")
        listed = listed.split(",") if isinstance(listed, str) else listed
        found = listed if isinstance(listed, list) else []
        return tuple(each.strip() for each in found if isinstance(each, str))

    @cached_property
    def path_prefix(self) -> str:
        """The path below which the site is served."""
        written = text(self.options, "pathPrefix") or self._flags.get("pathprefix", "")
        return "/" + written.strip("/") if written.strip("/") else ""

    @cached_property
    def ignored(self) -> Ignored:
        """What Eleventy passes over."""
        patterns: list[str] = []
        for folder in dict.fromkeys(("", self.input)):
            for name in (".gitignore", ".eleventyignore"):
                if name == ".eleventyignore" or self._uses_gitignore:
                    found = lines(beginning(self.root / folder / name, MOST_BYTES))
                    patterns += [_below(folder, each) for each in found]
        for call in self.calls("add"):
            named = call.name.endswith("ignores.add") and not call.conditional
            if named and call.arguments and isinstance(call.arguments[0], str):
                patterns.append(call.arguments[0])
        return Ignored(self.root, patterns)

    @cached_property
    def _uses_gitignore(self) -> bool:
        return all(call.arguments[:1] != (False,) for call in self.calls("setUseGitIgnore"))

    @cached_property
    def filters(self) -> dict[str, Function | None]:
        """The site's own filters that can be read."""
        found: dict[str, Function | None] = {}
        for call in self.calls(*_FILTERS):
            match call.arguments:
                case [str(name), Function() as function, *_]:
                    found[name] = function
        return found

    @cached_property
    def own_filters(self) -> frozenset[str]:
        """The names of all filters that the site defines itself."""
        named = (call.arguments[:1] for call in self.calls(*_FILTERS))
        return frozenset(name for (name,) in filter(None, named) if isinstance(name, str))

    def function(self, name: str) -> Function | None:
        """A filter, or a function that one of the scripts holds under this name."""
        if name not in self.filters:
            self.filters[name] = self._sought(name)
        return self.filters[name]

    def _sought(self, name: str) -> Function | None:
        for script in self.scripts:
            for found in (script.value(name), script.config.get(name)):
                if isinstance(found, Function):
                    return found
        return None

    @cached_property
    def global_data(self) -> dict[str, Any]:
        """What the configuration adds with `addGlobalData`; functions are what they return."""
        found: dict[str, Any] = {}
        for call in self.calls("addGlobalData"):
            match call.arguments:
                case [str(name), value, *_]:
                    found[name] = value.result if isinstance(value, Function) else value
        return found

    def data(self, name: str) -> Any:
        """Global data by its name: a file's in the data folder, or what is added; else None."""
        if name not in self._known_data:
            value = self._data_file(name)
            self._known_data[name] = self.global_data.get(name) if value is None else value
        return self._known_data[name]

    @cached_property
    def _known_data(self) -> dict[str, Any]:
        return {}

    def _data_file(self, name: str) -> Any:
        if not re.fullmatch(r"[\w-]+", name):
            return None
        for suffix in (".js", ".mjs", ".cjs", ".ts", ".json", ".yaml", ".yml", ".toml"):
            path = self.root / self.data_folder / f"{name}{suffix}"
            if path.is_file():
                return self.read_data(path)
        return None

    def read_data(self, path: Path) -> Any:
        """The value of a file of data; functions are what they return."""
        if path.suffix in SCRIPTS:
            script = self.modules.script(path)
            if script.exported is None:
                return {name: script.value(name) for name in script.names if name != "default"}
            return exported_object(script.exported) or script.exported
        if path.suffix == ".json":
            try:
                return json.loads(beginning(path, MOST_BYTES))
            except (ValueError, RecursionError):
                return Computed(path.name)
        found = read_settings(path.parent, [path.name])
        return found.values if found else None


def _normal(path: str) -> str:
    """A path below the root as plainly as it can be written; '' for the root."""
    plain = posixpath.normpath(path.strip().lstrip("/") or ".")
    return "" if plain == "." else plain


def _below(folder: str, pattern: str) -> str:
    if not folder:
        return pattern
    bare = pattern.removeprefix("!").removeprefix("./").lstrip("/")
    return f"{'!' if pattern.startswith('!') else ''}{folder}/{bare}"
