"""Another address: asked for on the page of preferences, proved by a link that is sent to it."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from publisher.mime.addresses import Address, AddressError, parse_address
from publisher.model.contacts import Subscriber
from publisher.model.system_mails import SystemKind
from publisher.outbox.outbox import Moved
from publisher.signing import Purpose, new_address
from publisher.web.answers import language_of, page, problem
from publisher.web.readers.forms import fields_of
from publisher.web.readers.links import asked_by, reader_of
from publisher.web.readers.preferences import form, refuse_foreign
from publisher.web.readers.subscribe import ANSWER_AFTER
from publisher.web.services import services_of


def routes() -> Sequence[BaseRoute]:
    """The form for another address, and the pages behind the link."""
    return [
        Route("/preferences/{token}/address", ask, methods=["POST"]),
        Route("/address/{token}", ask_whether),
        Route("/address/{token}", move, methods=["POST"]),
    ]


async def ask(request: Request) -> Response:
    """Send the link to the new address; nothing changes before it was used."""
    refuse_foreign(request)
    reader, given = await reader_of(request), await fields_of(request)
    started = asyncio.get_running_loop().time()
    try:
        address = parse_address(given.raw("email"))
    except AddressError:
        errors = {"email": "invalid" if given.raw("email") else "missing"}
        return await form(request, reader, errors, 422)
    if not await _send(request, reader, address):
        return problem(request, "429", 429)
    await asyncio.sleep(started + ANSWER_AFTER - asyncio.get_running_loop().time())
    query = urlencode({"lang": language_of(request, reader.language)})
    return RedirectResponse(f"{services_of(request).base}/sent?{query}", 303)


async def _send(request: Request, reader: Subscriber, address: Address) -> bool:
    services = services_of(request)
    signer, now = await services.signer(), services.publisher.clock()
    mail = await services.mail(SystemKind.NEW_ADDRESS, reader.newsletter, reader.language)
    ip = request.client.host if request.client else ""

    def change() -> bool:
        if not services.limits.allow(signer, now, ip):
            return False
        if mail is not None and services.limits.allow(signer, now, "", address.key):
            services.publisher.outbox.addresses.ask(reader.token, address, mail, now)
        return True

    return await services.write(change)


async def ask_whether(request: Request) -> Response:
    """A page with one button; GET changes nothing."""
    reader, _, is_over = await _asked(request)
    if is_over:
        return page(request, "expired", status=410, known=reader.language, again="")
    title = services_of(request).title(reader.newsletter)
    return page(request, "address", known=reader.language, title=title)


async def move(request: Request) -> Response:
    """The new address is the reader's from now on; a second time changes nothing."""
    reader, address, is_over = await _asked(request)
    services = services_of(request)
    if is_over:
        return page(request, "expired", status=410, known=reader.language, again="")
    mail = await services.mail(SystemKind.ADDRESS_CHANGED, reader.newsletter, reader.language)
    now, move_to = services.publisher.clock(), services.publisher.outbox.addresses.move
    moved = await services.write(lambda: move_to(reader.token, address, now, mail))
    if moved is Moved.UNKNOWN:
        raise HTTPException(404)
    link = (await services.signer()).sign(Purpose.READER, reader.token)
    title, taken = services.title(reader.newsletter), moved is Moved.TAKEN
    return page(request, "moved", known=reader.language, title=title, link=link, taken=taken)


async def _asked(request: Request) -> tuple[Subscriber, Address, bool]:
    """Whose link this is, which address it proves, and whether its time is over."""
    asked, services = await asked_by(request, Purpose.ADDRESS), services_of(request)
    proved = new_address(asked.token)
    if proved is None:
        raise HTTPException(404)
    token, address = proved
    found = await services.read(lambda: services.publisher.outbox.readers.find(token))
    if found is None:
        raise HTTPException(404)
    return found, parse_address(address), asked.is_over
