"""Fetching public pages and pictures, whose addresses come from posts and may be hostile.

Each host is resolved once, every address checked, and the connection made to the very address
that was checked: a name that changes its mind (DNS rebinding) gains nothing.
"""

import http.client
import re
import socket
import ssl
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Timer
from types import MappingProxyType
from urllib.parse import quote, urljoin, urlsplit

from publisher.adapters.http.api import USER_AGENT
from publisher.adapters.http.failures import one_line
from publisher.adapters.http.ip_addresses import is_public
from publisher.errors import PublisherError
from publisher.mime.addresses import AddressError, a_labels
from publisher.model.feeds import Fetched

MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_NO_HEAD = (405, 501)
_OK = 200
_PORTS = {"http": 80, "https": 443}
_PASSWORD = re.compile(r"(?<=//)[^/@]*@")
_SAFE = "/%:@!$&'()*+,;=~-._"
_BROKEN: tuple[tuple[type[Exception], str, str], ...] = (
    (socket.gaierror, "no such host", "is the address right, and this machine online?"),
    (TimeoutError, "no answer in time", ""),
    (ssl.SSLError, "no secure connection", "is its certificate valid?"),
    (ConnectionRefusedError, "nobody answers there", ""),
    (http.client.IncompleteRead, "the answer broke off", ""),
    (http.client.HTTPException, "the answer is not HTTP", ""),
    (OSError, "the connection failed or was lost", ""),
    (ValueError, "leads to no valid address", ""),
)
_REFUSED = {
    401: "anyone must be able to fetch it, without a password",
    403: "anyone must be able to fetch it; some sites refuse programs",
    404: "is the address right, and the site up to date?",
    410: "it is gone for good",
}


