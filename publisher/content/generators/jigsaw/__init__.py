"""Jigsaw: its configuration, dates, slugs and permalinks."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.content.frontmatter.fields import Fields
from publisher.content.generators.base import Address, Document, Found, Generator

if TYPE_CHECKING:
    from publisher.content.generators.jigsaw.permalinks import Permalinks


_NO_PAGE = "Jigsaw makes no page of it, because it extends no layout; add a line `extends: …`"


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

    @cached_property
    def _needs_extends(self) -> bool:
        from publisher.content.generators.jigsaw.detect import without_pages

        return self.source.folder.name.removeprefix("_") in without_pages(self.source.root)

    def address(self, document: Document) -> Address:
        """None without a layout: such an item is for other pages to show."""
        if self._needs_extends and not document.values.get("extends"):
            return Address("", problem=_NO_PAGE)
        return super().address(document)

    def permalink(self, document: Document) -> Address:
        """By the collection's pattern; as in Jigsaw, an empty parameter leaves its place empty."""
        date = document.date and document.date.value
        return Address(*self._permalinks.page(self.stem(document.file), document.values, date))
