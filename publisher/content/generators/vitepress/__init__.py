"""VitePress: pages by their files' paths, and rewrites."""

from datetime import UTC, tzinfo
from functools import cached_property
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from publisher.content.files import FolderContents, place_below
from publisher.content.frontmatter.fields import Fields
from publisher.content.generators.base import Address, Document, Found, Generator, Kind
from publisher.content.generators.vitepress.site import CONFIGS, VitepressSite, detect, read
from publisher.content.settings.globs import matcher


class VitePress(Generator):
    """https://vitepress.dev: documentation and blogs from Markdown and Vue."""

    suffixes = (".md",)
    skipped_folders = frozenset({"node_modules", "public", "dist"})
    settings: ClassVar = CONFIGS
    fields = Fields(address=())

    @staticmethod
    def detect(folder: Path) -> Found | None:
        """See publisher.content.generators.vitepress.site."""
        return detect(folder)

    @cached_property
    def _site(self) -> VitepressSite:
        return read(self.source.root) or VitepressSite(self.source.root, "", {})

    @cached_property
    def _prefix(self) -> str:
        """The place of the source's folder below `srcDir`, with a slash at its end."""
        below = place_below(self.source.folder, self._site.pages)
        return "" if below == "." else f"{below}/"

    def sources(self) -> FolderContents:
        """The pages that `srcExclude` leaves; `[templates].md` make several each."""
        is_excluded = matcher(self._site.excluded)

        def kind(path: str) -> Kind:
            path = f"{self._prefix}{path}"
            return Kind.OTHER if is_excluded(path) or "[" in path else Kind.POST

        return self.sorted_out(super().sources(), kind)

    @property
    def zone(self) -> tzinfo:
        """Dates without a zone are UTC's."""
        return UTC

    def permalink(self, document: Document) -> Address:
        """The file's path, by `rewrites`; with `.html` unless `cleanUrls` says otherwise."""
        path = self._site.rewritten(f"{self._prefix}{document.path}").removesuffix(".md")
        folder, slash, name = path.rpartition("/")
        if name == "index":
            path = f"{folder}{slash}"
        elif not self._site.clean:
            path = f"{path}.html"
        return Address(f"{self.source.url.rstrip('/')}/{quote(path.lstrip('/'))}")

    def is_page(self, document: Document) -> bool:
        """What has no date, and what is a home page."""
        layout = document.values.get("layout", "")
        return document.date is None or layout in {"home", "page"}

    def language(self, document: Document) -> str:
        """That of the head, else of the locale whose folder holds it."""
        own = super().language(document)
        locale = f"{self._prefix}{document.path}".partition("/")[0]
        return self._site.languages.get(locale, own)
