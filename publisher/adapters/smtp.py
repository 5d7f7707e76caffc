"""`adapter: smtp`: email over kept connections to a server or relay, one or many."""

import re
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from publisher.adapters.base import Adapter, Settings, option
from publisher.dkim.keys import KeyProblem
from publisher.dkim.options import SigningKeys
from publisher.dkim.signer import Signer, open_signer
from publisher.errors import AuthExpired, DeliveryError, Unavailable
from publisher.mime.addresses import AddressError, a_labels, parse_address
from publisher.mime.lines import one_line
from publisher.mime.template import ByteTemplate
from publisher.model.messages import Answer, Email, Exchange, Parcel, Receipt
from publisher.smtp import sender
from publisher.smtp.balancer import ConnectionCap
from publisher.smtp.protocol import RawEmail
from publisher.smtp.providers import Provider
from publisher.smtp.security import Security
from publisher.smtp.server import Auth, Server, Terms

PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}
_PRESET = ("connections", "per_connection")
Port = Annotated[int, Field(ge=1, le=65535)]
HOST = r"^[^\s/@:]+$|^[0-9A-Fa-f:]+$"


class _Account(Settings):
    """With which account to log in."""

    username: str = option("The account's name; without it, no login.", "")
    password: SecretStr = option("The account's password, best as `${NAME}`.", SecretStr(""))

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        if bool(self.username) != bool(self.password.get_secret_value()):
            raise ValueError("username and password belong together: give both or none")
        return self


class ServerOptions(_Account):
    """One of several servers; what it leaves out is as the channel has it."""

    host: str = option("The server's name, as its certificate has it.", pattern=HOST)
    port: Port | None = option("Follows `security`.", None)
    weight: int = option("Its share of the connections, beside the others'.", 1, ge=1, le=1000)
    security: Security | None = option("If other than the channel's.", None)
    auth: Auth | None = option("If other than the channel's.", None)


class SmtpSettings(_Account):
    """The options of `adapter: smtp`."""

    provider: Provider | None = option(
        "A well-known provider: what it publishes holds for `host`, `connections`, "
        "`per_connection`, `rate` and `quota` where you leave them out.",
        None,
    )
    host: str = option("The server's name, as its certificate has it.", "", pattern=f"^$|{HOST}")
    port: Port | None = option("Default: 587 for `starttls`, 465 for `tls`, 25 for `none`.", None)
    servers: tuple[ServerOptions, ...] = option(
        "Several servers instead of `host` and `port`, each with a `host` and a `weight`.",
        (),
        max_length=50,
    )
    security: Security = option(
        "`starttls`, `tls` (from the first byte) or `none` (inside your own machine).",
        Security.STARTTLS,
    )
    auth: Auth = option(
        "How to log in: `auto`, `plain`, `login`, `cram-md5`, or `xoauth2` with a bearer token as "
        "the password.",
        Auth.AUTO,
    )
    ca_file: Path | None = option(
        "Certificates (PEM) of your own authority, trusted as well.", None
    )
    connections: int = option(
        "How many connections may be open at once, 1 to 500.", 10, ge=1, le=500
    )
    per_connection: int = option("How many emails go over one connection.", 100, ge=1)
    connection_age: float = option("Seconds after which a connection is renewed.", 300, gt=0)
    timeout: float = option("Seconds to wait for an answer to a command.", 30, gt=0, le=600)
    answer_timeout: float = option(
        "Seconds to wait for the answer to a whole email.", 300, gt=0, le=3600
    )
    helo: str = option(
        "The name to greet the server with; default: this machine's.", "", pattern=r"^[!-~]*$"
    )
    return_path: str = option(
        "The address that bounces go to (the envelope's sender), such as that of `mailbox`; "
        "default: the newsletter's sender.",
        "",
    )
    verp: bool = option(
        "Put each email's number into `return_path`, as in `bounces+NUMBER@gazette.example`: then "
        "a bounce that returns nothing of the email finds its reader too.",
        default=False,
    )
    dkim: SigningKeys = option(
        "Sign emails: a block with `selector` and `key_file` (or `key`), and `domain` if it is not "
        "the sender's; or a list of such blocks.",
        (),
    )

    def channel_defaults(self) -> dict[str, str]:
        """The provider's rate and quota."""
        if self.provider is None:
            return {}
        both = {"rate": self.provider.rate, "quota": self.provider.quota}
        return {name: text for name, text in both.items() if text is not None}

    @model_validator(mode="before")
    @classmethod
    def _as_the_provider_says(cls, given: Any) -> Any:
        """Where the provider has a value, and the channel has none."""
        word = given.get("provider") if isinstance(given, dict) else None
        provider = next((each for each in Provider if each == word), None)
        if provider is None:
            return given
        found: dict[str, Any] = {name: getattr(provider, name) for name in _PRESET}
        if provider.host and not given.get("servers"):
            found["host"] = provider.host
        return found | given

    @field_validator("return_path")
    @classmethod
    def _is_an_address(cls, text: str) -> str:
        try:
            return parse_address(text).written if text else ""
        except AddressError:
            raise ValueError("must be an address such as bounces@gazette.example") from None

    @model_validator(mode="after")
    def _verp_has_an_address(self) -> Self:
        if self.verp and not self.return_path:
            raise ValueError("verp needs an address: add return_path: …")
        return self

    @model_validator(mode="after")
    def _has_a_server(self) -> Self:
        if not (self.host or self.servers) and self.provider:
            raise ValueError(f"{self.provider} gives each customer a host: add host: …")
        if bool(self.host) == bool(self.servers):
            raise ValueError("give either host, or servers with a host each")
        if self.servers and self.port:
            raise ValueError("with servers, each has its own port")
        return self


