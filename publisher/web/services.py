"""What every page works with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from publisher.archive.library import Library
from publisher.config.options.values import is_language
from publisher.rendering.pages import Pages
from publisher.web.writer import Writer
from publisher.wiring import Publisher, site_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Services:
    """The Publisher behind the pages, what renders them, and the one writer of the database.

    Whoever serves the pages starts and stops `writer`.
    """

    publisher: Publisher
    pages: Pages
    library: Library
    writer: Writer = field(repr=False)

    @classmethod
    def of(cls, publisher: Publisher) -> "Services":
        """What the pages of `publisher` need."""
        pages = Pages(publisher.templates, site_of(publisher.config))
        library = Library(publisher.config, publisher.outbox, pages)
        return cls(publisher, pages, library, Writer(publisher.outbox))

    @property
    def url(self) -> str:
        """The address of the pages, without `/` at its end."""
        return self.publisher.config.web.url or ""

    @property
    def origins(self) -> frozenset[str]:
        """The web origins (RFC 6454) that are the site's own."""
        web, site = self.publisher.config.web, self.publisher.config.site
        return frozenset(map(origin_of, filter(None, (web.url, site.url, *web.origins))))

    def speaks(self, language: str) -> bool:
        """Whether the pages are written in `language`, a tag that anybody may have sent."""
        return is_language(language) and self.pages.site.speaks(language)

    async def read(self, look: Callable[[], T]) -> T:
        """What `look` finds in the database, which may take its time."""
        return await run_in_threadpool(look)

    async def write(self, change: Callable[[], T]) -> T:
        """What `change` gives, once it is committed.

        Raises:
            StorageError: it is not.
        """
        return await self.writer.write(change)


def origin_of(url: str) -> str:
    """Scheme, host and port of a web address, as browsers write them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def services_of(request: Request) -> Services:
    """Those of the application that `request` came to."""
    found: Services = request.app.state.services
    return found
