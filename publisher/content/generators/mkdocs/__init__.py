"""MkDocs with the blog of Material for MkDocs."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, tzinfo
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from publisher.content.files import FolderContents, place_below
from publisher.content.frontmatter.fences import Raw
from publisher.content.frontmatter.fields import Fields
from publisher.content.frontmatter.parse import Metadata
from publisher.content.generators.base import Address, Document, Found, Generator
from publisher.content.generators.mkdocs.addresses import Addresses
from publisher.content.generators.mkdocs.detection import detect
from publisher.content.generators.mkdocs.settings import CONFIGS, Blog, MkdocsSettings, read
from publisher.content.generators.mkdocs.shared import Shared, author_names


class MkDocs(Generator):
    """https://squidfunk.github.io/mkdocs-material/plugins/blog/: posts below `docs/blog/posts`."""

    suffixes = (".markdown", ".mdown", ".mkdn", ".mkd", ".md")
    settings: ClassVar = CONFIGS
    fields = Fields(
        date=("date.created", "date"),
        updated=("date.updated",),
        author=("authors", "author"),
        featured=("pin",),
        hidden=("draft",),
        shown=(),
        state=(),
        address=(),
    )

    @staticmethod
    def detect(folder: Path) -> Found | None:
        """See publisher.content.generators.mkdocs.detection."""
        return detect(folder)

    @cached_property
    def _site(self) -> MkdocsSettings:
        return read(self.source.root) or MkdocsSettings(self.source.root)

    @cached_property
    def _blog(self) -> Blog | None:
        """The blog whose posts the source's folder holds; None: they are pages."""
        folder = self.source.folder.resolve()
        blogs = [each for each in self._site.blogs if folder.is_relative_to(each.posts.resolve())]
        blog = blogs[0] if blogs else None
        return replace(blog, url_format=self.source.path) if blog and self.source.path else blog

    @cached_property
    def _addresses(self) -> Addresses:
        return Addresses(self.source.url, self._site, self._blog)

    @cached_property
    def _shared(self) -> Shared:
        return Shared(self._site.docs, self.source.folder)

    @cached_property
    def _authors(self) -> Mapping[str, str]:
        return author_names(self._blog.authors) if self._blog else {}

    def _settings(self) -> list[Path]:
        authors = [self._blog.authors] if self._blog else []
        read = [self.source.root / self._site.file, *self._site.inherited]
        return [*super()._settings(), *read, *authors, *self._shared.files]

    @property
    def unread(self) -> str:
        """What is wrong with `mkdocs.yml`; '' if nothing is."""
        return self._site.problem

    def sources(self) -> FolderContents:
        """Every Markdown file below the folder; what `.meta.yml` files say is looked for, too."""
        contents = super().sources()
        if self._site.has_meta:
            self._shared.look_beside(file.path for file in contents.files)
        return contents

    def head(self, raw: Raw, path: str) -> Metadata:
        """With what the folder's `.meta.yml` says, and names for the authors' keys."""
        metadata = super().head(raw, path)
        values = self._shared.merged(metadata.values, path)
        keys = values.get("authors") if self._authors else None
        if keys:
            keys = (keys,) if isinstance(keys, str) else keys
            people = tuple(self._authors.get(key, key) for key in keys)
            return metadata._replace(values={**values, "authors": people})
        return metadata if values is metadata.values else metadata._replace(values=values)

    @property
    def zone(self) -> tzinfo:
        """Dates without a zone are UTC's."""
        return UTC

    def permalink(self, document: Document) -> Address:
        """By `post_url_format` with the date and the title's slug; pages by their path."""
        return self._addresses.page(document, f"{self._folder_in_docs}/{document.path}")

    @cached_property
    def _folder_in_docs(self) -> str:
        return place_below(self.source.folder, self._site.docs)

    def hidden(self, document: Document) -> bool:
        """Drafts, unless the blog shows them."""
        shows_all = self._blog is not None and self._blog.shows_drafts
        return not shows_all and super().hidden(document)

    def is_page(self, document: Document) -> bool:
        """Without a blog, what has no date is a page."""
        return self._blog is None and document.date is None
