"""A reader's choices: topics, how often, when, in which language; the name; the way out."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from publisher.model.contacts import Subscriber, SubscriptionState
from publisher.plan.choices import Offered, fitting_zone, offered_zones
from publisher.web.answers import page
from publisher.web.readers.forms import MOST_NAME, Fields, fields_of
from publisher.web.readers.links import reader_of
from publisher.web.readers.offers import chosen
from publisher.web.readers.unsubscribe import goodbye
from publisher.web.services import services_of

FOREIGN: Final = frozenset({"cross-site", "same-site"})


def routes() -> Sequence[BaseRoute]:
    """The page of preferences."""
    return [
        Route("/preferences/{token}", show),
        Route("/preferences/{token}", save, methods=["POST"]),
    ]


async def show(request: Request) -> Response:
    """The choices as they are; for who has left, the goodbye."""
    reader = await reader_of(request)
    if reader.state is SubscriptionState.UNSUBSCRIBED:
        return goodbye(request, reader)
    return await form(request, reader, {}, 200)


async def save(request: Request) -> Response:
    """Keep what was chosen, as far as it is offered."""
    refuse_foreign(request)
    reader, given = await reader_of(request), await fields_of(request)
    services = services_of(request)
    offer = await services.offered(reader.newsletter)
    name = given.line("name", MOST_NAME + 1)
    errors = {"name": "long"} if len(name) > MOST_NAME else {}
    zone = given.raw("timezone")
    if fitting_zone(zone, reader.timezone) != zone:
        errors["timezone"] = "unknown"
    if errors:
        return await form(request, reader, errors, 422, given)
    now, language = services.publisher.clock(), _language(request, given, reader)
    choices = chosen(offer, given, reader.choices)

    def change() -> Subscriber | None:
        return services.publisher.outbox.readers.choose(
            reader.token,
            choices,
            now,
            name=name if "name" in given else None,
            language=language,
            timezone=zone if "timezone" in given else None,
        )

    await services.write(change)
    query = {"saved": "1", **({"lang": given.raw("language")} if language is not None else {})}
    return RedirectResponse(f"{request.url.path}?{urlencode(query)}", 303)


def refuse_foreign(request: Request) -> None:
    """A form of another site must not be sent in a reader's name.

    It would have to know the token; browsers say where a form stood all the same.

    Raises:
        HTTPException: it stood elsewhere.
    """
    if request.headers.get("sec-fetch-site", "") in FOREIGN:
        raise HTTPException(403)


def _language(request: Request, given: Fields, reader: Subscriber) -> str | None:
    """The language to keep; None: as it is."""
    services, asked = services_of(request), given.raw("language")
    known = asked in services.pages.languages or asked == reader.language
    return services.stored_language(asked) if asked and known else None


async def form(
    request: Request,
    reader: Subscriber,
    errors: dict[str, str],
    status: int,
    given: Fields | None = None,
) -> Response:
    """The page with the choices as they are, or as a form with mistakes had them."""
    services = services_of(request)
    offer: Offered = await services.offered(reader.newsletter)
    own = {reader.timezone} if reader.timezone else set[str]()
    context = {
        "title": services.title(reader.newsletter),
        "language": reader.language or services.pages.site.language,
        "masked": masked(reader.email),
        "offer": offer,
        "choices": chosen(offer, given, reader.choices) if given else reader.choices,
        "name": given.line("name") if given else reader.name,
        "zone": given.line("timezone") if given else reader.timezone,
        "zones": by_region(offered_zones() | own),
        "errors": errors,
        "saved": "saved" in request.query_params and not errors,
        "token": request.path_params["token"],
    }
    return page(request, "preferences", status=status, known=reader.language, **context)


def by_region(zones: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Names of zones by what they begin with, so that a list is searched by the name of a city."""
    ordered = sorted(zones, key=lambda zone: (_region(zone), zone))
    return {region: list(names) for region, names in groupby(ordered, _region)}


def _region(zone: str) -> str:
    """What stands before the first `/` of a zone's name; nothing where there is none."""
    return zone.partition("/")[0] if "/" in zone else ""


def masked(email: str) -> str:
    """An address that its owner knows again, and nobody to whom an email was forwarded."""
    local, _, domain = email.rpartition("@")
    host, dot, end = domain.rpartition(".")
    return f"{local[:1]}\u2026@{host[:1]}\u2026{dot}{end}"
