"""Which files are pages: bundles, ignored files, languages that are not built."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from publisher.content.generators.base import Kind
from publisher.content.generators.hugo.config import Config, texts
from publisher.content.generators.hugo.globs import matches
from publisher.content.generators.hugo.mounts import Mounted
from publisher.content.generators.hugo.places import BRANCH, LEAF, Bundled, Places, bundles

_SLOW = re.compile(r"[+*}]\)[+*{]")  # a pattern that may take for ever
_LONGEST = 300


class Judge:
    """Says of each file of a source what it is; `sizes` counts them by their first folder."""

    def __init__(
        self, folder: Path, paths: Sequence[str], mounted: Mounted, config: Config, places: Places
    ) -> None:
        self._start = f"{folder}/"
        self._mounted = mounted
        self._places = places
        self._bundled = Bundled(bundles(paths, places))
        patterns = map(_pattern, texts(config.values.get("ignorefiles")))
        self._ignored = [each for each in patterns if each]
        self._globs = bool(mounted.taken or mounted.left_out)
        self.sizes = Counter(map(self._top, paths))

    def kind(self, path: str) -> Kind:
        """What the file at `path` below the source's folder is."""
        place = self._places.place(path)
        is_resource = self._bundled(path, is_leaf=place.kind == LEAF)
        if is_resource or not place.language or self._is_ignored(path):
            return Kind.OTHER
        return Kind.DATA if place.kind == BRANCH else Kind.POST

    def _top(self, path: str) -> str:
        """The first folder of a page; '' for one outside of any."""
        section, slash, below = f"{self._mounted.mount.prefix}/{path}"[1:].partition("/")
        is_bundle = below.startswith(f"{LEAF}.")
        return section.lower().replace(" ", "-") if slash and not is_bundle else ""

    def _is_ignored(self, path: str) -> bool:
        if self._ignored and any(each.search(self._start + path) for each in self._ignored):
            return True
        if not self._globs:
            return False
        taken, left_out = self._mounted.taken, self._mounted.left_out
        if any(_covers(glob, path) for glob in left_out):
            return True
        return bool(taken) and not any(_covers(glob, path) for glob in taken)


def _pattern(written: str) -> re.Pattern[str] | None:
    """A pattern of `ignoreFiles`; None for one that cannot be used."""
    if len(written) > _LONGEST or _SLOW.search(written):
        return None
    try:
        return re.compile(written)
    except re.error:
        return None


def _covers(glob: str, path: str) -> bool:
    bare = glob.strip().removeprefix("/")
    return matches(bare, path) or (bare.startswith("**/") and matches(bare[3:], path))
