"""A TCP proxy in front of any server, which spoils the answers in the ways that networks do."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from enum import StrEnum
from typing import Self

CHUNK = 65536
QUIET = 0.05  # seconds of silence after which an answer counts as whole
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST


class Mode(StrEnum):
    """What becomes of an answer, once the server has acted on the request."""

    PASS = "pass"
    REFUSE = "refuse"  # nothing listens: connections are refused, open ones are dropped
    SWALLOW = "swallow"  # never arrives, and the connection stays open
    RESET = "reset"  # the connection is reset instead
    CUT = "cut"  # the second half of its body is missing, the connection ends
    GARBLE = "garble"  # bytes that no protocol knows, without a line end
    DELAY = "delay"  # arrives `delay` seconds late


class _Link:
    """One client's connection and its twin to the server."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server = client, server
        self.armed = False
        self.seen = b""

    def close(self, *, reset: bool = False) -> None:
        """End both sides, and so both threads; `reset` tells the client with an RST."""
        with contextlib.suppress(OSError):
            if reset:
                self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            else:
                self.client.shutdown(socket.SHUT_RDWR)
        for side in (self.client, self.server):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RD) if reset else side.shutdown(socket.SHUT_RDWR)
            side.close()


class FaultProxy:
    """Listens on a free port of loopback and passes everything on to `port`.

        with FaultProxy(server.port) as proxy:
            proxy.switch(Mode.SWALLOW, after=b"POST /api/v1/statuses")

    `after` holds the fault back until the client has sent these bytes since the switch (not seen
    through TLS). Kept connections feel a switch too. `opened` counts the connections.
    """

    def __init__(self, port: int) -> None:
        self.opened = 0
        self._server_port = port
        self._stopped = threading.Event()
        self._links: list[_Link] = []
        self._threads: list[threading.Thread] = []
        self._mode, self._after, self._delay = Mode.PASS, b"", 0.0
        self._listener: socket.socket | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self._listen()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._hang_up()
        for thread in self._threads:
            thread.join(5)

    def switch(self, mode: Mode, *, after: bytes = b"", delay: float = 0.0) -> None:
        """From now on, do this to the answers."""
        self._mode, self._after, self._delay = mode, after, delay
        for link in self._links:
            link.armed, link.seen = not after, b""
        if mode is Mode.REFUSE:
            self._hang_up()
        elif self._listener is None:
            self._listen()

    def _listen(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._start(self._accept, self._listener)

    def _hang_up(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        while self._links:
            self._links.pop().close()

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                self._connect(client)

    def _connect(self, client: socket.socket) -> None:
        self.opened += 1
        try:
            server = socket.create_connection(("127.0.0.1", self._server_port))
        except OSError:
            client.close()
            return
        link = _Link(client, server)
        link.armed = not self._after
        self._links.append(link)
        self._start(self._requests, link)
        self._start(self._answers, link)

    def _requests(self, link: _Link) -> None:
        with contextlib.suppress(OSError):
            while chunk := link.client.recv(CHUNK):
                self._arm(link, chunk)
                link.server.sendall(chunk)
            link.server.shutdown(socket.SHUT_WR)

    def _arm(self, link: _Link, chunk: bytes) -> None:
        if not link.armed:
            link.seen += chunk
            link.armed = self._after in link.seen

    def _answers(self, link: _Link) -> None:
        with contextlib.suppress(OSError):
            while (chunk := link.server.recv(CHUNK)) and self._deliver(link, chunk):
                pass
        link.close(reset=self._mode is Mode.RESET and link.armed)

    def _deliver(self, link: _Link, chunk: bytes) -> bool:
        """Hand the answer to the client, or not; False ends the connection."""
        match self._mode if link.armed else Mode.PASS:
            case Mode.SWALLOW:
                return True
            case Mode.RESET:
                return False
            case Mode.CUT:
                link.client.sendall(_half(chunk + _rest(link.server)))
                return False
            case Mode.GARBLE:
                link.client.sendall(b"\xff\x00<" * 1000)
                return False
            case Mode.DELAY:
                self._stopped.wait(self._delay)
        link.client.sendall(chunk)
        return True


def _rest(server: socket.socket) -> bytes:
    """What the server says until it is quiet."""
    server.settimeout(QUIET)
    chunks = []
    with contextlib.suppress(TimeoutError):
        while chunk := server.recv(CHUNK):
            chunks.append(chunk)
    return b"".join(chunks)


def _half(answer: bytes) -> bytes:
    """An HTTP answer with its head and half its body, any other answer without its second half."""
    head, blank, body = answer.partition(b"\r\n\r\n")
    if not body:
        return answer[: len(answer) // 2]
    return head + blank + body[: len(body) // 2]
