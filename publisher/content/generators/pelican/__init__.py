"""Pelican: settings in Python, articles and pages in Markdown, reStructuredText and HTML."""

import posixpath
import re
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from publisher.content.files import FolderContents, beginning
from publisher.content.frontmatter.dates import PostDate
from publisher.content.frontmatter.fences import Raw
from publisher.content.frontmatter.fields import Fields
from publisher.content.frontmatter.lenient_dates import lenient_date
from publisher.content.frontmatter.parse import Metadata
from publisher.content.generators.base import Address, Document, Found, Generator, Kind
from publisher.content.generators.pelican import detection, metadata
from publisher.content.generators.pelican.addresses import Addresses
from publisher.content.generators.pelican.layout import Layout
from publisher.content.generators.pelican.settings import NAMES, PUBLISHED, Settings, read
from publisher.content.source import Source

_HTML = (".html", ".htm")
_NOTEBOOK = ".ipynb"
_BESIDE_NOTEBOOKS = (".ipynb-meta", ".nbdata")
_POST_IN_HTML = re.compile(r"<meta[^>]+name=[\"']?(?:date|status|category|slug)\b", re.IGNORECASE)
_PLACE = re.compile(r"[{|](?:static|attach|filename)[|}]")
_IMAGES = (
    "image", "cover", "cover_image", "featured_image", "header_cover", "header_image", "og_image",
    "banner", "thumbnail",
)  # fmt: skip
_NUMBERS_OF_A_DATE = range(3, 8)
_HEAD_OF_HTML = 16 * 1024


class Pelican(Generator):
    """https://getpelican.com: `pelicanconf.py`, and articles below `content/`."""

    suffixes = (".markdown", ".mdown", ".html", ".mkd", ".rst", ".htm", ".md")
    other_suffixes = (".asciidoc", ".adoc", ".asc", ".org", _NOTEBOOK, *_BESIDE_NOTEBOOKS)
    settings: ClassVar = (*NAMES, *PUBLISHED)
    fields = Fields(
        title=("title",),
        description=("summary", "description", "subtitle"),
        image=_IMAGES,
        author=("authors", "author"),
        date=("date",),
        updated=("modified",),
        categories=("category", "tags"),
        tags=("tags",),
        hidden=(),
        shown=(),
        state=("status",),
        language=("lang",),
        address=(),
    )

    @staticmethod
    def detect(folder: Path) -> Found | None:
        """See publisher.content.generators.pelican.detection."""
        return detection.detect(folder)

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._notebooks: frozenset[str] = frozenset()

    @cached_property
    def _site(self) -> Settings:
        return read(self.source.root) or Settings(self.source.root, (), {})

    @cached_property
    def _addresses(self) -> Addresses:
        return Addresses(self._site, self.source.url, self.source.path)

    @cached_property
    def _paths(self) -> metadata.Paths:
        return metadata.Paths(self._site)

    def _settings(self) -> list[Path]:
        return [self.source.root / name for name in self._site.files]

    @cached_property
    def _layout(self) -> Layout:
        return Layout(self._site)

    def sources(self) -> FolderContents:
        """Articles and pages; HTML counts if its head says something of a post."""
        contents = super().sources()
        beside = tuple(f.path for f in contents.files if f.path.endswith(_BESIDE_NOTEBOOKS))
        self._notebooks = frozenset(path.rpartition(".")[0] for path in beside)
        return self.sorted_out(contents, self._kind)

    def _kind(self, path: str) -> Kind:
        if path.endswith(_BESIDE_NOTEBOOKS):
            return Kind.DATA
        layout = self._layout
        if layout.passes_over(path) or not (layout.is_article(path) or layout.is_page(path)):
            return Kind.OTHER
        if path.endswith(_HTML):
            text = beginning(self.source.folder / path, _HEAD_OF_HTML)
            return Kind.POST if _POST_IN_HTML.search(text) else Kind.OTHER
        if path.endswith(_NOTEBOOK):
            stem = str(self.source.folder / path.removesuffix(_NOTEBOOK))
            other = Kind.OTHER if layout.is_static(path) else Kind.UNREAD
            return Kind.POST if stem in self._notebooks else other
        return Kind.POST

    def head(self, raw: Raw, path: str) -> Metadata:
        """What the file says, over what the settings say for its path."""
        read = metadata.read(self._beside(raw, path), path)
        return read._replace(values={**self._paths.values(path), **read.values})

    def _beside(self, raw: Raw, path: str) -> Raw:
        """For a notebook, the file of `Key: value` lines beside it."""
        if not path.endswith(_NOTEBOOK):
            return raw
        stem = path.removesuffix(_NOTEBOOK)
        texts = (
            beginning(self.source.folder / (stem + end), _HEAD_OF_HTML) for end in _BESIDE_NOTEBOOKS
        )
        return Raw(next(filter(None, texts), "").encode(), ended=True)

    def date(self, written: str) -> PostDate:
        """As Pelican's parser reads it.

        Raises:
            ValueError: it cannot be read, and why.
        """
        return lenient_date(written, self.zone, self.source.date_format)

    def other_date(self, document: Document) -> PostDate | None:
        """`DEFAULT_DATE`: a moment, or `fs` for the file's time."""
        default = self._site.values.get("DEFAULT_DATE")
        if default == "fs":
            return self.file_time(document)
        if isinstance(default, str) and default:
            return self._moment(default)
        if not isinstance(default, list | tuple) or len(default) not in _NUMBERS_OF_A_DATE:
            return None
        if all(isinstance(each, int) for each in default):
            numbers = [*default, 0, 0, 0]
            year, month, day, hour, minute, second = numbers[:6]
            return self._moment(f"{year}-{month}-{day} {hour:02}:{minute:02}:{second:02}")
        return None

    def _moment(self, written: str) -> PostDate | None:
        try:
            return self.date(written)
        except ValueError:
            return None

    def permalink(self, document: Document) -> Address:
        """By `ARTICLE_URL` and its kin, or the address that the head itself gives."""
        return self._addresses.page(document, document.values, is_page=self.is_page(document))

    def is_page(self, document: Document) -> bool:
        """What lies in `PAGE_PATHS`."""
        return self._layout.is_page(document.path)

    def picture(self, image: str, document: Document, url: str) -> str:
        """`{static}/images/a.png` is below the site, `{attach}a.png` beside the post's file."""
        match = _PLACE.match(image)
        path = image[match.end() :] if match else image
        if match and not path.startswith("/"):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(document.path), path))
        return super().picture(path, document, url)
