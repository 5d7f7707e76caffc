"""Sections: what `_index` files and the site's settings say of the pages below them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from publisher.content.files import File
from publisher.content.frontmatter.fences import BOUND, Raw, read_raw, split_head
from publisher.content.frontmatter.parse import flattened
from publisher.content.frontmatter.yaml import load_yaml
from publisher.content.generators.hugo.config import Config, Options, lowered, mappings, text
from publisher.content.generators.hugo.globs import Target, target
from publisher.content.generators.hugo.places import Place, Places
from publisher.content.generators.hugo.versions import pinned_version

_SLUGS_SINCE = (0, 166)
_TARGETS = ("target", "_target")


class Rule(NamedTuple):
    """Values for the pages that `target` means, as front matter has them."""

    target: Target
    values: Options


class Sections:
    """The sections of one source, by the files `_index` in it."""

    def __init__(
        self, files: Sequence[File], start: int, places: Places, config: Config, root: Path
    ) -> None:
        self._config = config
        self._heads: dict[tuple[str, str], Options] = {}
        self._slugged: dict[tuple[str, str], str] = {}
        self._rules: dict[tuple[str, str], list[Rule]] = {}
        self._chains: dict[tuple[str, str], tuple[Rule, ...]] = {}
        for file in files:
            place = places.place(file.path[start:])
            self._read(file.path, place)
        if self._slugged and (pinned_version(root) or _SLUGS_SINCE) < _SLUGS_SINCE:
            self._slugged.clear()

    def _read(self, path: str, place: Place) -> None:
        head = read_nested(path)
        key = (place.folder, place.language)
        self._heads[key] = head
        if slug := text(head.get("slug")).strip("-/"):
            self._slugged[key] = slug
        if rules := list(_rules(head.get("cascade"))):
            self._rules[key] = rules

    def cascade(self, place: Place) -> list[Rule]:
        """The rules that may hold for a page, the nearest first, the site's own last."""
        key = (place.folder, place.language)
        chain = self._chains.get(key)
        if chain is None:
            chain = self._chains[key] = tuple(self._chain(*key))
        return [rule for rule in chain if rule.target.matches(place.path, key[1])] if chain else []

    def _chain(self, folder: str, language: str) -> Iterator[Rule]:
        while True:
            yield from self._rules.get((folder, language), ())
            if not folder:
                break
            folder = folder.rpartition("/")[0]
        yield from _rules(self._config.of(language).get("cascade"))

    def current(self, folder: str, language: str) -> str:
        """The folder of the section that a page in `folder` belongs to; '' is the home page."""
        while folder.count("/") > 1 and (folder, language) not in self._heads:
            folder = folder.rpartition("/")[0]
        return folder

    def path(self, folder: str, written: str, language: str) -> str:
        """The folder in addresses: a section's own slug stands for its name, since Hugo 0.166.

        `written` is the folder as it is to be where no section has a slug.
        """
        if not self._slugged:
            return written
        parts, names = folder.split("/"), written.split("/")
        for count in range(1, len(parts)):
            own = self._slugged.get(("/".join(parts[: count + 1]), language))
            names[count] = own or names[count]
        return "/".join(names)

    def slug(self, folder: str, language: str) -> str:
        """What stands for a section in `:sectionslug`: its slug, title or the folder's name."""
        head = self._heads.get((folder, language), {})
        written = text(head.get("slug")) or text(head.get("title"))
        return written or _plural(folder.rpartition("/")[2])


def _plural(name: str) -> str:
    """The title that Hugo gives to a section without one, as far as English is regular."""
    name = name[:1].upper() + name[1:]
    if name.endswith("s"):
        return name
    return f"{name[:-1]}ies" if name.endswith(("by", "gy", "ry", "ty")) else f"{name}s"


def _rules(written: Any) -> Iterator[Rule]:
    for each in mappings(written):
        aimed = next((each[key] for key in _TARGETS if key in each), None)
        values = {key: value for key, value in each.items() if key not in _TARGETS}
        values |= next(mappings(values.pop("params", None)), {})
        if values:
            yield Rule(target(aimed), flattened(values))


def read_nested(path: str) -> Options:
    """The front matter of a file with what nests in it, keys in lower case; {} if it has none."""
    try:
        return _nested(read_raw(path))
    except Exception:  # noqa: BLE001  parsers raise whatever a value makes them
        return {}


def _nested(raw: Raw) -> Options:
    head = split_head(raw)
    if len(raw.content) >= BOUND or (not head.closed and head.kind != "json"):
        return {}
    loaded: Any = {}
    if head.kind == "toml":
        import tomllib

        loaded = tomllib.loads(head.text)
    elif head.kind == "yaml":
        loaded = load_yaml(head.text)
    elif head.kind == "json":
        import json

        loaded = json.JSONDecoder().raw_decode(head.text.lstrip())[0]
    return lowered(loaded) if isinstance(loaded, dict) else {}
