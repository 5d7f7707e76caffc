"""What Prometheus asks for, if config.yaml has a token for it; nobody else sees it."""

import hmac
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from publisher.web.services import services_of
from publisher.wiring import Publisher

T = TypeVar("T")

SHARE: Final = 50
"""A count that took a second is made anew after 50 of them: it costs two percent at most."""


def routes() -> Sequence[BaseRoute]:
    """The page for Prometheus."""
    return [Route("/metrics", _metrics)]


async def _metrics(request: Request) -> Response:
    """The figures, for whoever has the token; without a token in config.yaml there is no page."""
    services = services_of(request)
    token = services.publisher.config.web.metrics
    if token is None:
        raise HTTPException(404)
    given = request.headers.get("authorization", "")
    wanted = f"Bearer {token.get_secret_value()}"
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        return PlainTextResponse("a token is needed\n", 401, {"www-authenticate": "Bearer"})
    registry: CollectorRegistry = request.app.state.figures
    text = await services.read(lambda: generate_latest(registry))
    return Response(text, headers={"content-type": CONTENT_TYPE_LATEST})


def registry_of(publisher: Publisher) -> tuple[CollectorRegistry, Counter]:
    """What is asked at each visit, and the counter of requests."""
    registry = CollectorRegistry()
    registry.register(_Figures(publisher))
    words = ("requests", "Requests that were answered, by the name of the page")
    counter = Counter(*words, ("page", "status"), "publisher", "web", registry=registry)
    return registry, counter


class CountedRequests:
    """Counts answers by page and status; a path may hold a reader's token, so none is named."""

    def __init__(self, app: ASGIApp, counter: Counter) -> None:
        self._app = app
        self._counter = counter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count as the answer begins."""

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._counter.labels(_page(scope), str(message["status"])).inc()
            await send(message)

        await self._app(scope, receive, counted)


def _page(scope: Scope) -> str:
    """Which page answered: `subscribe.show`; `none` where there is none."""
    endpoint = scope.get("endpoint")
    if endpoint is None:
        return "none"
    return f"{endpoint.__module__.rpartition('.')[2]}.{endpoint.__name__.strip('_')}"


def _kept(make: Callable[[], T]) -> Callable[[], T]:
    """`make`, which is called anew only as often as it is cheap."""
    kept: list[T] = []
    until = 0.0

    def get() -> T:
        nonlocal kept, until
        now = time.monotonic()
        if not kept or now >= until:
            kept = [make()]
            until = time.monotonic() + SHARE * (time.monotonic() - now)
        return kept[0]

    return get


class _Figures(Collector):
    """Asks the database."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        outbox = publisher.outbox
        self._deliveries = _kept(outbox.stats.counts)
        self._subscribers = _kept(outbox.figures.subscribers)
        self._events = _kept(outbox.figures.events)

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked when this is registered."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """All figures of this moment."""
        outbox, now = self._publisher.outbox, self._publisher.clock()
        yield self._by_channel_and_state()
        age = _gauge("queue_age_seconds", "How long the first due message waits", "channel")
        rate = _gauge("sending_rate", "Messages a second at this moment", "channel")
        for channel in self._publisher.config.channels:
            since = outbox.figures.waits_since(channel, now)
            age.add_metric([channel], (now - since).total_seconds() if since else 0.0)
            rate.add_metric([channel], outbox.throughput.rate(channel, now))
        yield from (age, rate, self._by_newsletter_and_state(), self._by_kind())
        suppressed = _gauge("suppressed_addresses", "Addresses that get no email any more")
        suppressed.add_metric([], outbox.figures.suppressed())
        tick = _gauge("last_tick_seconds", "When publish run was last seen, in Unix time")
        if (last := outbox.figures.last_tick()) is not None:
            tick.add_metric([], last.timestamp())
        yield from (suppressed, tick)

    def _by_channel_and_state(self) -> Metric:
        found = _gauge("deliveries", "Messages by channel and state", "channel", "state")
        for channel, states in self._deliveries().items():
            for state, number in states.items():
                found.add_metric([channel, state], number)
        return found

    def _by_newsletter_and_state(self) -> Metric:
        found = _gauge("subscribers", "Subscriptions by state", "newsletter", "state")
        for labels, number in self._subscribers().items():
            found.add_metric(list(labels), number)
        return found

    def _by_kind(self) -> Metric:
        found = _gauge("reader_events", "What happened to readers, by kind", "kind")
        for kind, number in self._events().items():
            found.add_metric([str(kind)], number)
        return found


def _gauge(name: str, words: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"publisher_{name}", words, labels=labels)
