"""One HTTP request to a network: bounded in time and size, and its failures told exactly."""

import io
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from publisher.adapters.http.failures import by_status
from publisher.errors import DeliveryError, OutcomeUnknown, Unavailable

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

USER_AGENT = "Publisher/0.1 (+newsletter and social publishing bot for static sites)"
CONNECT_TIMEOUT = 5.0
LARGEST_ANSWER = 2_000_000
_CHUNK = 65_536
_LOUD = ("oauthlib", "requests_oauthlib", "tweepy", "urllib3")

Explain = Callable[["Response"], DeliveryError | None]


def quiet() -> None:
    """Keep libraries from logging what they send: at DEBUG they print keys and signatures."""
    for name in _LOUD:
        logger = logging.getLogger(name)
        if logger.level < logging.WARNING:
            logger.setLevel(logging.WARNING)


class Api:
    """A network's HTTP API below `base_url`.

    `name` is the channel's, `headers` go with every request, `secrets` are cut out of every error,
    `timeout` is in seconds, and `explain` may know better than the status what a refusal means.
    """

    def __init__(
        self,
        base_url: str,
        *,
        name: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        secrets: Sequence[str] = (),
        explain: Explain | None = None,
    ) -> None:
        self.host = urlsplit(base_url).netloc
        self._base_url = base_url
        self._name = name
        self._timeout = timeout
        self._headers = {"User-Agent": USER_AGENT, "Accept": "application/json", **(headers or {})}
        self._secrets = tuple(secrets)
        self._explain = explain

    def __repr__(self) -> str:
        return f"Api({self._base_url!r})"

    def call(
        self,
        method: str,
        path: str,
        *,
        acts: bool = False,
        timeout: float | None = None,
        **content: Any,
    ) -> "Response":
        """Make one request and return its answer of 2xx, whole; follow no redirect.

        Args:
            method: GET or POST.
            path: below `base_url`, beginning with a slash.
            acts: success publishes something, so that a lost answer may be a success.
            timeout: seconds to wait for the answer, instead of the usual.
            content: `params`, `json`, `data`, `files`, `headers`, `auth` as requests takes them.

        Raises:
            DeliveryError: whatever else happened; OutcomeUnknown only if `acts`.
        """
        quiet()
        body = _Watched()
        try:
            request = self._prepare(method, path, content)
            body.stand_in(request)
            response = _exchange(request, min(timeout or self._timeout, self._timeout))
        except _wire_errors() as error:
            raise self._broken(error, lost=acts and body.begun) from None
        failure = self._failure(response, acts=acts)
        if failure:
            raise failure
        return response

    def unreadable(self, response: "Response", *, acts: bool = False) -> DeliveryError:
        """The error for an answer of 2xx that does not say what it should."""
        status = f"HTTP {response.status_code}"
        text = f"{self.host}: {status}, but the answer cannot be read"
        if acts:
            return OutcomeUnknown(text, status=status)
        return Unavailable(f"{text}; is base_url right?", status=status)

    def _prepare(self, method: str, path: str, content: dict[str, Any]) -> "PreparedRequest":
        import requests

        # A kept connection that the server has just closed would make a lost request look like
        # a lost answer; a fresh one costs a few milliseconds for each note.
        headers = {**self._headers, "Connection": "close", **content.pop("headers", {})}
        url = self._base_url + path
        return requests.Request(method, url, headers=headers, **content).prepare()

    def _failure(self, response: "Response", *, acts: bool) -> DeliveryError | None:
        own = self._explain(response) if self._explain and not _succeeded(response) else None
        return own or by_status(
            response, acts=acts, who=self.host, channel=self._name, secrets=self._secrets
        )

    def _broken(self, error: Exception, *, lost: bool) -> DeliveryError:
        text = f"{self.host}: {_words(error)}"
        if lost:
            return OutcomeUnknown(f"{text}, after the message had left")
        return Unavailable(text)


class _Watched:
    """A request's body that remembers whether any of it was handed to the network.

    HTTP clients send the head first: while the body is untouched, no server can have acted. This
    tells "nothing left" from "the answer was lost" more surely than the names of exceptions do.
    """

    def __init__(self) -> None:
        self.begun = False
        self._file = io.BytesIO()

    def stand_in(self, request: "PreparedRequest") -> None:
        """Take the place of the body of `request`, whose Content-Length is already set."""
        if body := request.body:
            self._file = io.BytesIO(body.encode() if isinstance(body, str) else body)
            request.body = self  # type: ignore[assignment] # requests takes whatever has read()

    def read(self, size: int = -1) -> bytes:
        self.begun = True
        return self._file.read(size)


class _TooLarge(OSError):
    """The answer is larger than anything a network has to say."""


class _TooSlow(OSError):
    """The answer drips in without an end."""


def _exchange(request: "PreparedRequest", timeout: float) -> "Response":
    from requests.adapters import HTTPAdapter

    patience = (min(CONNECT_TIMEOUT, timeout), timeout)
    deadline = time.monotonic() + sum(patience)
    with closing(HTTPAdapter()) as wire:
        response = wire.send(request, stream=True, timeout=patience, proxies={})
        with closing(response):
            content = _body(response, deadline)
    response.raw = io.BytesIO(content)
    response.content  # noqa: B018 - read now, so that it outlives a close()
    return response


def _body(response: "Response", deadline: float) -> bytes:
    """The whole body; for a refusal, whose status says enough, as much as arrived."""
    content = bytearray()
    try:
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            content += chunk
            if len(content) > LARGEST_ANSWER:
                raise _TooLarge
            if time.monotonic() > deadline:
                raise _TooSlow
    except _wire_errors():
        if _succeeded(response):
            raise
    return bytes(content)


def _succeeded(response: "Response") -> bool:
    return 200 <= response.status_code < 300  # noqa: PLR2004 - RFC 9110: success


def _wire_errors() -> tuple[type[Exception], ...]:
    from requests import RequestException
    from urllib3.exceptions import HTTPError

    return (RequestException, HTTPError, OSError)


def _words(error: Exception) -> str:
    """What broke, for people; never the error's own text, which may hold an address with a key."""
    from requests import exceptions as known

    table: tuple[tuple[type[Exception], str], ...] = (
        (_TooLarge, "the answer is too large"),
        (_TooSlow, "the answer took too long"),
        (known.ConnectTimeout, "no connection in time"),
        (known.Timeout, "no answer in time"),
        (known.SSLError, "no secure connection; is its certificate valid?"),
        (known.ConnectionError, "the connection failed or was lost"),
    )
    words = next(
        (words for kind, words in table if isinstance(error, kind)), "the answer broke off"
    )
    return f"{words} ({_cause(error)})"


def _cause(error: Exception) -> str:
    """The innermost error's name, such as NameResolutionError or ConnectionResetError."""
    inner = error.args[0] if error.args else None
    inner = getattr(inner, "reason", None) or inner
    if (
        isinstance(inner, Exception)
        and len(inner.args) > 1
        and isinstance(inner.args[1], Exception)
    ):
        inner = inner.args[1]
    return type(inner if isinstance(inner, Exception) else error).__name__
