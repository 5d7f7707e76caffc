"""Leaving: one click by the email program (RFC 8058), or one button on a page; and coming back.

A GET changes nothing: scanners follow every link of an email.
"""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from publisher.model.contacts import Subscriber, SubscriptionState
from publisher.model.system_mails import SystemKind
from publisher.signing import Purpose
from publisher.web.answers import page
from publisher.web.readers.confirm import welcome
from publisher.web.readers.forms import fields_of
from publisher.web.readers.links import asked_by, reader_of, undo_token
from publisher.web.services import services_of

ONE_CLICK = "List-Unsubscribe"


def routes() -> Sequence[BaseRoute]:
    """The pages by which readers leave and come back."""
    return [
        Route("/unsubscribe/{token}", ask_whether),
        Route("/unsubscribe/{token}", leave, methods=["POST"]),
        Route("/resubscribe/{token}", offer_to_come_back),
        Route("/resubscribe/{token}", come_back, methods=["POST"]),
    ]


async def ask_whether(request: Request) -> Response:
    """A page with one button; the goodbye for who has left already."""
    reader = await reader_of(request)
    if reader.state is SubscriptionState.UNSUBSCRIBED:
        return goodbye(request, reader)
    return page(
        request,
        "unsubscribe",
        known=reader.language,
        title=services_of(request).title(reader.newsletter),
        token=request.path_params["token"],
    )


async def leave(request: Request) -> Response:
    """Unsubscribe at once, whatever the body says; again does no harm."""
    reader, services = await reader_of(request), services_of(request)
    by_program = await _is_one_click(request)
    reason = "one click in an email program" if by_program else "on the page"
    now = services.publisher.clock()

    mail = await services.mail(SystemKind.GOODBYE, reader.newsletter, reader.language)

    def change() -> Subscriber | None:
        return services.publisher.outbox.readers.leave(reader.token, reason, now, mail)

    await services.write(change)
    undo = "" if by_program else await undo_token(services, reader.token)
    return goodbye(request, reader, undo)


async def _is_one_click(request: Request) -> bool:
    """Whether an email program asks; a body that cannot be read keeps nobody from leaving."""
    try:
        return ONE_CLICK in await fields_of(request)
    except HTTPException:
        return True


def goodbye(request: Request, reader: Subscriber, undo: str = "") -> Response:
    """What a reader sees who has left; `undo` is a token by which to come back."""
    title = services_of(request).title(reader.newsletter)
    return page(request, "goodbye", known=reader.language, title=title, undo=undo)


async def offer_to_come_back(request: Request) -> Response:
    """The goodbye again, where somebody reloads the page."""
    await asked_by(request, Purpose.FORM)
    token = request.path_params["token"]
    return page(request, "goodbye", title="", undo=token)


async def come_back(request: Request) -> Response:
    """Undo the leaving; later than an hour after it, one subscribes as everybody does."""
    asked, services = await asked_by(request, Purpose.FORM), services_of(request)
    if asked.is_over:
        return page(request, "expired", status=410, again="")
    now = services.publisher.clock()

    def change() -> Subscriber | None:
        return services.publisher.outbox.readers.confirm(
            asked.token, now, now, how="came back on the page"
        )

    reader = await services.write(change)
    if reader is None:
        raise HTTPException(404)
    link = (await services.signer()).sign(Purpose.READER, reader.token)
    return welcome(request, reader, link, back=True)
