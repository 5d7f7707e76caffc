"""Reading: the folder becomes posts, through the index where nothing changed."""

import gc
import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from publisher.content.files import File, Refused, list_files
from publisher.content.generators.base import generator
from publisher.content.index import Entry, Index
from publisher.content.listing import Listed, order
from publisher.content.payload import FORMAT, Codec, before, sorts_as, unpacked
from publisher.content.source import Source
from publisher.model.posts import Post

if TYPE_CHECKING:
    from publisher.content.opening import Opened, Opener

_AT_ONCE = 500

Progress = Callable[[int, int], None]
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Reading:
    """A site read once.

    `posts` holds every file found, whatever its status, by (date, path), undated ones last.
    `changed` counts the files that were new or no longer as indexed, `removed` those that are gone.
    `moment` is when the folder had been read: what is in it counts as seen by then.
    """

    posts: list[Post]
    changed: int
    removed: int
    moment: datetime


def read_site(
    source: Source,
    index: Index | None,
    clock: Clock,
    progress: Progress | None = None,
    since: datetime | None = None,
    keep: frozenset[str] = frozenset(),
) -> Reading:
    """Read every post of `source`; open only the files whose size or time of change is new.

    With `since`, files dated before that moment are looked at, but no posts are made of them unless
    their paths are in `keep`.

    `clock` (aware) is asked once, after the folder was read; new files count as first seen then.
    `progress` is told how many of how many files have been looked at. The index is written once, at
    the end, and only if there is something to write.

    Raises:
        ContentError: the folder is missing or cannot be read, or the generator is not known.
    """
    with _no_collection():
        reader = _Reader(source, index, clock, progress)
        read = reader.read()
        entries = read.entries
        if since is not None:
            first = since.timestamp()
            entries = [
                entry for entry in entries if sorts_as(entry)[0] >= first or entry.path in keep
            ]
        posts = reader.posts(entries) + read.troubled
        posts.sort(key=lambda post: (order(post), post.path))
    return Reading(posts, read.changed, read.removed, read.moment)


def list_site(
    source: Source, index: Index | None, clock: Clock, progress: Progress | None = None
) -> list[Listed]:
    """Read as `read_site` does, and give every file as it is listed, in the same order.

    No posts are made of entries: a listing where nothing changed costs little more than the look
    at the folder.

    Raises:
        ContentError: the folder is missing or cannot be read, or the generator is not known.
    """
    with _no_collection():
        reader = _Reader(source, index, clock, progress)
        read = reader.read()
        read.entries.extend(reader.entries(read.troubled))
        return reader.listed(read.entries)


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


class _Read(NamedTuple):
    """What the folder and the index hold: entries of readable files, posts of the others."""

    entries: list[Entry]
    troubled: list[Post]
    changed: int
    removed: int
    moment: datetime


