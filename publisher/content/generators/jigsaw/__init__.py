"""Jigsaw: its configuration, dates, slugs and permalinks."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.content.generators.base import Found, Generator

if TYPE_CHECKING:
    from publisher.content.generators.jigsaw.permalinks import Permalinks


class Jigsaw(Generator):
    """https://jigsaw.tighten.com: PHP, Blade templates, collections with URL patterns."""

    suffixes = (".blade.md", ".markdown", ".md")

    @staticmethod
    def detect(folder: Path) -> Found | None:
        """See publisher.content.generators.jigsaw.detect."""
        from publisher.content.generators.jigsaw.detect import detect

        return detect(folder, Jigsaw.suffixes)

    @cached_property
    def _permalinks(self) -> "Permalinks":
        from publisher.content.generators.jigsaw.permalinks import Permalinks

        return Permalinks(self.source)

    def permalink(
        self, file: str, values: Mapping[str, Any], date: datetime | None
    ) -> tuple[str, str]:
        """By the collection's pattern; as in Jigsaw, an empty parameter leaves its place empty."""
        return self._permalinks.page(self.stem(file), values, date)
