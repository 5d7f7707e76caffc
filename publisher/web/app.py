"""The public pages as one ASGI application."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from publisher.wiring import Publisher


def make_app(publisher: Publisher) -> Starlette:
    """The pages of `publisher`, which the app does not close."""

    def health(_request: Request) -> Response:
        publisher.outbox.channels.get("")
        return PlainTextResponse("ok\n")

    return Starlette(routes=[Route("/health", health)])
