"""Only requests for our own host, each with one length: no poisoned caches, no smuggling."""

from collections.abc import Collection

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

HEALTH = "/health"
"""A load balancer asks for it by whatever address it has of us."""


class OwnHost:
    """Refuses what is meant for another host, or what two servers could read in two ways.

    A proxy and we must agree where a request ends (RFC 9112 §6.1): one that has both a length and
    a transfer coding, or two lengths, is refused and its connection closed.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.encode("ascii") for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        names = [name for name, _ in scope["headers"]]
        lengths = names.count(b"content-length") + names.count(b"transfer-encoding")
        if lengths > 1 or names.count(b"host") != 1:
            return _closing("This request can be read in two ways.\n", 400)
        host = dict(scope["headers"])[b"host"].lower()
        if scope["path"] != HEALTH and host not in self._hosts:
            return _closing("This server has no such host.\n", 421)
        return None


def _closing(text: str, status: int) -> Response:
    return PlainTextResponse(text, status, {"connection": "close"})