class _Reader:
    def __init__(
        self, source: Source, index: Index | None, clock: Clock, progress: Progress | None
    ) -> None:
        self._source = source
        self._index = index
        self._clock = clock
        self._codec = Codec(source.zone, source.language)
        self._fingerprint = fingerprint(source)
        self._progress = progress or _silent
        self._known: dict[str, Entry] = {}
        self._fresh = False
        self._indexed_before = False
        if index is not None:
            # Asked in this order: a first index that another process saves in between must not
            # make every post look as if it had come just now.
            self._indexed_before = index.ever_indexed()
            self._known, self._fresh = index.load(self._fingerprint)

    @cached_property
    def _opener(self) -> "Opener":
        from publisher.content.opening import Opener  # where nothing changed, none is opened

        return Opener(self._source, self._codec)

    def posts(self, entries: list[Entry]) -> list[Post]:
        """The posts of entries, in no order; `entries` is emptied, to hold a site only once."""
        self._known.clear()
        posts: list[Post] = []
        while entries:
            posts += self._codec.decode(entries[-_AT_ONCE:])
            del entries[-_AT_ONCE:]
        return posts

    def listed(self, entries: list[Entry]) -> list[Listed]:
        """Entries as they are listed, in order; `entries` is emptied, to hold a site only once."""
        self._known.clear()
        files: list[Listed] = []
        while entries:
            files.append(unpacked(entries.pop()))
        files.sort()
        return files

    def entries(self, posts: list[Post]) -> list[Entry]:
        """The entries that posts would have; nothing keeps them."""
        return [Entry(post.path, 0, 0, None, self._codec.encode(post)) for post in posts]

    def read(self) -> _Read:
        """Look at every file, open what changed, and bring the index up to date."""
        suffixes = generator(self._source.generator).suffixes
        found = list_files(self._source.folder, self._source.base, suffixes)
        same, new = self._sorted_out(found.files)
        total = len(found.files)
        found.files.clear()
        opened = self._open(new, len(same)) if new else []
        new.clear()
        self._progress(total, total)
        troubled = [self._opener.refused(item.name, item.problem) for item in found.refused]
        troubled += self._codec.decode([each.entry for each in opened if not each.readable])
        there = chain(same, (each.entry for each in opened))
        gone = self._gone(found.refused, (entry.path for entry in there))
        moment = self._clock()
        same, early = _brought_back(same, moment.timestamp())
        seen = moment.timestamp() if self._indexed_before else None
        entries = self._dated([each.entry for each in opened if each.readable], gone, seen)
        if self._index is not None and (entries or gone or early or not self._fresh):
            self._index.save(self._fingerprint, entries + early, gone)
        return _Read(same + entries + early, troubled, len(entries), len(gone), moment)

    def _open(self, new: list[File], done: int) -> list["Opened"]:
        def told(number: int, total: int) -> None:
            self._progress(done + number, done + total)

        meanwhile = self._index.expect_save if self._index else _nothing
        return self._opener.open_all(new, told, meanwhile)

    def _sorted_out(self, files: list[File]) -> tuple[list[Entry], list[File]]:
        if not self._fresh:
            return [], list(files)
        same: list[Entry] = []
        new: list[File] = []
        known = self._known.get
        for file in files:
            entry = known(file.name)
            if entry and entry.mtime_ns == file.mtime_ns and entry.size == file.size:
                same.append(entry)
            else:
                new.append(file)
        return same, new

    def _gone(self, refused: list[Refused], there: Iterable[str]) -> list[str]:
        """Indexed paths that are there no more; what cannot be looked at is not gone."""
        if not self._known:
            return []
        missing = self._known.keys() - {item.name for item in refused}.union(there)
        closed = tuple(f"{item.name}/" for item in refused if item.is_folder)
        return sorted(path for path in missing if not path.startswith(closed))

    def _dated(self, entries: list[Entry], gone: list[str], seen: float | None) -> list[Entry]:
        """The entries with the moment each was first seen: `seen`, or what was known of it.

        A moved post keeps its own.
        """
        if not self._known:
            return [entry._replace(first_seen=seen) for entry in entries] if seen else entries
        moved = self._by_url(gone)
        dated = ((entry, self._first_seen(entry, moved, seen)) for entry in entries)
        return [entry._replace(first_seen=moment) for entry, moment in dated]

    def _by_url(self, gone: list[str]) -> dict[str, Entry]:
        if not self._fresh:
            return {}
        entries = [self._known[path] for path in gone]
        return {before(entry).url: entry for entry in entries}

    def _first_seen(
        self, entry: Entry, moved: dict[str, Entry], seen: float | None
    ) -> float | None:
        now = before(entry)
        known = self._known.get(entry.path) or moved.get(now.url)
        if known is None:
            return seen
        held_back = self._fresh and not before(known).sendable
        if held_back and now.sendable:
            return seen
        return min(known.first_seen, seen) if known.first_seen and seen else known.first_seen


def _brought_back(entries: list[Entry], now: float) -> tuple[list[Entry], list[Entry]]:
    """The entries as they are, and those first seen by a clock that was ahead: seen `now`."""
    ahead = [entry for entry in entries if entry.first_seen and entry.first_seen > now]
    if not ahead:
        return entries, []
    right = [entry for entry in entries if not (entry.first_seen and entry.first_seen > now)]
    return right, [entry._replace(first_seen=now) for entry in ahead]


def _nothing() -> None:
    """There is nothing to prepare."""


def _silent(_done: int, _total: int) -> None:
    """Nobody wants to know."""
