"""Generators: how the site of a static site generator is recognised, read and addressed."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import ClassVar, NamedTuple

from publisher.content.files import File, FolderContents, list_files
from publisher.content.frontmatter import fields as front
from publisher.content.frontmatter.dates import (
    FileTime,
    PostDate,
    file_date,
    read_date,
    without_file_date,
)
from publisher.content.frontmatter.fences import Raw
from publisher.content.frontmatter.fields import ALL, Fields, Values, is_draft
from publisher.content.frontmatter.parse import Metadata, read_metadata
from publisher.content.source import Rule, Source
from publisher.content.urls import permalink, picture


class Sure(IntEnum):
    """How sure it is that a site is a generator's; the surest one has it."""

    GUESS = 1
    LIKELY = 2
    CERTAIN = 3


class Kind(StrEnum):
    """What a file in a folder of posts is.

    `DATA` says something of the posts beside it, `OTHER` is no post, `UNREAD` may be a post whose
    format Publisher cannot read.
    """

    POST = "post"
    DATA = "data"
    OTHER = "other"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class FoundSource:
    """One folder of a site's posts.

    `path` is its URL pattern in the generator's own syntax; '' where the generator reads it from
    the site's settings itself, or it cannot be read, as the notes say then. `language` is that of
    the folder where it differs from the site's. `urls` and `sitemap` are as `Source` has them,
    where something was learnt of the site's own output.
    """

    name: str
    folder: Path
    path: str = ""
    language: str = ""
    urls: tuple[Rule, ...] = ()
    sitemap: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is plain to read of a site; '' where it is not.

    `root` is the site's own folder, in which its settings stand; `seen` names what gave the
    generator away. `sources` stand with the likeliest first; `accounts` are the addresses of the
    site's social accounts; `notes` say what a person has to look up. `generator` is filled in by
    `detect`.
    """

    root: Path
    seen: str
    sure: Sure = Sure.CERTAIN
    base_url: str = ""
    title: str = ""
    description: str = ""
    language: str = ""
    timezone: str = ""
    sources: tuple[FoundSource, ...] = ()
    accounts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    generator: str = ""


@dataclass(slots=True)
class Document:
    """A file read, as far as it is known when a generator is asked about it.

    `path` is its place below the source's folder, with forward slashes; `values` are the front
    matter, each as text (`Quoted` where it surely is text) or a tuple of texts; `names` are the
    fields that its head has; `modified` is the file's time (ns). `title` and `date` are known once
    it is asked for the address.
    """

    path: str
    metadata: Metadata
    values: Values
    names: Fields
    modified: int = 0
    title: str = ""
    date: PostDate | None = None

    @property
    def file(self) -> str:
        """The bare name of the file."""
        return self.path.rpartition("/")[2]


class Address(NamedTuple):
    """Where a post's page is, or '' if the site makes none.

    `missing` names a field that the pattern needs and the post lacks; `problem` says what else is
    wrong, `key` is the field that it is wrong with.
    """

    url: str
    missing: str = ""
    problem: str = ""
    key: str = ""


class Generator(ABC):
    """One static site generator, for one source; a subclass overrides what its sites do otherwise.

    It stands in a module (or package) of this folder that is called as `content.generator` names
    it; nothing lists it. docs/how-to/adding-a-generator.md shows how one is written.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".markdown", ".md")
    """The file endings of posts, the longest first."""

    other_suffixes: ClassVar[tuple[str, ...]] = ()
    """File endings that `kind` is to be asked about, too."""

    skipped_folders: ClassVar[frozenset[str]] = frozenset()
    """Names of folders that hold no posts, wherever they lie."""

    settings: ClassVar[tuple[str, ...]] = ()
    """The files, below the site's root, that posts depend on: a change makes all be read again."""

    reads_whole_files: ClassVar[bool] = False
    """Whether fields may stand anywhere in a file, below the text, too."""

    left_out_by: ClassVar[tuple[str, str] | None] = None
    """For one that copies all that lies in its folder to the web: the file in which the site says
    what is left out, and the line that leaves Publisher's own files out."""

    fields: Fields = ALL
    """The keys that this generator reads, for each field."""

    excerpt_separator: str = ""
    """What ends the beginning of a post, where the site's settings name it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.data: list[File] = []

    @staticmethod
    @abstractmethod
    def detect(folder: Path) -> Found | None:
        """What can be read of the site whose root is `folder`; None if it is not this generator's.

        It is asked about many folders: it looks at its settings first, and lists no posts.
        """

    @abstractmethod
    def permalink(self, document: Document) -> Address:
        """The address that the site's pattern gives to a post that has none of its own."""

    def address(self, document: Document) -> Address:
        """The address of the post's page: its own (`fields.address`), else by the pattern."""
        key, written = front.first(document.values, document.names.address)
        if not key:
            return self.permalink(document)
        try:
            return Address(self.own_address(written))
        except ValueError as error:
            url = self.permalink(document).url
            return Address(url, problem=f"{error}; fix or drop `{key}`", key=key)

    def own_address(self, written: str) -> str:
        """The URL that an author's own permalink means.

        Raises:
            ValueError: it is no path and no http or https address.
        """
        return permalink(self.source.url, written)

    def sources(self) -> FolderContents:
        """The files that are posts; what lies beside them is kept in `data`.

        Raises:
            ContentError: the folder is missing or cannot be read.
        """
        suffixes = (*self.suffixes, *self.other_suffixes)
        return list_files(self.source.folder, self.source.base, suffixes, self.skipped_folders)

    def sorted_out(self, contents: FolderContents, kind: Callable[[str], Kind]) -> FolderContents:
        """`contents` with posts only; `kind` judges a file by its path below the folder."""
        start, posts = len(str(self.source.folder)) + 1, []
        for file in contents.files:
            match kind(file.path[start:]):
                case Kind.POST:
                    posts.append(file)
                case Kind.DATA:
                    self.data.append(file)
                case Kind.UNREAD:
                    contents.refuse(file.name, self.unread_problem(file.name))
        contents.files = posts
        return contents

    def unread_problem(self, name: str) -> str:
        """What is said of a file that may be a post but cannot be read."""
        suffix = name.rpartition(".")[2]
        return f"posts in .{suffix} files are not read; write it in Markdown, or move it away"

    @property
    def unread(self) -> str:
        """Why the settings that addresses follow cannot be read; '' if they can.

        Until they can, no post has an address by them: what the defaults say would be wrong.
        """
        return ""

    def version(self) -> str:
        """What posts depend on besides their own files, in as few steps as possible."""
        files = self._settings() + ([self.source.sitemap] if self.source.sitemap else [])
        return "|".join([*map(_state, files), *map(repr, sorted(self.data))])

    def _settings(self) -> list[Path]:
        return [self.source.root / name for name in self.settings]

    def head(self, raw: Raw, path: str) -> Metadata:  # noqa: ARG002 - others look at the path
        """What the beginning of a file says; never raises because of what stands in it.

        `path` is the file's below the folder: where folders have defaults, they are filled in.
        """
        return read_metadata(raw)

    @property
    def zone(self) -> tzinfo:
        """The zone of dates that name none."""
        return self.source.zone

    def date(self, written: str) -> PostDate:
        """The moment that an author wrote; `Quoted` where it stood in quotes.

        Raises:
            ValueError: it cannot be read, and why.
        """
        return read_date(written, self.zone, self.source.date_format)

    def other_date(self, document: Document) -> PostDate | None:
        """The date of a post whose front matter has none: the one in the file's name."""
        return file_date(document.file, self.zone)

    def file_time(self, document: Document) -> FileTime:
        """The time of the file, where posts are dated by it; no edition includes such a post."""
        moment = datetime.fromtimestamp(document.modified / 1_000_000_000, UTC)
        return FileTime(moment.astimezone(self.zone), date_only=False)

    def title(self, document: Document) -> str:  # noqa: ARG002 - others look at the document
        """The title of a post that has none and no heading; '' is one made of the file's name."""
        return ""

    def hidden(self, document: Document) -> bool:
        """Whether the site does not show the post."""
        return is_draft(document.values, document.names)

    def is_page(self, document: Document) -> bool:  # noqa: ARG002 - others look at the document
        """Whether it is a page of the site, such as `About`, that no edition may include."""
        return False

    def language(self, document: Document) -> str:
        """The language of a post."""
        return front.language(document.values, document.names) or self.source.language

    def stem(self, file: str) -> str:
        """A file's name without its ending and, where the source says so, its date."""
        lower = file.lower()
        for suffix in self.suffixes:
            if lower.endswith(suffix):
                file = file[: -len(suffix)]
                break
        return without_file_date(file) if self.source.strip_file_date else file

    def picture(self, image: str, document: Document, url: str) -> str:  # noqa: ARG002
        """The absolute URL of a picture of the post whose page is at `url`; '' where it is none."""
        return picture(self.source.url, image)


def _state(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:
        return ""
    closed = "" if os.access(path, os.R_OK) else " closed"
    return f"{path.name} {status.st_mtime_ns} {status.st_size}{closed}"
