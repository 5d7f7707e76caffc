"""Reading: the folder becomes posts, through the index where nothing changed."""

import gc
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from publisher.content.files import File, FolderContents, Refused
from publisher.content.generators import generator
from publisher.content.index import FORMAT, Codec, Index, Listed, listed, order, order_of
from publisher.content.opening import can_fork, in_two_processes, open_all, silent
from publisher.content.source import Source
from publisher.durations import Clock, Progress
from publisher.errors import ContentError
from publisher.model.posts import IndexEntry, Post

if TYPE_CHECKING:
    from publisher.content.feeds.feed import Feed
    from publisher.content.generators.base import Generator
    from publisher.content.opening import Builds

_AT_ONCE = 500
_FEWEST_FOR_TWO = 4_000


@dataclass(frozen=True, slots=True)
class Reading:
    """A site read once.

    `posts` holds every file found, whatever its status, by (date, path), undated ones last.
    `changed` counts the files that were new or no longer as indexed, `removed` those that are gone.
    `moment` is when the folder had been read: what is in it counts as seen by then. `remarks` say
    what could not be asked, such as a feed.
    """

    posts: list[Post]
    changed: int
    removed: int
    moment: datetime
    remarks: tuple[str, ...] = ()


def read_site(
    sources: Sequence[Source],
    index: Index | None,
    clock: Clock,
    progress: Progress | None = None,
    since: datetime | None = None,
    keep: frozenset[str] = frozenset(),
) -> Reading:
    """Read every post of `sources`; open only the files whose size or time of change is new.

    With `since`, files dated before that moment are looked at, but no posts are made of them unless
    their paths are in `keep`.

    `clock` (aware) is asked once, after the folder was read; new files count as first seen then.
    `progress` hears how many of how many files have been looked at. The index is written once, at
    the end, and only if there is something to write.

    Raises:
        ContentError: the folder is missing or cannot be read, or the generator is not known.
    """
    with _no_collection():
        reader = _Reader(sources, index, clock, progress)
        read = reader.read()
        entries = read.entries
        if since is not None:
            first = since.timestamp()
            entries = [each for each in entries if order_of(each) >= first or each.path in keep]
        posts = reader.posts(entries) + read.unreadable
        posts.sort(key=lambda post: (order(post), post.path))
    return Reading(posts, read.changed, read.removed, read.moment, read.remarks)


def list_site(
    sources: Sequence[Source], index: Index | None, clock: Clock, progress: Progress | None = None
) -> list[Listed]:
    """Read as `read_site` does, and give every file as it is listed, in the same order.

    Raises:
        ContentError: the folder is missing or cannot be read, or the generator is not known.
    """
    with _no_collection():
        return _Reader(sources, index, clock, progress).listed()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without the garbage collector: tens of thousands of posts are made, and none is garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _lists(source: Source, index: Index | None, clock: Clock) -> "Generator | Feed":
    """What lists the files of a source."""
    if not source.feed:
        return generator(source.generator)(source)
    from publisher.content.feeds.feed import Feed

    return Feed(source, index, clock)


def fingerprint(generators: "Iterable[Generator | Feed]") -> str:
    """What payloads depend on besides the files: settings, theirs and ours, and the format."""
    sites = [f"{each.source!r}|{each.version()}" for each in generators]
    settings = "\n".join([str(FORMAT), *sites])
    return hashlib.sha256(settings.encode("utf-8", "backslashreplace")).hexdigest()[:32]


class _Read(NamedTuple):
    """What the folder and the index hold: entries of readable files, posts of the others."""

    entries: list[IndexEntry]
    unreadable: list[Post]
    changed: int
    removed: int
    moment: datetime
    remarks: tuple[str, ...] = ()


