"""Finding: where in a folder sites lie, and which of them is meant."""

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from publisher.content import generators
from publisher.content.generators import detect_all, generator
from publisher.content.generators.base import Found, FoundSource, Sure
from publisher.content.source import Source
from publisher.errors import ContentError

_DEEPEST = 4
_HIGHEST = 4
_MOST_FOLDERS = 2_000
_MOST_SITES = 12
_PASSED_OVER = frozenset({
    "node_modules", "bower_components", "vendor", "site-packages", "venv", "themes", "theme",
    "examplesite", "example", "examples", "demo", "demos", "archetypes", "starter", "starters",
    "template", "templates", "boilerplate", "test", "tests", "__tests__", "spec", "fixture",
    "fixtures", "__fixtures__", "testdata", "test-data", "e2e", "_site", "dist", "build", "output",
    "out", "public", "target", "build_local", "build_production", "resources", "coverage", "static",
    "assets", "images", "img", "locale", "locales", "i18n", "layouts", "_layouts", "_includes",
})  # fmt: skip
_NOTE = (
    "the files of {0} are here, too ({1}); if that builds the site: publish init --generator {0}"
)


def find_sites(folder: Path, name: str = "") -> list[Found]:
    """The sites in `folder`, the likeliest first: that of the folder itself, or those below it.

    With `name` only that generator's count. Folders are looked at from the top down, a bounded
    number of them; those of dependencies, themes, examples, tests and built pages are passed over.
    """
    names = [name] if name else generators.generators()
    own = _at(folder, names)
    if own and own.sure > Sure.GUESS and own.sources:
        return [own]
    below = list(_below(folder, names))
    found = [each for each in (own, *below) if each]
    likely = [each for each in found if each.sure > Sure.GUESS and each.sources]
    several = likely or found
    return sorted(several, key=_likelihood) if several[1:] else several  # posts are counted then


def site_around(folder: Path) -> Found | None:
    """The site that `folder` lies in, if it is surely one's."""
    for above in list(folder.resolve().parents)[:_HIGHEST]:
        found = _at(above, generators.generators())
        if found and found.sure > Sure.GUESS and found.sources:
            return found
    return None


def count_posts(found: Found) -> int:
    """How many files the site's sources list."""
    return sum(len(paths) for paths in (_paths(found, each) for each in found.sources))


def rivals(all_found: list[Found]) -> list[Found]:
    """Those of one folder that are as sure as the first, and found posts as well."""
    first, *others = all_found
    return [each for each in others if each.sure == first.sure and each.sources]


def _at(folder: Path, names: Collection[str]) -> Found | None:
    """The site whose root is `folder`, with a note of every other generator that is as sure."""
    found = detect_all(folder, names)
    if not found:
        return None
    equal = [found[0], *rivals(found)]
    best, *others = sorted(equal, key=lambda each: -count_posts(each)) if equal[1:] else equal
    notes = (_NOTE.format(each.generator, each.seen) for each in others)
    return replace(best, notes=(*best.notes, *notes))


def _likelihood(found: Found) -> tuple[bool, bool, int, int]:
    return (not found.sources, found.sure is Sure.GUESS, -count_posts(found), len(found.root.parts))


def _paths(found: Found, source: FoundSource) -> list[str]:
    site = Source(
        folder=source.folder,
        base=found.root,
        url=found.base_url,
        zone=ZoneInfo("UTC"),
        generator=found.generator,
        path=source.path,
        name=source.name,
        site=found.root,
    )
    try:
        return [file.path for file in generator(found.generator)(site).sources().files]
    except ContentError:
        return []
    except Exception:  # noqa: BLE001  a hostile site is not the likeliest
        return []


def _below(top: Path, names: Collection[str]) -> Iterator[Found]:
    """The sites below `top`, breadth first; what lies inside a site is not looked at."""
    asked = {name: _marks(name) for name in names}
    pending, looked, sites = [_Folder(top, 0)], 0, 0
    while pending and looked < _MOST_FOLDERS and sites < _MOST_SITES:
        folder = pending.pop(0)
        looked += 1
        entries = folder.entries()
        likely = [name for name, marks in asked.items() if marks & entries.keys()]
        if folder.depth and likely and (found := _at(folder.path, likely)):
            sites += 1
            yield found
        elif folder.depth < _DEEPEST:
            pending += [
                _Folder(folder.path / name, folder.depth + 1)
                for name, is_folder in sorted(entries.items())
                if is_folder and name[0] != "." and not _is_passed_over(name.lower())
            ]


def _is_passed_over(name: str) -> bool:
    return name in _PASSED_OVER or name.startswith("theme") or name.endswith("template")


@cache
def _marks(name: str) -> frozenset[str]:
    """Names of which one lies in every root of the generator's sites."""
    return frozenset(each.partition("/")[0] for each in generator(name).settings)


@dataclass(frozen=True, slots=True)
class _Folder:
    path: Path
    depth: int

    def entries(self) -> dict[str, bool]:
        """What lies in it, and whether it is a folder; a link to one is none, so that loops end."""
        try:
            with os.scandir(self.path) as entries:
                return {each.name: each.is_dir(follow_symlinks=False) for each in entries}
        except OSError:
            return {}
