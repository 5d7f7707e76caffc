"""Serves the public pages with uvicorn, on a port, a socket file, or what systemd hands over."""

import asyncio
import logging
import os
import socket
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import h11
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from publisher.config.options.values import SYSTEMD
from publisher.errors import PublisherError, UsageError
from publisher.web.app import make_app
from publisher.wiring import Publisher

BACKLOG: Final = 512
HEADER_SECONDS: Final = 10.0
MOST_HEADER_BYTES: Final = 16 * 1024
MOST_CONNECTIONS: Final = 1_000
_FIRST_FD: Final = 3  # sd_listen_fds(3)


class PatientProtocol(H11Protocol):
    """uvicorn's own, which also lets go of who begins to ask and does not come to an end."""

    _impatience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """The first request has to come soon."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """So has each further one, once it has begun."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        super().connection_lost(exc)
        self._rest()

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._rest()
        elif self._impatience is None:
            self._impatience = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def _rest(self) -> None:
        if self._impatience is not None:
            self._impatience.cancel()
            self._impatience = None


def is_ours(record: logging.LogRecord) -> bool:
    """Whether a line of uvicorn's is worth reading: what clients break is answered already."""
    return not (record.exc_info and isinstance(record.exc_info[1], h11.LocalProtocolError))


class _Server(uvicorn.Server):
    """uvicorn's own, which would raise a signal again once it has stopped, and so end the process.

    Whoever serves hears the signals, and closes the database afterwards.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them to others."""
        yield


class PageServer:
    """The pages of `publisher` on the socket that its config.yaml names.

    Raises:
        UsageError: that cannot be had.
    """

    def __init__(self, publisher: Publisher) -> None:
        self._server = make_server(make_app(publisher))
        self._socket = listening(publisher.config.web.listen)
        self._told = threading.Event()

    def serve(self) -> None:
        """Serve until `stop` is called.

        Raises:
            PublisherError: it ended by itself.
        """
        reason = "see above"
        try:
            with self._socket:
                self._server.run(sockets=[self._socket])
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody is served any more
            reason = f"{type(error).__name__}: {error}"
        if not self._told.is_set():
            hint = "start it again; if it comes back, please report it"
            raise PublisherError(f"the pages are no longer served: {reason}", hint)

    def stop(self) -> None:
        """Let the requests in flight end, and serve no more; from any thread."""
        self._told.set()
        self._server.should_exit = True

    @contextmanager
    def beside(self, ended: threading.Event) -> Iterator[None]:
        """Serve meanwhile, in a thread of its own, and set `ended` once that is over.

        Raises:
            PublisherError: it ended by itself.
        """
        with ThreadPoolExecutor(1, "web") as pool:
            served = pool.submit(self.serve)
            served.add_done_callback(lambda _: ended.set())
            try:
                yield
            finally:
                self.stop()
        served.result()


def make_server(app: Starlette) -> uvicorn.Server:
    """A server for `app`; `run(sockets=…)` serves until its `should_exit` is set."""
    config = uvicorn.Config(
        app,
        http=PatientProtocol,
        log_config=None,
        access_log=False,  # a path may hold a reader's token
        server_header=False,
        proxy_headers=False,  # middleware.proxies knows which to believe
        ws="none",
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,
        date_header=True,
    )
    logging.getLogger("uvicorn.error").addFilter(is_ours)
    return _Server(config)


def listening(where: str) -> socket.socket:
    """The socket that config.yaml's `web.listen` means.

    Raises:
        UsageError: it cannot be had.
    """
    try:
        if where == SYSTEMD:
            return _handed_over()
        if where.startswith("unix:"):
            return _at(Path(where.removeprefix("unix:")))
        return _on_port(*where.rsplit(":", 1))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = "is it served already? Else change web.listen"
        raise UsageError(f"cannot listen on {where}: {reason}", hint) from error


def _on_port(host: str, port: str) -> socket.socket:
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, int(port)), family=family, backlog=BACKLOG)


def _at(path: Path) -> socket.socket:
    """A socket file; one that nobody listens on any more makes room."""
    found = socket.socket(socket.AF_UNIX)
    if path.exists() and stat.S_ISSOCK(path.stat().st_mode) and not _answers(path):
        path.unlink()
    found.bind(str(path))
    path.chmod(0o660)
    found.listen(BACKLOG)
    return found


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as asking:
        return asking.connect_ex(str(path)) == 0


def _handed_over() -> socket.socket:
    """The socket of a .socket unit (sd_listen_fds(3))."""
    is_ours = os.environ.get("LISTEN_PID") == str(os.getpid())
    if not is_ours or os.environ.get("LISTEN_FDS") != "1":
        hint = "start it by a publisher-web.socket unit with one ListenStream"
        raise UsageError("systemd handed no socket over", hint)
    return socket.socket(fileno=_FIRST_FD)