class _NotPublic(PublisherError):
    """The address is none that anyone on the web could fetch."""


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a URL leads."""

    scheme: str
    host: str
    port: int
    path: str

    def is_among(self, hosts: Collection[str]) -> bool:
        return self.host in hosts or f"{self.host}:{self.port}" in hosts


def fetch_public(
    url: str, *, max_bytes: int, timeout: float = 15.0, allow_hosts: Collection[str] = ()
) -> bytes:
    """The bytes behind a public http or https URL, after at most three redirects.

    Args:
        url: any text; refused unless it leads to a public address.
        max_bytes: refuse what is larger.
        timeout: seconds for all of it, redirects too, however slowly a server drips.
        allow_hosts: `host` or `host:port` that may be private all the same.

    Raises:
        PublisherError: in one line, why there is nothing.
    """
    with _answer("GET", url, timeout, allow_hosts) as response:
        _check_status(response, url)
        return _content(response, url, max_bytes)


def fetch_if_changed(
    url: str,
    etag: str,
    modified: str,
    *,
    max_bytes: int,
    timeout: float = 15.0,
    allow_hosts: Collection[str] = (),
) -> Fetched:
    """What is behind a public URL, unless the server says that it is as it was (RFC 9110, 13).

    Args:
        url: as for `fetch_public`, as are the others.
        etag: the `ETag` of the last answer, or "".
        modified: the `Last-Modified` of the last answer, or "".
        max_bytes: refuse what is larger.
        timeout: seconds for all of it.
        allow_hosts: hosts that may be private.

    Raises:
        PublisherError: in one line, why there is nothing.
    """
    asked = {"If-None-Match": etag, "If-Modified-Since": modified}
    headers = {name: value for name, value in asked.items() if value}
    with _answer("GET", url, timeout, allow_hosts, headers) as response:
        if headers and response.status == http.HTTPStatus.NOT_MODIFIED:
            return Fetched(None)
        _check_status(response, url)
        names = ("Content-Type", "ETag", "Last-Modified")
        told = (response.headers.get(name, "") for name in names)
        return Fetched(_content(response, url, max_bytes), *told)


def is_live(url: str, *, timeout: float = 15.0, allow_hosts: Collection[str] = ()) -> bool:
    """Whether a page answers 200 to HEAD, or to GET where the server knows no HEAD.

    Raises:
        PublisherError: `url` is no public http or https address, so the answer can never be yes.
    """
    try:
        status = _status("HEAD", url, timeout, allow_hosts)
        return (_status("GET", url, timeout, allow_hosts) if status in _NO_HEAD else status) == _OK
    except _NotPublic:
        raise
    except PublisherError:
        return False


def _status(method: str, url: str, timeout: float, allow_hosts: Collection[str]) -> int:
    with _answer(method, url, timeout, allow_hosts) as response:
        return response.status


def _check_status(response: http.client.HTTPResponse, url: str) -> None:
    if (status := response.status) != _OK:
        raise PublisherError(f"{_shown(url)}: HTTP {status}", _REFUSED.get(status, ""))


def _shown(url: str) -> str:
    """`url` for an error: one line, without a password or a query, which may be a key."""
    return one_line(_PASSWORD.sub("", url.partition("?")[0]))


@contextmanager
def _answer(
    method: str,
    url: str,
    timeout: float,
    allow_hosts: Collection[str],
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[http.client.HTTPResponse]:
    """The first answer that is no redirect; each hop is checked as the first one.

    What breaks then, also while it is read, is an error of one line.
    """
    hop, deadline = url, time.monotonic() + timeout
    try:
        for _ in range(MOST_REDIRECTS + 1):
            target = _target(hop)
            address = _checked_address(target, hop, allow_hosts)
            with _ask(method, target, address, deadline, headers) as response:
                if response.status not in _REDIRECTS:
                    yield response
                    return
                hop = urljoin(hop, response.headers.get("Location", ""))
    except (OSError, http.client.HTTPException, ValueError) as error:
        _, why, hint = next(known for known in _BROKEN if isinstance(error, known[0]))
        raise PublisherError(f"{_shown(hop)}: cannot be fetched: {why}", hint) from None
    text = f"{_shown(url)}: leads on to other addresses more than {MOST_REDIRECTS} times"
    raise PublisherError(text, "give the address of the picture or page itself")


def _target(url: str) -> _Target:
    try:
        parts = urlsplit(url)
        host = a_labels(parts.hostname or "")
        port = parts.port
    except (ValueError, AddressError):
        raise _NotPublic(f"{_shown(url)}: not a valid address") from None
    if parts.scheme not in _PORTS or not host or parts.username or parts.password:
        raise _NotPublic(f"{_shown(url)}: must be a plain http or https address")
    query = f"?{parts.query}" if parts.query else ""
    path = quote((parts.path or "/") + query, safe=_SAFE + "?")
    return _Target(parts.scheme, host, port or _PORTS[parts.scheme], path)


def _checked_address(target: _Target, url: str, allow_hosts: Collection[str]) -> str:
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not target.is_among(allow_hosts) and not all(map(is_public, addresses)):
        hint = "give an address that anyone on the web can fetch"
        raise _NotPublic(f"{_shown(url)}: leads into a private network, refused", hint)
    return addresses[0]


@contextmanager
def _ask(
    method: str, target: _Target, address: str, deadline: float, own: Mapping[str, str]
) -> Iterator[http.client.HTTPResponse]:
    """One request on a fresh connection to `address`, cut off at the deadline."""
    with closing(_connection(target, address, _seconds_to(deadline))) as connection:
        cut = Event()
        watchdog = Timer(_seconds_to(deadline), _hang_up, [connection.sock, cut])
        watchdog.daemon = True
        watchdog.start()
        try:
            if isinstance(connection.sock, ssl.SSLSocket):
                connection.sock.do_handshake()
            headers = {"User-Agent": USER_AGENT, "Connection": "close", **own}
            connection.request(method, target.path, headers=headers)
            with connection.getresponse() as response:
                yield response
        except (OSError, http.client.HTTPException, ValueError, PublisherError):
            if not cut.is_set():
                raise
        finally:
            watchdog.cancel()
        if cut.is_set():
            raise TimeoutError


def _seconds_to(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _connection(target: _Target, address: str, timeout: float) -> http.client.HTTPConnection:
    """A connection that names the host but leads to `address`; TLS is not negotiated yet."""
    connection = http.client.HTTPConnection(target.host, target.port)
    wire = socket.create_connection((address, target.port), timeout=timeout)
    if target.scheme == "https":
        from requests.utils import DEFAULT_CA_BUNDLE_PATH

        trusted = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
        connection = http.client.HTTPSConnection(target.host, target.port, context=trusted)
        wire = trusted.wrap_socket(wire, server_hostname=target.host, do_handshake_on_connect=False)
    connection.sock, connection.auto_open = wire, 0
    return connection


def _hang_up(wire: socket.socket, cut: Event) -> None:
    """End a conversation that takes too long, whatever it waits for."""
    cut.set()  # before the reader can take the end for the end of the content
    with suppress(OSError):  # it may have ended by itself
        wire.shutdown(socket.SHUT_RDWR)


def _content(response: http.client.HTTPResponse, url: str, max_bytes: int) -> bytes:
    announced = response.length
    content = response.read(max_bytes + 1)
    if len(content) > max_bytes or (announced or 0) > max_bytes:
        raise PublisherError(f"{_shown(url)}: larger than {max_bytes:,} bytes")
    if announced is not None and len(content) < announced:
        raise PublisherError(f"{_shown(url)}: cut off after {len(content):,} bytes")
    return content
