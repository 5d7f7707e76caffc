"""Config -> Publisher: the only place that constructs."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from publisher.adapters.base import Adapter, KeepsCredentials
from publisher.config import Channel, Config
from publisher.config.options.site import Content
from publisher.config.options.values import placed
from publisher.content.addresses import SITEMAP
from publisher.content.evidence import MOST_BYTES, Fetch
from publisher.content.index import Listed
from publisher.content.reader import list_site, read_site
from publisher.content.source import Source
from publisher.durations import Clock, Progress, utc_now
from publisher.errors import PublisherError
from publisher.model.feeds import Fetched, FetchFeed
from publisher.model.messages import Message

if TYPE_CHECKING:
    from publisher.dispatch import Dispatcher, Notifier
    from publisher.dispatch.limits.status import LimitsStatus
    from publisher.events.incoming import Incoming
    from publisher.events.requests.acting import Requests
    from publisher.outbox.outbox import Outbox
    from publisher.plan.offers import SiteOffers
    from publisher.plan.planner import Planner
    from publisher.plan.proposals import Proposal
    from publisher.plan.select import Selector
    from publisher.plan.system_mails import SystemMails
    from publisher.rendering.brand import Site
    from publisher.rendering.templates import Templates

MOST_FEED_BYTES = 10_000_000
ASK_AGAIN_AFTER = timedelta(seconds=50)


class Adapters(Mapping[str, Adapter[Message]]):
    """The channels' adapters by channel name, each made when it is first asked for."""

    def __init__(self, config: Config, outbox: "Outbox") -> None:
        self._channels = config.channels
        self._outbox = outbox
        self._made: dict[str, Adapter[Message]] = {}
        self._making = Lock()

    def __getitem__(self, name: str) -> Adapter[Message]:
        with self._making:
            if name not in self._made:
                self._made[name] = self._make(name, self._channels[name])
            return self._made[name]

    def _make(self, name: str, channel: Channel) -> Adapter[Message]:
        adapter = channel.adapter_class(channel.settings, name=name)
        if isinstance(adapter, KeepsCredentials):
            adapter.use_credentials(self._outbox.credentials.of(name))
        return adapter

    def __iter__(self) -> Iterator[str]:
        return iter(self._channels)

    def __len__(self) -> int:
        return len(self._channels)

    def close(self) -> None:
        """Let go of every connection, whatever closing one of them raises."""
        with ExitStack() as closing:
            for adapter in self._made.values():
                closing.callback(adapter.close)


@dataclass(slots=True)
class Publisher:
    """The whole of a running Publisher; a context manager that closes what it opened."""

    config: Config
    outbox: "Outbox"
    adapters: Adapters
    planner: "Planner"
    dispatcher: "Dispatcher"
    templates: "Templates"
    notifier: "Notifier"
    system_mails: "SystemMails"
    clock: Clock

    def now(self) -> datetime:
        """This moment, to the second: it may name a slot."""
        return self.clock().replace(microsecond=0)

    def local_time(self) -> datetime:
        """This moment in the site's zone."""
        return self.clock().astimezone(self.config.site.zone)

    @property
    def incoming(self) -> "Incoming":
        """The mailbox to which servers and readers write."""
        from publisher.events.incoming import Incoming

        return Incoming(self.config, self.outbox, self.clock, [self.requests])

    @property
    def offers(self) -> "SiteOffers":
        """What readers may choose."""
        from publisher.plan.offers import SiteOffers

        return SiteOffers(self.config, lambda: self.planner.read(None, None).posts, self.clock)

    @property
    def requests(self) -> "Requests":
        """Knows what readers ask for by email."""
        from publisher.events.requests.acting import Requests

        mail = self.system_mails.get
        return Requests(self.config, self.outbox, mail, self.offers, self.clock)

    def limits(self, name: str) -> "LimitsStatus | None":
        """What holds a channel back now; None: config.yaml has no such channel."""
        from publisher.dispatch.limits.status import standing

        channel = self.config.channels.get(name)
        if channel is None:
            return None
        zone, now = self.config.site.zone, self.clock()
        return standing(channel, self.adapters[name], self.outbox, zone, now)

    def paced(self, proposal: "Proposal") -> str:
        """How slowly a newsletter goes out as its channel begins; empty where it does not."""
        from publisher.dispatch.limits.warm_up import foretold, warm_up_of

        channel = self.config.channels.get(proposal.channels[0]) if proposal.channels else None
        readers = proposal.recipients or 0
        plan = warm_up_of(channel, self.outbox, self.clock()) if channel and readers else None
        return foretold(plan, readers) if plan and readers > plan.start[0] else ""

    def quiet(self, proposal: "Proposal") -> dict[str, datetime]:
        """The channels on which a proposal waits for the end of quiet hours, and when that is."""
        from publisher.dispatch.limits.quiet_hours import quiet_until

        if proposal.empty_because or proposal.planned:
            return {}
        config = self.config
        hours = {name: config.channels[name].quiet_hours for name in proposal.channels}
        zone, slot = config.site.zone, proposal.slot
        found = {name: quiet_until(each, zone, slot) for name, each in hours.items()}
        return {name: until for name, until in found.items() if until}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        try:
            self.adapters.close()
        finally:
            self.outbox.close()


