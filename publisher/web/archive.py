"""The archive of editions, and the page that one meets first."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from publisher.archive.library import ATOM, HTML, Document, View
from publisher.archive.links import canonical, served
from publisher.web.answers import language_of
from publisher.web.readers.subscribe import TRAP
from publisher.web.services import Services, origin_of, services_of

_CACHED: Final = "public, max-age=60, stale-while-revalidate=600"
_FORM: Final = {"trap": TRAP}
_MOST_PAGES: Final = 100_000


def routes() -> Sequence[BaseRoute]:
    """Its pages; an address without its `/` at the end leads to the one with it."""
    return [
        Route("/", _home),
        Route("/archive", _moved),
        Route("/archive/", _index),
        Route("/archive/{newsletter}", _moved),
        Route("/archive/{newsletter}/", _newsletter),
        Route("/archive/{newsletter}/feed.xml", _feed),
        Route("/archive/{newsletter}/{slug}", _edition),
        Route("/archive/{newsletter}/{slug}/", _moved),
    ]


async def _home(request: Request) -> Response:
    """The front door."""
    library, view = services_of(request).library, _view(request)
    return await _shown(request, partial(library.home, replace(view, more=view.more | _FORM)))


async def _moved(request: Request) -> Response:
    """An address has a `/` at its end, or none, whichever way it was typed."""
    path = request.url.path
    other = path.rstrip("/") if path.endswith("/") else f"{path}/"
    return RedirectResponse(origin_of(services_of(request).url) + other, 308)


async def _index(request: Request) -> Response:
    """The newsletters."""
    services = services_of(request)
    return await _shown(request, partial(services.library.index, _view(request)))


async def _newsletter(request: Request) -> Response:
    """The editions of one."""
    name, view = request.path_params["newsletter"], _view(request, "newsletter")
    library = services_of(request).library
    return await _shown(request, partial(library.newsletter, name, _number(request), view))


async def _edition(request: Request) -> Response:
    """An edition."""
    name, slug = request.path_params["newsletter"], request.path_params["slug"]
    library, view = services_of(request).library, _view(request, "newsletter")
    return await _shown(request, partial(library.edition, name, slug, view))


async def _feed(request: Request) -> Response:
    """The feed of a newsletter, in the site's own language: feed readers are shared."""
    name = request.path_params["newsletter"]
    library, view = services_of(request).library, _view(request)
    return await _shown(request, partial(library.feed, name, view))


def _view(request: Request, subject: str = "") -> View:
    services = services_of(request)
    newsletter = request.path_params.get(subject, "")
    more = {"path": request.url.path, "base": services.base, "web": services.url}
    subscribe = f"{services.url}/subscribe?newsletter={newsletter}" if newsletter else ""
    links, home = served(services.publisher.config), canonical(services.publisher.config)
    return View(links, home, language_of(request), subscribe, more)


def _number(request: Request) -> int:
    text = request.query_params.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < len("100000") else 0
    if not 0 < number < _MOST_PAGES:
        raise HTTPException(404)
    return number


async def _shown(request: Request, make: Callable[[], Document | None]) -> Response:
    """The page; a kind one that says so where it is not there, 304 where it is known already."""
    services = services_of(request)
    made = await services.read(make)
    if made is None:
        raise HTTPException(404)
    headers = _headers(services, made)
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(made.text, 200, headers)


def _headers(services: Services, made: Document) -> dict[str, str]:
    digest = hashlib.sha256(made.text.encode()).hexdigest()[:32]
    headers = {
        "content-type": f"{made.kind}; charset=utf-8",
        "cache-control": _CACHED,
        "etag": f'"{digest}"',
        "x-robots-tag": "all" if made.listed else "noindex",
    }
    if made.kind == HTML:
        headers["content-security-policy"] = made.policy or services.pages.policy
        headers |= {"content-language": made.language, "vary": "Accept-Language"}
    if made.kind == ATOM:
        headers |= {"cross-origin-resource-policy": "cross-origin"}
    return headers