class Smtp(Adapter[Email]):
    """Sends email; safe from several threads, each with connections of its own."""

    settings = SmtpSettings
    kinds = (Email,)

    def __init__(self, settings: Settings, *, name: str) -> None:  # noqa: ARG002 - the host says more
        """Keep the options; connect to nothing yet."""
        assert isinstance(settings, SmtpSettings)  # noqa: S101 - wiring pairs them
        self._options = settings
        self._servers = _servers(settings)
        self._terms = Terms(
            connections=settings.connections,
            per_connection=settings.per_connection,
            connection_age=settings.connection_age,
            timeout=settings.timeout,
            answer_timeout=settings.answer_timeout,
            helo=settings.helo or re.sub(r"[^!-~]", "-", socket.gethostname()) or "localhost",
            tls=lambda: self._context,
        )
        self._template = lru_cache(maxsize=4)(ByteTemplate)
        self._allowances = [ConnectionCap() for _ in self._servers]
        self.connections = settings.connections

    def send(self, message: Email, key: str) -> Receipt:
        """Send one email as a bulk of one.

        Raises:
            Rejected: 5yz, an address is invalid, the email is too large or needs SMTPUTF8.
            Unavailable: nothing was sent: no connection, no TLS, 4yz.
            AuthExpired: the server refuses the account.
            OutcomeUnknown: the connection was lost after the last byte.
        """
        parcel, found = Parcel.single(message, key), list[Answer]()
        waiting = [parcel]

        def exchange(answers: Sequence[Answer], room: int) -> Sequence[Parcel] | None:
            found.extend(answer for answer in answers if answer.receipt or answer.error)
            waiting.extend(parcel for answer in answers if not (answer.receipt or answer.error))
            given, waiting[:room] = waiting[:room], []
            return None if found else given

        try:
            self.send_many(exchange)
        except DeliveryError as error:
            found.append(Answer(parcel.id, error=error))
        _, receipt, refusal = found[0]
        if refusal is not None:
            raise refusal
        assert receipt is not None  # noqa: S101 - it is one or the other
        return receipt

    def send_many(self, exchange: Exchange) -> None:
        """Send what `exchange` hands out, body and next envelope in one flight (RFC 2920).

        Raises:
            Unavailable: no server can be reached; every parcel was given back.
            AuthExpired: the servers refuse the account, or the key cannot sign; every parcel was
                given back.
        """
        self._signed(b"")
        sender.send(exchange, self._encoded, self._servers, self._terms, self._allowances)

    def learned(self) -> dict[str, tuple[int, str]]:
        """By server, how many connections it takes at once, where it has refused more."""
        both = zip(self._servers, self._allowances, strict=True)
        return {
            server.place: (allowance.known, allowance.reason)
            for server, allowance in both
            if allowance.known is not None and allowance.known < self.connections
        }

    def recall(self, learned: Mapping[str, int]) -> None:
        """Begin with what was learned before."""
        for server, allowance in zip(self._servers, self._allowances, strict=True):
            if allowance.known is None and server.place in learned:
                allowance.recall(learned[server.place], time.monotonic())

    def check(self) -> None:
        """Connect, encrypt, log in, at each server; a first mail goes over the same connection.

        Raises:
            Unavailable: a server cannot be used now.
            AuthExpired: a server refuses the account.
        """
        self._signed(b"")
        for server in self._servers:
            sender.check(server, self._terms)

    def _encoded(self, parcel: Parcel) -> RawEmail:
        """The bytes of a parcel, signed.

        Raises:
            Rejected: an address is invalid, or the link to unsubscribe is longer than a line.
        """
        template = self._template(parcel.template)
        recipient, content = template.fill(parcel)
        sender = self._return_path(parcel.mark) or template.sender
        return RawEmail(parcel.id, parcel.key, sender, recipient, self._signed(content))

    def _return_path(self, mark: str) -> str:
        """Where bounces of the email go; empty: to its sender."""
        address = self._options.return_path
        if not (self._options.verp and mark):
            return address
        name, _, domain = address.rpartition("@")
        return f"{name}+{mark}@{domain}"

    def _signed(self, content: bytes) -> bytes:
        return self._signer.sign(content, relaxed=True) if self._options.dkim else content

    @cached_property
    def _signer(self) -> Signer:
        try:
            return open_signer(self._options.dkim)
        except KeyProblem as problem:
            raise AuthExpired(f"emails cannot be signed: {problem}") from problem

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Trusts what this machine trusts, and the authority in `ca_file`."""
        context = ssl.create_default_context()
        file = self._options.ca_file
        try:
            if file:
                context.load_verify_locations(file)
        except OSError as error:
            text = f"ca_file {one_line(str(file))} holds no certificates that can be read"
            raise Unavailable(text) from error
        return context


def _servers(options: SmtpSettings) -> list[Server]:
    """The servers of a channel, the heaviest first."""
    own = options.servers or (ServerOptions(host=options.host, port=options.port),)
    return sorted((_server(each, options) for each in own), key=lambda each: -each.weight)


def _server(own: ServerOptions, options: SmtpSettings) -> Server:
    security = own.security or options.security
    account = own if own.username else options
    return Server(
        host=own.host if own.host.isascii() else a_labels(own.host),
        port=own.port or PORTS[security],
        security=security,
        username=account.username,
        password=account.password.get_secret_value(),
        auth=own.auth or options.auth,
        weight=own.weight,
    )
