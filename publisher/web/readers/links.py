"""Whose link was opened: tokens are checked, readers are looked up, strangers get the same page."""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request

from publisher.model.contacts import Subscriber
from publisher.signing import Purpose, Signer
from publisher.web.services import Services, services_of

LONGEST: Final = 600
MOMENT: Final = 8


class Asked(NamedTuple):
    """What a link of confirmation is about: whose, until when, and whether that is over."""

    token: str
    until: datetime
    is_over: bool


async def reader_of(request: Request) -> Subscriber:
    """The subscriber whose link this is.

    Raises:
        HTTPException: nobody's.
    """
    services = services_of(request)
    given = request.path_params["token"]

    def look() -> Subscriber | None:
        outbox = services.publisher.outbox
        token = outbox.keys.subscription_token(given) if len(given) <= LONGEST else ""
        return outbox.readers.find(token) if token else None

    found = await services.read(look)
    if found is None:
        raise HTTPException(404)
    return found


async def asked_by(request: Request, purpose: Purpose) -> Asked:
    """What a link says that was signed with an end, also one that is over.

    Raises:
        HTTPException: it was not signed here.
    """
    services = services_of(request)
    signer = await services.signer(request.path_params["token"])
    found = opened(signer, purpose, request.path_params["token"], services.publisher.clock())
    if found is None:
        raise HTTPException(404)
    return found


def opened(signer: Signer, purpose: Purpose, token: str, now: datetime) -> Asked | None:
    """A token that was signed with an end; None if it was not signed."""
    body = signer.read(purpose, token) if len(token) <= LONGEST else None
    if body is None or len(body) <= MOMENT:
        return None
    try:
        until = datetime.fromtimestamp(int(body[-MOMENT:], 16), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return Asked(body[:-MOMENT], until, now >= until)


async def undo_token(services: Services, token: str) -> str:
    """A token by which a reader who has just left can come back, for an hour."""
    signer = await services.signer()
    until = services.publisher.clock() + timedelta(hours=1)
    return signer.sign(Purpose.FORM, token, until)
