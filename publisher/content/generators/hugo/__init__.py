"""Hugo: its settings, front matter, languages, bundles, cascades and permalinks."""

import re
from datetime import tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.content.files import FolderContents, list_files
from publisher.content.frontmatter.dates import PostDate
from publisher.content.frontmatter.fences import Raw
from publisher.content.frontmatter.fields import ALL, Fields
from publisher.content.frontmatter.parse import Metadata, read_metadata
from publisher.content.generators.base import Address, Document, Found, Generator
from publisher.content.generators.hugo.config import FILES, IN_FOLDERS
from publisher.content.generators.hugo.pictures import IMAGES
from publisher.content.generators.hugo.showing import has_address
from publisher.content.urls import picture
from publisher.model.posts import Status

if TYPE_CHECKING:
    from publisher.content.generators.hugo.site import Site


_DATES = ("date", "lastmod", "publishdate", "expirydate")
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d) \d\d?:\d\d", re.ASCII)
_FENCES = (b"---", b"+++", b"{")


class Hugo(Generator):
    """https://gohugo.io: Markdown and more below `content/`, settings in hugo.toml."""

    suffixes = (
        ".markdown", ".asciidoc", ".pandoc", ".mdown", ".html", ".adoc", ".htm", ".org", ".pdc",
        ".rst", ".md", ".ad",
    )  # fmt: skip
    settings = FILES + IN_FOLDERS

    @staticmethod
    def detect(folder: Path) -> Found | None:
        """See publisher.content.generators.hugo.detect."""
        from publisher.content.generators.hugo.detect import detect

        return detect(folder)

    @cached_property
    def _site(self) -> "Site":
        from publisher.content.generators.hugo.site import Site

        return Site(self.source)

    @cached_property
    def fields(self) -> Fields:  # type: ignore[override]  # the settings name the dates
        """Every key in lower case, as Hugo does not care; dates as `frontmatter` says."""
        orders = self._site.orders
        published = orders.keys("publishdate")
        return ALL._replace(
            title=("title",),
            description=("description", "summary", "excerpt", "subtitle", "lead"),
            image=IMAGES,
            date=orders.keys("date"),
            updated=tuple(key for key in orders.keys("lastmod") if key not in published),
            expires=orders.keys("expirydate"),
            hidden=("draft",),
            shown=("published",),
            state=(),
            language=(),
            address=("url",),
        )

    def _settings(self) -> list[Path]:
        from publisher.content.generators.hugo.config import setting_files

        return super()._settings() + setting_files(self.source.root)

    @property
    def unread(self) -> str:
        """What is wrong with the first file of settings that cannot be read; '' if nothing is."""
        config = self._site.config
        if not config.seen and not self.source.path:
            return "the site's settings (hugo.toml) cannot be read: there are none"
        return next(iter(config.problems), "")

    def sources(self) -> FolderContents:
        """Every page but those of sections; what lies in a leaf bundle is no page of its own."""
        contents = list_files(self.source.folder, self.source.base, self.suffixes)
        found = self.sorted_out(contents, self._site.judge(contents.files))
        self._site.data = self.data
        return found

    def head(self, raw: Raw, path: str) -> Metadata:
        """The front matter, completed by cascades and by the file's name."""
        metadata = _org_head(raw) if path.lower().endswith(".org") else read_metadata(_bare(raw))
        if metadata.status is Status.UNREADABLE:
            return metadata
        return self._site.completed(metadata, path)

    @property
    def zone(self) -> tzinfo:
        """`timeZone` of the settings, else UTC."""
        return self._site.zone

    def date(self, written: str) -> PostDate:
        """As Hugo reads it; a day alone is midnight in the site's zone.

        Raises:
            ValueError: it cannot be read, and why.
        """
        from publisher.content.generators.hugo.dates import hugo_date

        return hugo_date(written, self._site.zone, self.source.date_format)

    def other_date(self, document: Document) -> PostDate | None:
        """The file's own time, where the settings say so; else Hugo has none."""
        if not self._site.orders.by_file_time:
            return None
        return self.file_time(document)

    def title(self, document: Document) -> str:
        """A bundle without a title is called after its folder."""
        place = self._site.place(document.path)
        return place.written.replace("-", " ").capitalize() if place.kind else ""

    def address(self, document: Document) -> Address:
        """By `url`, else by the section's permalink; '' for a page that is not rendered."""
        return self._site.address(document)

    def permalink(self, document: Document) -> Address:
        """By the section's permalink, else by the file."""
        return self._site.permalink(document)

    def hidden(self, document: Document) -> bool:
        """Drafts, unless the site builds them, and pages that get no page."""
        return self._site.showing.is_draft(document.values) or not has_address(document.values)

    def is_page(self, document: Document) -> bool:
        """Outside of any section or of the main ones, or without a date in a section of no blog."""
        place, dated = self._site.place(document.path), bool(document.names.date)
        return self._site.showing.is_page(document.values, place, dated=dated)

    def language(self, document: Document) -> str:
        """That of the file's name or folder, in a site of several; else the source's."""
        if not self._site.config.is_multilingual:
            return self.source.language
        return self._site.place(document.path).language or self.source.language

    def picture(self, image: str, document: Document, url: str) -> str:
        """Beside the page of a leaf bundle if it lies there, else below the site."""
        if found := self._site.beside(image, document.path, url):
            return found
        return picture(self._site.base(document.path), image)


def _org_head(raw: Raw) -> Metadata:
    """The head of an Org file; of a time stamp, Hugo takes the day alone."""
    from publisher.content.frontmatter.heads import read_head
    from publisher.content.frontmatter.heads.org import read_org

    metadata = read_head(raw, (read_org,))
    stamps = {key: each[1] for key in _DATES if (each := _STAMP.fullmatch(_text(metadata, key)))}
    return metadata._replace(values={**metadata.values, **stamps}) if stamps else metadata


def _text(metadata: Metadata, key: str) -> str:
    value = metadata.values.get(key)
    return value if isinstance(value, str) else ""


def _bare(raw: Raw) -> Raw:
    """A file without the `<!--` in which its front matter stands, as Hugo allows."""
    if raw.content[:1] != b"<":
        return raw
    inner = raw.content.removeprefix(b"<!--").lstrip()
    return Raw(inner, raw.ended) if inner.startswith(_FENCES) else raw
