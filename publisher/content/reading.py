"""Reading: the folder becomes posts, through the index where nothing changed."""

import gc
import hashlib
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from publisher.content.folder import File, Listing, Refused, list_files
from publisher.content.generators import generator
from publisher.content.index import Entry, Index
from publisher.content.payload import FORMAT, Codec, before, sendable_from
from publisher.content.post import Post
from publisher.content.source import Source

if TYPE_CHECKING:
    from publisher.content.building import Builder
    from publisher.content.opening import Opened

_STEP = 250


@dataclass(frozen=True, slots=True)
class Reading:
    """A site read once.

    `posts` holds every file found, whatever its status, by (date, path), undated ones last.
    `changed` counts the files that were new or no longer as indexed, `removed` those that are gone.
    """

    posts: list[Post]
    changed: int
    removed: int


def read_site(
    source: Source,
    index: Index | None,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> Reading:
    """Read every post of `source`; open only the files whose size or time of change is new.

    `now` (aware) is the moment at which new files count as first seen. `progress` is told how many
    of how many files have been looked at. The index is written once, at the end, and only if there
    is something to write.

    Raises:
        ContentError: the folder is missing or cannot be read, or the generator is not known.
    """
    found = list_files(source.folder, source.base, generator(source.generator).suffixes)
    with _no_collection():
        return _Reader(source, index, now, progress).read(found)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Let the collector rest: tens of thousands of posts are made here, and none is garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def fingerprint(source: Source) -> str:
    """What payloads depend on besides the files: the source's settings and the payload's format."""
    settings = f"{FORMAT}|{source!r}"
    return hashlib.sha256(settings.encode("utf-8", "backslashreplace")).hexdigest()[:32]


class _Reader:
    def __init__(
        self,
        source: Source,
        index: Index | None,
        now: datetime,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self._source = source
        self._index = index
        self._zone = source.zone
        self._codec = Codec(source.zone, source.language)
        self._fingerprint = fingerprint(source)
        self._progress = progress or _silent
        self._known: dict[str, Entry] = {}
        self._fresh = False
        self._first_seen_now: float | None = None
        if index is not None:
            self._known, self._fresh = index.load(self._fingerprint)
            self._first_seen_now = now.timestamp() if index.ever_indexed() else None

    @cached_property
    def _builder(self) -> "Builder":
        from publisher.content.building import Builder  # where nothing changed, nothing is built

        return Builder(self._source)

    def read(self, found: Listing) -> Reading:
        same, new = self._sorted_out(found.files)
        posts = self._codec.decode(same)
        posts += [self._builder.unreadable(item.name, item.problem) for item in found.refused]
        opened = self._open(new, len(same)) if new else []
        self._progress(len(found.files), len(found.files))
        posts += [each.post for each in opened if not each.readable]
        read = [each for each in opened if each.readable]
        gone = self._gone(found.refused, [each.file.name for each in read], posts)
        entries = self._remember(read, gone, posts)
        if self._index is not None and (entries or gone or not self._fresh):
            self._index.save(self._fingerprint, entries, gone)
        posts.sort(key=_order)
        return Reading(posts, changed=len(read), removed=len(gone))

    def _sorted_out(self, files: list[File]) -> tuple[list[Entry], list[File]]:
        if not self._fresh:
            return [], files
        same: list[Entry] = []
        new: list[File] = []
        for file in files:
            entry = self._known.get(file.name)
            if entry and entry.mtime_ns == file.mtime_ns and entry.size == file.size:
                same.append(entry)
            else:
                new.append(file)
        return same, new

    def _open(self, files: list[File], done: int) -> list["Opened"]:
        from publisher.content.opening import open_file  # where nothing changed, none is opened

        opened = []
        for number, file in enumerate(files, done):
            if number % _STEP == 0:
                self._progress(number, done + len(files))
            if each := open_file(self._builder, file):
                opened.append(each)
        return opened

    def _gone(self, refused: list[Refused], read: list[str], posts: list[Post]) -> list[str]:
        seen = {post.path for post in posts}.union(read)
        closed = tuple(f"{item.name}/" for item in refused if item.is_folder)
        return [path for path in self._known if path not in seen and not path.startswith(closed)]

    def _remember(self, read: list["Opened"], gone: list[str], posts: list[Post]) -> list[Entry]:
        if self._index is None:
            posts += [each.post for each in read]
            return []
        moved = self._by_url(gone)
        entries = []
        for file, post, _ in read:
            first_seen = self._first_seen(post, self._known.get(post.path) or moved.get(post.url))
            payload = self._codec.encode(post)
            entries.append(Entry(file.name, file.size, file.mtime_ns, first_seen, payload))
            posts.append(post if first_seen is None else self._seen(post, first_seen))
        return entries

    def _seen(self, post: Post, first_seen: float) -> Post:
        return replace(post, sendable_from=sendable_from(post.date, first_seen, self._zone))

    def _by_url(self, gone: list[str]) -> dict[str, Entry]:
        if not self._fresh:
            return {}
        entries = [self._known[path] for path in gone]
        return {before(entry).url: entry for entry in entries}

    def _first_seen(self, post: Post, entry: Entry | None) -> float | None:
        if entry is None:
            return self._first_seen_now
        held_back = self._fresh and not before(entry).sendable
        if held_back and post.date is not None and not post.draft:
            return self._first_seen_now
        return entry.first_seen


def _order(post: Post) -> tuple[float, str]:
    return (post.date.timestamp() if post.date else math.inf, post.path)


def _silent(_done: int, _total: int) -> None:
    """Nobody wants to know."""
