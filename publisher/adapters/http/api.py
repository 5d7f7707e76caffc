"""One HTTP request to a network: bounded in time and size; whatever fails is a DeliveryError."""

import copy
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from publisher.adapters.http.failures import (
    MOVED,
    kind_of,
    one_line,
    reason,
    retry_at,
    used_up_until,
)
from publisher.adapters.http.options import parted, secret_parts
from publisher.adapters.http.replies import dig, read_json
from publisher.adapters.http.wire import GivenUpError, Watched, exchange, succeeded, wire_errors
from publisher.errors import (
    AuthExpired,
    DeliveryError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

USER_AGENT = "Publisher/0.1 (+newsletter and social publishing bot for static sites)"
WEBHOOK_TIMEOUT = 10.0
MOST_SECRETS = 16
_TELLTALE = ("oauthlib", "requests_oauthlib", "tweepy", "urllib3")
_UNAUTHORIZED, _TOO_MANY = 401, 429
GONE = ("HTTP 404", "HTTP 410")

E = TypeVar("E", bound=DeliveryError)
Explain = Callable[["Response"], DeliveryError | None]
StatusWithin = Callable[["Response"], int | None]


def silence_loggers() -> None:
    """Keep libraries from logging secrets: signatures at DEBUG, whole addresses at WARNING.

    Who has set the level of one of them, such as `urllib3.connectionpool`, is overruled.
    """
    known = (name for name in list(logging.root.manager.loggerDict) if name.startswith(_TELLTALE))
    for name in {*_TELLTALE, *known}:
        logger = logging.getLogger(name)
        if logger.level < logging.ERROR and (logger.level or name in _TELLTALE):
            logger.setLevel(logging.ERROR)


class Api:
    """A network's HTTP API below `base_url`.

    `name` is the channel's, `headers` go with every request, `secrets` are cut out of every error;
    both may change, and are asked for each time. `timeout` is in seconds, `explain` may know better
    than the status what a refusal means, `retry_after` are the keys below which the body of a 429
    has the seconds to wait, `status_within` finds the status that an error inside an answer of 2xx
    stands for, `renew` says what a person does about a 401, and `problem` are the keys below which
    a refusal has its words, where that is no usual place.
    """

    def __init__(
        self,
        base_url: str,
        *,
        name: str,
        timeout: float,
        headers: Callable[[], Mapping[str, str]] = dict,
        secrets: Callable[[], Sequence[str]] = tuple,
        explain: Explain | None = None,
        retry_after: Sequence[str] = (),
        status_within: StatusWithin | None = None,
    ) -> None:
        self.host = urlsplit(base_url).netloc
        self.base_url = base_url
        self._timeout = timeout
        self._headers = headers
        self._secrets = secrets
        self._new_secrets: tuple[str, ...] = ()
        self.explain = explain
        self._retry_after = tuple(retry_after)
        self._status_within = status_within
        self.problem: Sequence[str] = ()
        self._used_up_until: datetime | None = None
        self._resume = f"then `publish resume {name}`"
        self.renew = f"renew the account's secret, {self._resume}"

    def __repr__(self) -> str:
        return f"Api({self.base_url!r})"

    def stand_at(self, base_url: str) -> None:
        """From now on, every path stands below `base_url`."""
        self.host, self.base_url = urlsplit(base_url).netloc, base_url

    def at(
        self, base_url: str, *, explain: Explain | None = None, secrets: Sequence[str] = ()
    ) -> Self:
        """The same for another host of this network, and with more secrets."""
        other, mine = copy.copy(self), self._secrets
        other.host = urlsplit(base_url).netloc
        other.base_url = base_url
        other.explain = explain
        other._used_up_until = None  # noqa: SLF001 - its own
        other._secrets = lambda: [*mine(), *secrets]  # noqa: SLF001 - its own
        return other

    def call(
        self,
        method: str,
        path: str,
        *,
        acts: bool = False,
        public: bool = False,
        timeout: float | None = None,
        **content: Any,
    ) -> "Response":
        """Make one request and return its answer of 2xx, whole; follow no redirect.

        Args:
            method: GET, POST or another of RFC 9110.
            path: below `base_url`, beginning with a slash.
            acts: success publishes something, so that a lost answer may be a success.
            public: it needs no account: the headers of every request stay away.
            timeout: seconds to wait for the answer, instead of the usual.
            content: `params`, `json`, `data`, `files`, `headers`, `auth` as requests takes them.

        Raises:
            DeliveryError: whatever else happened; OutcomeUnknown only if `acts`.
        """
        silence_loggers()
        if acts:
            self._check_limit()
        body, patience = Watched(), min(timeout or self._timeout, self._timeout)
        try:
            request = self._prepare(method, path, {} if public else self._headers(), content)
            body.stand_in(request, patience)
            response = exchange(request, patience)
        except wire_errors() as error:
            raise self._broken(error, lost=acts and body.begun) from None
        if succeeded(response) and self._status_within:
            response.status_code = self._status_within(response) or response.status_code
        if not succeeded(response):
            raise self._failure(response, acts=acts)
        if acts:
            self._used_up_until = used_up_until(response.headers, datetime.now(UTC))
        return response

    def _check_limit(self) -> None:
        """Ask for nothing that the network has said it would refuse."""
        until = self._used_up_until
        if until is not None and datetime.now(UTC) < until:
            raise RateLimited(f"{self.host}: its limit is used up for now", retry_at=until)

    def hide(self, *secrets: str) -> None:
        """Cut these out of errors, too; the latest of them are remembered."""
        self._new_secrets = (*self._new_secrets, *secrets)[-MOST_SECRETS:]

    def error(self, kind: type[E], response: "Response", advice: str = "", **more: Any) -> E:
        """An error of `kind` with the answer's status and own words, secrets cut out."""
        status = f"HTTP {response.status_code}"
        words = one_line(reason(response, *self.problem), (*self._secrets(), *self._new_secrets))
        text = ": ".join(filter(None, (self.host, status, words)))
        return kind("; ".join(filter(None, (text, advice))), status=status, **more)

    def account_refused(self, response: "Response", advice: str) -> AuthExpired:
        """The error for a refusal of the account: the channel waits until a person has acted."""
        return self.error(AuthExpired, response, f"{advice}, {self._resume}")

    def lacks(self, scope: str) -> AuthExpired:
        """The error for a token that may not do what posting needs."""
        return AuthExpired(f"{self.host}: the token may not post: it lacks {scope}")

    def token_refused(self, response: "Response") -> AuthExpired:
        """The error for a token that is good no more."""
        return self.error(AuthExpired, response, self.renew)

    def unreadable(self, response: "Response", *, acts: bool = False) -> DeliveryError:
        """The error for an answer of 2xx that does not say what it should."""
        status = f"HTTP {response.status_code}"
        text = f"{self.host}: {status}, but the answer cannot be read"
        if acts:
            return OutcomeUnknown(text, status=status)
        return Unavailable(f"{text}; is base_url right?", status=status)

    def _prepare(
        self, method: str, path: str, own: Mapping[str, str], content: dict[str, Any]
    ) -> "PreparedRequest":
        import requests

        # A kept connection that the server has just closed would make a lost request look like
        # a lost answer; a fresh one costs a few milliseconds for each note.
        usual = {"User-Agent": USER_AGENT, "Accept": "application/json", "Connection": "close"}
        headers = {**usual, **own, **content.pop("headers", {})}
        url = self.base_url + path
        return requests.Request(method, url, headers=headers, **content).prepare()

    def _failure(self, response: "Response", *, acts: bool) -> DeliveryError:
        own = self.explain(response) if self.explain else None
        if own:
            return own
        code = response.status_code
        if code == _UNAUTHORIZED:
            return self.token_refused(response)
        if code == _TOO_MANY:
            until = retry_at(response.headers, datetime.now(UTC), self._seconds(response))
            return self.error(RateLimited, response, retry_at=until)
        advice = "it has moved: set base_url to where it is now" if code in MOVED else ""
        return self.error(kind_of(code, acts=acts), response, advice)

    def _seconds(self, response: "Response") -> object:
        """How long the body says to wait; a key that ends in `_ms` leads to milliseconds."""
        if not self._retry_after:
            return None
        said = dig(read_json(response), *self._retry_after)
        if self._retry_after[-1].endswith("_ms") and isinstance(said, int | float):
            return said / 1000
        return said

    def _broken(self, error: Exception, *, lost: bool) -> DeliveryError:
        text = f"{self.host}: {_words(error)}"
        if lost:
            return OutcomeUnknown(f"{text}, after the message had left")
        return Unavailable(text)


def deleting(call: Callable[[], object], *, gone: str = "") -> None:
    """Make a call that deletes; a network that does not know the thing has deleted it.

    Where the status (404, 410) does not tell, the words `gone` do, in any case.

    Raises:
        DeliveryError: as the call does otherwise.
    """
    try:
        call()
    except Rejected as error:
        is_gone = gone in str(error).lower() if gone else error.status in GONE
        if not is_gone:
            raise


def call_webhook(address: SecretStr, values: Mapping[str, object]) -> None:
    """Post `values`; any answer of 2xx is a yes, redirects are not followed.

    Raises:
        DeliveryError: it was not taken; OutcomeUnknown where the answer was lost. No error holds
            more of the address than its host.
    """
    base, rest = parted(address)
    api = Api(base, name="notify", timeout=WEBHOOK_TIMEOUT, secrets=lambda: secret_parts(address))
    api.call("POST", rest, acts=True, json=dict(values))


def _words(error: Exception) -> str:
    """What broke, for people; never the own text of a library, which may hold an address."""
    from requests import exceptions as known
    from urllib3.exceptions import ReadTimeoutError

    cause = _cause(error)
    if isinstance(cause, GivenUpError):
        return str(cause)
    table: tuple[tuple[type[Exception], str], ...] = (
        (known.ConnectTimeout, "no connection in time"),
        (known.Timeout, "no answer in time"),
        (ReadTimeoutError, "no answer in time"),
        (known.SSLError, "no secure connection; is its certificate valid?"),
        (known.ConnectionError, "the connection failed or was lost"),
        (Exception, "the answer broke off"),
    )
    words = next(words for kind, words in table if isinstance(error, kind))
    return f"{words} ({type(cause).__name__})"


def _cause(error: Exception) -> Exception:
    """The innermost error, such as a NameResolutionError or a ConnectionResetError."""
    inner = error.args[0] if error.args else None
    for each in (inner, getattr(inner, "reason", None), *getattr(inner, "args", ())[1:2]):
        if isinstance(each, Exception):
            error = each
    return error
