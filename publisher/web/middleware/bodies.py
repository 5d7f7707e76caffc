"""Bodies are short, and come soon: neither a giant nor a trickle holds anything up."""

import asyncio
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from publisher.web.answers import problem

MOST_BYTES: Final = 64 * 1024
MOST_SECONDS: Final = 10.0


class _Refused(Exception):
    """A body that is not read to its end."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


_UNREADABLE: Final = 400
_TOO_LARGE: Final = 413
_TOO_SLOW: Final = 408


class ShortBodies:
    """Answers 413 to a body of more than `most` bytes, and 408 to one that takes too long.

    `larger` are the paths, by their beginning, whose bodies may have so many bytes.
    """

    def __init__(
        self,
        app: ASGIApp,
        most: int = MOST_BYTES,
        seconds: float = MOST_SECONDS,
        larger: dict[str, int] | None = None,
    ) -> None:
        self._app = app
        self._most = most
        self._seconds = seconds
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        reader = _Reader(receive, self._limit(scope["path"]), self._seconds)
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            if message["type"] == "http.response.start" and reader.is_owed:
                MutableHeaders(scope=message)["connection"] = "close"
            await send(message)

        try:
            reader.refuse_announced(scope)
            await self._app(scope, reader, watched)
        except _Refused as refusal:
            if not begun:
                answer = problem(Request(scope), str(refusal.status), refusal.status)
                answer.headers["connection"] = "close"
                await answer(scope, receive, send)

    def _limit(self, path: str) -> int:
        given = (most for start, most in self._larger.items() if path.startswith(start))
        return next(given, self._most)


class _Reader:
    """`receive` with an end."""

    def __init__(self, receive: Receive, most: int, seconds: float) -> None:
        self._receive = receive
        self._left = most
        self._until = asyncio.get_running_loop().time() + seconds
        self._whole = False
        self._announced = False

    @property
    def is_owed(self) -> bool:
        """Whether more is to come that nobody asked for; then nobody waits for it either."""
        return self._announced and not self._whole

    def refuse_announced(self, scope: Scope) -> None:
        """Refuse at once what says that it is too large."""
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        self._announced = b"transfer-encoding" in headers or length.strip(b"0") != b""
        if not length.isdigit():
            raise _Refused(_UNREADABLE)
        if len(length) > 12 or int(length) > self._left:  # noqa: PLR2004 - digits of a terabyte
            raise _Refused(_TOO_LARGE)

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise _Refused(_TOO_SLOW) from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise _Refused(_TOO_LARGE)
        self._whole = not message.get("more_body", False)
        return message
