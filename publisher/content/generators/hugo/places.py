"""Places: what a file's path says of its page: folder, name, language, section, bundle."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from publisher.content.generators.hugo.config import Config
from publisher.content.generators.hugo.slugs import lower

LEAF, BRANCH = "index", "_index"
_BUNDLES = frozenset({LEAF, BRANCH})


class Place(NamedTuple):
    """Where a page is in the site.

    `folder` and `name` are as Hugo has them in paths (lower case, `-` for blanks), `folder` with a
    slash before each part; `written` and `written_folder` are as their author wrote them. Those of
    a bundle are its folder's. `language` is '' where the site does not build it.
    """

    folder: str
    name: str
    written: str
    written_folder: str
    language: str
    kind: str = ""

    @property
    def path(self) -> str:
        """The page's path, as Hugo's globs match it."""
        return f"{self.folder}/{self.name}"

    @property
    def section(self) -> str:
        """The first folder; '' for a page outside of any."""
        return self.folder[1:].partition("/")[0]


@dataclass(frozen=True, slots=True)
class Mount:
    """What the source's folder is to the site.

    `prefix` is where its files appear below `content` ('' or `/posts`), `language` that of files
    that name none.
    """

    prefix: str
    language: str


class Places:
    """Reads the paths of one source."""

    def __init__(self, config: Config, mount: Mount) -> None:
        self._languages = frozenset(config.languages)
        self._disabled = config.disabled
        self._mount = mount
        self._folders: dict[str, tuple[str, str]] = {}

    def place(self, path: str) -> Place:
        """The place of the file at `path` below the source's folder."""
        folder, _, file = path.rpartition("/")
        written, language = self._named(file)
        kind = written if written in _BUNDLES else ""
        if kind == LEAF:
            whole = f"{self._mount.prefix}/{folder}" if folder else self._mount.prefix
            above, _, written = whole.rpartition("/")
            return Place(_normal(above), _normal(written), written, above, language, kind)
        known = self._folders.get(folder)
        if known is None:
            whole = f"{self._mount.prefix}/{folder}" if folder else self._mount.prefix
            known = self._folders[folder] = (_normal(whole), whole)
        return Place(known[0], _normal(written), written, known[1], language, kind)

    def _named(self, file: str) -> tuple[str, str]:
        """The name of a file without its endings, and its language."""
        parts = file.split(".")
        if len(parts) == 2:  # noqa: PLR2004 - nearly every file's name
            return parts[0], self._mount.language
        for place in range(len(parts) - 2, 0, -1):
            word = parts[place].lower()
            if word in self._languages:
                return ".".join(parts[:place]), word
            if word in self._disabled:
                return ".".join(parts[:place]), ""
        return ".".join(parts[:-1]), self._mount.language


def _normal(path: str) -> str:
    return lower(path.replace(" ", "-"))


def bundles(paths: Iterable[str], places: Places) -> set[str]:
    """The folders that are leaf bundles: what else lies in them is no page."""
    files = (path.rpartition("/") for path in paths)
    return {
        folder
        for folder, _, file in files
        if folder and file.startswith(LEAF) and places.place(file).kind == LEAF
    }


class Bundled:
    """Whether a file lies in a leaf bundle, without being its page."""

    def __init__(self, folders: Collection[str]) -> None:
        self._folders = folders
        self._known: dict[str, bool] = {"": False}

    def __call__(self, path: str, *, is_leaf: bool) -> bool:
        """Ask for the file at `path`; `is_leaf` says that it is called `index`."""
        folder = path.rpartition("/")[0]
        return self._inside(folder.rpartition("/")[0] if is_leaf else folder)

    def _inside(self, folder: str) -> bool:
        known = self._known.get(folder)
        if known is None:
            known = folder in self._folders or self._inside(folder.rpartition("/")[0])
            self._known[folder] = known
        return known
