"""Plain Markdown: a folder of posts with heads, whose addresses follow a pattern."""

import os
from collections.abc import Iterator
from datetime import UTC
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from publisher.content.frontmatter.dates import file_date
from publisher.content.frontmatter.fences import read_raw
from publisher.content.frontmatter.fields import ALL, present
from publisher.content.frontmatter.parse import read_metadata
from publisher.content.generators.base import (
    Address,
    Document,
    Found,
    FoundSource,
    Generator,
    Sure,
)

if TYPE_CHECKING:
    from publisher.content.pattern import Pattern

_USUAL = (
    "posts", "_posts", "blog", "content/posts", "content/blog", "content/post", "content/articles",
    "content", "src/posts", "src/blog", "src/content/blog", "src/content/posts", "src/content",
    "src/pages/blog", "src/pages/posts", "data/blog", "data/posts", "articles", "notes",
    "source/posts", "source/_posts", "pages/blog", "pages/posts", "app/blog", "md", "markdown",
)  # fmt: skip
_LOOKED_AT = 12
_FEWEST = 2
_UNPATTERNED = "nobody knows its address; set content.urls to a pattern such as /blog/:slug/"
_NOTE = (
    "no generator's settings were found, so the addresses of posts are not known; "
    "set content.urls to their pattern, or run publish init --sitemap FILE"
)


class Plain(Generator):
    """Markdown with a pattern, for sites of no generator that Publisher knows."""

    suffixes = (".markdown", ".mdx", ".md")
    skipped_folders = frozenset({"node_modules", "vendor"})

    @staticmethod
    def detect(folder: Path) -> Found | None:
        """A guess at most: a folder with a usual name in which most files are dated posts."""
        for name in _USUAL:
            if _holds_posts(folder / name):
                source = FoundSource("posts", folder / name)
                seen = f"dated posts in {name}"
                return Found(
                    root=folder, seen=seen, sure=Sure.GUESS, sources=(source,), notes=(_NOTE,)
                )
        return None

    @cached_property
    def _pattern(self) -> "Pattern | None":
        from publisher.content.pattern import Pattern

        return Pattern(self.source.path) if self.source.path else None

    def permalink(self, document: Document) -> Address:
        """By `content.path`, which is a pattern as `content.urls` takes it."""
        from publisher.content.pattern import Facts, page_url

        if self._pattern is None:
            return Address("", problem=_UNPATTERNED)
        path, missing = self._pattern.path(Facts(document, self.zone, self.language(document)))
        if missing:
            return Address("", problem=f"{self.source.path} needs {missing}, which it lacks")
        return Address(page_url(self.source.url, path))


class _Look(NamedTuple):
    """How many files were looked at, and how many of them are dated."""

    files: int
    dated: int


def _holds_posts(folder: Path) -> bool:
    look = _looked_at(folder)
    return look.dated >= _FEWEST and look.dated * 2 > look.files


def _looked_at(folder: Path) -> _Look:
    files = list(islice(_markdown(folder, 2), _LOOKED_AT))
    return _Look(len(files), sum(map(_is_dated, files)))


def _markdown(folder: Path, depth: int) -> Iterator[Path]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(islice(found, 200), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name[0] in "._":
            continue
        if entry.name.lower().endswith(Plain.suffixes) and entry.is_file():
            yield Path(entry.path)
        elif depth and entry.is_dir(follow_symlinks=False):
            yield from _markdown(Path(entry.path), depth - 1)


def _is_dated(path: Path) -> bool:
    if file_date(path.name, UTC):
        return True
    try:
        values = read_metadata(read_raw(str(path))).values
    except (OSError, ValueError):
        return False
    return bool(present(tuple(values), ALL).date)
