"""Jigsaw: its configuration, dates, slugs and permalinks."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.content.frontmatter.fields import Fields
from publisher.content.generators.base import Address, Document, Found, Generator

if TYPE_CHECKING:
    from publisher.content.generators.jigsaw.permalinks import Permalinks


class Jigsaw(Generator):
    """https://jigsaw.tighten.com: PHP, Blade templates, collections with URL patterns."""

    suffixes = (".blade.md", ".markdown", ".md")
    settings = ("config.php", "config.production.php", "bootstrap.php")
    fields = Fields(address=("permalink",))

    @staticmethod
    def detect(folder: Path) -> Found | None:
        """See publisher.content.generators.jigsaw.detect."""
        from publisher.content.generators.jigsaw.detect import detect

        return detect(folder, Jigsaw.suffixes)

    @cached_property
    def _permalinks(self) -> "Permalinks":
        from publisher.content.generators.jigsaw.permalinks import Permalinks

        return Permalinks(self.source)

    def permalink(self, document: Document) -> Address:
        """By the collection's pattern; as in Jigsaw, an empty parameter leaves its place empty."""
        date = document.date and document.date.value
        return Address(*self._permalinks.page(self.stem(document.file), document.values, date))
