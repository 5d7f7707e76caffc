"""Quarto: websites whose posts stand in .qmd, .Rmd and .md files."""

import posixpath
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, urljoin

from publisher.content.files import FolderContents, place_below
from publisher.content.frontmatter.dates import PostDate
from publisher.content.frontmatter.fences import Raw
from publisher.content.frontmatter.fields import Fields, truth
from publisher.content.frontmatter.parse import Metadata
from publisher.content.generators.base import Address, Document, Found, Generator, Kind
from publisher.content.generators.quarto.site import (
    CONFIGS,
    METADATA,
    QuartoSite,
    detect,
    folder_values,
    read,
)
from publisher.content.settings.globs import matcher
from publisher.content.urls import escaped, picture

_SHAPES = ("%m/%d/%Y", "%m-%d-%Y", "%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d, %Y", "%Y, %B %d")
_COMPUTED = frozenset({"today", "now", "last-modified"})
_HOME = "index"


class Quarto(Generator):
    """https://quarto.org: scientific websites and blogs."""

    suffixes = (".qmd", ".rmd", ".md")
    other_suffixes = (".ipynb",)
    skipped_folders = frozenset({"node_modules", "renv"})
    settings: ClassVar = CONFIGS
    fields = Fields(
        date=("date",),
        updated=("date-modified",),
        author=("author", "author.name", "authors", "authors.name"),
        categories=("categories",),
        featured=(),
        hidden=("draft",),
        shown=(),
        state=(),
        address=(),
    )

    @staticmethod
    def detect(folder: Path) -> Found | None:
        """See publisher.content.generators.quarto.site."""
        return detect(folder)

    @cached_property
    def _site(self) -> QuartoSite:
        return read(self.source.root) or QuartoSite(self.source.root, "", {})

    @cached_property
    def _prefix(self) -> str:
        """The place of the source's folder below the site's root, with a slash at its end."""
        below = place_below(self.source.folder, self.source.root)
        return "" if below == "." else f"{below}/"

    @cached_property
    def _folders(self) -> dict[str, Mapping[str, Any]]:
        return {}

    @property
    def unread(self) -> str:
        """What is wrong with `_quarto.yml`; '' if nothing is."""
        return self._site.problem

    def sources(self) -> FolderContents:
        """What `project.render` and leading underscores leave."""
        globs = self._site.rendered
        is_rendered = matcher(globs) if globs else None

        def kind(path: str) -> Kind:
            parts = f"{self._prefix}{path}".split("/")
            if any(part.startswith("_") for part in parts) or parts[-1].lower() == "readme.md":
                return Kind.OTHER
            if is_rendered and not is_rendered("/".join(parts)):
                return Kind.OTHER
            return Kind.UNREAD if path.lower().endswith(".ipynb") else Kind.POST

        return self.sorted_out(super().sources(), kind)

    def _settings(self) -> list[Path]:
        root = self.source.root
        above = [each for each in self.source.folder.parents if each.is_relative_to(root)]
        folders = [self.source.folder, *above]
        return [*super()._settings(), *(each / name for each in folders for name in METADATA)]

    def head(self, raw: Raw, path: str) -> Metadata:
        """With what `_metadata.yml` of the folders around it says."""
        metadata = super().head(raw, path)
        below = self._defaults(f"{self._prefix}{path}".rpartition("/")[0])
        return metadata._replace(values={**below, **metadata.values}) if below else metadata

    def _defaults(self, folder: str) -> Mapping[str, Any]:
        """What the folders from the site's root to `folder` (below it) say, the deeper above."""
        found = self._folders.get(folder)
        if found is None:
            around = self._defaults(folder.rpartition("/")[0]) if folder else {}
            own = folder_values(f"{self.source.root}/{folder}")
            found = self._folders[folder] = {**around, **own} if own else around
        return found

    @property
    def zone(self) -> tzinfo:
        """Dates without a zone are UTC's."""
        return UTC

    def date(self, written: str) -> PostDate:
        """As Quarto reads it: with the month first where both orders are possible.

        Raises:
            ValueError: it cannot be read, or is made when the site is built.
        """
        if written[:4].isdigit():
            return super().date(written)
        if written.strip().lower() in _COMPUTED:
            raise ValueError(f"{written!r} is the day on which the site is built")
        for shape in _SHAPES:
            with suppress(ValueError):
                return PostDate(
                    datetime.strptime(written, shape).replace(tzinfo=UTC), date_only=True
                )
        return super().date(written)

    def permalink(self, document: Document) -> Address:
        """The file's path with `.html`, or the folder of an `index`."""
        path = posixpath.splitext(f"{self._prefix}{document.path}")[0]
        own = document.values.get("output-file", "")
        if isinstance(own, str) and own.strip():
            name = posixpath.splitext(posixpath.basename(own.strip()))[0]
            path = posixpath.join(posixpath.dirname(path), name)
        folder, _, name = path.rpartition("/")
        path = f"{folder}/" if name == _HOME else f"{path}.html"
        return Address(f"{self.source.url.rstrip('/')}/{quote(path.lstrip('/'))}")

    def hidden(self, document: Document) -> bool:
        """Drafts, those that `website.drafts` lists as well, unless the site shows them."""
        if self._site.shows_drafts:
            return False
        listed = f"{self._prefix}{document.path}" in self._site.drafts
        return listed or truth(document.values.get("draft", ""))

    def is_page(self, document: Document) -> bool:
        """What has no date, and lists of posts."""
        return document.date is None or "listing" in document.values

    def picture(self, image: str, document: Document, url: str) -> str:
        """Beside the post's file, or from the site's root where it begins with a slash."""
        if image.startswith(("/", "http:", "https:")) or not url:
            return picture(self.source.url, image)
        folder = posixpath.dirname(f"{self._prefix}{document.path}")
        return urljoin(f"{self.source.url.rstrip('/')}/{quote(folder)}/", escaped(image))
