"""Subscribing: a form, JSON, or a form that stands on the site itself. All wait for confirmation.

Whoever is known and whoever is not get the same answer at the same time.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from publisher.archive.library import name_of
from publisher.mime.addresses import AddressError, parse_address
from publisher.model.asking import Ask
from publisher.model.contacts import Choices, Consent
from publisher.model.system_mails import SystemKind
from publisher.web.answers import language_of, page, wants_json
from publisher.web.readers import challenge
from publisher.web.readers.forms import MOST_NAME, Fields, fields_of
from publisher.web.readers.offers import chosen
from publisher.web.readers.wishes import Form
from publisher.web.services import origin_of, services_of

TRAP: Final = "homepage"
"""A field that people do not see, and that programs fill in."""

ANSWER_AFTER: Final = 0.2
"""Seconds after which everybody is answered, so that time tells nothing either."""

_LINKS: Final = ("://", "www.", "@")


@dataclass(slots=True)
class Wish:
    """What a form asks for, checked; `errors` are the words for people by field."""

    email: str = ""
    key: str = ""
    name: str = ""
    newsletters: list[str] = field(default_factory=list)
    choices: Choices = field(default_factory=Choices)
    errors: dict[str, str] = field(default_factory=dict)


def routes() -> Sequence[BaseRoute]:
    """The form, what it is sent to, and what is shown then."""
    return [
        Route("/subscribe", show),
        Route("/subscribe", subscribe, methods=["POST", "OPTIONS"]),
        Route("/sent", sent),
    ]


async def show(request: Request) -> Response:
    """The form; `?newsletter=NAME` chooses one."""
    given = Fields(request.query_params.multi_items())
    return await _form(request, given, Wish(), 200)


async def sent(request: Request) -> Response:
    """What everybody is told."""
    return page(request, "sent")


async def subscribe(request: Request) -> Response:
    """Take a form or JSON."""
    allowed = _cors(request)
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=allowed)
    given = await fields_of(request)
    wish = await wish_of(request, given)
    answer = await (_refused if wish.errors else _taken)(request, given, wish)
    answer.headers.update(allowed)
    return answer


async def wish_of(request: Request, given: Fields) -> Wish:
    """What the form asks for, with its mistakes."""
    config = services_of(request).publisher.config
    wish = Wish(name=given.line("name", MOST_NAME + 1))
    known = list(config.newsletters)
    asked = [name for name in given.many("newsletter") if name in known]
    wish.newsletters = list(dict.fromkeys(asked)) or (known if len(known) == 1 else [])
    if not wish.newsletters:
        wish.errors["newsletter"] = "missing"
    try:
        wish.email, wish.key = parse_address(given.raw("email"))
    except AddressError:
        wish.errors["email"] = "invalid" if given.raw("email") else "missing"
    if len(wish.name) > MOST_NAME:
        wish.errors["name"] = "long"
    elif any(sign in wish.name.lower() for sign in _LINKS):
        wish.errors["name"] = "link"  # what a stranger writes there stands in an email of ours
    return wish


async def _taken(request: Request, given: Fields, wish: Wish) -> Response:
    """The answer to a form without mistakes; who fell into the trap gets the usual one."""
    started = asyncio.get_running_loop().time()
    if not given.raw(TRAP):
        passed = await challenge.passed(request, given, _source(request))
        if isinstance(passed, Response):
            return passed
        if not await _ask(request, given, wish, passed):
            return challenge.refused(request, passed)
    await asyncio.sleep(started + ANSWER_AFTER - asyncio.get_running_loop().time())
    return _accepted(request, given)


async def _ask(request: Request, given: Fields, wish: Wish, passed: challenge.Passed) -> bool:
    """Write it down and queue the confirmation; whether so many may be asked for."""
    services = services_of(request)
    signer, now = await services.signer(), services.publisher.clock()
    ip = request.client.host if request.client else ""
    consent = Consent(now, "form", passed.source)
    offers = {name: await services.offered(name) for name in wish.newsletters}
    chosen_of = {name: chosen(offer, given, Choices()) for name, offer in offers.items()}
    # Anybody can write endless tags of a language; emails are frozen in few.
    spoken = services.stored_language(language_of(request))
    asking, already = [
        {name: await services.mail(kind, name, spoken) for name in wish.newsletters}
        for kind in (SystemKind.CONFIRMATION, SystemKind.ALREADY)
    ]

    asks = [
        Ask(
            name,
            wish.email,
            wish.key,
            consent,
            mail=asking[name],
            already=already[name],
            name=wish.name,
            language=spoken,
            choices=chosen_of[name],
        )
        for name in wish.newsletters
    ]
    form = Form(now, [*services.limits.wants(signer, now, ip), *passed.once], asks)
    allowed: bool = await services.writer.write_with(services.wishes, form)
    return allowed


def _accepted(request: Request, given: Fields) -> Response:
    if wants_json(request):
        return JSONResponse({"status": "confirmation sent"}, 202)
    return RedirectResponse(_next(request, given), 303)


def _next(request: Request, given: Fields) -> str:
    """The site's own page that the form names, else ours; never another site's."""
    services, wanted = services_of(request), given.raw("next")
    if wanted.isprintable() and "\\" not in wanted and _origin(wanted) in services.origins:
        return wanted
    return f"{services_of(request).base}/sent?{urlencode({'lang': language_of(request)})}"


async def _refused(request: Request, given: Fields, wish: Wish) -> Response:
    if wants_json(request):
        return JSONResponse({"errors": wish.errors}, 422)
    return await _form(request, given, wish, 422)


async def _form(request: Request, given: Fields, wish: Wish, status: int) -> Response:
    services = services_of(request)
    config = services.publisher.config
    names = list(config.newsletters)
    values = {name: given.line(name) for name in ("email", "name", "next")}
    offer = await services.offered(names[0]) if len(names) == 1 else None
    context: Mapping[str, Any] = {
        "newsletters": names,
        "titles": {name: name_of(each) for name, each in config.newsletters.items()},
        "picked": given.many("newsletter"),
        "values": values,
        "errors": wish.errors,
        "ask": config.web.ask,
        "offer": offer,
        "choices": chosen(offer, given, Choices()) if offer else Choices(),
        "trap": TRAP,
    }
    return page(request, "subscribe", status=status, **context)


def _source(request: Request) -> str:
    """Where the form stood: the page's address without what follows its path, if a browser says."""
    origin = request.headers.get("origin", "").removeprefix("null")  # as browsers hide it
    found = _without_query(request.headers.get("referer", "")) or origin
    return found[:200] if found.isascii() and found.isprintable() else ""


def _without_query(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else ""


def _origin(url: str) -> str:
    try:
        return origin_of(url)
    except ValueError:
        return ""


def _cors(request: Request) -> dict[str, str]:
    """What scripts of the site's own pages may do (the Fetch standard's CORS protocol)."""
    origin = request.headers.get("origin", "").lower()
    if origin not in services_of(request).origins:
        return {"vary": "Origin"}
    return {
        "access-control-allow-origin": origin,
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "Content-Type, Accept",
        "access-control-max-age": "86400",
        "cross-origin-resource-policy": "cross-origin",
        "vary": "Origin",
    }
