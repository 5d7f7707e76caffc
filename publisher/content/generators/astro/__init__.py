"""Astro: its configuration, collections and routes."""

import os
import re
from datetime import UTC, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.content.files import FolderContents
from publisher.content.frontmatter.dates import PostDate, file_date, read_date
from publisher.content.frontmatter.fences import Raw
from publisher.content.frontmatter.fields import ALL, Fields
from publisher.content.frontmatter.parse import Metadata
from publisher.content.frontmatter.script_dates import script_date
from publisher.content.generators.astro.settings_files import CONFIGS, SETTINGS
from publisher.content.generators.base import Address, Document, Found, Generator, Kind
from publisher.content.urls import permalink

if TYPE_CHECKING:
    from publisher.content.generators.astro.addresses import Addresses
    from publisher.content.generators.astro.site import Collection, Site

_DATES = (
    "pubDate", "pubDatetime", "publishDate", "publishedDate", "publishedAt", "publishedOn",
    "published", "publicationDate", "datePublished", "date", "postDate", "createdAt", "created",
    "createdDate", "pubdate", "publish_date", "published_at", "datetime", "time",
)  # fmt: skip
_IMAGES = ("coverImage", "hero_image", "ogImage", "heroImg", "banner", "cover.src", "heroImage.src",
           "coverImage.src")  # fmt: skip
_MONTH_FIRST = re.compile(r"(\d\d?)[-/](\d\d?)[-/](\d{4})", re.ASCII)
_SITES_OWN = ("./", "../", "@", "~/", "src/")


class Astro(Generator):
    """https://astro.build: collections of Markdown, and routes that show them."""

    suffixes = (".markdown", ".mdoc", ".mdx", ".md")
    skipped_folders = frozenset({"node_modules", "dist"})
    settings = SETTINGS

    @staticmethod
    def detect(folder: Path) -> Found | None:
        """See publisher.content.generators.astro.detect."""
        if not any((folder / name).is_file() for name in CONFIGS):
            return None
        from publisher.content.generators.astro.detect import detect

        return detect(folder)

    @cached_property
    def fields(self) -> Fields:  # type: ignore[override]
        """The date's key is the schema's; flags count if the schema has them."""
        known = self._collection.keys if self._collection else ()
        dates = self._collection.dates if self._collection else ()
        flags = ("hidden", "private", "unlisted")
        return Fields(
            date=tuple(dict.fromkeys((*dates, *_DATES))),
            image=(*ALL.image, *_IMAGES),
            hidden=("draft", "isDraft", *(each for each in flags if each in known)),
            shown=("published", "publish", "isPublished"),
            state=("status",) if "status" in known else (),
            address=(),
        )

    @cached_property
    def _site(self) -> "Site":
        from publisher.content.generators.astro.site import Site

        return Site(self.source.root)

    @cached_property
    def _below(self) -> str:
        """The folder of posts below the site's root."""
        return os.path.relpath(self.source.folder, self.source.root).replace(os.sep, "/")

    @cached_property
    def _is_pages(self) -> bool:
        return self._below == f"{self._site.source}/pages"

    @cached_property
    def _collection(self) -> "Collection | None":
        """The collection whose folder it is, or that holds the folder."""
        collections = self._site.collections.values()
        named = [each for each in collections if each.folder == self._below]
        return next((each for each in named if each.name == self.source.name), None) or next(
            iter(named), None
        )

    @cached_property
    def _addresses(self) -> "Addresses | None":
        from publisher.content.generators.astro.addresses import Addresses
        from publisher.content.generators.astro.site import Collection

        collection = self._collection
        if collection is None and not self.source.path:
            return None
        made = collection or Collection("", self._below, lambda _: True)
        return Addresses(self._site, made, self.source.url, self.source.path)

    def sources(self) -> FolderContents:
        """The entries of the collection, as its loader finds them."""
        return self.sorted_out(super().sources(), self._kind)

    def _kind(self, path: str) -> Kind:
        if path.rpartition("/")[2].startswith("-index."):
            return Kind.OTHER
        if self._collection is not None:
            return Kind.POST if self._collection.matches(path) else Kind.OTHER
        hidden = any(each.startswith("_") for each in path.split("/"))
        return Kind.OTHER if hidden else Kind.POST

    def head(self, raw: Raw, path: str) -> Metadata:
        """Pictures that Astro itself turns into files of the site are left out: it names those."""
        metadata = super().head(raw, path)
        named = [each for each in self.fields.image if each in metadata.values]
        own = [
            each for each in named
            if isinstance(value := metadata.values[each], str) and _is_processed(value)
        ]  # fmt: skip
        if not own:
            return metadata
        values = {key: value for key, value in metadata.values.items() if key not in own}
        return metadata._replace(values=values)

    @property
    def zone(self) -> tzinfo:
        """Dates that name no zone are UTC."""
        return UTC

    def date(self, written: str) -> PostDate:
        """In UTC, as JavaScript and YAML have it: `05/11/2026` begins with the month."""
        match = _MONTH_FIRST.match(written)
        if match and not self.source.date_format:
            written = f"{match[3]}-{match[1]:0>2}-{match[2]:0>2}{written[match.end() :]}"
        if self.source.date_format:
            return read_date(written, UTC, self.source.date_format)
        return script_date(written)

    def other_date(self, document: Document) -> PostDate | None:
        """The date in the file's or the folder's name."""
        names = document.path.split("/")
        return file_date(names[-1], UTC) or (file_date(names[-2], UTC) if names[1:] else None)

    def permalink(self, document: Document) -> Address:
        """By the route that shows the collection; Markdown in src/pages is its own route."""
        if self._is_pages:
            path = document.path.rpartition(".")[0].removesuffix("index").rstrip("/")
            return Address(permalink(self.source.url, f"{path}{self._site.slash}" if path else "/"))
        if self._addresses is None:
            return Address("", problem="its collection is not known; set content.path")
        return self._addresses.address(document)

    def is_page(self, document: Document) -> bool:
        """Markdown in src/pages without a date."""
        return self._is_pages and document.date is None and not document.names.date

    def language(self, document: Document) -> str:
        """Its own, else that of the folder where folders are named after languages."""
        own = super().language(document)
        first = document.path.partition("/")[0]
        has_own = own != self.source.language
        return first if not has_own and first in self._site.locales else own


def _is_processed(value: str) -> bool:
    return value.startswith(_SITES_OWN) or not value.startswith(("/", "http:", "https:", "data:"))