def build(config: Config) -> Publisher:
    """Tie the parts together on no network; a StorageError if the database cannot be opened."""
    from publisher.dispatch import Dispatcher, Notifier
    from publisher.outbox.outbox import Outbox
    from publisher.plan.planner import Planner
    from publisher.plan.render import Renderer
    from publisher.plan.system_mails import SystemMails
    from publisher.rendering.templates import Templates

    outbox = Outbox.open(config.database.get_secret_value(), folder=config.folder)
    adapters = Adapters(config, outbox)
    templates = Templates(config.templates if os.path.lexists(config.templates) else None)
    renderer = Renderer(config, adapters, templates, site_of(config), _fetcher(config))
    reader = partial(read_site, sources_of(config), outbox.post_index, utc_now)
    planner = Planner(config, outbox, reader, _selector(config), renderer, utc_now)
    dispatcher = Dispatcher(config, outbox, adapters, clock=utc_now)
    notifier = Notifier(config, outbox, adapters, utc_now)
    mails = SystemMails(config, outbox, templates, renderer.site)
    return Publisher(
        config, outbox, adapters, planner, dispatcher, templates, notifier, mails, utc_now
    )


def list_posts(config: Config, progress: Progress | None = None) -> list[Listed]:
    """Every file of the site as it is listed, through the index.

    Raises:
        ContentError: the folder cannot be read.
        StorageError: the database cannot be opened.
    """
    from publisher.outbox.post_index.glance import open_index

    with open_index(config.database.get_secret_value(), config.folder) as index:
        return list_site(sources_of(config), index, utc_now, progress)


def sources_of(config: Config) -> tuple[Source, ...]:
    """How to read the site's posts."""
    return tuple(_source(config, content) for content in config.content)


def _source(config: Config, content: Content) -> Source:
    return Source(
        name=content.name,
        folder=content.folder or config.folder,
        from_git=content.first_seen == "git",
        feed=content.feed,
        fetch=_feed_fetcher(config) if content.feed else None,
        site=content.site,
        base=config.folder,
        url=config.site.url,
        zone=config.site.zone,
        generator=content.generator,
        path=content.path,
        strip_file_date=content.strip_file_date,
        language=content.language or config.site.language,
        date_format=content.date_format,
        urls=content.rules,
        fields=content.fields.keys if content.fields else (),
        excerpt=content.excerpt,
        shares_links=content.links == "other",
        sitemap=_sitemap(config, content),
    )


def _sitemap(config: Config, content: Content) -> Path | None:
    """The file that the rule `sitemap` looks up; a copy of one on the web, an hour old at most."""
    name = content.sitemap
    if not name or all(rule.text != SITEMAP for rule in content.rules):
        return None
    from publisher.content.evidence.copy import kept_copy
    from publisher.content.evidence.read import is_web

    if not is_web(name):
        return placed(config.folder, name)
    return kept_copy(name, config.folder / "queue", fetcher(name), utc_now())


def fetcher(name: str) -> Fetch:
    """Fetches evidence; only the host of `name`, which a person wrote, may be a private one."""

    def fetch(url: str) -> bytes:
        from publisher.adapters.http.public import fetch_public

        own = (urlsplit(name).netloc,)
        return fetch_public(url, max_bytes=MOST_BYTES, timeout=60, allow_hosts=own)

    return fetch


def _feed_fetcher(config: Config) -> FetchFeed:
    """Fetches a feed; one that failed just now is not asked again at once."""
    failed: dict[str, tuple[datetime, PublisherError]] = {}

    def fetch(url: str, etag: str, modified: str) -> Fetched:
        from publisher.adapters.http.public import fetch_if_changed

        now = utc_now()
        if url in failed and timedelta(0) <= now - failed[url][0] < ASK_AGAIN_AFTER:
            raise failed[url][1]
        try:
            return fetch_if_changed(
                url, etag, modified, max_bytes=MOST_FEED_BYTES, allow_hosts=_own_hosts(config)
            )
        except PublisherError as error:
            failed[url] = (now, error)
            raise

    return fetch


def _selector(config: Config) -> "Selector":
    from publisher.plan.live_pages import LiveCheck
    from publisher.plan.select import Selector

    def is_live(url: str) -> bool:
        from publisher.adapters.http import public

        try:
            return public.is_live(url, allow_hosts=_own_hosts(config))
        except PublisherError:
            return False  # an address that a post must not make us ask never becomes live

    return Selector(LiveCheck(is_live if config.live_check else None, config.min_age))


def _fetcher(config: Config) -> Callable[[str], bytes]:
    def fetch(url: str) -> bytes:
        from publisher.adapters.http.public import fetch_public
        from publisher.plan.pictures import MOST_BYTES as MOST_PICTURE_BYTES

        return fetch_public(url, max_bytes=MOST_PICTURE_BYTES, allow_hosts=_own_hosts(config))

    return fetch


def _own_hosts(config: Config) -> tuple[str, ...]:
    """The site's own host may be private; what posts link to may not."""
    return (urlsplit(config.site.url).netloc,)


def site_of(config: Config) -> "Site":
    """The site as its readers know it."""
    from publisher.rendering.brand import Brand, Site

    site, brand = config.site, config.brand
    return Site(
        title=site.title,
        url=site.url,
        language=site.language,
        zone=site.zone,
        address=site.address,
        description=site.description,
        brand=Brand(**brand.model_dump(exclude_none=True)),
        own_words=config.words,
    )
