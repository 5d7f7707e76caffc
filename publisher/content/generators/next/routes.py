"""Routes: the folders of app/ and pages/ as patterns."""

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

ROOTS = ("app", "src/app", "pages", "src/pages")
PAGE = re.compile(r"/page\.mdx?$")
_MOST_FOLDERS = 3_000
_PAGES = (".js", ".jsx", ".ts", ".tsx", ".mdx", ".md")
_PARAMETER = re.compile(r"\[{1,2}(\.\.\.)?(\w+)\]{1,2}")
_OTHERS = frozenset({
    "tag", "tags", "category", "categories", "topic", "topics", "author", "authors", "page",
    "pages", "archive", "archives", "api", "docs", "series", "user", "users", "product", "products",
    "project", "projects", "auth", "feed", "search",
})  # fmt: skip
_LANGUAGES = frozenset({"lang", "locale", "lng", "language", "i18n"})
_PARTS = {
    "year": ":year", "yyyy": ":year", "month": ":month", "mm": ":month", "day": ":day",
    "date": ":day", "dd": ":day", "category": ":category",
}  # fmt: skip


class Route(NamedTuple):
    """One route with a parameter: `fixed` are its segments before it."""

    fixed: tuple[str, ...]
    pattern: tuple[str, ...]
    whole: bool
    """Whether the parameter takes several segments."""


def routes(root: Path) -> Iterator[Route]:
    """The routes of a site that may be posts'."""
    for name in ROOTS:
        for path in islice(_files(root / name), _MOST_FOLDERS):
            if found := route_of_file(path, is_app=name.endswith("app")):
                yield found


def _files(top: Path) -> Iterator[str]:
    for folder, folders, files in islice(os.walk(top), _MOST_FOLDERS):
        folders[:] = sorted(each for each in folders if each[0] not in "._@" and each != "api")
        below = os.path.relpath(folder, top).replace(os.sep, "/")
        for file in sorted(files):
            if "[" in file or "[" in below:
                yield file if below == "." else f"{below}/{file}"


def route_of_file(path: str, *, is_app: bool) -> Route | None:
    """The route of a page whose file is at `path` below app/ or pages/; None if it has none."""
    *segments, file = path.split("/")
    last, dot, ending = file.rpartition(".")
    segments.append(last)
    if dot + ending not in _PAGES or (is_app and last != "page"):
        return None
    if is_app or last == "index":
        segments = segments[:-1]
    segments = [each for each in segments if not (each.startswith("(") and each.endswith(")"))]
    return _route([each for each in segments if not _is_language(each)])


def _is_language(segment: str) -> bool:
    match = _PARAMETER.fullmatch(segment)
    return match is not None and match[2].lower() in _LANGUAGES


def _route(segments: list[str]) -> Route | None:
    fixed: list[str] = []
    pattern: list[str] = []
    whole = False
    for number, segment in enumerate(segments):
        match = _PARAMETER.fullmatch(segment)
        if match is None:
            if segment.lower() in _OTHERS or "[" in segment:
                return None
            pattern.append(segment)
            if not whole and len(fixed) == number:
                fixed.append(segment)
            continue
        name = match[2].lower()
        if name in _OTHERS and name not in _PARTS:
            return None
        whole = match[1] is not None
        is_last = number == len(segments) - 1
        if not is_last and name not in _PARTS and name != "slug":
            return None
        pattern.append(":path" if whole else _PARTS.get(name, ":slug") if not is_last else ":slug")
    return Route(tuple(fixed), tuple(pattern), whole) if ":" in "".join(pattern) else None
