"""Gatsby: folders that it reads, and addresses that its scripts make."""

from collections.abc import Iterable
from datetime import UTC, tzinfo
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from publisher.content.coded import Coded, with_slash, without_slash
from publisher.content.frontmatter.fields import Fields
from publisher.content.generators.base import Found
from publisher.content.generators.gatsby.detection import detect
from publisher.content.generators.gatsby.site import CONFIGS, NODES, GatsbySite, read


class Gatsby(Coded):
    """https://www.gatsbyjs.com: Markdown through GraphQL, pages made in gatsby-node."""

    suffixes = (".markdown", ".mdx", ".md")
    settings: ClassVar = (*CONFIGS, *NODES, "package.json")
    fields = Fields(address=())

    @staticmethod
    def detect(folder: Path) -> Found | None:
        """See publisher.content.generators.gatsby.detection."""
        return detect(folder)

    @cached_property
    def _site(self) -> GatsbySite | None:
        return read(self.source.root)

    @property
    def patterns(self) -> Iterable[str]:
        """What gatsby-node, or the names of files in src/pages, come to."""
        return self._site.patterns if self._site else ()

    @property
    def zone(self) -> tzinfo:
        """Dates without a zone are UTC's."""
        return UTC

    def ended(self, path: str) -> str:
        """As `trailingSlash` says; Gatsby 5 adds one if nothing is said."""
        said = self._site.trailing_slash if self._site else ""
        if said == "always":
            return with_slash(path)
        return without_slash(path) if said == "never" else path
