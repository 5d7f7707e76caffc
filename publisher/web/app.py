"""The public pages as one ASGI application.

A file adds its pages by a function `routes()`, which is named in PARTS; its handlers find what they
work with by `services_of(request)`.
"""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from publisher.config.options.values import LOOPBACK
from publisher.errors import StorageError
from publisher.web import archive, counting, hooks, metrics
from publisher.web.answers import problem, wants_json
from publisher.web.middleware.bodies import ShortBodies
from publisher.web.middleware.headers import SafeHeaders, make_safe
from publisher.web.middleware.hosts import HEALTH, OwnHost
from publisher.web.middleware.prefix import BelowPrefix, WithoutPrefix
from publisher.web.middleware.proxies import TrustedProxies
from publisher.web.readers import address, choices, confirm, preferences, subscribe, unsubscribe
from publisher.web.services import Services, services_of
from publisher.wiring import Publisher

PARTS: Final[Sequence[Callable[[], Sequence[BaseRoute]]]] = (
    subscribe.routes,
    confirm.routes,
    preferences.routes,
    address.routes,
    unsubscribe.routes,
    choices.routes,
    archive.routes,
    counting.routes,
    hooks.routes,
    metrics.routes,
)

LARGER_BODIES: Final[dict[str, int]] = {hooks.PATH: hooks.MOST_BYTES}
"""Paths, by their beginning, whose bodies may be larger than a form: so many bytes."""

_log = logging.getLogger(__name__)


def make_app(publisher: Publisher) -> Starlette:
    """The pages of `publisher`, which the app does not close."""
    services = Services.of(publisher)
    figures, requests = metrics.registry_of(publisher)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        services.writer.start()
        try:
            yield
        finally:
            services.writer.stop()

    app = Starlette(
        routes=[Route(HEALTH, _health), *(route for part in PARTS for route in part())],
        middleware=[
            Middleware(SafeHeaders),
            Middleware(metrics.CountedRequests, counter=requests),
            Middleware(WithoutPrefix, prefix=services.base),
            Middleware(TrustedProxies, proxies=publisher.config.web.proxies),
            Middleware(OwnHost, hosts=_hosts(services.url)),
            Middleware(ShortBodies, larger=LARGER_BODIES),
            Middleware(BelowPrefix, prefix=services.base),
        ],
        exception_handlers={
            HTTPException: _refused,
            StorageError: _unwritten,
            Exception: _broken,
        },
        lifespan=lifespan,
    )
    app.state.services = services
    app.state.figures = figures
    return app


async def _health(request: Request) -> Response:
    """200 while the database answers; and when `publish run` was last at work."""
    services = services_of(request)
    last = await services.read(services.publisher.outbox.figures.last_tick)
    seen = last.isoformat(timespec="seconds") if last else None
    if wants_json(request):
        return JSONResponse({"status": "ok", "database": "ok", "last_tick": seen})
    return PlainTextResponse(f"ok\nlast tick of publish run: {seen or 'never'}\n")


async def _refused(request: Request, error: Exception) -> Response:
    """A page that is not there, or is not asked for that way."""
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette hands over nothing else
    answer = problem(request, str(error.status_code), error.status_code)
    answer.headers.update(error.headers or {})
    return answer


async def _unwritten(request: Request, error: Exception) -> Response:
    """The database could not be reached: nothing was changed."""
    _log.error("%s (%s): %s", _name(request), request.method, error)
    answer = problem(request, "503", 503)
    answer.headers["retry-after"] = "30"
    return answer


async def _broken(request: Request, _error: Exception) -> Response:
    """A bug, which only the server's log tells of."""
    answer = problem(request, "500", 500)
    make_safe(answer.headers)  # this one passes none of the middleware
    return answer


def _name(request: Request) -> str:
    """What was asked for, without the path: that may hold a reader's token."""
    return str(getattr(request.scope.get("endpoint"), "__name__", "a page"))


def _hosts(url: str) -> set[str]:
    """What the Host header may say (RFC 9110 §7.2): the default port is left out, or not."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    default = 443 if parts.scheme == "https" else 80
    port = parts.port or default
    names = {f"{host}:{port}", *({host} if port == default else ())}
    return names if host else set(LOOPBACK)
