"""Catches a network's answer, which a browser brings to this machine (RFC 8252, section 7.3)."""

import os
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from typing import Final, Self
from urllib.parse import parse_qs, urlsplit

from publisher.errors import UsageError

HERE: Final = "127.0.0.1"
_SLOW: Final = 5.0  # seconds for one request; browsers open connections that they never use
_PAGE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 20vh auto }}
@media (prefers-color-scheme: dark) {{ body {{ background: #181818; color: #eee }} }}
</style>
<h1>{title}</h1>
<p>{text}</p>
</html>
"""


class Loopback:
    """Listens on `port` of this machine for the one answer that bears `state`.

    Whatever else asks is told no, and does not end the wait.
    """

    def __init__(self, port: int, state: str) -> None:
        self.state = state
        self.found: SimpleQueue[dict[str, str]] = SimpleQueue()
        try:
            self._server = _Server((HERE, port), _Handler)
        except OSError as error:
            hint = "choose another with --port, one that the network knows; or use --paste"
            raise UsageError(f"cannot listen on port {port}: {error.strerror}", hint) from None
        self._server.loopback = self

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, seconds: float) -> dict[str, str] | None:
        """What the browser brought; None: nothing in time."""
        try:
            return self.found.get(timeout=seconds)
        except Empty:
            return None

    def is_it(self, path: str, query: dict[str, str]) -> bool:
        """Whether a request is the answer to what was asked."""
        state = query.get("state", "")
        return path == "/" and secrets.compare_digest(state.encode(), self.state.encode())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    # Else the port is taken for a minute after an answer; on Windows, this would share it.
    allow_reuse_address = os.name != "nt"
    loopback: Loopback

    def handle_error(self, *_: object) -> None:
        """Say nothing of whoever hangs up: anything on this machine may call here."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _SLOW
    server_version = "Publisher"
    sys_version = ""

    def do_GET(self) -> None:
        """Take the answer, and let the person go."""
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if not self.server.loopback.is_it(parts.path, query):
            self._show(404, "Not this page", "This is not what Publisher waits for.")
            return
        if "code" in query:
            self._show(200, "Done", "You may close this window and return to the terminal.")
        else:
            self._show(200, "Not connected", "The terminal says why. You may close this window.")
        self.server.loopback.found.put(query)

    def _show(self, status: int, title: str, text: str) -> None:
        body = _PAGE.format(title=title, text=text).encode()
        self.send_response(status)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
            ("Connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the address holds a code."""
