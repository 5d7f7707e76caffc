"""Generators: how the site of a static site generator is recognised, read and addressed."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from publisher.content.files import FolderContents, list_files
from publisher.content.frontmatter.dates import PostDate, file_date, read_date, without_file_date
from publisher.content.frontmatter.fences import Raw
from publisher.content.frontmatter.fields import Fields, Values, is_draft
from publisher.content.frontmatter.parse import Metadata, read_metadata
from publisher.content.source import Source
from publisher.content.urls import picture


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection of a site's posts.

    `folder` holds its posts, `path` is its URL pattern ('' is the generator's default, or one that
    cannot be read, as the site's notes say then), `posts` counts its Markdown files.
    """

    name: str
    folder: Path
    path: str
    posts: int


@dataclass(frozen=True, slots=True)
class Found:
    """What is plain to read of a site; '' where it is not.

    `collections` stand with the most posts first; `notes` say what a person has to look up;
    `generator` is filled in by `detect`.
    """

    base_url: str
    title: str
    timezone: str
    collections: tuple[Collection, ...]
    notes: tuple[str, ...] = ()
    generator: str = ""


class Generator(ABC):
    """One static site generator, for one site; a subclass overrides what its sites do otherwise.

    It stands in a module (or package) of this folder that is called as `content.generator` names
    it; nothing lists it.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".markdown", ".md")
    """The file endings of posts, the longest first."""

    def __init__(self, source: Source) -> None:
        self.source = source

    @staticmethod
    @abstractmethod
    def detect(folder: Path) -> Found | None:
        """What can be read of the site in `folder`; None if it is not this generator's."""

    @abstractmethod
    def permalink(
        self, file: str, values: Mapping[str, Any], date: datetime | None
    ) -> tuple[str, str]:
        """The URL of the post in `file` (its bare name), and the field that the URL lacks.

        `values` are the front matter, each as text (`Quoted` where it surely is text) or a tuple
        of texts; '' says that nothing is missing.
        """

    def sources(self) -> FolderContents:
        """The files that are posts.

        Raises:
            ContentError: the folder is missing or cannot be read.
        """
        return list_files(self.source.folder, self.source.base, self.suffixes)

    def head(self, raw: Raw) -> Metadata:
        """What the beginning of a file says; never raises because of what stands in it."""
        return read_metadata(raw)

    def date(self, written: str) -> PostDate:
        """The moment that an author wrote.

        Raises:
            ValueError: it cannot be read, and why.
        """
        return read_date(written, self.source.zone, self.source.date_format)

    def file_date(self, file: str) -> PostDate | None:
        """The date in a file's name, for a post that has no other."""
        return file_date(file, self.source.zone)

    def hidden(self, values: Values, names: Fields) -> bool:
        """Whether the site does not show the post; `names` are the fields that it has."""
        return is_draft(values, names)

    def stem(self, file: str) -> str:
        """A file's name without its ending and, where the source says so, its date."""
        lower = file.lower()
        for suffix in self.suffixes:
            if lower.endswith(suffix):
                file = file[: -len(suffix)]
                break
        return without_file_date(file) if self.source.strip_file_date else file

    def picture(self, image: str) -> str:
        """The absolute URL of a picture; '' where it is not one that http or https can fetch."""
        return picture(self.source.url, image)
