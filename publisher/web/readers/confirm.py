"""Double opt-in: who gets the link by email presses a button, and is subscribed then."""

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from publisher.model.contacts import Consent, Subscriber, SubscriptionState
from publisher.model.system_mails import SystemKind
from publisher.signing import CONFIRM_WITHIN, Purpose
from publisher.web.answers import language_of, page
from publisher.web.readers.links import Asked, asked_by
from publisher.web.services import services_of


def routes() -> Sequence[BaseRoute]:
    """The pages behind the link of a confirmation."""
    return [
        Route("/confirm/{token}", ask_whether),
        Route("/confirm/{token}", confirm, methods=["POST"]),
        Route("/confirm/{token}/again", send_again, methods=["POST"]),
    ]


async def ask_whether(request: Request) -> Response:
    """A page with one button, or how it went once it was pressed; GET changes nothing."""
    asked = await asked_by(request, Purpose.CONFIRM)
    reader = await _reader(request, asked)
    if asked.is_over:
        return _expired(request, reader)
    if reader.state is SubscriptionState.ACTIVE:
        return await _welcome(request, reader)
    title = services_of(request).title(reader.newsletter)
    return page(request, "confirm", known=reader.language, title=title)


async def confirm(request: Request) -> Response:
    """Subscribe; a second time shows the same page and sends nothing."""
    asked, services = await asked_by(request, Purpose.CONFIRM), services_of(request)
    before = await _reader(request, asked)
    if asked.is_over:
        return _expired(request, before)
    now, asked_at = services.publisher.clock(), asked.until - CONFIRM_WITHIN

    mail = await services.mail(SystemKind.WELCOME, before.newsletter, before.language)

    def change() -> Subscriber | None:
        return services.publisher.outbox.readers.confirm(asked.token, asked_at, now, mail)

    reader = await services.write(change)
    if reader is None:  # has left since: an old email must not bring anybody back
        return _expired(request, before)
    return await _welcome(request, reader)


async def _welcome(request: Request, reader: Subscriber) -> Response:
    link = (await services_of(request).signer()).sign(Purpose.READER, reader.token)
    return welcome(request, reader, link)


def welcome(request: Request, reader: Subscriber, link: str, *, back: bool = False) -> Response:
    """What a reader sees who is subscribed now; `link` is the token of their links."""
    title = services_of(request).title(reader.newsletter)
    return page(request, "welcome", known=reader.language, title=title, link=link, back=back)


async def send_again(request: Request) -> Response:
    """A fresh link to the same address: as often as one may ask at all, which is not often."""
    asked, services = await asked_by(request, Purpose.CONFIRM), services_of(request)
    reader = await _reader(request, asked)
    now = services.publisher.clock()

    mail = await services.mail(SystemKind.CONFIRMATION, reader.newsletter, reader.language)
    already = await services.mail(SystemKind.ALREADY, reader.newsletter, reader.language)

    def change() -> None:
        consent = Consent(now, "asked for a fresh link")
        services.publisher.outbox.readers.ask(
            reader.newsletter, reader.email, consent=consent, mail=mail, already=already
        )

    await services.write(change)
    query = urlencode({"lang": language_of(request, reader.language)})
    return RedirectResponse(f"{services_of(request).base}/sent?{query}", 303)


async def _reader(request: Request, asked: Asked) -> Subscriber:
    services = services_of(request)
    found = await services.read(lambda: services.publisher.outbox.readers.find(asked.token))
    if found is None:
        raise HTTPException(404)
    return found


def _expired(request: Request, reader: Subscriber) -> Response:
    again = f"{request.url.path}/again" if not request.url.path.endswith("/again") else ""
    return page(request, "expired", status=410, known=reader.language, again=again)
