"""Docusaurus: its blogs, their names of files, slugs and translations."""

from collections.abc import Mapping
from datetime import UTC, tzinfo
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from publisher.content.files import FolderContents
from publisher.content.frontmatter.dates import PostDate
from publisher.content.frontmatter.fences import Raw
from publisher.content.frontmatter.fields import Fields
from publisher.content.frontmatter.parse import Metadata
from publisher.content.frontmatter.script_dates import script_date
from publisher.content.generators.base import Address, Document, Found, Generator, Kind
from publisher.content.generators.docusaurus.detection import detect
from publisher.content.generators.docusaurus.names import file_parts, joined
from publisher.content.generators.docusaurus.settings import (
    CONFIGS,
    Blog,
    DocusaurusSettings,
    author_names,
    read,
)
from publisher.content.settings.globs import matcher


class Docusaurus(Generator):
    """https://docusaurus.io: posts of the blog plugin, `blog/2026-05-11-name.md` by default."""

    suffixes = (".mdx", ".md")
    settings: ClassVar = CONFIGS
    fields = Fields(
        date=("date",),
        updated=("last_update.date",),
        author=("authors", "authors.name", "author"),
        image=("image",),
        categories=("tags",),
        featured=(),
        hidden=("draft", "unlisted"),
        shown=(),
        state=(),
        address=(),
    )

    @staticmethod
    def detect(folder: Path) -> Found | None:
        """See publisher.content.generators.docusaurus.detection."""
        return detect(folder)

    @cached_property
    def _site(self) -> DocusaurusSettings:
        return read(self.source.root) or DocusaurusSettings(self.source.root, "")

    @property
    def unread(self) -> str:
        """What is wrong with the script of settings, where it says nothing."""
        return "" if self._site.values or not self._site.problem else self._site.problem

    @cached_property
    def _place(self) -> tuple[Blog, str]:
        """The blog that the source's folder belongs to, and its locale ('': the default one)."""
        folder = self.source.folder.resolve()
        for blog in self._site.blogs:
            if folder.is_relative_to(blog.folder.resolve()):
                return blog, ""
            for locale, translated in self._site.translations(blog):
                if folder.is_relative_to(translated.resolve()):
                    return blog, locale
        return Blog("blog", self.source.folder), ""

    @cached_property
    def _base(self) -> str:
        """The address under which all posts of the source lie, without a slash at its end."""
        blog, locale = self._place
        base = self._site.address_of(locale, self.source.url) if locale else self.source.url
        return joined(base, self.source.path or blog.route).rstrip("/")

    @cached_property
    def _authors(self) -> Mapping[str, str]:
        return author_names(self._place[0].authors_file)

    def _settings(self) -> list[Path]:
        return [*super()._settings(), self._place[0].authors_file]

    def sources(self) -> FolderContents:
        """The files that the blog's `include` and `exclude` leave."""
        blog = self._place[0]
        is_included, is_excluded = matcher(blog.include), matcher(blog.exclude)

        def kind(path: str) -> Kind:
            return Kind.POST if is_included(path) and not is_excluded(path) else Kind.OTHER

        return self.sorted_out(super().sources(), kind)

    def head(self, raw: Raw, path: str) -> Metadata:
        """With names for the authors' keys."""
        metadata = super().head(raw, path)
        written = metadata.values.get("authors")
        if not written or not self._authors:
            return metadata
        keys = (written,) if isinstance(written, str) else written
        people = tuple(self._authors.get(key, key) for key in keys)
        return metadata._replace(values={**metadata.values, "authors": people})

    @property
    def zone(self) -> tzinfo:
        """Dates without a zone are UTC's."""
        return UTC

    def date(self, written: str) -> PostDate:
        """See script_date; `content.date_format` is tried first."""
        return super().date(written) if self.source.date_format else script_date(written)

    def other_date(self, document: Document) -> PostDate | None:
        """The date in the file's path, as UTC."""
        return file_parts(document.path).date

    def title(self, document: Document) -> str:
        """The file's name, without its date."""
        return file_parts(document.path).text

    def permalink(self, document: Document) -> Address:
        """The blog's route, then the head's `slug`, else date, folder and name of the file."""
        own = document.values.get("slug", "")
        slug = own.strip() if isinstance(own, str) else ""
        url = joined(self._base, slug or file_parts(document.path).slug)
        match self._site.trailing_slash:
            case True if not url.endswith("/"):
                url += "/"
            case False:
                url = url.rstrip("/")
        return Address(url)
