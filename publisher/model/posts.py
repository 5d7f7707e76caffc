"""Post: one file of the site, as the rest of Publisher sees it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Status(StrEnum):
    """How a file was read."""

    OK = "ok"
    SALVAGED = "salvaged"
    UNDATED = "undated"
    UNREADABLE = "unreadable"
    NO_FRONT_MATTER = "no-front-matter"


@dataclass(frozen=True, slots=True)
class Social:
    """What a post's front matter asks of its notes.

    `text` stands in place of what they would begin with, on some channels one of their own
    (`texts`: pairs of channel and text); `alt` is the picture's text in them. `skip` wants none,
    `channels` are the only ones that may have it (None: any). `line` is the file's line that names
    channels.
    """

    text: str = ""
    skip: bool = False
    channels: tuple[str, ...] | None = None
    line: int | None = None
    alt: str = ""
    texts: tuple[tuple[str, str], ...] = ()

    def text_on(self, channel: str) -> str:
        """The author's own words for a channel; empty: none."""
        return dict(self.texts).get(channel, self.text)


NOTHING_ASKED = Social()


@dataclass(frozen=True, slots=True)
class Post:
    """One file of the site; every time is aware.

    `path` is relative to config.yaml's folder where the file lies below it, with forward slashes;
    `url` is absolute; `image` is as an email program can fetch it (absolute), or empty.
    `first_seen` is when the index first saw it; None: it was there at the first indexing.
    `image_alt` is the text that stands in for the picture, `authors` the people who wrote the post,
    `author` their names joined by commas; all are empty where the author gave none. `tags` are what
    stands under that name; where there are no `categories`, these are the same. `link` is the page
    of another site that a link post is about, where the source shares those.
    `weight` orders lead stories, smaller first; None: the author gave none. `newsletter` is False
    where the front matter keeps the post out of every newsletter. `page` says that it is no post
    but a page of the site, such as `About`; `source` names the source that it came from.
    """

    path: str
    url: str
    title: str
    description: str = ""
    image: str = ""
    date: datetime | None = None
    date_only: bool = False
    updated: datetime | None = None
    categories: tuple[str, ...] = ()
    featured: bool = False
    weight: int | None = None
    draft: bool = False
    expires: datetime | None = None
    language: str = ""
    status: Status = Status.OK
    problem: str = ""
    problem_line: int | None = None
    first_seen: datetime | None = None
    image_alt: str = ""
    author: str = ""
    newsletter: bool = True
    social: Social = NOTHING_ASKED
    page: bool = False
    source: str = "posts"
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    link: str = ""

    @property
    def shared_url(self) -> str:
        """The address that readers are sent to."""
        return self.link or self.url

    @property
    def sendable_from(self) -> datetime | None:
        """From when on an edition may include it: its date, or when it was first seen after it."""
        if self.date is None or self.first_seen is None:
            return self.date
        return max(self.date, self.first_seen, key=datetime.timestamp)


@dataclass(frozen=True, slots=True)
class Pick:
    """A chosen post and its place: lead, latest or a section's name."""

    post: Post
    role: str


class Included(NamedTuple):
    """One post that an owner has included, and in which slot.

    `dated` is the post's date; `text_key` stands for its text ("": not known).
    """

    url: str
    path: str
    title: str
    description: str
    slot: datetime
    dated: datetime | None = None
    text_key: str = ""


class IndexEntry(NamedTuple):
    """One file as it was last read.

    `path` is the post's own, `size` (bytes) and `mtime_ns` tell whether the file changed,
    `first_seen` is Unix seconds or None for what was there at the first indexing, and `payload`
    is the post as this version of Publisher keeps it (see publisher.content.index).
    """

    path: str
    size: int
    mtime_ns: int
    first_seen: float | None
    payload: str
