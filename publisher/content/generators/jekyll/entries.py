"""Entries: which folders and files Jekyll reads at all."""

import os
import re
from collections.abc import Iterable, Iterator
from fnmatch import translate
from functools import cached_property
from pathlib import Path

from publisher.content.generators.jekyll.site import Site

_SPECIAL = ("_", ".", "#", "~")
_FOLDERS = ("_posts", "_drafts")
_MOST_FOLDERS = 100_000


class Entries:
    """The entries of one site's source that Jekyll does not pass over."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._built = _trimmed(site.text("destination")) or "_site"

    @cached_property
    def _excluded(self) -> "_Patterns":
        return _Patterns(self._site.excluded)

    @cached_property
    def _included(self) -> "_Patterns":
        return _Patterns(self._site.included)

    def skips(self, path: str, entry: str, *, is_folder: bool = False) -> bool:
        """Whether Jekyll passes over `path` (below the source), which it meets as `entry`."""
        name = entry.rpartition("/")[2]
        included = self._site.included and (
            self._included.match(entry) or self._included.match(name)
        )
        if included:
            return False
        if entry.startswith(_SPECIAL) or name.startswith(_SPECIAL) or name.endswith("~"):
            return True
        return self._excluded.match(path, is_folder=is_folder)

    def folders(self) -> Iterator[str]:
        """Every `_posts` and `_drafts` below the source, as paths relative to it.

        Links are followed as long as they stay inside the source; a folder that is reached twice is
        looked at once.
        """
        root = str(self._site.source)
        real, pending = os.path.realpath(root), [""]
        seen: set[str] = set()
        while pending and len(seen) < _MOST_FOLDERS:
            place = pending.pop()
            path = f"{root}/{place}" if place else root
            where = os.path.realpath(path)
            if where in seen or not (where + os.sep).startswith(real + os.sep):
                continue
            seen.add(where)
            for name in sorted(_folders_in(path), reverse=True):
                below = f"{place}/{name}" if place else name
                if name in _FOLDERS:
                    if self._is_collected(place):
                        yield below
                elif below != self._built and not self.skips(below, name, is_folder=True):
                    pending.append(below)

    def _is_collected(self, place: str) -> bool:
        """Whether posts in the folder `place` count, as `collections_dir` may hold them all."""
        return place.startswith(self._site.collections_dir)


def _folders_in(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return [each.name for each in entries if _is_folder(each)]
    except OSError:
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.name[0] != "." and entry.is_dir()
    except OSError:
        return False


class _Patterns:
    """Patterns as `include` and `exclude` have them: a beginning of a path, or shell wildcards."""

    def __init__(self, patterns: Iterable[str]) -> None:
        plain = [each.lstrip("/") for each in patterns]
        self._starts = tuple(filter(None, plain))
        self._folders = frozenset(each[:-1] for each in plain if each.endswith("/"))
        wild = [translate(each) for each in plain if set("*?[") & set(each)]
        self._wild = re.compile("|".join(wild)) if wild else None

    def match(self, path: str, *, is_folder: bool = False) -> bool:
        if path.startswith(self._starts):
            return True
        if is_folder and path in self._folders:
            return True
        return self._wild is not None and self._wild.match(path) is not None


def _trimmed(written: str) -> str:
    return written.removeprefix("./").strip("/")


def below_source(site: Site, folder: Path) -> str:
    """`folder` as a path below the site's source, with a slash at its end; '' where it is not."""
    try:
        place = folder.relative_to(site.source).as_posix()
    except ValueError:
        return ""
    return "" if place == "." else f"{place}/"