class _Reader:
    def __init__(
        self,
        sources: Sequence[Source],
        index: Index | None,
        clock: Clock,
        progress: Progress | None,
    ) -> None:
        self._generators = [_lists(source, index, clock) for source in sources]
        self._index = index
        self._clock = clock
        self._codec = Codec(sources[0].zone)
        self._fingerprint = ""
        self._progress = progress or silent
        self._known: dict[str, IndexEntry] = {}
        self._fresh = False
        self._came: dict[str, float | None] = {}
        # Asked before it is loaded: a first index that another process saves in between must not
        # make every post look as if it had come just now.
        self._indexed_before = index is not None and index.ever_indexed()

    @cached_property
    def _builders(self) -> "list[Builds]":
        from publisher.content.builder import Builder  # where nothing changed, none is built
        from publisher.content.feeds.feed import Feed, FeedBuilder

        found = self._generators
        return [FeedBuilder(each) if isinstance(each, Feed) else Builder(each) for each in found]

    def _found(self) -> FolderContents:
        """What the folders hold; a file that lies in two of them is the deeper folder's."""
        if len(self._generators) == 1:
            return self._generators[0].sources()
        found = FolderContents()
        taken: set[str] = set()
        depths = [len(each.source.folder.parts) for each in self._generators]
        for number in sorted(range(len(depths)), key=lambda number: -depths[number]):
            contents = self._generators[number].sources()
            new = [file for file in contents.files if file.path not in taken]
            found.files += [file._replace(source=number) for file in new]
            found.remarks += contents.remarks
            found.refused += [item for item in contents.refused if item not in found.refused]
            taken.update(file.path for file in new)
        return found

    def _load(self) -> None:
        """Ask the index, now that what posts depend on is known."""
        self._fingerprint = fingerprint(self._generators)
        if self._index is not None:
            self._known, self._fresh = self._index.load(self._fingerprint)

    def posts(self, entries: list[IndexEntry]) -> list[Post]:
        """The posts of entries, in no order; `entries` is emptied, to hold a site only once."""
        self._known.clear()
        posts: list[Post] = []
        while entries:
            posts += self._codec.decode(entries[-_AT_ONCE:])
            del entries[-_AT_ONCE:]
        return posts

    def listed(self) -> list[Listed]:
        """Every file as it is listed, in order; entries go as they come, as in `posts`."""
        read = self.read()
        self._known.clear()
        entries, encode = read.entries, self._codec.encode
        entries += [IndexEntry(post.path, 0, 0, None, encode(post)) for post in read.unreadable]
        files: list[Listed] = []
        while entries:
            files.append(listed(entries.pop()))
        files.sort()
        return files

    def read(self) -> _Read:
        """Look at every file, open what changed, and bring the index up to date."""
        found = self._found()
        self._load()
        same, new = self._changed(found.files)
        total = len(found.files)
        found.files.clear()
        found.remarks += self._ask_git(new)
        opened, closed = self._open(new, len(same)) if new else ([], [])
        new.clear()
        self._progress(total, total)
        unreadable = [
            self._builders[0].unreadable(item.name, item.problem) for item in found.refused
        ]
        unreadable += self._codec.decode(closed)
        gone = self._gone(found.refused, (entry.path for entry in chain(same, opened, closed)))
        moment = self._clock()
        same, early = _brought_back(same, moment.timestamp())
        seen = moment.timestamp() if self._indexed_before else None
        entries = self._by_git(self._dated(opened, gone, seen), moment.timestamp())
        if self._index is not None and (entries or gone or early or not self._fresh):
            self._index.save(self._fingerprint, entries + early, gone)
        all_of_them, remarks = same + entries + early, tuple(found.remarks)
        return _Read(all_of_them, unreadable, len(entries), len(gone), moment, remarks)

    def _changed(self, files: list[File]) -> tuple[list[IndexEntry], list[File]]:
        """The entries of the files that are as indexed, and the other files."""
        if not self._fresh:
            return [], list(files)
        same: list[IndexEntry] = []
        new: list[File] = []
        known = self._known.get
        for file in files:
            entry = known(file.name)
            if entry and entry.mtime_ns == file.mtime_ns and entry.size == file.size:
                same.append(entry)
            else:
                new.append(file)
        return same, new

    def _ask_git(self, new: list[File]) -> list[str]:
        """Learn when new files came, where git is to say so; gives what it could not say."""
        remarks = []
        for number, source in enumerate(each.source for each in self._generators):
            files = [file for file in new if file.source == number] if source.from_git else []
            if not files:
                continue
            from publisher.content.git import read_history

            try:
                history = read_history(source.folder)
            except ContentError as error:
                remarks.append(f"{source.name}: {error.message}; {error.hint}")
                continue
            self._builders[number].changed = history.changed
            self._came |= {file.name: history.added.get(file.path) for file in files}
        return remarks

    def _by_git(self, entries: list[IndexEntry], now: float) -> list[IndexEntry]:
        """The entries; what was there at the first indexing came when git says, else now.

        What the index saw come is not asked about: a commit may be older than its arrival here.
        """
        if not self._came:
            return entries
        return [
            entry._replace(first_seen=min(self._came[entry.path] or now, now))
            if entry.first_seen is None and entry.path in self._came
            else entry
            for entry in entries
        ]

    def _open(self, new: list[File], done: int) -> tuple[list[IndexEntry], list[IndexEntry]]:
        """The entries of files, and those of files that are there but may not be opened."""

        def progress(number: int, _total: int) -> None:
            self._progress(done + number, done + len(new))

        work = partial(open_all, self._builders, self._codec)
        meanwhile = self._index.expect_save if self._index else silent
        if len(new) >= _FEWEST_FOR_TWO and can_fork():
            results = in_two_processes(work, new, progress, meanwhile)
        else:
            results = work(new, progress)
            meanwhile()
        opened: list[IndexEntry] = []
        closed: list[IndexEntry] = []
        for file, (payload, readable) in zip(new, results, strict=True):
            if payload:
                entry = IndexEntry(file.name, file.size, file.mtime_ns, None, payload)
                (opened if readable else closed).append(entry)
        return opened, closed

    def _gone(self, refused: list[Refused], there: Iterable[str]) -> list[str]:
        """Indexed paths that are there no more; what cannot be looked at is not gone."""
        if not self._known:
            return []
        missing = self._known.keys() - {item.name for item in refused}.union(there)
        closed = tuple(f"{item.name}/" for item in refused if item.is_folder)
        return sorted(path for path in missing if not path.startswith(closed))

    def _dated(
        self, entries: list[IndexEntry], gone: list[str], seen: float | None
    ) -> list[IndexEntry]:
        """The entries, each first seen at `seen` or as known before; a moved post keeps its own."""
        if not self._known:
            return [entry._replace(first_seen=seen) for entry in entries] if seen else entries
        moved: dict[str, IndexEntry] = {}
        previous = self._codec.previous
        if self._fresh:
            moved = {previous(self._known[path]).url: self._known[path] for path in gone}
        dated = ((entry, self._first_seen(entry, moved, seen)) for entry in entries)
        return [entry._replace(first_seen=moment) for entry, moment in dated]

    def _first_seen(
        self, entry: IndexEntry, moved: dict[str, IndexEntry], seen: float | None
    ) -> float | None:
        now = self._codec.previous(entry)
        known = self._known.get(entry.path) or moved.get(now.url)
        if known is None:
            return seen
        if self._fresh and now.sendable and not self._codec.previous(known).sendable:
            return seen  # it was held back until now
        return min(known.first_seen, seen) if known.first_seen and seen else known.first_seen


def _brought_back(
    entries: list[IndexEntry], now: float
) -> tuple[list[IndexEntry], list[IndexEntry]]:
    """The entries as they are, and those first seen by a clock that was ahead: seen `now`."""
    ahead = [entry for entry in entries if entry.first_seen and entry.first_seen > now]
    if not ahead:
        return entries, []
    right = [entry for entry in entries if not entry.first_seen or entry.first_seen <= now]
    return right, [entry._replace(first_seen=now) for entry in ahead]
