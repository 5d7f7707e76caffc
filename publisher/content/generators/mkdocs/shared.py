"""What posts share: the `.meta.yml` files of their folders, and the authors' names."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from publisher.content.frontmatter.parse import flattened
from publisher.content.settings.files import read_settings

_META = ".meta.yml"


class Shared:
    """The defaults of folders, each read once; the head's own values win, lists are joined."""

    def __init__(self, docs: Path, folder: Path) -> None:
        self._folder = folder
        above = [folder, *folder.parents] if folder.is_relative_to(docs) else [folder]
        self._above = [each for each in above if each.is_relative_to(docs)] or [folder]
        self.files: list[Path] = []
        self._values: dict[str, dict[str, Any]] = {}

    def look_beside(self, paths: Iterable[str]) -> None:
        """Find the files beside those at `paths`, and in the folders around them."""
        folders = {path.rpartition("/")[0] for path in paths}
        around = {parent for each in folders for parent in self._up(Path(each))}
        found = (folder / _META for folder in sorted({*around, *self._above}))
        self.files = [file for file in found if file.is_file()]

    def _up(self, folder: Path) -> list[Path]:
        if not folder.is_relative_to(self._folder):
            return []
        return [folder, *(each for each in folder.parents if each.is_relative_to(self._folder))]

    def merged(self, values: Mapping[str, Any], path: str) -> Mapping[str, Any]:
        """The values of the head of the file at `path`, with its folders' defaults."""
        if not self.files:
            return values
        below = self._defaults(path.rpartition("/")[0])
        return _joined(below, values) if below else values

    def _defaults(self, folder: str) -> dict[str, Any]:
        found = self._values.get(folder)
        if found is None:
            found, place = {}, self._folder / folder
            for file in self.files:
                if place.is_relative_to(file.parent):
                    read = read_settings(file.parent, (file.name,))
                    found = _joined(found, flattened(read.values if read else {}))
            self._values[folder] = found
        return found


def _joined(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    joined = {**below, **above}
    for key in below.keys() & above.keys():
        if isinstance(below[key], tuple) and isinstance(above[key], tuple):
            joined[key] = tuple(dict.fromkeys((*below[key], *above[key])))
    return joined


def author_names(file: Path) -> dict[str, str]:
    """The names of the authors that a file lists, by their keys."""
    read = read_settings(file.parent, (file.name,))
    listed = read.values.get("authors") if read else None
    people = listed.items() if isinstance(listed, Mapping) else ()
    named = {str(key): each.get("name") for key, each in people if isinstance(each, Mapping)}
    return {key: name for key, name in named.items() if isinstance(name, str) and name}
