"""Next.js: folders of posts, and addresses by the routes of app/ and pages/."""

import re
from collections.abc import Iterable
from datetime import UTC, tzinfo
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from publisher.content.coded import Coded, with_slash
from publisher.content.files import FolderContents
from publisher.content.frontmatter.fields import Fields
from publisher.content.generators.base import Found, Kind
from publisher.content.generators.next.detection import detect
from publisher.content.generators.next.routes import PAGE
from publisher.content.generators.next.site import CONFIGS, NextSite, read

_GROUP = re.compile(r"/\([^/]*\)")


class Next(Coded):
    """https://nextjs.org: a site's own code reads Markdown; files name the routes."""

    suffixes = (".markdown", ".mdx", ".md")
    settings: ClassVar = (*CONFIGS, "package.json")
    skipped_folders = frozenset({"node_modules"})
    fields = Fields(address=())

    @staticmethod
    def detect(folder: Path) -> Found | None:
        """See publisher.content.generators.next.detection."""
        return detect(folder)

    @cached_property
    def _site(self) -> NextSite | None:
        return read(self.source.root)

    @property
    def patterns(self) -> Iterable[str]:
        """What the route for the source's folder comes to."""
        return self._site.patterns(self.source.folder) if self._site else ()

    @cached_property
    def _is_routed(self) -> bool:
        """Whether the files themselves are pages: those in app/ and pages/."""
        return self._site is not None and self._site.is_routed(self.source.folder)

    @property
    def zone(self) -> tzinfo:
        """Dates without a zone are UTC's."""
        return UTC

    def sources(self) -> FolderContents:
        """Markdown; in app/ only files that are called `page`."""
        contents = super().sources()
        if not self._is_routed or "app" not in self.source.folder.parts[-3:]:
            return contents
        return self.sorted_out(
            contents, lambda path: Kind.POST if PAGE.search(f"/{path}") else Kind.OTHER
        )

    def ended(self, path: str) -> str:
        """With a slash where `trailingSlash` says so; without groups of routes such as `(site)`."""
        path = _GROUP.sub("", path) if self._is_routed else path
        return with_slash(path) if self._site and self._site.trailing_slash else path
