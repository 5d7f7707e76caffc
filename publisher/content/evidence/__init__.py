"""Evidence: what a site's own output says of its addresses: sitemaps, feeds, built pages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

MOST_PAGES = 500_000
MOST_BYTES = 64 * 1024 * 1024
"""Of one file, also once it is unpacked; ten times as many of all together."""

Fetch = Callable[[str], bytes]
"""Gives what is behind a web address; a PublisherError says why there is nothing."""


class Page(NamedTuple):
    """One page of the site: its address (absolute, or a path), and what is known of it."""

    url: str
    title: str = ""
    date: datetime | None = None


@dataclass(slots=True)
class Evidence:
    """The pages that `name` knows; `notes` say what of it could not be read."""

    name: str
    pages: list[Page] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether no more pages are taken."""
        return len(self.pages) >= MOST_PAGES
