"""What every page works with."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from publisher.archive.library import Library
from publisher.config.options.values import is_language
from publisher.model.system_mails import SystemKind
from publisher.plan.choices import Offered
from publisher.plan.system_mails import title_of
from publisher.rendering.pages import Pages
from publisher.signing import Signer
from publisher.web.limits import Limits
from publisher.web.readers.wishes import Wishes
from publisher.web.writer import Writer
from publisher.wiring import Publisher, site_of

T = TypeVar("T")

SIGNER_SECONDS: Final = 30.0
OFFER_SECONDS: Final = 600.0
MAIL_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Services:
    """The Publisher behind the pages, what renders them, and the one writer of the database.

    Whoever serves the pages starts and stops `writer`.
    """

    publisher: Publisher
    pages: Pages
    limits: Limits
    library: Library
    writer: Writer = field(repr=False)
    wishes: Wishes
    _reading: Lock = field(default_factory=Lock, repr=False)
    _kept: "dict[str, tuple[float, Any]]" = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, publisher: Publisher) -> "Services":
        """What the pages of `publisher` need."""
        config = publisher.config
        pages = Pages(publisher.templates, site_of(config), config.web.origins)
        limits = Limits(publisher.outbox.limits, *config.web.rate)
        library = Library(config, publisher.outbox, pages)
        outbox = publisher.outbox
        return cls(publisher, pages, limits, library, Writer(outbox), Wishes(outbox, limits))

    @property
    def url(self) -> str:
        """The address of the pages, without `/` at its end."""
        return self.publisher.config.web.url or ""

    @property
    def base(self) -> str:
        """The path of the pages, if they stand below one: what their links begin with."""
        return urlsplit(self.url).path.rstrip("/")

    @property
    def origins(self) -> frozenset[str]:
        """The web origins (RFC 6454) that are the site's own."""
        web, site = self.publisher.config.web, self.publisher.config.site
        return frozenset(map(origin_of, filter(None, (web.url, site.url, *web.origins))))

    def speaks(self, language: str) -> bool:
        """Whether the pages are written in `language`, a tag that anybody may have sent."""
        return is_language(language) and self.pages.site.speaks(language)

    def stored_language(self, language: str) -> str:
        """What is kept of a reader's language: few different ones; empty for the site's."""
        code, own = language.partition("-")[0].lower(), self.pages.site.language
        return "" if code == own.partition("-")[0].lower() else code

    def title(self, newsletter: str) -> str:
        """What readers know a newsletter as."""
        return title_of(self.publisher.config, newsletter)

    async def mail(self, kind: SystemKind, newsletter: str, language: str) -> int | None:
        """The frozen email of the system of that kind, for the transaction that it tells of.

        None where config.yaml has no such newsletter any more.
        """
        if newsletter not in self.publisher.config.newsletters:
            return None
        get = self.publisher.system_mails.get
        return await self._recent(
            f"mail {kind} {newsletter} {language}",
            MAIL_SECONDS,
            lambda: get(kind, newsletter, language),
        )

    async def signer(self, token: str = "") -> Signer:
        """Signs and reads tokens; where `token` names a new key, that key is looked for."""
        look = self.publisher.outbox.keys.signer
        found = await self._recent("signer", SIGNER_SECONDS, look)
        if token and not found.knows(token):
            self._kept.pop("signer", None)
            found = await self._recent("signer", SIGNER_SECONDS, look)
        return found

    async def offered(self, newsletter: str) -> Offered:
        """What `newsletter` lets its readers choose, by the posts of some minutes ago."""
        return await self._recent(
            f"offer {newsletter}", OFFER_SECONDS, lambda: self._look_at_offer(newsletter)
        )

    def _look_at_offer(self, newsletter: str) -> Offered:
        with self._reading:  # once for all who wait for it
            return self.publisher.offers.offered(newsletter)

    async def read(self, look: Callable[[], T]) -> T:
        """What `look` finds in the database, which may take its time."""
        return await run_in_threadpool(look)

    async def write(self, change: Callable[[], T]) -> T:
        """What `change` gives, once it is committed.

        Raises:
            StorageError: it is not.
        """
        return await self.writer.write(change)

    async def _recent(self, name: str, seconds: float, look: Callable[[], T]) -> T:
        """What `look` gave not long ago, or gives now."""
        until, value = self._kept.get(name, (0.0, None))
        if time.monotonic() >= until:
            value = await self.read(look)
            self._kept[name] = time.monotonic() + seconds, value
        found: T = value
        return found


def origin_of(url: str) -> str:
    """Scheme, host and port of a web address, as browsers write them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def services_of(request: Request) -> Services:
    """Those of the application that `request` came to."""
    found: Services = request.app.state.services
    return found
