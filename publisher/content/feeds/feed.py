"""A feed as a source: fetched if it changed, every entry remembered, each of them a post."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.content.feeds.entries import Entry, host_of
from publisher.content.files import File, FolderContents
from publisher.content.frontmatter.fences import Raw
from publisher.content.source import Source
from publisher.durations import Clock
from publisher.errors import PublisherError
from publisher.model.feeds import Fetched
from publisher.model.posts import Post, Status

if TYPE_CHECKING:
    from publisher.content.index import Index

_LONGEST_TAG = 500


class Feed:
    """The feed of one source, in place of a generator.

    What was in it once is remembered for good: a feed holds only the last few entries, and one that
    cannot be fetched changes nothing.
    """

    def __init__(self, source: Source, index: "Index | None", clock: Clock) -> None:
        self.source = source
        self._index = index
        self._clock = clock
        self._prefix = f"feed {source.feed} "  # no address holds a blank
        self._entries: dict[str, Entry] = {}

    def sources(self) -> FolderContents:
        """Its entries as files, those too that it no longer holds."""
        contents = FolderContents()
        facts = self._index.remembered(self._prefix) if self._index else {}
        answer = json.loads(facts.pop(self._prefix, "{}"))
        known = [Entry.from_values(json.loads(text)) for text in facts.values()]
        self._entries = {self._path(entry): entry for entry in known}
        try:
            fetched = self._fetched(answer)
            if fetched.content is not None:
                self._take(fetched)
        except PublisherError as error:
            shown = self.source.feed.partition("?")[0]
            problem = error.message.removeprefix(f"{shown}: ")
            contents.refuse(shown, f"{problem}; the posts known before still count")
            contents.remarks.append(f"{shown}: {problem}; the posts known before still count")
        for path, entry in self._entries.items():
            contents.files.append(File(path, path, *entry.state()))
        return contents

    def version(self) -> str:
        """Nothing besides the entries matters."""
        return ""

    def entry(self, path: str) -> Entry:
        """The entry that stands for the file at `path`."""
        return self._entries[path]

    def _path(self, entry: Entry) -> str:
        return entry.path(host_of(self.source.feed))

    def _fetched(self, answer: dict[str, str]) -> Fetched:
        if self.source.fetch is None:
            return Fetched(None)
        if answer.get("excerpt") != self.source.excerpt:
            answer = {}  # all is to be read anew
        tags = (answer.get("etag", ""), answer.get("modified", ""))
        return self.source.fetch(self.source.feed, *tags)

    def _take(self, fetched: Fetched) -> None:
        """Remember what is new or changed, and how to ask next time."""
        from publisher.content.feeds.parse import parse

        now = self._clock().timestamp()
        changed = {}
        raws = parse(fetched.content or b"", fetched.content_type, self.source.feed)
        for raw in reversed(raws):
            entry = raw.entry(self.source.excerpt)
            path = self._path(entry)
            known = self._entries.get(path)
            entry = replace(entry, seen=known.seen if known else now)
            if entry != known:
                changed[path] = entry
        self._entries |= changed
        if self._index is not None:
            facts = {f"{self._prefix}{path}": _json(entry) for path, entry in changed.items()}
            answer = {"etag": _tag(fetched.etag), "modified": _tag(fetched.modified)}
            answer["excerpt"] = self.source.excerpt
            self._index.remember({**facts, self._prefix: json.dumps(answer)})


def _json(entry: Entry) -> str:
    return json.dumps(asdict(entry), ensure_ascii=False)


def _tag(text: str) -> str:
    return text if len(text) <= _LONGEST_TAG and text.isascii() and text.isprintable() else ""


class FeedBuilder:
    """Makes the posts of one feed."""

    def __init__(self, feed: Feed) -> None:
        self.changed: Mapping[str, float] = {}  # no repository says so
        self._feed = feed
        self._source = feed.source

    def read(self, file: File) -> Raw:  # noqa: ARG002 - a folder's builder looks at it
        """Nothing: the entry is at hand."""
        return Raw(b"", ended=True)

    def build(self, file: File, raw: Raw) -> Post:  # noqa: ARG002 - as above
        """The post of an entry."""
        source, entry = self._source, self._feed.entry(file.path)
        problem = "" if entry.url else "the entry links to no page; give it a link"
        return Post(
            path=file.name,
            url=entry.url,
            title=entry.title or entry.summary,
            description=entry.summary if entry.title else "",
            image=entry.image,
            date=self._moment(entry.moment),
            updated=None if entry.updated is None else self._moment(entry.updated),
            categories=entry.categories,
            tags=entry.categories,
            authors=entry.authors,
            author=", ".join(entry.authors),
            language=entry.language or source.language,
            link=self._link(entry),
            problem=problem,
            page=entry.page,
            source=source.name,
        )

    def unreadable(self, name: str, problem: str, line: int | None = None) -> Post:
        """What stands for a feed that cannot be read, or an entry."""
        return Post(
            name, "", name, status=Status.UNREADABLE, problem=problem, problem_line=line,
            source=self._source.name,
        )  # fmt: skip

    def _moment(self, seconds: float) -> datetime:
        return datetime.fromtimestamp(seconds, self._source.zone)

    def _link(self, entry: Entry) -> str:
        own = host_of(entry.link) == urlsplit(self._source.url).hostname
        return entry.link if self._source.shares_links and not own else ""
