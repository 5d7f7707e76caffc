"""The link to one's choices, by email, for who has lost it: the page tells nobody who is known."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from publisher.mime.addresses import Address, AddressError, parse_address
from publisher.model.contacts import SubscriptionState
from publisher.model.system_mails import SystemKind
from publisher.web.answers import language_of, page
from publisher.web.readers import challenge
from publisher.web.readers.forms import fields_of
from publisher.web.readers.subscribe import ANSWER_AFTER, TRAP
from publisher.web.services import services_of


def routes() -> Sequence[BaseRoute]:
    """The form for an address."""
    return [Route("/choices", show), Route("/choices", send, methods=["POST"])]


async def show(request: Request) -> Response:
    """The form."""
    return page(request, "choices", value="", errors={}, trap=TRAP)


async def send(request: Request) -> Response:
    """Send the links to who is known; the answer is the same for everybody."""
    given, started = await fields_of(request), asyncio.get_running_loop().time()
    try:
        address = parse_address(given.raw("email"))
    except AddressError:
        errors = {"email": "invalid" if given.raw("email") else "missing"}
        value = given.line("email")
        return page(request, "choices", status=422, value=value, errors=errors, trap=TRAP)
    if not given.raw(TRAP):
        passed = await challenge.passed(request, given)
        if isinstance(passed, Response):
            return passed
        if not await _send(request, address, passed):
            return challenge.refused(request, passed)
    await asyncio.sleep(started + ANSWER_AFTER - asyncio.get_running_loop().time())
    return RedirectResponse(
        f"{services_of(request).base}/sent?{urlencode({'lang': language_of(request)})}", 303
    )


async def _send(request: Request, address: Address, passed: challenge.Passed) -> bool:
    services = services_of(request)
    signer, now = await services.signer(), services.publisher.clock()
    ip = request.client.host if request.client else ""

    contact = await services.read(
        lambda: services.publisher.outbox.subscribers.show(address.written)
    )
    known = contact.subscriptions if contact else ()
    active = [each for each in known if each.state is SubscriptionState.ACTIVE]
    mails = [
        (each.token, await services.mail(SystemKind.CHOICES, each.newsletter, each.language))
        for each in active
    ]

    def change() -> bool:
        wants = [*services.limits.wants(signer, now, ip), *passed.once]
        if not services.limits.allow_many(now, [wants])[0]:
            return False
        if services.limits.allow(signer, now, "", address.key):  # else all is told the same
            for token, mail in mails:
                if mail is not None:
                    services.publisher.outbox.readers.remind(token, mail, now)
        return True

    return await services.write(change)
