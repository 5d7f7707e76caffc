"""One exchange over HTTP, as requests makes it, but bounded as a whole.

A client's time-out counts for each read: a server that says one byte at a time would hold it for
ever. Here the head and the body of an answer share one time-out.
"""

import io
import socket
import time
from contextlib import closing
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from requests import PreparedRequest, Response
    from requests.adapters import HTTPAdapter

CONNECT_TIMEOUT = 5.0
LARGEST_ANSWER = 2_000_000
_CHUNK = 65_536


class GivenUpError(OSError):
    """An exchange that is not gone on with; the text says why."""


class Watched:
    """A request's body that remembers whether any of it was handed to the network.

    HTTP clients send the head first: while the body is untouched, no server can have acted. That
    is surer than the names of exceptions: did nothing leave, or was the answer lost?
    """

    def __init__(self) -> None:
        self.begun = False
        self._file = io.BytesIO()
        self._until = 0.0

    def stand_in(self, request: "PreparedRequest", timeout: float) -> None:
        """Take the place of the body of `request`, whose Content-Length is already set."""
        self._until = time.monotonic() + CONNECT_TIMEOUT + timeout
        if body := request.body:
            self._file = io.BytesIO(body.encode() if isinstance(body, str) else body)
            request.body = self  # type: ignore[assignment] # requests takes whatever has read()

    def read(self, size: int = -1) -> bytes:
        """The next part, while there is time."""
        if time.monotonic() > self._until:
            raise GivenUpError("the message was taken too slowly")
        self.begun = True
        return self._file.read(size)


def exchange(request: "PreparedRequest", timeout: float) -> "Response":
    """The whole answer to `request`: head and body within `timeout` seconds once it was sent.

    Raises:
        OSError: it broke, as do requests.RequestException and urllib3's HTTPError.
    """
    patience = (min(CONNECT_TIMEOUT, timeout), timeout)
    with closing(_adapter()) as wire:
        response = wire.send(request, stream=True, timeout=patience, proxies={})
        with closing(response):
            content = _body(response)
    response.raw = io.BytesIO(content)
    response.content  # noqa: B018 - read now, so that it outlives a close()
    return response


def succeeded(response: "Response") -> bool:
    """Whether the status says so."""
    return 200 <= response.status_code < 300  # noqa: PLR2004 - RFC 9110: success


def wire_errors() -> tuple[type[Exception], ...]:
    """Whatever an exchange breaks with."""
    from requests import RequestException
    from urllib3.exceptions import HTTPError

    return (RequestException, HTTPError, OSError)


def _body(response: "Response") -> bytes:
    """The whole body; for a refusal, whose status says enough, as much as arrived."""
    content = bytearray()
    try:
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            content += chunk
            if len(content) > LARGEST_ANSWER:
                raise GivenUpError("the answer is too large")
    except wire_errors():
        if succeeded(response):
            raise
    return bytes(content)


class _InTime(io.RawIOBase):
    """What a socket receives until its time-out has passed once, however little comes at a time."""

    def __init__(self, wire: socket.socket) -> None:
        self._file = wire.makefile("rb", buffering=0)
        self._wire = wire
        self._until = time.monotonic() + (wire.gettimeout() or 0.0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._wire.settimeout(left)
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Answer(HTTPResponse):
    """An answer of which nothing is read after its time."""

    def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.fp.close()
        self.fp = io.BufferedReader(_InTime(sock))


def _adapter() -> "HTTPAdapter":
    """What requests sends with, over connections that read answers in time."""
    from requests.adapters import HTTPAdapter
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.connection import HTTPConnection, HTTPSConnection

    class Plain(HTTPConnection):
        response_class = _Answer

    class Secure(HTTPSConnection):
        response_class = _Answer

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    adapter = HTTPAdapter()
    adapter.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    return adapter
